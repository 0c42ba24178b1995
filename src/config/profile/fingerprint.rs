//! The fingerprint of a profile's authority, which its sessions depend on.

use aws_lc_rs::digest::{SHA256, digest};

use crate::config::profile::file::ProfileFile;
use crate::config::toml_document::spanned::{Spanned, Text};
use crate::domain::authority::{Authority, UserFlowKind};
use crate::domain::credential::ClientId;
use crate::domain::profile::AuthorityFingerprint;

/// SHA-256 over the values that sessions depend on. The first item is a version: changing it ends every session.
pub(super) fn authority_fingerprint(
    file: &ProfileFile,
    authority: &Authority,
    client: &ClientId,
) -> AuthorityFingerprint {
    let written = |text: &Text| {
        text.as_ref()
            .map(|written| written.get().to_ascii_lowercase())
            .unwrap_or_default()
    };
    let flow = |kind| {
        authority
            .issuer_config(kind)
            .and_then(|config| config.user_flow.as_ref())
            .map(|flow| flow.as_str().to_ascii_lowercase())
            .unwrap_or_default()
    };
    // JSON keeps the parts apart whatever stands in them.
    let canonical = serde_json::json!([
        "gatehouse binding 1",
        authority.kind().as_str(),
        // As written: for kind oidc a slash at the end makes another issuer.
        file.authority.as_ref().map(Spanned::get),
        written(&file.tenant_id),
        file.issuer.as_ref().map(Spanned::get),
        client.as_str(),
        flow(UserFlowKind::SignIn),
        flow(UserFlowKind::EditProfile),
        flow(UserFlowKind::ResetPassword),
    ]);
    let hash = digest(&SHA256, canonical.to_string().as_bytes());
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    AuthorityFingerprint(bytes)
}
