//! Any OpenID provider: the issuer is the authority, byte for byte.

use crate::domain::authority::derivation::Place;
use crate::domain::authority::{AuthorityError, Issuance};
use crate::domain::issuer::IssuerPolicy;

impl Place<'_> {
    pub(super) fn oidc(&self) -> Result<Issuance, AuthorityError> {
        // OIDC Discovery §4: any slash at the end is removed before the path is appended.
        let base = self.parts.url.trim_end_matches('/');
        self.issuance(base, IssuerPolicy::Exact(self.parts.url.clone()), None)
    }
}
