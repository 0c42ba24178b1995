//! Any OpenID provider: the issuer is the authority, byte for byte.

use crate::domain::authority::derivation::Derivation;
use crate::domain::authority::{AuthorityError, IssuerConfig};
use crate::domain::issuer::IssuerPolicy;

impl Derivation<'_> {
    pub(super) fn oidc(&self) -> Result<IssuerConfig, AuthorityError> {
        // OIDC Discovery §4: any slash at the end is removed before the path is appended.
        let base = self.parts.url.trim_end_matches('/');
        self.issuer_config(base, IssuerPolicy::Exact(self.parts.url.clone()), None)
    }
}
