//! Kind, authority, tenants and user flows, and the binding that sessions hang on.

use std::collections::BTreeSet;
use std::ops::Range;

use aws_lc_rs::digest::{SHA256, digest};

use crate::config::profile::file::{ProfileFile, Text};
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::scalars::shortened;
use crate::config::toml_document::alternatives::WordOr;
use crate::config::toml_document::spanned::Spanned;
use crate::domain::authority::{
    Authority, AuthorityError, AuthorityInput, Dialect, Kind, UserFlow, UserFlowKind, UserFlows,
};
use crate::domain::credential::ClientId;
use crate::domain::issuer::{AllowedTenants, TenantGuid};
use crate::domain::profile::AuthorityFingerprint;

/// A GUID that stands in for a faulty one while the rest is judged.
const STAND_IN: &str = "00000000-0000-0000-0000-000000000000";

impl ProfileReader<'_, '_> {
    pub(super) fn authority(&mut self, file: &ProfileFile) -> Option<Authority> {
        let kind = self.kind(file);
        let url = file
            .authority
            .clone()
            .filter(|written| self.is_usable("authority", written, right_authority(kind)));
        if file.authority.is_none() {
            self.problems.missing("authority", right_authority(kind));
        }
        let tenant = self.tenant(file);
        let issuer = self.issuer(file);
        let allowed_tenants = self.allowed_tenants(file);
        let user_flows = self.user_flows(file);
        let kind = kind?;
        let personal_accounts = file
            .allow_personal_accounts
            .as_ref()
            .is_some_and(|written| *written.get());
        let many = file.allowed_tenants.is_some() || personal_accounts;
        let url = url.map_or_else(|| sample(kind, many).to_owned(), |url| url.get().clone());
        let parts = AuthorityInput {
            kind,
            url,
            tenant,
            issuer,
            allowed_tenants,
            personal_accounts,
            user_flows,
        };
        self.judge(file, parts)
    }

    /// Judges the parts again and again with each faulty one set right, so that every fault is told.
    fn judge(&mut self, file: &ProfileFile, mut parts: AuthorityInput) -> Option<Authority> {
        let mut told: Vec<&'static str> = Vec::new();
        loop {
            let fault = match Authority::new(&parts) {
                Ok(authority) => return Some(authority),
                Err(fault) => fault,
            };
            if told.contains(&fault.key) {
                return None;
            }
            told.push(fault.key);
            self.tell(file, parts.kind, &fault);
            set_right(&mut parts, fault.key);
        }
    }

    fn tell(&mut self, file: &ProfileFile, kind: Kind, fault: &AuthorityError) {
        // A part with a fault of its own was left out; what that causes is not worth a second line.
        if self.problems.mentions(fault.key) {
            return;
        }
        let right = match fault.key {
            "authority" => right_authority(Some(kind)),
            "tenant_id" => "the directory (tenant) id, a GUID",
            "allowed_tenants" => {
                "allowed_tenants = [\"72f988bf-86f1-41af-91ab-2d7cd011db47\"] with kind = \"entra-id\" and the authority …/organizations or …/common"
            }
            "allow_personal_accounts" => {
                "allow_personal_accounts = true only with kind = \"entra-id\" and the authority …/common"
            }
            "user_flows" => {
                "[user_flows] sign_in = \"B2C_1_susi\" with kind = \"b2c\", and nowhere else"
            }
            _ => "see docs/profiles.md",
        };
        let Some(span) = span_of(file, fault.key) else {
            let why = fault.what.strip_prefix("is missing; ");
            return self.problems.missing(fault.key, why.unwrap_or(right));
        };
        // An address that cannot be read may still hold a password.
        let what = if fault.what.contains('@') {
            "is not an absolute https address"
        } else {
            &fault.what
        };
        if fault.idle {
            let right = format!("leave it out, or {right}");
            return self.problems.warning(fault.key, &span, what, right);
        }
        self.problems.error(fault.key, &span, what, right);
    }

    /// B2C documents `login` only; the others end in AADB2C90043 or in nothing.
    fn prompt_of_b2c(&mut self, file: &ProfileFile) {
        if let Some(written) = &file.prompt
            && written.get() != "login"
        {
            let what = "may be refused or ignored: B2C documents no other prompt than \"login\"";
            self.problems.warning(
                "prompt",
                &written.span(),
                what,
                "\"login\", or leave it out",
            );
        }
    }

    fn kind(&mut self, file: &ProfileFile) -> Option<Kind> {
        let known = Kind::ALL.map(Kind::as_str);
        if file.kind.is_none() {
            self.problems
                .missing("kind", format!("one of {}", known.join(", ")));
        }
        self.word("kind", &file.kind, &known, Kind::parse)
    }

    fn tenant(&mut self, file: &ProfileFile) -> Option<TenantGuid> {
        let written = self.text("tenant_id", &file.tenant_id)?;
        self.guid("tenant_id", written)
    }

    fn guid(&mut self, key: &str, written: &Spanned<String>) -> Option<TenantGuid> {
        let guid = TenantGuid::parse(written.get());
        if guid.is_none() {
            self.problems.error(
                key,
                &written.span(),
                format!("{:?} is not a GUID", shortened(written.get())),
                "the directory (tenant) id, such as \"72f988bf-86f1-41af-91ab-2d7cd011db47\"",
            );
        }
        guid
    }

    fn issuer(&mut self, file: &ProfileFile) -> Option<String> {
        let written = self.text("issuer", &file.issuer)?;
        if written.get().contains('{') {
            self.problems.error(
                "issuer",
                &written.span(),
                "is a template",
                "the issuer exactly as it stands in tokens, or leave the key out",
            );
            return None;
        }
        Some(written.get().clone())
    }

    fn allowed_tenants(&mut self, file: &ProfileFile) -> Option<AllowedTenants> {
        let written = file.allowed_tenants.as_ref()?;
        let right = "allowed_tenants = [\"tenant id\", …], or allowed_tenants = \"any\"";
        match written.get() {
            WordOr::Word(word) if word == "any" => Some(AllowedTenants::Any),
            WordOr::Word(word) => {
                let what = format!("{:?} is not known here", shortened(word));
                self.problems
                    .error("allowed_tenants", &written.span(), what, right);
                None
            }
            WordOr::Other(ids) if ids.is_empty() => {
                self.problems.error(
                    "allowed_tenants",
                    &written.span(),
                    "is an empty list: nobody could sign in",
                    right,
                );
                None
            }
            WordOr::Other(ids) => {
                let mut tenants = BTreeSet::new();
                for id in ids {
                    if self.is_usable("allowed_tenants", id, right) {
                        tenants.extend(self.guid("allowed_tenants", id));
                    }
                }
                Some(AllowedTenants::These(tenants))
            }
        }
    }

    fn user_flows(&mut self, file: &ProfileFile) -> Option<UserFlows> {
        let table = file.user_flows.as_ref()?;
        let sign_in = self.user_flow("user_flows.sign_in", &table.sign_in);
        let edit_profile = self.user_flow("user_flows.edit_profile", &table.edit_profile);
        let reset_password = self.user_flow("user_flows.reset_password", &table.reset_password);
        if table.sign_in.is_none() {
            self.problems
                .missing("user_flows.sign_in", "such as sign_in = \"B2C_1_susi\"");
        }
        Some(UserFlows {
            sign_in: sign_in.or_else(|| UserFlow::parse("missing"))?,
            edit_profile,
            reset_password,
        })
    }

    fn user_flow(&mut self, key: &str, text: &Text) -> Option<UserFlow> {
        let written = self.text(key, text)?;
        let flow = UserFlow::parse(written.get());
        if flow.is_none() {
            self.problems.error(
                key,
                &written.span(),
                "is not the name of a user flow or policy",
                "letters, digits, '-' and '_', such as \"B2C_1_susi\"",
            );
        }
        flow
    }

    /// What a kind cannot do, said before people find out at sign-in.
    pub(super) fn suits_the_authority(&mut self, file: &ProfileFile, dialect: Dialect) {
        // Microsoft's B2C: the one authority that may answer without an access token has no Graph for its people.
        if dialect.id_token_only {
            self.no_graph(file);
            self.prompt_of_b2c(file);
        }
        if dialect.microsoft {
            self.one_resource_per_api(file);
        }
    }
}

/// Where a key of the authority stands.
fn span_of(file: &ProfileFile, key: &str) -> Option<Range<usize>> {
    let of = |text: &Text| text.as_ref().map(Spanned::span);
    match key {
        "authority" => of(&file.authority),
        "tenant_id" => of(&file.tenant_id),
        "issuer" => of(&file.issuer),
        "allowed_tenants" => file.allowed_tenants.as_ref().map(Spanned::span),
        "allow_personal_accounts" => file.allow_personal_accounts.as_ref().map(Spanned::span),
        "user_flows" => {
            let table = file.user_flows.as_ref()?;
            [&table.sign_in, &table.edit_profile, &table.reset_password]
                .into_iter()
                .find_map(of)
        }
        _ => None,
    }
}

/// Puts a good value in the place of a faulty one.
fn set_right(parts: &mut AuthorityInput, key: &str) {
    let many = parts.allowed_tenants.is_some() || parts.personal_accounts;
    match key {
        "authority" => {
            sample(parts.kind, many).clone_into(&mut parts.url);
            parts.tenant = None;
        }
        "tenant_id" => {
            parts.tenant = if parts.tenant.is_some() {
                None
            } else {
                TenantGuid::parse(STAND_IN)
            };
        }
        "allowed_tenants" => {
            parts.allowed_tenants = parts
                .allowed_tenants
                .is_none()
                .then_some(AllowedTenants::Any);
        }
        "allow_personal_accounts" => parts.personal_accounts = false,
        "user_flows" => {
            parts.user_flows = match (&parts.user_flows, UserFlow::parse("stand-in")) {
                (None, Some(sign_in)) => Some(UserFlows {
                    sign_in,
                    edit_profile: None,
                    reset_password: None,
                }),
                _ => None,
            };
        }
        _ => {}
    }
}

/// A good authority of a kind.
fn sample(kind: Kind, many: bool) -> &'static str {
    match kind {
        Kind::EntraId if many => "https://login.microsoftonline.com/common",
        Kind::EntraId => "https://login.microsoftonline.com/contoso.onmicrosoft.com",
        Kind::ExternalId => "https://contoso.ciamlogin.com/contoso.onmicrosoft.com",
        Kind::ExternalIdCustomDomain => {
            "https://login.contoso.example/00000000-0000-0000-0000-000000000000/v2.0"
        }
        Kind::B2c => "https://contoso.b2clogin.com/contoso.onmicrosoft.com",
        Kind::Oidc => "https://login.contoso.example",
    }
}

fn right_authority(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::EntraId) => {
            "such as \"https://login.microsoftonline.com/TENANT\", TENANT being a tenant id, a domain, organizations, common or consumers"
        }
        Some(Kind::ExternalId) => {
            "such as \"https://contoso.ciamlogin.com/contoso.onmicrosoft.com\""
        }
        Some(Kind::ExternalIdCustomDomain) => {
            "such as \"https://login.contoso.example/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0\""
        }
        Some(Kind::B2c) => {
            "such as \"https://contoso.b2clogin.com/contoso.onmicrosoft.com\", without the policy"
        }
        Some(Kind::Oidc) => "the provider's issuer, such as \"https://login.contoso.example\"",
        None => {
            "the address of the authority, such as \"https://login.microsoftonline.com/contoso.onmicrosoft.com\""
        }
    }
}

/// SHA-256 over what sessions depend on. The first line versions the form; a change of form ends every session.
pub(super) fn binding(
    file: &ProfileFile,
    authority: &Authority,
    client: &ClientId,
) -> AuthorityFingerprint {
    let written = |text: &Text| {
        text.as_ref()
            .map(|written| written.get().to_ascii_lowercase())
            .unwrap_or_default()
    };
    let flow = |journey| {
        authority
            .issuer_config(journey)
            .and_then(|issuer_config| issuer_config.user_flow.as_ref())
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
