//! What a `scope` asks for (microsoft-identity.md §2.3).
//!
//! Owns the known APIs and their scopes, and who may consent to them. Does not know who has consented.

use crate::failure::Cause;
use crate::kind::Kind;
use crate::names::after_graph;

/// `aud` of Graph's tokens.
pub(crate) const GRAPH_AUDIENCE: &str = "https://graph.microsoft.com";
/// The sample API as Entra ID, External ID and the `OpenID` provider know it.
pub(crate) const ORDERS_AUDIENCE: &str = "api://orders";
/// The sample API as B2C knows it.
pub(crate) const ORDERS_AUDIENCE_B2C: &str = "https://contoso.onmicrosoft.com/orders";

/// An API that tokens can be for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Api {
    Graph,
    Orders,
    /// The application itself (`scope={client_id}`).
    Own,
    /// An API of a registered application.
    Exposed {
        /// `aud` of its tokens.
        client_id: String,
        /// What stands before the name of a scope.
        uri: String,
    },
}

/// An API that a registered application exposes.
#[derive(Clone, Debug)]
pub(crate) struct ExposedApi {
    pub client_id: String,
    pub uri: String,
    /// Its scopes; any name is a scope when there are none.
    pub scopes: Vec<String>,
}

/// What the words of a `scope` are looked up in.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    pub kind: Kind,
    /// The application that asks.
    pub client_id: String,
    pub exposed: Vec<ExposedApi>,
}

/// Who may say yes to a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// An administrator has said yes for everybody who need not say so alone.
    Given,
    /// Each person.
    Personal,
    /// An administrator, who has not.
    Administrator,
}

/// One scope of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub api: Api,
    /// The short name in the API's own spelling.
    pub name: String,
    pub consent: Consent,
}

const GRAPH: [(&str, Consent); 7] = [
    ("User.Read", Consent::Given),
    ("Mail.Read", Consent::Personal),
    ("Calendars.Read", Consent::Personal),
    ("Files.Read", Consent::Personal),
    ("Directory.Read.All", Consent::Administrator),
    ("GroupMember.Read.All", Consent::Administrator),
    (".default", Consent::Given),
];
const ORDERS: [(&str, Consent); 3] = [
    ("Orders.Read", Consent::Given),
    ("Orders.Write", Consent::Personal),
    (".default", Consent::Given),
];
const OWN: &str = "";

/// What a request asks for.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one word of the parameter"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes {
    pub openid: bool,
    pub profile: bool,
    pub email: bool,
    pub offline: bool,
    pub of_apis: Vec<Scope>,
}

impl Scopes {
    /// Reads a `scope` parameter.
    pub(crate) fn parse(catalog: &Catalog, text: &str) -> Result<Self, Cause> {
        let mut scopes = Self::default();
        for word in text.split_whitespace() {
            match word.to_ascii_lowercase().as_str() {
                "openid" => scopes.openid = true,
                "profile" => scopes.profile = true,
                "email" => scopes.email = true,
                "offline_access" => scopes.offline = true,
                _ => match catalog.scope(word) {
                    Ok(scope) if !scopes.of_apis.contains(&scope) => scopes.of_apis.push(scope),
                    Ok(_) => {}
                    // OIDC Core §3.1.2.1: scopes that are not understood should be ignored.
                    Err(_) if catalog.kind == Kind::Oidc => {}
                    Err(cause) => return Err(cause),
                },
            }
        }
        Ok(scopes)
    }

    /// The APIs, each once, in the order asked.
    pub(crate) fn apis(&self) -> Vec<Api> {
        let mut apis = Vec::new();
        for scope in &self.of_apis {
            if !apis.contains(&scope.api) {
                apis.push(scope.api.clone());
            }
        }
        apis
    }

    pub(crate) fn names(&self, api: &Api) -> Vec<String> {
        self.of_apis
            .iter()
            .filter(|scope| scope.api == *api)
            .map(|scope| scope.name.clone())
            .collect()
    }
}

impl Catalog {
    fn scope(&self, word: &str) -> Result<Scope, Cause> {
        let own_default = word.strip_suffix("/.default");
        if word == self.client_id || own_default == Some(&self.client_id) {
            return Ok(Scope {
                api: Api::Own,
                name: OWN.to_owned(),
                consent: Consent::Given,
            });
        }
        if let Some(found) = self.scope_of_application(word) {
            return found;
        }
        let orders = if self.kind == Kind::B2c {
            ORDERS_AUDIENCE_B2C
        } else {
            ORDERS_AUDIENCE
        };
        if let Some(name) = after_resource(word, orders) {
            return known(Api::Orders, &ORDERS, name, word);
        }
        if self.kind == Kind::B2c {
            // Graph's delegated scopes do not exist for B2C's people.
            return Err(Cause::ScopeNotSupported(word.to_owned()));
        }
        let name = after_graph(word).unwrap_or(word);
        if name.contains("://") {
            return Err(Cause::UnknownResource(word.to_owned()));
        }
        let mut scope = known(Api::Graph, &GRAPH, name, word)?;
        // Customers of External ID cannot consent: anything but User.Read is the administrator's.
        if self.kind.is_for_customers() && scope.consent == Consent::Personal {
            scope.consent = Consent::Administrator;
        }
        Ok(scope)
    }

    /// A scope of an API that an application exposes.
    fn scope_of_application(&self, word: &str) -> Option<Result<Scope, Cause>> {
        let (api, name) = self
            .exposed
            .iter()
            .find_map(|api| Some((api, after_resource(word, &api.uri)?)))?;
        let all = api.scopes.is_empty() || name == ".default";
        let listed = api
            .scopes
            .iter()
            .find(|scope| scope.eq_ignore_ascii_case(name));
        let Some(name) = listed.map(String::as_str).or(all.then_some(name)) else {
            return Some(Err(Cause::UnknownScope(word.to_owned())));
        };
        Some(Ok(Scope {
            api: Api::Exposed {
                client_id: api.client_id.clone(),
                uri: api.uri.clone(),
            },
            name: name.to_owned(),
            consent: Consent::Given,
        }))
    }

    /// The API of `{resource}/.default`, as client credentials ask for it.
    pub(crate) fn default_of(&self, word: &str) -> Result<Api, Cause> {
        let not_default = || Cause::NotDefaultScope(word.to_owned());
        word.strip_suffix("/.default").ok_or_else(not_default)?;
        if self.kind == Kind::B2c && after_graph(word).is_some() {
            return Ok(Api::Graph);
        }
        self.scope(word).map(|scope| scope.api)
    }
}

fn after_resource<'a>(word: &'a str, resource: &str) -> Option<&'a str> {
    word.strip_prefix(resource)?.strip_prefix('/')
}

fn known(
    api: Api,
    list: &[(&'static str, Consent)],
    name: &str,
    word: &str,
) -> Result<Scope, Cause> {
    list.iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(name, consent)| Scope {
            api,
            name: (*name).to_owned(),
            consent: *consent,
        })
        .ok_or_else(|| Cause::UnknownScope(word.to_owned()))
}

impl Api {
    /// The resource before the short name of a scope.
    pub(crate) fn audience(&self, kind: Kind, client_id: &str) -> String {
        match self {
            Self::Exposed { client_id, .. } => client_id.clone(),
            Self::Graph => GRAPH_AUDIENCE.to_owned(),
            Self::Orders if kind == Kind::B2c => ORDERS_AUDIENCE_B2C.to_owned(),
            Self::Orders => ORDERS_AUDIENCE.to_owned(),
            Self::Own => client_id.to_owned(),
        }
    }

    /// A scope as token answers write it: short for Graph, with the resource for others.
    pub(crate) fn echoed(&self, kind: Kind, client_id: &str, name: &str) -> String {
        match self {
            Self::Exposed { uri, .. } => format!("{uri}/{name}"),
            Self::Graph => name.to_owned(),
            Self::Own => client_id.to_owned(),
            Self::Orders => format!("{}/{name}", self.audience(kind, client_id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(kind: Kind) -> Catalog {
        Catalog {
            kind,
            client_id: "app".to_owned(),
            exposed: vec![ExposedApi {
                client_id: "api".to_owned(),
                uri: "api://things".to_owned(),
                scopes: vec!["Things.Read".to_owned()],
            }],
        }
    }

    #[test]
    fn a_scope_without_resource_is_graphs_in_any_case_and_with_any_prefix() {
        for text in [
            "User.Read",
            "user.read",
            "https://graph.microsoft.com/User.Read",
            "http://graph.microsoft.localhost:9000/User.Read",
        ] {
            let scopes = Scopes::parse(&catalog(Kind::EntraId), text).unwrap();
            assert_eq!(scopes.names(&Api::Graph), ["User.Read"], "{text}");
        }
    }

    #[test]
    fn b2c_has_no_graph_scopes_but_its_own_api() {
        assert!(matches!(
            Scopes::parse(&catalog(Kind::B2c), "User.Read"),
            Err(Cause::ScopeNotSupported(_))
        ));
        let scopes = Scopes::parse(
            &catalog(Kind::B2c),
            "openid https://contoso.onmicrosoft.com/orders/Orders.Read",
        )
        .unwrap();
        assert_eq!(scopes.names(&Api::Orders), ["Orders.Read"]);
    }

    #[test]
    fn the_plain_provider_ignores_scopes_that_it_does_not_know() {
        let scopes = Scopes::parse(&catalog(Kind::Oidc), "openid phone something").unwrap();
        assert!(scopes.openid && scopes.of_apis.is_empty());
    }

    #[test]
    fn an_application_exposes_its_own_scopes_and_no_others() {
        let catalog = catalog(Kind::EntraId);
        let scopes = Scopes::parse(&catalog, "api://things/things.read").unwrap();
        assert_eq!(scopes.of_apis[0].name, "Things.Read");
        assert!(matches!(
            Scopes::parse(&catalog, "api://things/Other"),
            Err(Cause::UnknownScope(_))
        ));
        assert!(catalog.default_of("api://things/.default").is_ok());
        assert!(matches!(
            catalog.default_of("api://things/Things.Read"),
            Err(Cause::NotDefaultScope(_))
        ));
    }
}
