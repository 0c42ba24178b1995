//! The written shape of a profile: every key with its meaning, unit, default and cost.
//!
//! The comments are the reference: the JSON Schema and `docs/profiles.md` are made from them. What a value must be
//! beyond its type is decided where it is turned into a domain value, in [`crate::config::profile::conversion`].

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::config::toml_document::alternatives::{OneOrMore, WordOr};
use crate::config::toml_document::schema_rules as rules;
use crate::config::toml_document::spanned::{SecretText, Spanned};
use crate::domain::authority::Kind;
use crate::domain::profile::{Accent, PassedParameter, Prompt, ResponseMode, SigningAlgorithm};

/// Text with its place.
pub type Text = Option<Spanned<String>>;
/// A list of texts, each with its place.
pub type Texts = Option<Vec<Spanned<String>>>;

/// A gatehouse profile: who signs the people of one tenant in, where they reach it, and what they may use. The
/// file's name without `.toml` is the profile's id.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "gatehouse profile",
    extend("required" = ["kind", "public_url", "authority", "client_id"], "allOf" = rules::profile())
)]
pub struct ProfileFile {
    /// What signs people in: `entra-id` (staff, any Microsoft cloud), `external-id` (customers at ciamlogin.com),
    /// `external-id-custom-domain` (customers at a domain of yours), `b2c` (Azure AD B2C) or `oidc` (any OpenID
    /// provider). Required. Changing it signs everybody of this profile out.
    #[schemars(example = &"entra-id", extend("enum" = Kind::ALL.map(Kind::as_str)))]
    pub kind: Text,

    /// Where people reach this profile: scheme, host, port and an optional path prefix. https, or http on a
    /// loopback host. Required. Two profiles may share a host under different prefixes.
    #[schemars(example = &"https://staff.contoso.example")]
    pub public_url: Text,

    /// The authority's address. entra-id: `https://login.microsoftonline.com/TENANT`, where TENANT is a tenant id, a
    /// domain, `organizations`, `common` or `consumers`. external-id: `https://NAME.ciamlogin.com/NAME.onmicrosoft.com`.
    /// external-id-custom-domain: `https://DOMAIN/TENANT_ID/v2.0`. b2c: `https://NAME.b2clogin.com/NAME.onmicrosoft.com`,
    /// without the policy. oidc: the issuer, byte for byte. Required. Changing it signs everybody of this profile out.
    #[schemars(example = &"https://login.microsoftonline.com/contoso.onmicrosoft.com")]
    pub authority: Text,

    /// The application's id at the authority (Microsoft: "Application (client) ID"). Required. Changing it signs
    /// everybody of this profile out.
    #[schemars(example = &"6731de76-14a6-49ae-97bc-6eba6914391e")]
    pub client_id: Text,

    /// The password of the application at the authority, from exactly one of a variable, a file or the value itself.
    /// One credential is required: this, `client_certificate`, `client_assertion` or `public_client`. A file is read
    /// again when it changes. Default: none.
    #[schemars(example = secret_example())]
    pub client_secret: Option<Spanned<SecretTable>>,

    /// The coming password, while one is exchanged for another: tried when the authority refuses the first. Default:
    /// none. Costs one more request per token request while the first is refused.
    #[schemars(example = next_secret_example())]
    pub client_secret_next: Option<Spanned<SecretTable>>,

    /// A certificate with its key (`private_key_jwt`, PS256) instead of a password; a list of two during a
    /// roll-over: the first that is within its validity signs. Read again when a file changes. Default: none.
    #[schemars(example = certificate_example())]
    pub client_certificate: Option<Spanned<OneOrMore<CertificateTable>>>,

    /// Sends the certificate's chain with each request, for applications registered by subject name and issuer.
    /// Default: false.
    #[schemars(example = true)]
    pub send_certificate_chain: Option<Spanned<bool>>,

    /// A signed statement of the platform instead of a password (workload identity federation): a file that is read
    /// at each use, `"workload-identity"` for the file that `AZURE_FEDERATED_TOKEN_FILE` names, or
    /// `"managed-identity"` for a token of the machine's managed identity. Default: none.
    #[schemars(
        example = assertion_example(),
        extend("anyOf" = rules::word_or(&["workload-identity", "managed-identity"], &json!({ "$ref": "#/$defs/AssertionTable" })))
    )]
    pub client_assertion: Option<Spanned<WordOr<AssertionTable>>>,

    /// The client id of a user-assigned managed identity. Default: the system-assigned identity.
    #[schemars(example = &"d2a5b0b1-5b3b-4f0e-9a49-0c1f3f4b2b10")]
    pub managed_identity_client_id: Text,

    /// The audience to ask the managed identity's token for. Default: `api://AzureADTokenExchange`, the global
    /// cloud's.
    #[schemars(example = &"api://AzureADTokenExchange")]
    pub assertion_audience: Text,

    /// Says that the application has no credential at all and proves itself with PKCE only. Default: false. Anybody
    /// who learns the client id can then redeem a stolen code: prefer a credential.
    #[schemars(example = true)]
    pub public_client: Option<Spanned<bool>>,

    /// How the password is sent: `client_secret_post` or `client_secret_basic`. Default: what the authority's
    /// metadata lists; for the Microsoft kinds `client_secret_post`.
    #[schemars(example = &"client_secret_post", extend("enum" = ["client_secret_post", "client_secret_basic"]))]
    pub token_endpoint_auth_method: Text,

    /// Signature algorithms that ID tokens may have, of RS256, PS256 and ES256. Default: those of the three that the
    /// authority's metadata announces. Nothing else is ever accepted.
    #[schemars(example = ["RS256"], extend("items" = rules::words(&SigningAlgorithm::ALL.map(SigningAlgorithm::as_str)), "uniqueItems" = true))]
    pub signing_algorithms: Texts,

    /// Tolerance for the authority's clock, in either direction; a duration of at most 300s. Default: `120s`.
    #[schemars(example = &"120s", extend("pattern" = rules::DURATION))]
    pub clock_skew: Text,

    /// What pages call this profile. Default: the id.
    #[schemars(example = &"Contoso staff")]
    pub title: Text,

    /// The path below `public_url` to which the authority returns the browser; `public_url` and this path together
    /// are the redirect URI to register, at most 256 characters. Default: `/auth/redirect`.
    #[schemars(example = &"/auth/redirect")]
    pub redirect_path: Text,

    /// Pins the directory tenant: a token of any other is refused. Default: the GUID in `authority` or, when there
    /// is none, the tenant that the authority names at first contact. Required for `external-id-custom-domain` when
    /// the path of `authority` has no GUID.
    #[schemars(example = &"72f988bf-86f1-41af-91ab-2d7cd011db47")]
    pub tenant_id: Text,

    /// Accepts exactly this issuer and no other. Default: the issuers of the kind. Only for authorities that deviate;
    /// it replaces the tenant's check by a comparison of text.
    #[schemars(example = &"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0"
    )]
    pub issuer: Text,

    /// entra-id with `organizations` or `common`: the tenants whose people may enter, or `"any"` for every
    /// organisation in the world. Required there, refused elsewhere. An edit holds for signed-in people at once.
    #[schemars(example = ["72f988bf-86f1-41af-91ab-2d7cd011db47"])]
    pub allowed_tenants: Option<Spanned<WordOr<Vec<Spanned<String>>>>>,

    /// entra-id with `common`: lets personal Microsoft accounts in. Default: false. An edit holds for signed-in people at
    /// once.
    #[schemars(example = true)]
    pub allow_personal_accounts: Option<Spanned<bool>>,

    /// The user flows or custom policies of a b2c authority. Required for b2c; anywhere else they have no meaning, and
    /// `gatehouse check` warns.
    pub user_flows: Option<UserFlowsTable>,

    /// `prompt` of every sign-in: `login` (always asks for the password), `consent`, `select_account` or `create`.
    /// Default: none, the authority's single sign-on decides.
    #[schemars(example = &"select_account", extend("enum" = Prompt::ALL.map(Prompt::as_str)))]
    pub prompt: Text,

    /// `login_hint` of every sign-in: the account to begin with. Default: none.
    #[schemars(example = &"ada@contoso.example")]
    pub login_hint: Text,

    /// `domain_hint` of every sign-in: skips the choice of identity provider. Default: none. A tenant without such a
    /// provider answers AADSTS90023.
    #[schemars(example = &"contoso.example")]
    pub domain_hint: Text,

    /// `ui_locales` of every sign-in: languages, separated by blanks. Default: none, the browser's.
    #[schemars(example = &"fr de")]
    pub ui_locales: Text,

    /// A sign-in at the authority may be so old at most; a duration. Default: no limit. Microsoft must be told to
    /// send the optional claim `auth_time`; without it every sign-in is refused.
    #[schemars(example = &"1h", extend("pattern" = rules::DURATION))]
    pub max_age: Text,

    /// `acr_values` of every sign-in. Default: none.
    #[schemars(example = &"urn:example:mfa")]
    pub acr_values: Text,

    /// Parameters that a link to `/auth/sign_in` may set, of `prompt`, `login_hint`, `domain_hint`, `ui_locales`,
    /// `max_age` and `acr_values`. Default: none. A `prompt=none` of a link is never passed on: it is left out without a
    /// word, because an authority answers it with an error instead of a sign-in.
    #[schemars(example = ["login_hint", "ui_locales"], extend("items" = rules::words(&PassedParameter::ALL.map(PassedParameter::as_str)), "uniqueItems" = true))]
    pub pass_parameters: Texts,

    /// How the authority returns the browser: `query` or `form_post`. Default: `query`. `form_post` needs an https
    /// `public_url`, because browsers send the cookie of the attempt with a cross-site POST only then.
    #[schemars(example = &"query", extend("enum" = ResponseMode::ALL.map(ResponseMode::as_str)))]
    pub response_mode: Text,

    /// Scopes to ask for beyond `openid`, `profile`, `offline_access` and those of the first API. Default: none.
    #[schemars(example = ["email"])]
    pub extra_scopes: Texts,

    /// Web APIs that are called for the signed-in person, each with its own access token. Default: none. The scopes
    /// of the first are asked for at sign-in, the others' when they are first called.
    pub api: Option<Vec<ApiTable>>,

    /// Who may enter at all: any one entry suffices within a list, all lists must pass. Default: everybody whom the
    /// authority signs in.
    pub allow: Option<AllowTable>,

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
    /// The name of an environment variable, read when the profile is loaded.
    #[schemars(example = &"CONTOSO_CLIENT_SECRET")]
    pub env: Text,
    /// A file, relative to the profile's folder. White space at its end is not part of the secret. Read again when
    /// it changes.
    #[schemars(example = &"/run/secrets/contoso-client-secret")]
    pub file: Text,
    /// The secret itself. Then this file is a secret too: keep it out of version control.
    #[schemars(example = &"the secret")]
    pub value: Option<Spanned<SecretText>>,
}

/// A certificate and its key, both PEM.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["file"]))]
pub struct CertificateTable {
    /// The certificate, or its chain with the leaf first; may also hold the key. Relative to the profile's folder.
    #[schemars(example = &"/run/secrets/contoso.pem")]
    pub file: Text,
    /// The private key, when it is not in `file`.
    #[schemars(example = key_example())]
    pub key: Option<Spanned<SecretTable>>,
}

/// The platform's signed statement.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["file"]))]
pub struct AssertionTable {
    /// The file, relative to the profile's folder; read at each use.
    #[schemars(example = &"/var/run/secrets/azure/tokens/azure-identity-token")]
    pub file: Text,
}

/// User flows or custom policies of B2C.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["sign_in"]))]
pub struct UserFlowsTable {
    /// Sign in and sign up. Required. Changing it signs everybody of this profile out.
    #[schemars(example = &"B2C_1_susi")]
    pub sign_in: Text,
    /// Edit profile. Default: none, and no link on the pages.
    #[schemars(example = &"B2C_1_edit_profile")]
    pub edit_profile: Text,
    /// Reset password, for sign-in flows that leave "forgot your password?" to the application. Default: none.
    #[schemars(example = &"B2C_1_reset_password")]
    pub reset_password: Text,
}

/// A web API.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["name", "endpoint"]))]
pub struct ApiTable {
    /// Its name in addresses, `/auth/call_api/NAME`: lower-case letters, digits, `-` and `_`. Required.
    #[schemars(example = &"graph")]
    pub name: Text,
    /// What pages call it. Default: the name.
    #[schemars(example = &"Microsoft Graph")]
    pub title: Text,
    /// The address that is called; the token goes nowhere else. https, or http on a loopback host. Required.
    #[schemars(example = &"https://graph.microsoft.com/v1.0/me")]
    pub endpoint: Text,
    /// What must be granted. Microsoft issues a token for one resource only, so all scopes of an API name the same
    /// one; a scope without a resource is Microsoft Graph's. Default: none.
    #[schemars(example = ["User.Read"])]
    pub scopes: Texts,
}

/// Who may enter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowTable {
    /// App roles, compared exactly. Default: no demand.
    #[schemars(example = ["Orders.Read"])]
    pub roles: Texts,
    /// Object ids of groups. Default: no demand. People with too many groups for a token cost a call to Microsoft
    /// Graph at sign-in.
    #[schemars(example = ["0a5d1e5c-0b0e-4d52-9d6c-2f0d1b8f1f11"])]
    pub groups: Texts,
    /// Verified e-mail addresses, case does not count. Default: no demand.
    #[schemars(example = ["ada@contoso.example"])]
    pub emails: Texts,
    /// Domains of verified e-mail addresses, without subdomains. Default: no demand.
    #[schemars(example = ["contoso.example"])]
    pub email_domains: Texts,
}

/// How long sessions live.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionTable {
    /// Ends a session that nobody used for so long; a duration. Use is written down once a minute. Default: the
    /// setting `session.idle_timeout`.
    #[schemars(example = &"8h", extend("pattern" = rules::DURATION))]
    pub idle_timeout: Text,
    /// Ends a session whatever happens; a duration. Default: the setting `session.lifetime`.
    #[schemars(example = &"7d", extend("pattern" = rules::DURATION))]
    pub lifetime: Text,
}

/// Sign-out at the authority.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOutTable {
    /// Lets the authority ask which account to sign out, instead of naming it. Default: false.
    #[schemars(example = true)]
    pub account_picker: Option<Spanned<bool>>,
}

/// How pages look.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandingTable {
    /// A picture at the top of pages: an https address, or a path on the profile's own host. Default: none.
    #[schemars(example = &"https://contoso.example/logo.svg")]
    pub logo: Text,
    /// The shade of buttons and links. Default: `blue`.
    #[schemars(example = &"teal", extend("enum" = Accent::ALL.map(Accent::as_str)))]
    pub accent: Text,
    /// Where people get help: an https address, a `mailto:` or a path. Default: none.
    #[schemars(example = &"mailto:help@contoso.example")]
    pub support: Text,
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
