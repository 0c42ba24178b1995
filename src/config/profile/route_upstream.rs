//! `upstream`, `timeouts` and `token_for` of a `[[route]]`: where gatehouse itself sends the requests.

use url::Url;

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::route_table::RouteTable;
use crate::config::toml_document::spanned::{Spanned, Text};
use crate::domain::api::ApiName;
use crate::domain::own_path::{DEFAULT_REDIRECT_PATH, OwnPath};
use crate::domain::public_url::PublicUrl;
use crate::domain::request_target::is_below;
use crate::domain::route::{Route, Upstream, UpstreamTimeouts};

impl ProfileReader<'_, '_> {
    /// The upstream with its time limits, and the API whose token it gets.
    pub(super) fn route_upstream(
        &mut self,
        key: &str,
        table: &RouteTable,
        file: &ProfileFile,
    ) -> (Option<Upstream>, Option<ApiName>) {
        let timeouts = self.upstream_timeouts(&format!("{key}.timeouts"), table);
        let origin = self.upstream_origin(&format!("{key}.upstream"), &table.upstream);
        let token_for = self.token_for(&format!("{key}.token_for"), table, file);
        let title_key = format!("{key}.title");
        let title = self.free_text(&title_key, &table.title, 200);
        if let (Some(written), None) = (&table.title, &table.upstream) {
            self.without_upstream(&title_key, &written.span());
        }
        let upstream = |origin| Upstream {
            origin,
            timeouts,
            title,
        };
        (origin.map(upstream), token_for)
    }

    fn upstream_origin(&mut self, key: &str, text: &Text) -> Option<Url> {
        let written = self.text(key, text)?;
        let url = Url::parse(written.get()).ok();
        let is_http = |url: &Url| matches!(url.scheme(), "http" | "https");
        let what = match &url {
            None => "is not an absolute address",
            Some(url) if !is_http(url) || !url.has_host() => "is neither http nor https",
            Some(url) if !url.username().is_empty() || url.password().is_some() => {
                "contains a user name or password"
            }
            Some(url) if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
                "has more than scheme, host and port: the path of a request is forwarded as it was sent"
            }
            Some(url) if url.port() == Some(0) => "has the port 0, where nothing can listen",
            Some(url) if !self.may_call(key, written, url) => return None,
            Some(_) => return url,
        };
        let right = "scheme, host and port of the application, such as \"http://127.0.0.1:3000\"";
        self.problems.error(key, &written.span(), what, right);
        None
    }

    fn upstream_timeouts(&mut self, key: &str, table: &RouteTable) -> UpstreamTimeouts {
        let default = UpstreamTimeouts::default();
        let Some(timeouts) = &table.timeouts else {
            return default;
        };
        if table.upstream.is_none() {
            self.without_upstream(key, &timeouts.span());
        }
        let mut read = |name: &str, text: &Text, example, default| {
            let key = format!("{key}.{name}");
            let limit = self.duration(&key, text, example)?;
            let Some(written) = text.as_ref().filter(|_| limit.is_zero()) else {
                return Some(limit);
            };
            let what = "is no time at all, so that no request would succeed";
            let right = format!("a duration such as {example:?}");
            self.problems.error(&key, &written.span(), what, right);
            Some(default)
        };
        let table = timeouts.get();
        let connect = read("connect", &table.connect, "2s", default.connect);
        let first_byte = read("first_byte", &table.first_byte, "30s", default.first_byte);
        let idle = read("idle", &table.idle, "5m", default.idle);
        UpstreamTimeouts {
            connect: connect.unwrap_or(default.connect),
            first_byte: first_byte.unwrap_or(default.first_byte),
            idle: idle.unwrap_or(default.idle),
        }
    }

    fn token_for(&mut self, key: &str, table: &RouteTable, file: &ProfileFile) -> Option<ApiName> {
        let written = self.text(key, &table.token_for)?;
        if table.upstream.is_none() {
            self.without_upstream(key, &written.span());
            return None;
        }
        let names = file
            .api
            .iter()
            .flatten()
            .filter_map(|api| api.name.as_ref());
        let known: Vec<&str> = names.map(|name| name.get().as_str()).collect();
        if known.contains(&written.get().as_str()) {
            return ApiName::parse(written.get());
        }
        let right = if known.is_empty() {
            "the name of an [[api]] of this profile, which has none".to_owned()
        } else {
            format!(
                "the name of an [[api]] of this profile: {}",
                known.join(", ")
            )
        };
        let what = "names no API of this profile";
        self.problems.error(key, &written.span(), what, right);
        None
    }

    fn without_upstream(&mut self, key: &str, span: &std::ops::Range<usize>) {
        let what = "stands in a route without upstream, so that it would do nothing";
        let right = "add upstream, or leave the key out: a proxy that asks /auth/check sends the request itself";
        self.problems.error(key, span, what, right);
    }

    /// A route may not take an address of ours, and not stand where only we answer. `host` is the route's.
    pub(super) fn is_free(
        &mut self,
        key: &str,
        path: &str,
        table: &RouteTable,
        (file, host): (&ProfileFile, Option<&str>),
    ) -> bool {
        let Some(written) = &table.path else {
            return true;
        };
        let public = file.public_url.as_ref();
        let public = public.and_then(|written| PublicUrl::parse(written.get()).ok());
        // At a further host there is no prefix, and sign-ins come back to public_url.
        let main = public.filter(|public| host == Some(public.authority()));
        let prefix = main.as_ref().map_or("", PublicUrl::prefix);
        let own = format!("{prefix}/auth").to_ascii_lowercase();
        let redirect = file.redirect_path.as_ref().map(Spanned::get);
        let redirect = redirect.map_or(DEFAULT_REDIRECT_PATH, String::as_str);
        let redirect = format!("{prefix}{redirect}").to_ascii_lowercase();
        let (what, right) = if is_below(path, &own) {
            let what = "is where gatehouse has its own addresses";
            (what, "another path: a proxy sends /auth/ to gatehouse")
        } else if main.is_some() && is_below(path, &redirect) {
            let what =
                "is the redirect path of this profile, where sign-ins come back to gatehouse";
            (what, "another path for the route, or another redirect_path")
        } else {
            return true;
        };
        self.problems.error(key, &written.span(), what, right);
        false
    }

    /// `/login` and the other short names belong to gatehouse, unless a route for the whole profile replaces them.
    pub(super) fn short_names(&mut self, routes: &[Route], file: &ProfileFile, public: &PublicUrl) {
        let prefix = public.prefix();
        let home = if prefix.is_empty() { "/" } else { prefix };
        let here = |route: &&Route| route.host == public.authority() && route.upstream.is_some();
        let mut forwarding = routes.iter().filter(here);
        if forwarding.clone().any(|route| is_below(home, &route.path)) {
            return;
        }
        let short = forwarding.find(|route| {
            let below = route.path.strip_prefix(prefix).unwrap_or_default();
            OwnPath::is_short_name(below)
        });
        let tables = file.route.iter().flatten().enumerate();
        for (at, table) in tables {
            let Some(path) = table.path.as_ref().filter(|path| {
                short.is_some_and(|route| path.get().trim_end_matches('/') == route.path)
            }) else {
                continue;
            };
            let key = format!("route[{at}].path");
            let what = "is a short address of gatehouse's own pages";
            let right = "another path, or a route with an upstream for the whole profile (path = \"/\"), which replaces gatehouse's home page and short addresses";
            self.problems.error(&key, &path.span(), what, right);
        }
    }
}
