//! The rows of `explain`, key by key.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::config::{position_of_key, value_of_key};
use crate::domain::api::{RESERVED_SCOPES, Scope};
use crate::domain::authority::{IssuerConfig, UserFlowKind};
use crate::domain::credential::{Credential, PemSource, SecretMethod, SecretSource};
use crate::domain::issuer::{AllowedTenants, IssuerPolicy};
use crate::domain::profile::Profile;

const MASKED: &str = "[redacted]";

/// The source of a value that is derived from others.
const DERIVED: &str = "derived";

/// One value of a profile as it takes effect.
pub(in crate::command) struct Row {
    /// The key in the profile file, or a name in words for a derived value.
    pub(in crate::command) key: String,
    /// The value; `[redacted]` for a secret.
    pub(in crate::command) value: Value,
    /// The source of the value: `line 4`, `default` or `derived`.
    pub(in crate::command) from: String,
}

/// All rows of a profile. `text` is its file, which shows the line of each key.
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
    rows.access_rule(profile);
    rows.routes(profile);
    rows.rest(profile);
    rows.rows
}

/// The rows so far, and the text of the file.
pub(super) struct Rows<'t> {
    rows: Vec<Row>,
    pub(super) text: &'t str,
}

impl Rows<'_> {
    /// A key of the profile file, with its line, or with its default.
    pub(super) fn file_key(&mut self, key: &str, value: impl Into<Value>) {
        let line = position_of_key(self.text, key).map(|position| position.line);
        let from = line.map_or_else(|| "default".to_owned(), |line| format!("line {line}"));
        self.push(key, value, from);
    }

    /// A key without a default: it has a row only if it is set.
    pub(super) fn if_set(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.file_key(key, value);
        }
    }

    pub(super) fn derived(&mut self, key: &str, value: impl Into<Value>) {
        self.push(key, value, DERIVED.to_owned());
    }

    fn push(&mut self, key: &str, value: impl Into<Value>, from: String) {
        self.rows.push(Row {
            key: key.to_owned(),
            value: value.into(),
            from,
        });
    }

    fn identity(&mut self, profile: &Profile) {
        self.file_key("public_url", profile.public_url.to_string());
        let hosts: Vec<String> = profile.hosts.iter().map(ToString::to_string).collect();
        self.file_key("hosts", hosts);
        self.file_key("title", profile.title.clone());
        self.file_key("redirect_path", profile.redirect_path.clone());
        self.derived("redirect URI", profile.redirect_uri());
    }

    fn authority(&mut self, profile: &Profile) {
        let authority = &profile.authority;
        self.file_key("kind", authority.kind().as_str());
        self.file_key("authority", authority.as_str());
        for (user_flow, key, word) in [
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
            let Some(issuer_config) = authority.issuer_config(user_flow) else {
                continue;
            };
            self.if_set(
                key,
                issuer_config
                    .user_flow
                    .as_ref()
                    .map(crate::domain::authority::UserFlow::as_str),
            );
            self.derived(
                &format!("{word} metadata"),
                authority
                    .metadata_address(issuer_config, &profile.client.id)
                    .as_str(),
            );
        }
        for key in ["tenant_id", "issuer", "user_flows.policy_claim"] {
            let written = value_of_key(self.text, key);
            self.if_set(key, written);
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
            self.file_key("signing_algorithms", algorithms);
        }
        self.file_key("clock_skew", duration(profile.clock_skew));
    }

    fn issuer(&mut self, issuer_config: &IssuerConfig) {
        match &issuer_config.issuer {
            IssuerPolicy::Exact(issuer) => self.derived("accepted issuer", issuer.as_str()),
            IssuerPolicy::OneTenant { tenant, .. } => match tenant {
                Some(tenant) => self.derived("accepted tenant", tenant.as_str()),
                None => self.derived("accepted tenant", "the one that the metadata names first"),
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
                self.file_key("allowed_tenants", allowed);
                self.file_key("allow_personal_accounts", *personal);
            }
        }
    }

    fn credential(&mut self, profile: &Profile) {
        self.file_key("client_id", profile.client.id.as_str());
        match &profile.client.credential {
            Credential::Secret { current, next } => {
                self.secret("client_secret", current);
                if let Some(next) = next {
                    self.secret("client_secret_next", next);
                }
                match profile.client.secret_method {
                    Some(SecretMethod::Post) => {
                        self.file_key("token_endpoint_auth_method", "client_secret_post");
                    }
                    Some(SecretMethod::Basic) => {
                        self.file_key("token_endpoint_auth_method", "client_secret_basic");
                    }
                    None => {
                        let value = if profile.authority.dialect().microsoft {
                            "client_secret_post"
                        } else {
                            "as the metadata says"
                        };
                        self.file_key("token_endpoint_auth_method", value);
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
                    self.file_key("client_certificate", value);
                }
                self.file_key("send_certificate_chain", *send_chain);
            }
            Credential::FederatedToken(path) => {
                self.file_key("client_assertion", json!({ "file": shown(path) }));
            }
            Credential::ManagedIdentity { identity, audience } => {
                self.file_key("client_assertion", "managed-identity");
                let identity = identity.as_deref().unwrap_or("system-assigned");
                self.file_key("managed_identity_client_id", identity);
                self.file_key("assertion_audience", audience.as_str());
            }
            Credential::Public => self.file_key("public_client", true),
        }
    }

    fn secret(&mut self, key: &str, source: &SecretSource) {
        match source {
            SecretSource::Fixed(_) => self.file_key(key, MASKED),
            SecretSource::File { path, .. } => self.file_key(key, json!({ "file": shown(path) })),
        }
    }

    fn authorize(&mut self, profile: &Profile) {
        let options = &profile.authorize;
        self.file_key("response_mode", options.response_mode.as_str());
        self.if_set(
            "prompt",
            options.prompt.map(crate::domain::profile::Prompt::as_str),
        );
        self.if_set("login_hint", options.login_hint.as_deref());
        self.if_set("domain_hint", options.domain_hint.as_deref());
        self.if_set("ui_locales", options.ui_locales.as_deref());
        self.if_set("acr_values", options.acr_values.as_deref());
        let max_age = options
            .max_age
            .map(|age| duration(Duration::from_secs(age)));
        self.if_set("max_age", max_age);
        let passed: Vec<_> = options
            .pass
            .iter()
            .map(|parameter| parameter.as_str())
            .collect();
        self.file_key("pass_parameters", passed);
        let mut scopes: Vec<&str> = RESERVED_SCOPES.to_vec();
        let first = profile
            .apis
            .first()
            .map(|api| api.scopes.as_slice())
            .unwrap_or_default();
        scopes.extend(options.extra_scopes.iter().chain(first).map(Scope::as_str));
        let extra: Vec<_> = options.extra_scopes.iter().map(Scope::as_str).collect();
        self.file_key("extra_scopes", extra);
        self.derived("scopes at sign-in", scopes);
    }

    fn apis(&mut self, profile: &Profile) {
        for (at, api) in profile.apis.iter().enumerate() {
            let scopes: Vec<_> = api.scopes.iter().map(Scope::as_str).collect();
            self.file_key(&format!("api[{at}].name"), api.name.as_str());
            self.file_key(&format!("api[{at}].title"), api.title.as_str());
            self.file_key(&format!("api[{at}].endpoint"), api.endpoint.as_str());
            self.file_key(&format!("api[{at}].scopes"), scopes);
        }
    }

    fn access_rule(&mut self, profile: &Profile) {
        self.rule("allow", &profile.allow);
        if profile.allow.flows_verify_emails {
            self.file_key("user_flows.emails_verified", true);
        }
        if profile.allow.admits_everybody() {
            self.file_key("allow", "everybody whom the authority signs in");
        }
    }

    fn rest(&mut self, profile: &Profile) {
        self.file_key(
            "session.idle_timeout",
            duration(profile.session.idle_timeout),
        );
        self.file_key("session.lifetime", duration(profile.session.lifetime));
        self.file_key("session.show_network", profile.show_network);
        self.file_key("sign_out.account_picker", profile.sign_out.account_picker);
        self.pages(profile);
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

#[cfg(test)]
mod tests;
