//! APIs, who may enter, how long sessions live, and looks.

use url::Url;

use crate::config::profile::file::{ApiTable, ProfileFile, Text, Texts};
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::scalars::shortened;
use crate::config::toml_document::spanned::Spanned;
use crate::domain::access_rule::AccessRule;
use crate::domain::api::{Api, ApiName};
use crate::domain::profile::{Accent, Branding, SessionLimits};
use crate::domain::public_url::is_secure_enough;

/// Seconds; use of a session is written down once a minute, so a shorter idle time-out ends sessions in use.
const SHORTEST_SENSIBLE_IDLE: u64 = 120;

/// Hosts of Microsoft Graph in every cloud.
const GRAPH_HOSTS: [&str; 5] = [
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
    "graph.windows.net",
];

/// Scopes of OpenID Connect (OIDC Core §5.4): they belong to no API.
const IDENTITY_SCOPES: [&str; 3] = ["email", "address", "phone"];

impl ProfileReader<'_, '_> {
    pub(super) fn apis(&mut self, file: &ProfileFile) -> Vec<Api> {
        let mut apis: Vec<Api> = Vec::new();
        for (at, table) in file.api.iter().flatten().enumerate() {
            let Some(api) = self.api(&format!("api[{at}]"), table) else {
                continue;
            };
            if let (true, Some(name)) =
                (apis.iter().any(|other| other.name == api.name), &table.name)
            {
                let what = format!("{:?} is the name of another API already", api.name.as_str());
                let key = format!("api[{at}].name");
                self.problems.error(
                    &key,
                    &name.span(),
                    what,
                    "a name of its own for each [[api]]",
                );
            } else {
                apis.push(api);
            }
        }
        apis
    }

    fn api(&mut self, path: &str, table: &ApiTable) -> Option<Api> {
        let (name_key, endpoint_key) = (format!("{path}.name"), format!("{path}.endpoint"));
        if table.name.is_none() {
            self.problems.missing(&name_key, "such as name = \"graph\"");
        }
        if table.endpoint.is_none() {
            let right = "such as endpoint = \"https://graph.microsoft.com/v1.0/me\"";
            self.problems.missing(&endpoint_key, right);
        }
        let name = self.api_name(&name_key, &table.name);
        let title = self.free_text(&format!("{path}.title"), &table.title, 200);
        let endpoint = self.endpoint(&endpoint_key, &table.endpoint);
        let scopes = self.scopes(&format!("{path}.scopes"), table.scopes.as_deref());
        let name = name?;
        Some(Api {
            title: title.unwrap_or_else(|| name.to_string()),
            name,
            endpoint: endpoint?,
            scopes,
        })
    }

    fn api_name(&mut self, key: &str, text: &Text) -> Option<ApiName> {
        let written = self.text(key, text)?;
        let name = ApiName::parse(written.get());
        if name.is_none() {
            let what = format!("{:?} cannot stand in an address", shortened(written.get()));
            let right = "lower-case letters, digits, '-' and '_', at most 63";
            self.problems.error(key, &written.span(), what, right);
        }
        name
    }

    fn endpoint(&mut self, key: &str, text: &Text) -> Option<Url> {
        let written = self.text(key, text)?;
        let url = Url::parse(written.get()).ok();
        let what = match &url {
            None => "is not an absolute address",
            Some(url) if !is_secure_enough(url) => {
                "must be https; an access token in plain http is accepted only for loopback hosts"
            }
            Some(url) if !url.username().is_empty() || url.password().is_some() => {
                "holds a user name or password"
            }
            Some(url) if url.fragment().is_some() => "holds a fragment, which is never sent",
            Some(_) => return url,
        };
        let right = "such as \"https://graph.microsoft.com/v1.0/me\"";
        self.problems.error(key, &written.span(), what, right);
        None
    }

    /// B2C's people have no Microsoft Graph: the samples' own template for B2C names it and cannot work. A warning, so
    /// that a profile can move to B2C by its kind, authority and credentials alone.
    pub(super) fn no_graph(&mut self, file: &ProfileFile) {
        const RIGHT: &str = "an API of your own, with scopes such as \"https://contoso.onmicrosoft.com/orders/read\"; or leave the [[api]] out";
        let why = "B2C issues no token for Microsoft Graph to the people it signs in";
        for (at, table) in file.api.iter().flatten().enumerate() {
            if let Some(endpoint) = &table.endpoint
                && is_graph(endpoint.get())
            {
                let what = format!("is Microsoft Graph; {why}");
                let key = format!("api[{at}].endpoint");
                self.problems.warning(&key, &endpoint.span(), what, RIGHT);
            }
            let key = format!("api[{at}].scopes");
            self.no_graph_scope(&key, &table.scopes, file, why, RIGHT);
        }
        self.no_graph_scope("extra_scopes", &file.extra_scopes, file, why, RIGHT);
    }

    fn no_graph_scope(
        &mut self,
        key: &str,
        scopes: &Texts,
        file: &ProfileFile,
        why: &str,
        right: &str,
    ) {
        let client = file.client_id.as_ref().map(Spanned::get);
        for written in scopes.iter().flatten() {
            let scope = written.get();
            // B2C takes the client's own id as the scope of a token for the application itself.
            let own = client == Some(scope) || IDENTITY_SCOPES.contains(&scope.as_str());
            if !own && resource_of(scope) == GRAPH {
                let what = format!(
                    "{:?} is a scope of Microsoft Graph; {why}",
                    shortened(scope)
                );
                self.problems.warning(key, &written.span(), what, right);
            }
        }
    }

    /// Microsoft issues a token for one resource at a time.
    pub(super) fn one_resource_per_api(&mut self, file: &ProfileFile) {
        for (at, table) in file.api.iter().flatten().enumerate() {
            let mut scopes = table.scopes.iter().flatten();
            let Some(first) = scopes.next() else { continue };
            let resource = resource_of(first.get());
            if let Some(other) = scopes.find(|scope| resource_of(scope.get()) != resource) {
                let what = format!(
                    "{:?} belongs to another resource than {:?}",
                    shortened(other.get()),
                    shortened(first.get())
                );
                let right = "one [[api]] per resource: Microsoft issues a token for one at a time";
                let key = format!("api[{at}].scopes");
                self.problems.error(&key, &other.span(), what, right);
            }
        }
    }

    pub(super) fn allow(&mut self, file: &ProfileFile) -> AccessRule {
        let Some(table) = &file.allow else {
            return AccessRule::default();
        };
        let plain = |texts: Vec<Spanned<String>>| -> Vec<String> {
            texts.into_iter().map(|text| text.get().clone()).collect()
        };
        for (key, list) in [
            ("allow.roles", &table.roles),
            ("allow.groups", &table.groups),
            ("allow.emails", &table.emails),
            ("allow.email_domains", &table.email_domains),
        ] {
            if list.as_ref().is_some_and(Vec::is_empty) {
                let right = "at least one entry, or leave the list out to demand nothing";
                self.problems.empty_list(key, right);
            }
        }
        let emails = self.texts("allow.emails", &table.emails);
        for written in &emails {
            if !is_email(written.get()) {
                let right = "one address such as \"ada@contoso.example\"; whole domains belong into email_domains";
                self.problems.error(
                    "allow.emails",
                    &written.span(),
                    "is not an e-mail address",
                    right,
                );
            }
        }
        let domains = self.texts("allow.email_domains", &table.email_domains);
        for written in &domains {
            if !is_domain(written.get()) {
                let right =
                    "what follows the @, such as \"contoso.example\", without '*', '@' or scheme";
                self.problems.error(
                    "allow.email_domains",
                    &written.span(),
                    "is not a domain",
                    right,
                );
            }
        }
        AccessRule {
            roles: plain(self.texts("allow.roles", &table.roles)),
            groups: plain(self.texts("allow.groups", &table.groups)),
            emails: plain(emails),
            email_domains: plain(domains),
        }
    }

    pub(super) fn session(&mut self, file: &ProfileFile) -> SessionLimits {
        let default = self.context.session;
        let Some(table) = &file.session else {
            return default;
        };
        let (idle_key, lifetime_key) = ("session.idle_timeout", "session.lifetime");
        let idle = self.duration(idle_key, &table.idle_timeout, "8h");
        let lifetime = self.duration(lifetime_key, &table.lifetime, "7d");
        let limits = SessionLimits {
            idle_timeout: idle.unwrap_or(default.idle_timeout),
            lifetime: lifetime.unwrap_or(default.lifetime),
        };
        for (key, text, value) in [
            (idle_key, &table.idle_timeout, limits.idle_timeout),
            (lifetime_key, &table.lifetime, limits.lifetime),
        ] {
            if let (true, Some(written)) = (value.as_secs() == 0, text) {
                let what = "is less than a second";
                self.problems
                    .error(key, &written.span(), what, "a duration such as \"8h\"");
            }
        }
        if let (Some(idle), Some(written)) = (idle, &table.idle_timeout) {
            let span = written.span();
            if idle > limits.lifetime {
                let what = "is longer than the session's lifetime";
                let right = format!("at most {}", humantime::format_duration(limits.lifetime));
                self.problems.error(idle_key, &span, what, right);
            } else if (1..SHORTEST_SENSIBLE_IDLE).contains(&idle.as_secs()) {
                let what = "ends sessions that are in use: use is written down once a minute";
                self.problems
                    .warning(idle_key, &span, what, "at least \"2m\"");
            }
        }
        limits
    }

    pub(super) fn branding(&mut self, file: &ProfileFile) -> Branding {
        let Some(table) = &file.branding else {
            return Branding::default();
        };
        let accents = Accent::ALL.map(Accent::as_str);
        let accent = self.word("branding.accent", &table.accent, &accents, Accent::parse);
        Branding {
            logo: self.link("branding.logo", &table.logo, false),
            accent: accent.unwrap_or_default(),
            support: self.link("branding.support", &table.support, true),
        }
    }

    /// An https address or a path on the profile's own host; `mail` lets `mailto:` pass.
    fn link(&mut self, key: &str, text: &Text, mail: bool) -> Option<String> {
        let written = self.text(key, text)?;
        let link = written.get();
        let own_path = link.starts_with('/')
            && !link.starts_with("//")
            && link
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let address = Url::parse(link).is_ok_and(|url| {
            let web = url.scheme() == "https" && url.username().is_empty();
            web || (mail && url.scheme() == "mailto")
        });
        if own_path || address {
            return Some(link.clone());
        }
        let right = if mail {
            "an https address, \"mailto:help@contoso.example\" or a path"
        } else {
            "an https address or a path such as \"/logo.svg\""
        };
        self.problems.error(
            key,
            &written.span(),
            "is not an address that pages may link to",
            right,
        );
        None
    }
}

/// Stands for Microsoft Graph whatever way a scope names it.
const GRAPH: &str = "Microsoft Graph";

/// The resource that a scope names: what stands before its last slash; none means Microsoft Graph.
fn resource_of(scope: &str) -> &str {
    match scope.rsplit_once('/') {
        None => GRAPH,
        Some((resource, _)) if is_graph(resource) => GRAPH,
        Some((resource, _)) => resource,
    }
}

fn is_graph(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| {
        url.host_str()
            .is_some_and(|host| GRAPH_HOSTS.contains(&host))
    })
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        let plain = |letter: char| !letter.is_whitespace() && letter != '*' && letter != '"';
        !local.is_empty() && local.chars().all(plain) && is_domain(domain)
    })
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(allowed)
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_without_a_resource_is_graphs() {
        for scope in [
            "User.Read",
            "https://graph.microsoft.com/User.Read",
            "https://graph.microsoft.us/.default",
        ] {
            assert_eq!(resource_of(scope), GRAPH, "{scope}");
        }
        assert_eq!(
            resource_of("https://contoso.onmicrosoft.com/orders/read"),
            "https://contoso.onmicrosoft.com/orders"
        );
        assert_eq!(resource_of("api://1234/read"), "api://1234");
    }

    #[test]
    fn c29_a_star_a_scheme_or_a_path_is_no_domain() {
        assert!(is_domain("contoso.example"));
        for text in [
            "*",
            "*.contoso.example",
            "https://contoso.example",
            "a/b",
            "@a.b",
            ".",
            "",
        ] {
            assert!(!is_domain(text), "{text}");
        }
    }
}
