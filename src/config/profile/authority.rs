//! The keys that say who signs people in: kind, authority, tenants, issuer and user flows.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::scalars::shortened;
use crate::config::toml_document::alternatives::WordOr;
use crate::config::toml_document::spanned::{Spanned, Text};
use crate::domain::authority::{
    Authority, AuthorityError, AuthorityInput, AuthorityKey, Dialect, Kind, PolicyClaim, UserFlow,
    UserFlows,
};
use crate::domain::issuer::{AllowedTenants, TenantGuid};

/// An example of `authority` while the kind is unknown.
const ANY_AUTHORITY: &str = "the address of the authority, such as \"https://login.microsoftonline.com/contoso.onmicrosoft.com\"";

impl ProfileReader<'_, '_> {
    pub(super) fn authority(&mut self, file: &ProfileFile) -> Option<Authority> {
        let kind = self.kind(file);
        let example = kind.map_or(ANY_AUTHORITY, Kind::authority_example);
        if file.authority.is_none() {
            self.problems.missing("authority", example);
        }
        let url = file
            .authority
            .as_ref()
            .filter(|written| self.is_usable("authority", written, example));
        let tenant = self.tenant(file);
        let issuer = self.issuer(file);
        let allowed_tenants = self.allowed_tenants(file);
        let user_flows = self.user_flows(file);
        let input = AuthorityInput {
            kind: kind?,
            // The derivation finds the errors of the other keys without an address, too.
            url: url.map(|url| url.get().clone()).unwrap_or_default(),
            tenant,
            issuer,
            allowed_tenants,
            personal_accounts: file
                .allow_personal_accounts
                .as_ref()
                .is_some_and(|written| *written.get()),
            user_flows,
        };
        for unused in input.keys_without_effect() {
            self.key_without_effect(file, &unused);
        }
        Authority::new(&input)
            .map_err(|errors| {
                for error in &errors {
                    self.authority_error(file, input.kind, error);
                }
            })
            .ok()
    }

    fn authority_error(&mut self, file: &ProfileFile, kind: Kind, error: &AuthorityError) {
        let key = error.key.as_str();
        // The reader left out values that have an error of their own, so an error that follows is not reported.
        if self.problems.mentions(key) {
            return;
        }
        let right = right_value(error.key, kind);
        let Some(span) = span_of(file, error.key) else {
            let why = error.what.strip_prefix("is missing; ");
            return self.problems.missing(key, why.unwrap_or(right));
        };
        // An address that cannot be parsed may contain a password.
        let what = if error.what.contains('@') {
            "is not an absolute https address"
        } else {
            &error.what
        };
        self.problems.error(key, &span, what, right);
    }

    fn key_without_effect(&mut self, file: &ProfileFile, unused: &AuthorityError) {
        let key = unused.key.as_str();
        if let Some(span) = span_of(file, unused.key).filter(|_| !self.problems.mentions(key)) {
            let right = format!("leave it out, or {}", right_value(unused.key, Kind::Oidc));
            self.problems.warning(key, &span, &unused.what, right);
        }
    }

    /// B2C documents `login` only; another prompt leads to AADB2C90043 or has no effect.
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

    pub(super) fn guid(&mut self, key: &str, written: &Spanned<String>) -> Option<TenantGuid> {
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
                let what = format!("{:?} is not a known value", shortened(word));
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
            // A missing user flow is reported above; the others are read with a stand-in.
            sign_in: sign_in.or_else(|| UserFlow::parse("missing"))?,
            edit_profile,
            reset_password,
            policy_claim: self.policy_claim(&table.policy_claim),
        })
    }

    fn policy_claim(&mut self, text: &Text) -> PolicyClaim {
        let parse = |word: &str| (word == "none").then_some(PolicyClaim::Absent);
        self.word("user_flows.policy_claim", text, &["none"], parse)
            .unwrap_or_default()
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

    /// Warns about keys that will fail at sign-in because of the authority's dialect.
    pub(super) fn check_dialect(&mut self, file: &ProfileFile, dialect: Dialect) {
        // This is B2C: only B2C may answer without an access token, and it has no Microsoft Graph.
        if dialect.id_token_only {
            self.no_graph(file);
            self.prompt_of_b2c(file);
        }
        if dialect.microsoft {
            self.one_resource_per_api(file);
        }
    }
}

/// The position of a key that describes the authority.
fn span_of(file: &ProfileFile, key: AuthorityKey) -> Option<Range<usize>> {
    let span = |text: &Text| text.as_ref().map(Spanned::span);
    match key {
        AuthorityKey::Authority => span(&file.authority),
        AuthorityKey::TenantId => span(&file.tenant_id),
        AuthorityKey::AllowedTenants => file.allowed_tenants.as_ref().map(Spanned::span),
        AuthorityKey::AllowPersonalAccounts => {
            file.allow_personal_accounts.as_ref().map(Spanned::span)
        }
        AuthorityKey::UserFlows => {
            let table = file.user_flows.as_ref()?;
            [&table.sign_in, &table.edit_profile, &table.reset_password]
                .into_iter()
                .find_map(span)
        }
    }
}

/// What would be right for a key that describes the authority.
fn right_value(key: AuthorityKey, kind: Kind) -> &'static str {
    match key {
        AuthorityKey::Authority => kind.authority_example(),
        AuthorityKey::TenantId => "the directory (tenant) id, a GUID",
        AuthorityKey::AllowedTenants => {
            "allowed_tenants = [\"72f988bf-86f1-41af-91ab-2d7cd011db47\"] with kind = \"entra-id\" and the authority …/organizations or …/common"
        }
        AuthorityKey::AllowPersonalAccounts => {
            "allow_personal_accounts = true only with kind = \"entra-id\" and the authority …/common"
        }
        AuthorityKey::UserFlows => "[user_flows] sign_in = \"B2C_1_susi\" only with kind = \"b2c\"",
    }
}
