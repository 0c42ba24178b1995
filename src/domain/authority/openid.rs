//! Any OpenID provider: the issuer is the key `authority`, byte for byte.

use crate::domain::authority::derivation::Derivation;
use crate::domain::authority::issuer_config::IssuerConfig;
use crate::domain::issuer::IssuerPolicy;

impl Derivation<'_> {
    pub(super) fn openid(&mut self) -> Option<IssuerConfig> {
        self.url()?;
        let issuer = self.input.url.clone();
        // OIDC Discovery §4: a slash at the end is removed before the path is appended.
        let base = issuer.trim_end_matches('/').to_owned();
        self.issuer_config(&base, IssuerPolicy::Exact(issuer), None)
    }
}
