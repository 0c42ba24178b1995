//! `[[route]]`: rules for the applications that a proxy guards.

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::route_table::RouteTable;
use crate::config::toml_document::spanned::{Spanned, Text, Texts};
use crate::domain::public_url::PublicUrl;
use crate::domain::request_target::{CanonicalPath, is_below};
use crate::domain::route::{Route, Routes};

/// What would be right for a path of a route.
const PATH: &str = "a path such as \"/\" or \"/orders\", in lower case, without encodings, '//', ';' and dot segments";

impl ProfileReader<'_, '_> {
    pub(super) fn routes(
        &mut self,
        file: &ProfileFile,
        public_url: Option<&PublicUrl>,
        hosts: &[PublicUrl],
    ) -> Routes {
        let known: Vec<&str> = public_url
            .into_iter()
            .chain(hosts)
            .map(PublicUrl::authority)
            .collect();
        let mut routes: Vec<Route> = Vec::new();
        for (at, table) in file.route.iter().flatten().enumerate() {
            let key = format!("route[{at}]");
            let Some(route) = self.route(&key, table, file, &known) else {
                continue;
            };
            let twin = |other: &Route| other.host == route.host && other.path == route.path;
            if let (true, Some(path)) = (routes.iter().any(twin), &table.path) {
                self.problems.error(
                    &format!("{key}.path"),
                    &path.span(),
                    "is the path of another route of this host",
                    "one [[route]] for each path of a host",
                );
            }
            routes.push(route);
        }
        if let Some(public_url) = public_url {
            self.short_names(&routes, file, public_url);
        }
        Routes::new(routes)
    }

    fn route(
        &mut self,
        key: &str,
        table: &RouteTable,
        file: &ProfileFile,
        known: &[&str],
    ) -> Option<Route> {
        let host = self.route_host(&format!("{key}.host"), &table.host, known);
        if table.path.is_none() {
            let right = "such as path = \"/\"";
            self.problems.missing(&format!("{key}.path"), right);
        }
        let path = self.route_path(&format!("{key}.path"), table.path.as_ref());
        let path = path.filter(|path| {
            self.is_free(&format!("{key}.path"), path, table, (file, host.as_deref()))
        });
        let (upstream, token_for) = self.route_upstream(key, table, file);
        let allow = self.access_rule(&format!("{key}.allow"), table.allow.as_ref());
        let public = self.public_prefixes(&format!("{key}.public"), &table.public, path.as_deref());
        let bearer = self.bearer_rule(
            &format!("{key}.accept_bearer"),
            table.accept_bearer.as_ref(),
        );
        let origins = self.origins(&format!("{key}.allowed_origins"), &table.allowed_origins);
        let easyauth = self.easyauth(key, table.easyauth.as_ref(), path.as_deref());
        Some(Route {
            host: host?,
            path: path?,
            upstream,
            token_for,
            allow,
            public,
            step_up: self.step_up(key, table.step_up.as_ref()),
            preflight: table
                .preflight
                .as_ref()
                .is_some_and(|written| *written.get()),
            identity_headers: self.identity_headers(key, table),
            accept_bearer: bearer,
            allowed_origins: origins,
            easyauth,
        })
    }

    /// Requests for another host never reach this profile, so a rule for one could never match. `known` are its own
    /// hosts, that of `public_url` first; it is empty when that could not be read.
    fn route_host(&mut self, key: &str, host: &Text, known: &[&str]) -> Option<String> {
        let own = known.first()?;
        let Some(written) = self.text(key, host) else {
            return (!self.problems.was_faulty(key)).then(|| (*own).to_owned());
        };
        let named = |known: &&&str| written.get().eq_ignore_ascii_case(known);
        if let Some(known) = known.iter().find(named) {
            return Some((*known).to_owned());
        }
        let right = format!(
            "one of {}, or add the origin to hosts",
            known
                .iter()
                .map(|known| format!("{known:?}"))
                .collect::<Vec<_>>()
                .join(", ")
        );
        let what = "is no host of this profile, so that no request would match";
        self.problems.error(key, &written.span(), what, right);
        None
    }

    fn route_path(&mut self, key: &str, written: Option<&Spanned<String>>) -> Option<String> {
        let written = written?;
        let Some(path) = canonical(written.get()) else {
            let what = "is not a path that every server reads in the same way";
            self.problems.error(key, &written.span(), what, PATH);
            return None;
        };
        Some(path)
    }

    fn public_prefixes(&mut self, key: &str, texts: &Texts, path: Option<&str>) -> Vec<String> {
        let mut prefixes = Vec::new();
        for written in self.texts(key, texts) {
            let Some(prefix) = canonical(written.get()) else {
                let what = "is not a path that every server reads in the same way";
                self.problems.error(key, &written.span(), what, PATH);
                continue;
            };
            if path.is_some_and(|path| !is_below(&prefix, path)) {
                let what = "is not below the path of its route, so that no request would match";
                let right = "a prefix that begins with the route's path";
                self.problems.error(key, &written.span(), what, right);
                continue;
            }
            prefixes.push(prefix);
        }
        prefixes
    }

    fn origins(&mut self, key: &str, texts: &Texts) -> Vec<String> {
        let mut origins = Vec::new();
        for written in self.texts(key, texts) {
            let url = PublicUrl::parse(written.get());
            if let Some(url) = url.ok().filter(|url| url.prefix().is_empty()) {
                origins.push(url.origin());
            } else {
                let right = "scheme and host, such as \"https://www.contoso.example\"";
                self.problems
                    .error(key, &written.span(), "is not an origin", right);
            }
        }
        origins
    }
}

/// A prefix as rules are compared with it: canonical, in lower case, without a slash at the end.
fn canonical(text: &str) -> Option<String> {
    let path = CanonicalPath::parse(text).ok()?;
    let plain = path.as_str() == text
        && !text.contains("//")
        && !text.contains([';', '%', '?', '*'])
        && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let trimmed = text.trim_end_matches('/');
    plain.then(|| if trimmed.is_empty() { "/" } else { trimmed }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_one_spelling_only() {
        for (text, expected) in [
            ("/", Some("/")),
            ("/orders", Some("/orders")),
            ("/orders/", Some("/orders")),
            ("/a/b-c_d.e", Some("/a/b-c_d.e")),
            ("", None),
            ("orders", None),
            ("//orders", None),
            ("/a//b", None),
            ("/Orders", None),
            ("/a%20b", None),
            ("/%61", None),
            ("/a;b", None),
            ("/a/../b", None),
            ("/a?b", None),
            ("/a*", None),
        ] {
            assert_eq!(canonical(text).as_deref(), expected, "{text}");
        }
    }
}
