//! `Draft`: an imported profile before it is written, and its text.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::domain::authority::Kind;

/// The content of a `.env` file as a profile.
#[derive(Default)]
pub(in crate::command) struct Draft {
    pub(in crate::command) kind: Option<Kind>,
    pub(in crate::command) authority: String,
    pub(in crate::command) client_id: String,
    pub(in crate::command) secret: Option<String>,
    pub(in crate::command) public_url: String,
    pub(in crate::command) redirect_path: String,
    pub(in crate::command) any_tenant: bool,
    pub(in crate::command) personal_accounts: bool,
    pub(in crate::command) apis: Vec<DraftApi>,
    /// Scopes that belong to no API.
    pub(in crate::command) scopes: Vec<String>,
    /// For the person who imports.
    pub(in crate::command) notes: Vec<String>,
    pub(in crate::command) user_flows: BTreeMap<&'static str, String>,
}

/// One `[[api]]`. Without an endpoint it is written as a comment.
pub(in crate::command) struct DraftApi {
    pub(in crate::command) name: String,
    pub(in crate::command) endpoint: Option<String>,
    pub(in crate::command) scopes: Vec<String>,
}

impl Draft {
    pub(in crate::command) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(in crate::command) fn set_authority(&mut self, kind: Kind, authority: impl Into<String>) {
        self.kind = Some(kind);
        self.authority = authority.into();
    }

    /// Sets a user flow by the name of the sample's variable.
    pub(in crate::command) fn user_flow(&mut self, variable: &str, flow: &str) {
        let key = match variable {
            "SIGNUPSIGNIN_USER_FLOW" => "sign_in",
            "EDITPROFILE_USER_FLOW" => "edit_profile",
            _ => "reset_password",
        };
        self.user_flows.insert(key, flow.to_owned());
    }

    /// The profile's text; `secret` is the inline table that stands for the secret.
    pub(in crate::command) fn text(&self, source: &str, secret: &str) -> String {
        let mut lines = vec![
            format!("# Imported from {}.", one_line(source)),
            format!(
                "kind          = {}",
                quoted(self.kind.map_or("", Kind::as_str))
            ),
            format!("public_url    = {}", quoted(&self.public_url)),
            format!("redirect_path = {}", quoted(&self.redirect_path)),
            format!("authority     = {}", quoted(&self.authority)),
            format!("client_id     = {}", quoted(&self.client_id)),
        ];
        lines.push(match self.secret {
            Some(_) => format!("client_secret = {secret}"),
            None => "public_client = true".to_owned(),
        });
        if self.any_tenant {
            lines.push("allowed_tenants = \"any\"".to_owned());
        }
        if self.personal_accounts {
            lines.push("allow_personal_accounts = true".to_owned());
        }
        if !self.scopes.is_empty() {
            lines.push(format!("extra_scopes  = {}", list(&self.scopes)));
        }
        let mut text = lines.join("\n");
        text.push('\n');
        self.tables(&mut text);
        text
    }

    fn tables(&self, text: &mut String) {
        if self.kind == Some(Kind::B2c) {
            text.push_str("\n[user_flows]\n");
            for key in ["sign_in", "edit_profile", "reset_password"] {
                if let Some(flow) = self.user_flows.get(key) {
                    // Writing to a String cannot fail.
                    let _ = writeln!(text, "{key:<14} = {}", quoted(flow));
                }
            }
        }
        for api in &self.apis {
            let (mark, endpoint) = match &api.endpoint {
                Some(endpoint) => ("", endpoint.as_str()),
                None => ("# ", "https://…"),
            };
            let _ = write!(
                text,
                "\n{mark}[[api]]\n{mark}name     = {}\n{mark}endpoint = {}\n{mark}scopes   = {}\n",
                quoted(&api.name),
                quoted(endpoint),
                list(&api.scopes)
            );
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn list(items: &[String]) -> String {
    let items: Vec<_> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// A name without control characters, so that it cannot end a comment.
fn one_line(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}
