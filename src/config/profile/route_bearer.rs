//! `accept_bearer` of a route: callers with an access token of their own.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::scalars::{PLACEHOLDER, shortened};
use crate::config::report::placeholder::placeholder_in;
use crate::config::toml_document::alternatives::WordOr;
use crate::config::toml_document::spanned::{Spanned, Texts};
use crate::domain::api::Scope;
use crate::domain::authority::is_graph_host;
use crate::domain::bearer_rule::BearerRule;

/// The application id of Microsoft Graph, which its v2 tokens name as their audience.
const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";

/// Bytes of an audience.
const LONGEST_AUDIENCE: usize = 512;

/// What would be right for an audience.
const AUDIENCE: &str = "the identifier URI of the API such as \"api://orders\", or its client id";

/// Which access tokens the route accepts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["audience"]))]
pub struct BearerTable {
    /// The `aud` that a token must name: one text, or a list of which any one suffices. Entra ID writes the identifier URI
    /// into v1 tokens and the client id of the API into v2 tokens; `api://{client id}` stands for both. Required.
    #[schemars(example = &"api://orders")]
    pub audience: Option<Spanned<WordOr<Vec<Spanned<String>>>>>,
    /// Delegated permissions (`scp` or `scope`) of which a person's token needs one. Default: none, so that no person's
    /// token is accepted. `scopes` or `roles` is required.
    #[schemars(example = ["Orders.Read"])]
    pub scopes: Texts,
    /// App roles of which the token of a program without a person needs one. Default: none, so that no role lets a program
    /// pass.
    #[schemars(example = ["Orders.Read.All"])]
    pub roles: Texts,
}

impl ProfileReader<'_, '_> {
    /// `key` is the dotted key of the table.
    pub(super) fn bearer_rule(
        &mut self,
        key: &str,
        table: Option<&BearerTable>,
    ) -> Option<BearerRule> {
        let table = table?;
        let audiences = self.audiences(&format!("{key}.audience"), table);
        for (name, list) in [("scopes", &table.scopes), ("roles", &table.roles)] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                let right = "at least one entry, or leave the list out";
                self.problems.empty_list(&format!("{key}.{name}"), right);
            }
        }
        if table.scopes.is_none() && table.roles.is_none() {
            let right = "such as scopes = [\"Orders.Read\"] for people's programs, or roles = [\"Orders.Read.All\"] for programs without a person";
            self.problems.missing(&format!("{key}.scopes"), right);
        }
        let scopes = self.bearer_scopes(&format!("{key}.scopes"), &table.scopes);
        let roles = self.app_roles(&format!("{key}.roles"), &table.roles);
        (!audiences.is_empty()).then_some(BearerRule {
            audiences,
            scopes,
            roles,
        })
    }

    fn audiences(&mut self, key: &str, table: &BearerTable) -> Vec<String> {
        let Some(written) = &table.audience else {
            let right =
                "such as audience = \"api://orders\": a token for another API must not count here";
            self.problems.missing(key, right);
            return Vec::new();
        };
        let mut audiences = Vec::new();
        match written.get() {
            WordOr::Word(word) => {
                if self.is_audience(key, word, &written.span()) {
                    audiences.push(word.clone());
                }
            }
            WordOr::Other(list) if list.is_empty() => {
                self.problems.empty_list(key, AUDIENCE);
            }
            WordOr::Other(list) => {
                for item in list {
                    if self.is_audience(key, item.get(), &item.span()) {
                        audiences.push(item.get().clone());
                    }
                }
            }
        }
        audiences
    }

    fn is_audience(&mut self, key: &str, text: &str, span: &Range<usize>) -> bool {
        let graph = text.eq_ignore_ascii_case(GRAPH_ID)
            || Url::parse(text).is_ok_and(|url| url.host_str().is_some_and(is_graph_host));
        let pattern = text.contains(['*', '"', '\\']);
        let what = if text.trim().is_empty() {
            "is empty"
        } else if placeholder_in(text).is_some() {
            PLACEHOLDER
        } else if graph {
            "is Microsoft Graph, whose tokens nobody else can verify"
        } else if pattern
            || text.len() > LONGEST_AUDIENCE
            || !text.bytes().all(|byte| byte.is_ascii_graphic())
        {
            "is not an audience: it is compared as text, without patterns"
        } else {
            return true;
        };
        self.problems.error(key, span, what, AUDIENCE);
        false
    }

    fn bearer_scopes(&mut self, key: &str, texts: &Texts) -> Vec<Scope> {
        let right = "the name of a scope that the API exposes, such as \"Orders.Read\"";
        let mut scopes = Vec::new();
        for written in self.texts(key, texts) {
            match Scope::parse(written.get()) {
                Some(scope) if !written.get().ends_with("/.default") => scopes.push(scope),
                Some(_) => {
                    let what = "is what clients ask for; no token has it";
                    self.problems.error(key, &written.span(), what, right);
                }
                None => {
                    let what = format!("{:?} is not one scope", shortened(written.get()));
                    self.problems.error(key, &written.span(), what, right);
                }
            }
        }
        scopes
    }

    fn app_roles(&mut self, key: &str, texts: &Texts) -> Vec<String> {
        let mut roles = Vec::new();
        for written in self.texts(key, texts) {
            if written.get().contains(char::is_whitespace) {
                let what = "is not one role: the value of an app role has no spaces";
                let right = "the value of the app role, such as \"Orders.Read.All\"";
                self.problems.error(key, &written.span(), what, right);
            } else {
                roles.push(written.get().clone());
            }
        }
        roles
    }
}
