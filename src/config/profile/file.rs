//! The written shape of a profile file: every key with its meaning, unit, default and cost.
//!
//! The comments are the reference: the JSON Schema and `docs/profiles.md` are generated from them. What a value must be
//! beyond its type is checked when it is turned into a domain value, in [`crate::config::profile::conversion`].

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::config::profile::branding_table::{BrandingTable, TextsTable, texts_example};
use crate::config::profile::route_table::{AllowTable, RouteTable};
use crate::config::toml_document::alternatives::{OneOrMore, WordOr};
use crate::config::toml_document::schema_rules as rules;
use crate::config::toml_document::spanned::{SecretText, Spanned, Text, Texts};
use crate::domain::authority::Kind;
use crate::domain::profile::{PassedParameter, Prompt, ResponseMode, SigningAlgorithm};

/// A gatehouse profile: who signs in the people of one tenant, where they reach it, and what they may use. The name of
/// the file without `.toml` is the id of the profile.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "gatehouse profile",
    extend("required" = ["kind", "public_url", "authority", "client_id"], "allOf" = rules::profile())
)]
pub struct ProfileFile {
    /// The kind of the authority: `entra-id` (staff, any Microsoft cloud), `external-id` (customers at ciamlogin.com),
    /// `external-id-custom-domain` (customers at a custom domain), `b2c` (Azure AD B2C) or `oidc` (any OpenID
    /// provider). Required. A change ends all sessions of this profile.
    #[schemars(example = &"entra-id", extend("enum" = Kind::ALL.map(Kind::as_str)))]
    pub kind: Text,

    /// Where people reach this profile: scheme, host, port and an optional path prefix. https, or http on a
    /// loopback host. Required. Two profiles may share a host under different prefixes.
    #[schemars(example = &"https://staff.contoso.example")]
    pub public_url: Text,

    /// Further origins of applications behind the same sign-in: scheme, host and port, without a path. They have the scheme
    /// of `public_url`, and no other profile may use their hosts. People still sign in at `public_url`, so that one
    /// redirect URI serves all of them; each host has a session cookie of its own, and a sign-out at one ends the session
    /// at all. Default: none.
    #[schemars(example = ["https://crm.contoso.example", "https://wiki.contoso.example"])]
    pub hosts: Texts,

    /// The authority's address. entra-id: `https://login.microsoftonline.com/TENANT`, where TENANT is a tenant id, a
    /// domain, `organizations`, `common` or `consumers`. external-id: `https://NAME.ciamlogin.com/NAME.onmicrosoft.com`.
    /// external-id-custom-domain: `https://DOMAIN/TENANT_ID/v2.0`. b2c: `https://NAME.b2clogin.com/NAME.onmicrosoft.com`,
    /// without the policy. oidc: the issuer, byte for byte. Required. A change ends all sessions of this profile.
    #[schemars(example = &"https://login.microsoftonline.com/contoso.onmicrosoft.com")]
    pub authority: Text,

    /// The id of the application at the authority (Microsoft: "Application (client) ID"). Required. A change ends all
    /// sessions of this profile.
    #[schemars(example = &"6731de76-14a6-49ae-97bc-6eba6914391e")]
    pub client_id: Text,

    /// The client secret, from exactly one source: a variable, a file or the value itself. Exactly one credential is
    /// required: `client_secret`, `client_certificate`, `client_assertion` or `public_client`. A file is read again when
    /// it changes. Default: none.
    #[schemars(example = secret_example())]
    pub client_secret: Option<Spanned<SecretTable>>,

    /// The next client secret during a rotation: it is used when the authority refuses the first. Default: none. While the
    /// first is refused, each token request costs one more request.
    #[schemars(example = next_secret_example())]
    pub client_secret_next: Option<Spanned<SecretTable>>,

    /// A certificate with its key (`private_key_jwt`, PS256) instead of a secret, or a list of two during a rotation: the
    /// first certificate that is valid signs. The files are read again when they change. Default: none.
    #[schemars(example = certificate_example())]
    pub client_certificate: Option<Spanned<OneOrMore<CertificateTable>>>,

    /// Whether each request contains the certificate chain, for applications that are registered by subject name and
    /// issuer. Default: false.
    #[schemars(example = true)]
    pub send_certificate_chain: Option<Spanned<bool>>,

    /// A token of the platform instead of a secret (workload identity federation): a file that is read at each use,
    /// `"workload-identity"` for the file that `AZURE_FEDERATED_TOKEN_FILE` names, or `"managed-identity"` for a token of
    /// the machine's managed identity. Default: none.
    #[schemars(
        example = assertion_example(),
        extend("anyOf" = rules::word_or(&["workload-identity", "managed-identity"], &json!({ "$ref": "#/$defs/AssertionTable" })))
    )]
    pub client_assertion: Option<Spanned<WordOr<AssertionTable>>>,

    /// The client id of a user-assigned managed identity. Default: the system-assigned identity.
    #[schemars(example = &"d2a5b0b1-5b3b-4f0e-9a49-0c1f3f4b2b10")]
    pub managed_identity_client_id: Text,

    /// The audience of the managed identity's token. Default: `api://AzureADTokenExchange`, the audience of the global
    /// cloud.
    #[schemars(example = &"api://AzureADTokenExchange")]
    pub assertion_audience: Text,

    /// Declares that the application has no credential and uses PKCE only. Default: false. Anybody who knows
    /// the client id can then redeem a stolen code: prefer a credential.
    #[schemars(example = true)]
    pub public_client: Option<Spanned<bool>>,

    /// How the client secret is sent: `client_secret_post` or `client_secret_basic`. Default: the method that the
    /// authority's metadata lists; `client_secret_post` for the Microsoft kinds.
    #[schemars(example = &"client_secret_post", extend("enum" = ["client_secret_post", "client_secret_basic"]))]
    pub token_endpoint_auth_method: Text,

    /// Accepted signature algorithms of ID tokens, of RS256, PS256 and ES256. Default: those of the three that the
    /// authority's metadata announces. No other algorithm is ever accepted.
    #[schemars(example = ["RS256"], extend("items" = rules::words(&SigningAlgorithm::ALL.map(SigningAlgorithm::as_str)), "uniqueItems" = true))]
    pub signing_algorithms: Texts,

    /// Tolerance for the authority's clock in either direction; a duration of at most 300s. Default: `120s`.
    #[schemars(example = &"120s", extend("pattern" = rules::DURATION))]
    pub clock_skew: Text,

    /// The name of the profile on pages. Default: the id.
    #[schemars(example = &"Contoso staff")]
    pub title: Text,

    /// The language of pages for a browser that wants none that there is, as a tag such as `de`. Default: `en`.
    #[schemars(example = &"de")]
    pub language: Text,

    /// The zone in which pages show times: an IANA name. Default: `UTC`.
    #[schemars(example = &"Europe/Berlin")]
    pub time_zone: Text,

    /// A folder with message catalogues: `nb.ftl` adds a language, `de.ftl` changes messages of one that there is. Default:
    /// none.
    #[schemars(example = &"locales")]
    pub languages: Text,

    /// Single messages in words of one's own, by language and id, in Fluent; they come before those of `languages`. Default:
    /// none.
    #[schemars(example = texts_example())]
    pub texts: Option<TextsTable>,

    /// A folder below the profile's own, whose files take the place of templates of pages by name, such as `home.html`.
    /// Default: none.
    #[schemars(example = &"contoso/templates")]
    pub templates: Text,

    /// Whether pages show what developers need: addresses to register, ID token details, API results. Default: true on a
    /// loopback host only.
    #[schemars(example = true)]
    pub developer_pages: Option<Spanned<bool>>,

    /// The path below `public_url` to which the authority returns the browser; `public_url` and this path together
    /// are the redirect URI to register, at most 256 characters. Default: `/auth/redirect`.
    #[schemars(example = &"/auth/redirect")]
    pub redirect_path: Text,

    /// Pins the directory tenant: a token of another tenant is refused. Default: the GUID in `authority`, or the tenant
    /// that the authority names at first contact. Required for `external-id-custom-domain` when
    /// the path of `authority` has no GUID.
    #[schemars(example = &"72f988bf-86f1-41af-91ab-2d7cd011db47")]
    pub tenant_id: Text,

    /// The only accepted issuer. Default: the issuers of the kind. Set it only for an authority that deviates from its
    /// kind: it replaces the check of the tenant by a comparison of text.
    #[schemars(example = &"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0"
    )]
    pub issuer: Text,

    /// entra-id with `organizations` or `common`: the tenants whose people are admitted, or `"any"` for every
    /// organisation in the world. Required there; without effect elsewhere, where `gatehouse check` warns. An edit applies
    /// to signed-in people at once.
    #[schemars(example = ["72f988bf-86f1-41af-91ab-2d7cd011db47"])]
    pub allowed_tenants: Option<Spanned<WordOr<Vec<Spanned<String>>>>>,

    /// entra-id with `common`: admits personal Microsoft accounts. Default: false. An edit applies to signed-in people at
    /// once.
    #[schemars(example = true)]
    pub allow_personal_accounts: Option<Spanned<bool>>,

    /// The user flows or custom policies of a b2c authority. Required for b2c; without effect elsewhere, where
    /// `gatehouse check` warns.
    pub user_flows: Option<UserFlowsTable>,

    /// `prompt` of every sign-in: `login` (asks for the password every time), `consent`, `select_account` or `create`.
    /// Default: none, so that single sign-on at the authority works.
    #[schemars(example = &"select_account", extend("enum" = Prompt::ALL.map(Prompt::as_str)))]
    pub prompt: Text,

    /// `login_hint` of every sign-in: the suggested account. Default: none.
    #[schemars(example = &"ada@contoso.example")]
    pub login_hint: Text,

    /// `domain_hint` of every sign-in: skips the choice of the identity provider. Default: none. A tenant without such a
    /// provider responds with AADSTS90023.
    #[schemars(example = &"contoso.example")]
    pub domain_hint: Text,

    /// `ui_locales` of every sign-in: languages, separated by spaces. Default: none; the browser's languages apply.
    #[schemars(example = &"fr de")]
    pub ui_locales: Text,

    /// The maximum age of a sign-in at the authority; a duration. Default: no limit. At Microsoft, the application
    /// registration must request the optional claim `auth_time`; without it every sign-in is refused.
    #[schemars(example = &"1h", extend("pattern" = rules::DURATION))]
    pub max_age: Text,

    /// `acr_values` of every sign-in. Default: none.
    #[schemars(example = &"urn:example:mfa")]
    pub acr_values: Text,

    /// The parameters that a link to `/auth/sign_in` may set, of `prompt`, `login_hint`, `domain_hint`, `ui_locales`,
    /// `max_age` and `acr_values`. Default: none. `prompt=none` is never passed on, because an authority responds to it
    /// with an error instead of a sign-in.
    #[schemars(example = ["login_hint", "ui_locales"], extend("items" = rules::words(&PassedParameter::ALL.map(PassedParameter::as_str)), "uniqueItems" = true))]
    pub pass_parameters: Texts,

    /// How the authority sends its response: `query` or `form_post`. Default: `query`. `form_post` needs an https
    /// `public_url`, because browsers send the cookie of the attempt with a cross-site POST only over https.
    #[schemars(example = &"query", extend("enum" = ResponseMode::ALL.map(ResponseMode::as_str)))]
    pub response_mode: Text,

    /// Scopes to request besides `openid`, `profile`, `offline_access` and those of the first API. Default: none.
    #[schemars(example = ["email"])]
    pub extra_scopes: Texts,

    /// Web APIs that are called for the signed-in person, each with its own access token. Default: none. The scopes of
    /// the first API are requested at sign-in, those of the others when the API is first called.
    pub api: Option<Vec<ApiTable>>,

    /// Who is admitted. Every list must match, and one entry suffices for a list. Default: everybody whom the authority
    /// signs in.
    pub allow: Option<AllowTable>,

    /// Rules for the applications that a proxy guards with forward auth, each for the paths below one prefix of one host.
    /// Default: every path needs a session of this profile.
    pub route: Option<Vec<RouteTable>>,

    /// How long sessions live. Default: the `[session]` settings of the process.
    pub session: Option<SessionTable>,

    /// Sign-out at the authority.
    pub sign_out: Option<SignOutTable>,

    /// How pages look.
    pub branding: Option<BrandingTable>,
}

/// A secret from exactly one source.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("allOf" = rules::exactly_one(&["env", "file", "value"])))]
pub struct SecretTable {
    /// The name of an environment variable. It is read when the profile is loaded.
    #[schemars(example = &"CONTOSO_CLIENT_SECRET")]
    pub env: Text,
    /// The path of a file, relative to the folder of the profile. White space around the secret and a byte order mark are
    /// not part of it. The file is read again when it changes.
    #[schemars(example = &"/run/secrets/contoso-client-secret")]
    pub file: Text,
    /// The secret itself. This makes the profile file a secret: keep it out of version control.
    #[schemars(example = &"the secret")]
    pub value: Option<Spanned<SecretText>>,
}

/// A certificate and its key, both PEM.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["file"]))]
pub struct CertificateTable {
    /// The certificate, or its chain with the leaf first, relative to the folder of the profile. The file may also contain
    /// the key.
    #[schemars(example = &"/run/secrets/contoso.pem")]
    pub file: Text,
    /// The private key, when it is not in `file`.
    #[schemars(example = key_example())]
    pub key: Option<Spanned<SecretTable>>,
}

/// A token of the platform.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["file"]))]
pub struct AssertionTable {
    /// The file, relative to the folder of the profile. It is read at each use.
    #[schemars(example = &"/var/run/secrets/azure/tokens/azure-identity-token")]
    pub file: Text,
}

/// User flows or custom policies of B2C.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["sign_in"]))]
pub struct UserFlowsTable {
    /// Sign in and sign up. Required. A change ends all sessions of this profile.
    #[schemars(example = &"B2C_1_susi")]
    pub sign_in: Text,
    /// Edit profile. Default: none; pages then show no link.
    #[schemars(example = &"B2C_1_edit_profile")]
    pub edit_profile: Text,
    /// Reset password, for sign-in flows that leave "forgot your password?" to the application. Default: none.
    #[schemars(example = &"B2C_1_reset_password")]
    pub reset_password: Text,
    /// `none` declares that the policies of the tenant issue no claim that names the policy, or that `acr` has a meaning of
    /// its own. By default, one of the claims `tfp`, `trustFrameworkPolicy` and `acr` must name the policy; the first that
    /// the token has decides. With `none`, `acr` is not read and a token without the other two is accepted, because its
    /// code was redeemed at the endpoint of the policy. A `tfp` or `trustFrameworkPolicy` of another policy is always
    /// refused. Default: required.
    #[schemars(example = &"none", extend("enum" = ["none"]))]
    pub policy_claim: Text,
    /// Declares that every user flow verifies e-mail addresses, so that the rules `allow.emails` and `allow.email_domains`
    /// accept the claims `email` and `emails`. Set it only if no flow has e-mail verification disabled, and if every social
    /// identity provider verifies addresses. A claim `email_verified` or `xms_edov` that says no always wins. Default:
    /// false; these rules then need the claim `email_verified` beside `email`. An edit applies to signed-in people at once.
    #[schemars(example = true)]
    pub emails_verified: Option<Spanned<bool>>,
}

/// A web API.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["name", "endpoint"]))]
pub struct ApiTable {
    /// The name of the API in addresses, `/auth/call_api/NAME`: lower-case letters, digits, `-` and `_`. Required.
    #[schemars(example = &"graph")]
    pub name: Text,
    /// The name of the API on pages. Default: `name`.
    #[schemars(example = &"Microsoft Graph")]
    pub title: Text,
    /// The address that is called. The access token is sent nowhere else. https, or http on a loopback host. Required.
    #[schemars(example = &"https://graph.microsoft.com/v1.0/me")]
    pub endpoint: Text,
    /// The scopes that must be granted. Microsoft issues a token for one resource only, so all scopes of an API must name
    /// the same resource. A scope without a resource belongs to Microsoft Graph. Default: none.
    #[schemars(example = ["User.Read"])]
    pub scopes: Texts,
}

/// How long sessions live.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionTable {
    /// A session that is not used for this time ends; a duration. The last use is stored once a minute. Default: the setting
    /// `session.idle_timeout`.
    #[schemars(example = &"8h", extend("pattern" = rules::DURATION))]
    pub idle_timeout: Text,
    /// A session ends after this time, used or not; a duration. Default: the setting `session.lifetime`.
    #[schemars(example = &"7d", extend("pattern" = rules::DURATION))]
    pub lifetime: Text,
    /// Whether a session keeps the network from which the person signed in, and the person's list of sessions shows it: the first
    /// 24 bits of an IPv4 address, 48 of an IPv6 address, sealed. The address itself is never stored. Default: false.
    #[schemars(example = true)]
    pub show_network: Option<Spanned<bool>>,
}

/// Sign-out at the authority.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOutTable {
    /// Whether the authority asks which account to sign out. Default: false; the account is then named in the request.
    #[schemars(example = true)]
    pub account_picker: Option<Spanned<bool>>,
}

fn secret_example() -> serde_json::Value {
    json!({ "env": "CONTOSO_CLIENT_SECRET" })
}

fn next_secret_example() -> serde_json::Value {
    json!({ "file": "/run/secrets/contoso-next" })
}

fn certificate_example() -> serde_json::Value {
    json!({ "file": "/run/secrets/contoso.pem" })
}

fn key_example() -> serde_json::Value {
    json!({ "file": "/run/secrets/contoso.key" })
}

fn assertion_example() -> serde_json::Value {
    json!({ "file": "/var/run/secrets/azure/tokens/azure-identity-token" })
}
