//! The rows of `explain`, key by key.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::config::position_of_key;
use crate::domain::api::{RESERVED_SCOPES, Scope};
use crate::domain::authority::{IssuerConfig, UserFlowKind};
use crate::domain::credential::{Credential, PemSource, SecretMethod, SecretSource};
use crate::domain::issuer::{AllowedTenants, IssuerPolicy};
use crate::domain::profile::Profile;

const MASKED: &str = "[redacted]";

/// Follows from other values.
const FOLLOWS: &str = "follows";

/// One value of a profile as it takes effect.
pub(in crate::command) struct Row {
    /// The key in the profile file, or a name in words for a derived value.
    pub(in crate::command) key: String,
    /// The value; `[redacted]` for a secret.
    pub(in crate::command) value: Value,
    /// The source of the value: `line 4`, `default` or `derived`.
    pub(in crate::command) from: String,
}

/// All rows of a profile; `text` is its file, which tells what was said and what is a default.
pub(in crate::command) fn rows(profile: &Profile, text: &str) -> Vec<Row> {
    let mut rows = Rows {
        rows: Vec::new(),
        text,
    };
    rows.identity(profile);
    rows.authority(profile);
    rows.credential(profile);
    rows.authorize(profile);
    rows.apis(profile);
    rows.entry(profile);
    rows.rest(profile);
    rows.rows
}

struct Rows<'t> {
    rows: Vec<Row>,
    text: &'t str,
}

impl Rows<'_> {
    /// A key of the file: said there, or a default.
    fn said(&mut self, key: &str, value: impl Into<Value>) {
        let line = position_of_key(self.text, key).map(|position| position.line);
        let from = line.map_or_else(|| "default".to_owned(), |line| format!("line {line}"));
        self.push(key, value, from);
    }

    /// A key that is worth a row only when it was said.
    fn only_said(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.said(key, value);
        }
    }

    fn follows(&mut self, key: &str, value: impl Into<Value>) {
        self.push(key, value, FOLLOWS.to_owned());
    }

    fn push(&mut self, key: &str, value: impl Into<Value>, from: String) {
        self.rows.push(Row {
            key: key.to_owned(),
            value: value.into(),
            from,
        });
    }

    fn identity(&mut self, profile: &Profile) {
        self.said("public_url", profile.public_url.to_string());
        self.said("title", profile.title.clone());
        self.said("redirect_path", profile.redirect_path.clone());
        self.follows("redirect URI", profile.redirect_uri());
    }

    fn authority(&mut self, profile: &Profile) {
        let authority = &profile.authority;
        self.said("kind", authority.kind().as_str());
        self.said("authority", authority.url().as_str());
        for (journey, key, word) in [
            (UserFlowKind::SignIn, "user_flows.sign_in", "sign-in"),
            (
                UserFlowKind::EditProfile,
                "user_flows.edit_profile",
                "edit-profile",
            ),
            (
                UserFlowKind::ResetPassword,
                "user_flows.reset_password",
                "reset-password",
            ),
        ] {
            let Some(issuer_config) = authority.issuer_config(journey) else {
                continue;
            };
            self.only_said(
                key,
                issuer_config
                    .user_flow
                    .as_ref()
                    .map(crate::domain::authority::UserFlow::as_str),
            );
            self.follows(
                &format!("{word} metadata"),
                issuer_config.metadata_url.as_str(),
            );
        }
        self.issuer(authority.sign_in());
        let algorithms: Vec<_> = profile
            .signing_algorithms
            .iter()
            .map(|it| it.as_str())
            .collect();
        if algorithms.is_empty() {
            let all = json!(["RS256", "PS256", "ES256"]);
            self.push(
                "signing_algorithms",
                all,
                "default, as far as the metadata announces them".to_owned(),
            );
        } else {
            self.said("signing_algorithms", algorithms);
        }
        self.said("clock_skew", duration(profile.clock_skew));
    }

    fn issuer(&mut self, issuer_config: &IssuerConfig) {
        match &issuer_config.issuer {
            IssuerPolicy::Exact(issuer) => self.follows("accepted issuer", issuer.as_str()),
            IssuerPolicy::OneTenant { tenant, .. } => match tenant {
                Some(tenant) => self.follows("accepted tenant", tenant.as_str()),
                None => self.follows("accepted tenant", "the one that the metadata names first"),
            },
            IssuerPolicy::ManyTenants {
                allowed, personal, ..
            } => {
                let allowed = match allowed {
                    AllowedTenants::Any => json!("any"),
                    AllowedTenants::These(tenants) => tenants
                        .iter()
                        .map(crate::domain::issuer::TenantGuid::as_str)
                        .collect(),
                };
                self.said("allowed_tenants", allowed);
                self.said("allow_personal_accounts", *personal);
            }
        }
    }

    fn credential(&mut self, profile: &Profile) {
        self.said("client_id", profile.client.id.as_str());
        match &profile.client.credential {
            Credential::Secret { current, next } => {
                self.secret("client_secret", current);
                if let Some(next) = next {
                    self.secret("client_secret_next", next);
                }
                match profile.client.secret_method {
                    Some(SecretMethod::Post) => {
                        self.said("token_endpoint_auth_method", "client_secret_post");
                    }
                    Some(SecretMethod::Basic) => {
                        self.said("token_endpoint_auth_method", "client_secret_basic");
                    }
                    None => {
                        let value = if profile.authority.dialect().microsoft {
                            "client_secret_post"
                        } else {
                            "as the metadata says"
                        };
                        self.said("token_endpoint_auth_method", value);
                    }
                }
            }
            Credential::Certificate {
                certificates,
                send_chain,
            } => {
                for source in certificates {
                    let key = match &source.key {
                        None => json!("in the same file"),
                        Some(PemSource::Fixed(_)) => json!(MASKED),
                        Some(PemSource::File(path)) => json!(shown(path)),
                    };
                    let value = json!({ "file": shown(&source.certificate), "key": key });
                    self.said("client_certificate", value);
                }
                self.said("send_certificate_chain", *send_chain);
            }
            Credential::FederatedToken(path) => {
                self.said("client_assertion", json!({ "file": shown(path) }));
            }
            Credential::ManagedIdentity { identity, audience } => {
                self.said("client_assertion", "managed-identity");
                let identity = identity.as_deref().unwrap_or("system-assigned");
                self.said("managed_identity_client_id", identity);
                self.said("assertion_audience", audience.as_str());
            }
            Credential::Public => self.said("public_client", true),
        }
    }

    fn secret(&mut self, key: &str, source: &SecretSource) {
        match source {
            SecretSource::Fixed(_) => self.said(key, MASKED),
            SecretSource::File { path, .. } => self.said(key, json!({ "file": shown(path) })),
        }
    }

    fn authorize(&mut self, profile: &Profile) {
        let options = &profile.authorize;
        self.said("response_mode", options.response_mode.as_str());
        self.only_said(
            "prompt",
            options.prompt.map(crate::domain::profile::Prompt::as_str),
        );
        self.only_said("login_hint", options.login_hint.as_deref());
        self.only_said("domain_hint", options.domain_hint.as_deref());
        self.only_said("ui_locales", options.ui_locales.as_deref());
        self.only_said("acr_values", options.acr_values.as_deref());
        let max_age = options
            .max_age
            .map(|age| duration(Duration::from_secs(age)));
        self.only_said("max_age", max_age);
        let passed: Vec<_> = options
            .pass
            .iter()
            .map(|parameter| parameter.as_str())
            .collect();
        self.said("pass_parameters", passed);
        let mut scopes: Vec<&str> = RESERVED_SCOPES.to_vec();
        let first = profile
            .apis
            .first()
            .map(|api| api.scopes.as_slice())
            .unwrap_or_default();
        scopes.extend(options.extra_scopes.iter().chain(first).map(Scope::as_str));
        self.follows("scopes at sign-in", scopes);
    }

    fn apis(&mut self, profile: &Profile) {
        for (at, api) in profile.apis.iter().enumerate() {
            let scopes: Vec<_> = api.scopes.iter().map(Scope::as_str).collect();
            let value = json!({
                "title": api.title,
                "endpoint": api.endpoint.as_str(),
                "scopes": scopes,
            });
            let name = format!("api[{at}] {}", api.name);
            let from = position_of_key(self.text, &format!("api[{at}].name"));
            let from = from.map_or_else(String::new, |position| format!("line {}", position.line));
            self.push(&name, value, from);
        }
    }

    fn entry(&mut self, profile: &Profile) {
        let rule = &profile.allow;
        for (key, list) in [
            ("allow.roles", &rule.roles),
            ("allow.groups", &rule.groups),
            ("allow.emails", &rule.emails),
            ("allow.email_domains", &rule.email_domains),
        ] {
            if !list.is_empty() {
                self.said(key, list.clone());
            }
        }
        if *rule == crate::domain::access_rule::AccessRule::default() {
            self.said("allow", "everybody whom the authority signs in");
        }
    }

    fn rest(&mut self, profile: &Profile) {
        self.said(
            "session.idle_timeout",
            duration(profile.session.idle_timeout),
        );
        self.said("session.lifetime", duration(profile.session.lifetime));
        self.said("sign_out.account_picker", profile.sign_out.account_picker);
        self.said("branding.accent", profile.branding.accent.as_str());
        self.only_said("branding.logo", profile.branding.logo.as_deref());
        self.only_said("branding.support", profile.branding.support.as_deref());
    }
}

fn duration(duration: Duration) -> String {
    let text = humantime::format_duration(duration).to_string();
    // humantime writes "7days"; a profile says "7d".
    text.replace("days", "d").replace("day", "d")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
