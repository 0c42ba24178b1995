//! The written shape of access rules: who is admitted, for the whole profile or for the paths below one prefix.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::profile::route_bearer::BearerTable;
use crate::config::profile::route_easyauth::EasyAuthTable;
use crate::config::profile::route_step_up::StepUpTable;
use crate::config::profile::route_timeouts::TimeoutsTable;
use crate::config::toml_document::alternatives::FlagOr;
use crate::config::toml_document::spanned::{Spanned, Text, Texts};

/// Who is admitted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowTable {
    /// App roles, compared exactly. A refreshed token without roles means that the person has none any more; at b2c it says
    /// nothing, and the roles of the sign-in stay. Default: any.
    #[schemars(example = ["Orders.Read"])]
    pub roles: Texts,
    /// Object ids of groups. Default: any. For people with too many groups for a token, each sign-in costs a call to
    /// Microsoft Graph.
    #[schemars(example = ["0a5d1e5c-0b0e-4d52-9d6c-2f0d1b8f1f11"])]
    pub groups: Texts,
    /// Verified e-mail addresses, compared without regard to case. An address counts if the token has `email` with the
    /// claim `email_verified` or `xms_edov`. Entra ID and External ID send neither by default: add the optional claims
    /// `email` and `xms_edov` to the token configuration of the application, otherwise nobody is admitted. At b2c see
    /// `user_flows.emails_verified`. Default: any.
    #[schemars(example = ["ada@contoso.example"])]
    pub emails: Texts,
    /// Domains of verified e-mail addresses; subdomains do not match. See `allow.emails` for which addresses count.
    /// Default: any.
    #[schemars(example = ["contoso.example"])]
    pub email_domains: Texts,
    /// Ids of directory tenants, compared with the claim `tid` without regard to case. It names the tenant where the person
    /// signed in: a guest who signs in at the tenant that invites has the id of that tenant, not of the one at home. Personal
    /// accounts have the tenant `9188040d-6c67-4c5b-b112-36a304b66dad`. It is the one list of `allow` that binds programs
    /// with an access token of their own, too. A token without `tid` does not pass.
    /// Domains and words such as `common` are errors, and so are tenants that `authority`, `tenant_id`, `issuer` or
    /// `allowed_tenants` keep out. Of kind `b2c` only custom policies can issue `tid`; kind `oidc` has no tenants. Default:
    /// any.
    #[schemars(example = ["72f988bf-86f1-41af-91ab-2d7cd011db47"])]
    pub tenants: Texts,
}

/// The rules for the paths below one prefix.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["path"]))]
pub struct RouteTable {
    /// The host of the application, with its port if that is not the scheme's own: the one of `public_url` or one of
    /// `hosts`. Default: the host of `public_url`.
    #[schemars(example = &"staff.contoso.example")]
    pub host: Text,
    /// The path prefix. The longest prefix decides, at the border of a segment: `/app` matches `/app/x`, not `/apple`.
    /// Required.
    #[schemars(example = &"/orders")]
    pub path: Text,
    /// The application that gatehouse itself forwards requests to: scheme, host and port. The target is sent on byte for
    /// byte. A plain-http upstream gets the host that the person asked for as `Host`, an https one its own; both get
    /// `X-Forwarded-Host`. Default: none; the route then only has rules, for proxies that ask `/auth/check`.
    #[schemars(example = &"http://127.0.0.1:3000")]
    pub upstream: Text,
    /// What people call the application, on a page that says that it does not answer. Needs `upstream`. Default: the profile's
    /// `title`.
    #[schemars(example = &"Contoso orders")]
    pub title: Text,
    /// The name of the `[[api]]` whose access token the upstream gets as `Authorization: Bearer`, instead of a client's
    /// own. Needs `upstream`. Default: none; a client's own `Authorization` passes.
    #[schemars(example = &"orders")]
    pub token_for: Text,
    /// How long the upstream may take. Needs `upstream`.
    pub timeouts: Option<Spanned<TimeoutsTable>>,
    /// Who is admitted, besides the rule of the profile. Default: everybody whom the profile admits.
    pub allow: Option<AllowTable>,
    /// Path prefixes below `path` that need no session. The application is told who the person is, and gets tokens, only where
    /// the request would pass anyway. Default: none.
    #[schemars(example = ["/orders/assets/"])]
    pub public: Texts,
    /// A stronger or fresher sign-in than the session's, for this route. Default: any sign-in does.
    pub step_up: Option<StepUpTable>,
    /// Whether CORS preflights pass without a session. Default: false.
    #[schemars(example = true)]
    pub preflight: Option<Spanned<bool>>,
    /// Callers with an access token of their own. Default: none; only a session passes.
    pub accept_bearer: Option<BearerTable>,
    /// Other origins whose pages may send unsafe methods with the session. Default: none.
    #[schemars(example = ["https://www.contoso.example"])]
    pub allowed_origins: Texts,
    /// Identity headers besides `X-Auth-*`: the name of the header and the claim that it carries. `email` is the verified
    /// address, as in `X-Auth-Email`; every other claim is sent as the ID token has it. A caller's own copies are dropped.
    /// Default: none.
    #[schemars(example = identity_headers_example())]
    pub identity_headers: Option<BTreeMap<String, Spanned<String>>>,
    /// What an application that moves from App Service still finds: `true` for the principal and the addresses, or a table of
    /// the parts. Default: false.
    #[schemars(example = true)]
    pub easyauth: Option<Spanned<FlagOr<EasyAuthTable>>>,
}

fn identity_headers_example() -> serde_json::Value {
    serde_json::json!({ "Remote-User": "email", "X-WEBAUTH-USER": "preferred_username" })
}
