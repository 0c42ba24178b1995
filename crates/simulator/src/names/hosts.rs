//! The fixed host names, under `.localhost` and as the platform has them.

pub(super) const ENTRA: &str = "login.microsoftonline.localhost";
pub(super) const GRAPH: &str = "graph.microsoft.localhost";
pub(super) const CIAM: &str = "ciamlogin.localhost";
pub(super) const B2C: &str = "b2clogin.localhost";
pub(super) const OPENID: [&str; 2] = ["openid.localhost", "openid.contoso.com"];
pub(super) const API: [&str; 2] = ["api.contoso.localhost", "api.contoso.com"];
pub(super) const IDENTITY: &str = "identity.localhost";
pub(super) const CONTROL: &str = "control.localhost";
pub(super) const CIAM_TRUE: &str = "ciamlogin.com";
/// B2C's hosts in every cloud (MSAL Python, `authority.py`).
pub(super) const B2C_TRUE: [&str; 4] =
    ["b2clogin.com", "b2clogin.us", "b2clogin.cn", "b2clogin.de"];

/// Whether a host name is under `.localhost`.
pub(super) fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}
