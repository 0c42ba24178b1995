//! The rules for scopes of APIs at Microsoft: one resource for each API, and no Microsoft Graph at B2C.

use url::Url;

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::scalars::shortened;
use crate::config::toml_document::spanned::{Spanned, Texts};
use crate::domain::authority::is_graph_host;

/// The host of Azure AD Graph, which Microsoft Graph replaced.
const OLD_GRAPH_HOST: &str = "graph.windows.net";

/// Scopes of OpenID Connect (OIDC Core §5.4): they belong to no API.
const IDENTITY_SCOPES: [&str; 3] = ["email", "address", "phone"];

/// The resource of Microsoft Graph, however a scope names it.
const GRAPH: &str = "Microsoft Graph";

impl ProfileReader<'_, '_> {
    /// B2C issues no tokens for Microsoft Graph, although the samples' template for B2C names it. This is a warning, so
    /// that a profile can move to B2C by changing its kind, authority and credentials alone.
    pub(super) fn no_graph(&mut self, file: &ProfileFile) {
        const RIGHT: &str = "an API of your own, with scopes such as \"https://contoso.onmicrosoft.com/orders/read\"; or leave the [[api]] out";
        let why = "B2C does not issue tokens for Microsoft Graph";
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
            // With its own client id as the scope, an application gets a token for itself.
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
}

/// The resource of a scope: the text before its last slash. A scope without a slash belongs to Microsoft Graph.
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
            .is_some_and(|host| is_graph_host(host) || host == OLD_GRAPH_HOST)
    })
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
}
