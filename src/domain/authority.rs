//! Who signs people in: each kind of authority becomes metadata addresses, issuer policies and a dialect.
//!
//! Nothing after this module asks for the kind; it asks for what the kind implies.

use std::fmt;

use url::Url;

use super::issuer::{AllowedTenants, IssuerForm, IssuerPolicy, PERSONAL_ACCOUNTS, TenantGuid};
use super::public_url::{is_loopback, is_secure_enough};

/// The kinds of authority that a profile can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Microsoft Entra ID, any cloud.
    EntraId,
    /// Microsoft Entra External ID at its ciamlogin.com host.
    ExternalId,
    /// Microsoft Entra External ID behind a domain of the customer's.
    ExternalIdCustomDomain,
    /// Azure AD B2C with user flows or custom policies.
    B2c,
    /// Any OpenID provider.
    Oidc,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::EntraId,
        Self::ExternalId,
        Self::ExternalIdCustomDomain,
        Self::B2c,
        Self::Oidc,
    ];

    /// The word in a profile file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EntraId => "entra-id",
            Self::ExternalId => "external-id",
            Self::ExternalIdCustomDomain => "external-id-custom-domain",
            Self::B2c => "b2c",
            Self::Oidc => "oidc",
        }
    }

    /// Reads the word of a profile file.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a round trip to the authority is for. Only B2C has a user flow of its own for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Journey {
    /// Sign in (and sign up).
    SignIn,
    /// Change one's own attributes.
    EditProfile,
    /// Set a new password.
    ResetPassword,
}

/// A B2C user flow or custom policy, such as `B2C_1_susi`. Compared without regard to case.
#[derive(Debug, Clone)]
pub struct UserFlow(String);

impl UserFlow {
    /// Accepts a name that is one path segment of letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (!text.is_empty() && text.len() <= 128 && text.bytes().all(allowed))
            .then(|| Self(text.to_owned()))
    }

    /// The name as configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a claim names this flow.
    pub fn is_named(&self, claim: &str) -> bool {
        self.0.eq_ignore_ascii_case(claim)
    }
}

/// Where one journey's tokens come from: a metadata document and how its issuer is judged.
#[derive(Debug, Clone)]
pub struct Issuance {
    /// The address of the metadata document (OIDC Discovery §4).
    pub metadata_url: Url,
    /// Whose tokens count.
    pub issuer: IssuerPolicy,
    /// The user flow that must stand in `tfp` or `acr`.
    pub user_flow: Option<UserFlow>,
}

/// What differs between authorities beyond the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Microsoft's shapes: `client_info`, error codes, `sid` without `iss`, a token for one resource at a time.
    pub microsoft: bool,
    /// Calls the userinfo endpoint after sign-in (OIDC Core §5.3) if the metadata has one.
    pub userinfo: bool,
    /// Accepts a token response without an access token (B2C without an API scope).
    pub id_token_only: bool,
    /// The person is `tid` and `oid` instead of `iss` and `sub`.
    pub person_by_object: bool,
    /// Sends the `login_hint` claim as `logout_hint`; otherwise the ID token as `id_token_hint`.
    pub logout_hint: bool,
    /// Announces the client capability `cp1` (claims challenges are handled).
    pub claims_challenge: bool,
    /// Only an administrator can consent (External ID).
    pub admin_consent_only: bool,
    /// Hints at a person by address: the opaque hint would show an internal name (microsoft-identity 7).
    pub hint_by_address: bool,
    /// `groups` may be left out for size and must be read from Graph.
    pub groups_from_graph: bool,
}

/// Who signs people in.
#[derive(Debug, Clone)]
pub struct Authority {
    kind: Kind,
    url: Url,
    dialect: Dialect,
    sign_in: Issuance,
    edit_profile: Option<Issuance>,
    reset_password: Option<Issuance>,
}

/// What a profile says about its authority, each part already well formed.
#[derive(Debug, Clone)]
pub struct AuthorityParts {
    /// The kind.
    pub kind: Kind,
    /// The `authority` key.
    pub url: String,
    /// The `tenant_id` key.
    pub tenant: Option<TenantGuid>,
    /// The `issuer` key: then exactly this text is accepted.
    pub issuer: Option<String>,
    /// The `allowed_tenants` key.
    pub allowed_tenants: Option<AllowedTenants>,
    /// The `allow_personal_accounts` key.
    pub personal_accounts: bool,
    /// The `[user_flows]` table: sign-in, edit-profile, reset-password.
    pub user_flows: Option<UserFlows>,
}

/// The user flows of a B2C profile.
#[derive(Debug, Clone)]
pub struct UserFlows {
    /// Sign in and sign up.
    pub sign_in: UserFlow,
    /// Edit profile.
    pub edit_profile: Option<UserFlow>,
    /// Reset password, for user flows that leave it to the application (AADB2C90118).
    pub reset_password: Option<UserFlow>,
}

/// What is wrong with the keys that describe an authority. The text says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct AuthorityError {
    /// The key it is about.
    pub key: &'static str,
    /// What is wrong and what would be right.
    pub what: String,
}

fn wrong(key: &'static str, what: impl Into<String>) -> AuthorityError {
    AuthorityError {
        key,
        what: what.into(),
    }
}

/// Login hosts of Microsoft's clouds; each serves its own tenants.
const ENTRA_HOSTS: [&str; 9] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login-us.microsoftonline.com",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "login.usgovcloudapi.net",
    "login.sovcloud-identity.fr",
    "login.sovcloud-identity.de",
    "login.sovcloud-identity.sg",
];

/// Other names of the global cloud's login host.
const ENTRA_ALIASES: [&str; 3] = [
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
];

impl Authority {
    /// Derives metadata addresses, issuer policies and dialect from what a profile says.
    ///
    /// # Errors
    /// Names the key that does not fit the kind, and what would.
    pub fn new(parts: AuthorityParts) -> Result<Self, AuthorityError> {
        let url = parse_address(&parts.url)?;
        foreign_keys(&parts)?;
        let loopback = url.host().is_some_and(|host| is_loopback(&host));
        let place = Place {
            url: &url,
            loopback,
            parts: &parts,
        };
        let sign_in = match parts.kind {
            Kind::EntraId => place.entra()?,
            Kind::ExternalId => place.external()?,
            Kind::ExternalIdCustomDomain => place.custom_domain()?,
            Kind::B2c => place.b2c(place.flows()?.sign_in.clone())?,
            Kind::Oidc => place.oidc()?,
        };
        let flow = |pick: fn(&UserFlows) -> &Option<UserFlow>| -> Result<Option<Issuance>, AuthorityError> {
            parts.user_flows.as_ref().and_then(|flows| pick(flows).clone()).map(|flow| place.b2c(flow)).transpose()
        };
        let edit_profile = flow(|flows| &flows.edit_profile)?;
        let reset_password = flow(|flows| &flows.reset_password)?;
        Ok(Self {
            kind: parts.kind,
            dialect: dialect(parts.kind),
            sign_in,
            edit_profile,
            reset_password,
            url,
        })
    }

    /// The kind, for people to read; rules ask for the [`Dialect`] instead.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The address as configured.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What differs between authorities.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Where a journey's tokens come from; `None` if the authority has no such journey.
    pub fn issuance(&self, journey: Journey) -> Option<&Issuance> {
        match journey {
            Journey::SignIn => Some(&self.sign_in),
            Journey::EditProfile => self.edit_profile.as_ref(),
            Journey::ResetPassword => self.reset_password.as_ref(),
        }
    }

    /// Where sign-in tokens come from.
    pub fn sign_in(&self) -> &Issuance {
        &self.sign_in
    }

    /// Whether an endpoint that the metadata names may be used: https, and on a host that belongs to this
    /// authority. A generic provider may spread over hosts, but never from the internet onto loopback.
    pub fn accepts_endpoint(&self, endpoint: &Url, issuer: &str) -> bool {
        let Some(host) = endpoint.host() else {
            return false;
        };
        if !is_secure_enough(endpoint) {
            return false;
        }
        let ours_is_loopback = self.url.host().is_some_and(|host| is_loopback(&host));
        if is_loopback(&host) {
            return ours_is_loopback;
        }
        if !self.dialect.microsoft {
            return true;
        }
        let issuer_host = Url::parse(issuer)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        let name = endpoint.host_str().unwrap_or_default();
        Some(name) == self.url.host_str()
            || Some(name) == issuer_host.as_deref()
            || is_microsoft_host(name)
    }
}

/// Hosts that Microsoft's metadata documents name for any tenant.
fn is_microsoft_host(name: &str) -> bool {
    const SUFFIXES: [&str; 5] = [
        ".ciamlogin.com",
        ".b2clogin.com",
        ".b2clogin.cn",
        ".b2clogin.us",
        ".b2clogin.de",
    ];
    const GRAPH: [&str; 4] = [
        "graph.microsoft.com",
        "graph.microsoft.us",
        "dod-graph.microsoft.us",
        "microsoftgraph.chinacloudapi.cn",
    ];
    ENTRA_HOSTS.contains(&name)
        || ENTRA_ALIASES.contains(&name)
        || GRAPH.contains(&name)
        || SUFFIXES.iter().any(|suffix| {
            name.strip_suffix(suffix)
                .is_some_and(|label| !label.is_empty() && !label.contains('.'))
        })
}

fn dialect(kind: Kind) -> Dialect {
    let microsoft = kind != Kind::Oidc;
    let directory = matches!(
        kind,
        Kind::EntraId | Kind::ExternalId | Kind::ExternalIdCustomDomain
    );
    let external = matches!(kind, Kind::ExternalId | Kind::ExternalIdCustomDomain);
    Dialect {
        microsoft,
        userinfo: !microsoft,
        id_token_only: kind == Kind::B2c,
        person_by_object: directory,
        logout_hint: directory,
        claims_challenge: kind == Kind::EntraId,
        admin_consent_only: external,
        hint_by_address: external,
        groups_from_graph: directory,
    }
}

fn parse_address(text: &str) -> Result<Url, AuthorityError> {
    let url = Url::parse(text).map_err(|_| {
        wrong(
            "authority",
            format!("{text:?} is not an absolute https address"),
        )
    })?;
    if !is_secure_enough(&url) {
        return Err(wrong(
            "authority",
            "must be https; plain http is accepted only for loopback hosts such as localhost",
        ));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(wrong(
            "authority",
            "must hold nothing but scheme, host, port and path",
        ));
    }
    if url.path().ends_with("/.well-known/openid-configuration") {
        return Err(wrong(
            "authority",
            "is the address of the metadata; leave out /.well-known/openid-configuration",
        ));
    }
    Ok(url)
}

/// Keys that mean nothing for the kind are mistakes worth telling.
fn foreign_keys(parts: &AuthorityParts) -> Result<(), AuthorityError> {
    let kind = parts.kind;
    if kind != Kind::B2c && parts.user_flows.is_some() {
        return Err(wrong(
            "user_flows",
            format!(
                "only kind = \"b2c\" has user flows, not {kind:?}",
                kind = kind.as_str()
            ),
        ));
    }
    if kind != Kind::EntraId && (parts.allowed_tenants.is_some() || parts.personal_accounts) {
        let key = if parts.allowed_tenants.is_some() {
            "allowed_tenants"
        } else {
            "allow_personal_accounts"
        };
        return Err(wrong(
            key,
            format!("only kind = \"entra-id\" lets several tenants in, not \"{kind}\""),
        ));
    }
    if kind == Kind::Oidc && parts.tenant.is_some() {
        return Err(wrong(
            "tenant_id",
            "kind = \"oidc\" has no directory tenant; leave it out",
        ));
    }
    Ok(())
}

/// An authority's address while its kind is being worked out.
struct Place<'a> {
    url: &'a Url,
    loopback: bool,
    parts: &'a AuthorityParts,
}

impl Place<'_> {
    fn segments(&self) -> Vec<&str> {
        self.url
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect()
    }

    fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    fn flows(&self) -> Result<&UserFlows, AuthorityError> {
        self.parts.user_flows.as_ref().ok_or_else(|| {
            wrong(
                "user_flows",
                "is missing; kind = \"b2c\" needs [user_flows] with sign_in = \"B2C_1_…\"",
            )
        })
    }

    /// The tenant of the profile: `tenant_id`, or a GUID as the path's first segment; both must agree.
    fn tenant(&self, segment: &str) -> Result<Option<TenantGuid>, AuthorityError> {
        match (&self.parts.tenant, TenantGuid::parse(segment)) {
            (Some(given), Some(in_path)) if *given != in_path => Err(wrong(
                "tenant_id",
                format!("is {given}, but the authority's path says {in_path}"),
            )),
            (given, in_path) => Ok(given.clone().or(in_path)),
        }
    }

    fn issuance(
        &self,
        base: &str,
        policy: IssuerPolicy,
        user_flow: Option<UserFlow>,
    ) -> Result<Issuance, AuthorityError> {
        let address = format!("{base}/.well-known/openid-configuration");
        let metadata_url = Url::parse(&address)
            .map_err(|_| wrong("authority", format!("{address:?} is no address")))?;
        let issuer = self
            .parts
            .issuer
            .clone()
            .map_or(policy, IssuerPolicy::Exact);
        Ok(Issuance {
            metadata_url,
            issuer,
            user_flow,
        })
    }

    /// Forms with the loopback stand-ins that a simulator on this machine may use.
    fn forms(&self, forms: &[&str]) -> Vec<IssuerForm> {
        let mut all: Vec<_> = forms.iter().map(|form| IssuerForm::new(*form)).collect();
        if self.loopback {
            all.push(IssuerForm::new("http://{loopback}/{tenantid}/v2.0"));
        }
        all
    }

    fn entra(&self) -> Result<Issuance, AuthorityError> {
        let host = self.url.host_str().unwrap_or_default();
        if !self.loopback && !ENTRA_HOSTS.contains(&host) && !ENTRA_ALIASES.contains(&host) {
            return Err(wrong(
                "authority",
                format!(
                    "{host} is not a login host of Microsoft Entra ID; use https://login.microsoftonline.com/TENANT (or the host of your sovereign cloud)"
                ),
            ));
        }
        let segments = self.segments();
        let [tenant] = segments.as_slice() else {
            return Err(wrong(
                "authority",
                "must end with exactly one path segment: a tenant id, a domain, organizations, common or consumers (without /v2.0)",
            ));
        };
        let base = format!("{}/{tenant}/v2.0", self.origin());
        let cloud = match host {
            "login.chinacloudapi.cn" => "login.partner.microsoftonline.cn",
            "login.usgovcloudapi.net" => "login.microsoftonline.us",
            alias if self.loopback || ENTRA_ALIASES.contains(&alias) => "login.microsoftonline.com",
            own => own,
        };
        let form = format!("https://{cloud}/{{tenantid}}/v2.0");
        let forms = self.forms(&[&form]);
        let policy = match tenant.to_ascii_lowercase().as_str() {
            word @ ("organizations" | "common") => self.many_tenants(word, forms)?,
            "consumers" => {
                self.no_tenant_list("the personal accounts' tenant")?;
                one_tenant(forms, TenantGuid::parse(PERSONAL_ACCOUNTS), true)
            }
            _ => {
                self.no_tenant_list("one tenant")?;
                one_tenant(forms, self.tenant(tenant)?, true)
            }
        };
        self.issuance(&base, policy, None)
    }

    fn many_tenants(
        &self,
        word: &str,
        forms: Vec<IssuerForm>,
    ) -> Result<IssuerPolicy, AuthorityError> {
        if self.parts.tenant.is_some() {
            return Err(wrong(
                "tenant_id",
                format!("pins one tenant, but the authority is {word}; use allowed_tenants"),
            ));
        }
        let allowed = self.parts.allowed_tenants.clone().ok_or_else(|| {
            wrong(
                "allowed_tenants",
                format!(
                    "is missing; an authority of {word} needs a list of tenant ids, or \"any\""
                ),
            )
        })?;
        if word == "organizations" && self.parts.personal_accounts {
            return Err(wrong(
                "allow_personal_accounts",
                "needs the authority …/common; organizations has no personal accounts",
            ));
        }
        Ok(IssuerPolicy::ManyTenants {
            forms,
            allowed,
            personal: self.parts.personal_accounts,
        })
    }

    fn no_tenant_list(&self, what: &str) -> Result<(), AuthorityError> {
        if self.parts.allowed_tenants.is_some() || self.parts.personal_accounts {
            let key = if self.parts.allowed_tenants.is_some() {
                "allowed_tenants"
            } else {
                "allow_personal_accounts"
            };
            return Err(wrong(
                key,
                format!(
                    "has no meaning here: the authority is {what}; use organizations or common"
                ),
            ));
        }
        Ok(())
    }

    fn external(&self) -> Result<Issuance, AuthorityError> {
        let host = self.url.host_str().unwrap_or_default();
        let subdomain = host
            .strip_suffix(".ciamlogin.com")
            .filter(|label| !label.is_empty() && !label.contains('.'));
        if !self.loopback && subdomain.is_none() {
            return Err(wrong(
                "authority",
                format!(
                    "{host} is not a host of External ID; use https://NAME.ciamlogin.com/NAME.onmicrosoft.com, or kind = \"external-id-custom-domain\""
                ),
            ));
        }
        let segments = self.segments();
        let tenant = match (segments.as_slice(), subdomain) {
            ([tenant] | [tenant, "v2.0"], _) => (*tenant).to_owned(),
            ([], Some(name)) => format!("{name}.onmicrosoft.com"),
            _ => {
                return Err(wrong(
                    "authority",
                    "must have one path segment: the tenant's domain or id, such as /contoso.onmicrosoft.com",
                ));
            }
        };
        let own = format!("{}/{{tenantid}}/v2.0", self.origin());
        let forms = self.forms(&["https://{tenantid}.ciamlogin.com/{tenantid}/v2.0", &own]);
        let known = self
            .tenant(&tenant)?
            .or_else(|| subdomain.and_then(TenantGuid::parse));
        self.issuance(
            &format!("{}/{tenant}/v2.0", self.origin()),
            one_tenant(forms, known, true),
            None,
        )
    }

    fn custom_domain(&self) -> Result<Issuance, AuthorityError> {
        let segments = self.segments();
        let [tenant, "v2.0"] = segments.as_slice() else {
            return Err(wrong(
                "authority",
                "must be https://YOUR-DOMAIN/TENANT-ID/v2.0; a missing /v2.0 leads to AADSTS500207 or AADSTS900144",
            ));
        };
        let known = self.tenant(tenant)?.ok_or_else(|| {
            wrong("tenant_id", "is missing; a custom domain needs the tenant's id, here or in the authority's path")
        })?;
        let own = format!("{}/{{tenantid}}/v2.0", self.origin());
        let forms = self.forms(&[
            "https://{tenantid}.ciamlogin.com/{tenantid}/v2.0",
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            &own,
        ]);
        let policy = IssuerPolicy::OneTenant {
            forms,
            tenant: Some(known),
            tid_required: true,
            any_form: true,
        };
        self.issuance(&format!("{}/{tenant}/v2.0", self.origin()), policy, None)
    }

    fn b2c(&self, flow: UserFlow) -> Result<Issuance, AuthorityError> {
        let segments = self.segments();
        let [tenant] = segments.as_slice() else {
            return Err(wrong(
                "authority",
                "must have one path segment, the tenant's domain or id; the policy belongs into [user_flows]",
            ));
        };
        let mut forms = Vec::new();
        for origin in std::iter::once(self.origin())
            .chain(self.loopback.then(|| "http://{loopback}".to_owned()))
        {
            forms.push(IssuerForm::new(format!("{origin}/{{tenantid}}/v2.0/")));
            forms.push(IssuerForm::with_policy(
                format!("{origin}/tfp/{{tenantid}}/{{policy}}/v2.0/"),
                flow.as_str(),
            ));
        }
        let policy = one_tenant(forms, self.tenant(tenant)?, false);
        self.issuance(
            &format!("{}/{tenant}/{}/v2.0", self.origin(), flow.as_str()),
            policy,
            Some(flow),
        )
    }

    fn oidc(&self) -> Result<Issuance, AuthorityError> {
        // OIDC Discovery §4: any slash at the end is removed before the path is appended.
        let base = self.parts.url.trim_end_matches('/');
        self.issuance(base, IssuerPolicy::Exact(self.parts.url.clone()), None)
    }
}

fn one_tenant(
    forms: Vec<IssuerForm>,
    tenant: Option<TenantGuid>,
    tid_required: bool,
) -> IssuerPolicy {
    IssuerPolicy::OneTenant {
        forms,
        tenant,
        tid_required,
        any_form: false,
    }
}
