//! Bearer rule: which access tokens a route accepts from callers that bring one of their own.

use super::api::Scope;
use super::caller::BearerCaller;
use super::issuer::TenantGuid;

/// What Entra ID puts before an application's id to make its default identifier URI.
const DEFAULT_URI: &str = "api://";

/// Which access tokens a route accepts. Any one scope or any one role suffices; no entry of either demands nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerRule {
    /// The audiences of which the token must name one; never empty. The first one is the API's own name.
    pub audiences: Vec<String>,
    /// Delegated permissions (`scp` or `scope`).
    pub scopes: Vec<Scope>,
    /// Application permissions (`roles`) of callers without a person.
    pub roles: Vec<String>,
}

impl BearerRule {
    /// Whether a token with these audiences is for this route (RFC 7519 §4.1.3), compared as text. With Microsoft's
    /// authorities `api://{client id}` and `{client id}` are one application: v1 tokens have the one, v2 tokens the other.
    pub fn accepts_audience(&self, audiences: &[String], microsoft: bool) -> bool {
        audiences.iter().any(|named| {
            self.audiences.iter().any(|ours| {
                ours == named
                    || (microsoft
                        && client_of(ours).is_some()
                        && client_of(ours) == client_of(named))
            })
        })
    }

    /// Whether the token has a permission that the route asks for.
    ///
    /// A person's token needs one of the scopes. A program's token needs one of the roles, or one of the scopes where the
    /// authority grants scopes to programs (Microsoft's never do).
    pub fn permits(&self, bearer: &BearerCaller) -> bool {
        if self.scopes.is_empty() && self.roles.is_empty() {
            return true;
        }
        let granted = |scope: &String| self.scopes.iter().any(|wanted| wanted.is_granted_as(scope));
        let by_role = || {
            let listed = |role: &str| self.roles.iter().any(|wanted| wanted == role);
            bearer.identity.judged().roles().any(listed)
        };
        bearer.scopes.iter().any(granted) || (bearer.app_only && by_role())
    }

    /// The scopes as a client asks the authority for them: Microsoft's want the API's identifier URI before the name.
    pub fn requestable_scopes(&self, microsoft: bool) -> Vec<String> {
        let resource = self.identifier_uri().filter(|_| microsoft);
        let qualified = |scope: &Scope| match &resource {
            Some(resource) if !scope.as_str().contains('/') => {
                format!("{}/{}", resource.trim_end_matches('/'), scope.as_str())
            }
            _ => scope.as_str().to_owned(),
        };
        self.scopes.iter().map(qualified).collect()
    }

    /// The identifier URI under which Entra ID knows the API: the first audience that is one, else the default of the
    /// application.
    pub fn identifier_uri(&self) -> Option<String> {
        let is_uri = |audience: &&String| audience.contains("://");
        let uri = self.audiences.iter().find(is_uri).cloned();
        uri.or_else(|| Some(format!("{DEFAULT_URI}{}", self.audiences.first()?)))
    }
}

/// The application's id of an audience: a GUID, alone or in its default identifier URI.
fn client_of(audience: &str) -> Option<String> {
    let id = audience.strip_prefix(DEFAULT_URI).unwrap_or(audience);
    TenantGuid::parse(id).map(|guid| guid.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::{Identity, PersonBy};
    use serde_json::json;

    const CLIENT: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";

    fn rule(audiences: &[&str], scopes: &[&str], roles: &[&str]) -> BearerRule {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        BearerRule {
            audiences: owned(audiences),
            scopes: scopes
                .iter()
                .filter_map(|text| Scope::parse(text))
                .collect(),
            roles: owned(roles),
        }
    }

    #[test]
    fn the_two_names_of_an_application_are_one_audience_at_microsofts_kinds_only() {
        let accepts = |ours: &str, theirs: &str, microsoft| {
            rule(&[ours], &[], &[]).accepts_audience(&[theirs.to_owned()], microsoft)
        };
        let uri = format!("api://{CLIENT}");
        assert!(accepts(&uri, CLIENT, true) && accepts(CLIENT, &uri, true));
        assert!(!accepts(&uri, CLIENT, false) && !accepts(CLIENT, &uri, false));
        for other in ["api://orders/", "api://ORDERS", "orders", "", "api://"] {
            assert!(!accepts("api://orders", other, true), "{other}");
        }
        assert!(!accepts("api://", "", true) && !accepts("orders", "api://orders", true));
        let several = ["x".to_owned(), "api://orders".to_owned()];
        assert!(rule(&["api://orders"], &[], &[]).accepts_audience(&several, true));
        assert!(!rule(&["api://orders"], &[], &[]).accepts_audience(&[], true));
    }

    #[test]
    fn the_role_of_a_person_is_no_application_permission() {
        let bearer = |app_only, scopes: &[&str]| BearerCaller {
            identity: Identity::from_claims(
                json!({"iss": "i", "sub": "s", "roles": ["Orders.Read.All"]})
                    .as_object()
                    .unwrap(),
                PersonBy::Subject,
            )
            .unwrap(),
            client: None,
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            app_only,
        };
        let both = rule(&["a"], &["Orders.Read"], &["Orders.Read.All"]);
        let scope_only = rule(&["a"], &["Orders.Read"], &[]);
        let role_only = rule(&["a"], &[], &["Orders.Read.All"]);
        for (rule, app_only, scopes, expected) in [
            (&both, true, &[][..], true),
            (&both, false, &[], false),
            (&both, false, &["orders.read"], true),
            (&scope_only, true, &[], false),
            (&scope_only, true, &["Orders.Read"], true),
            (&role_only, false, &["Orders.Read"], false),
            (&role_only, true, &["Other"], true),
        ] {
            assert_eq!(
                rule.permits(&bearer(app_only, scopes)),
                expected,
                "{rule:?} {app_only}"
            );
        }
    }

    #[test]
    fn a_client_asks_microsoft_for_a_scope_with_the_resource_before_it() {
        let asked = |audience: &str, scope: &str, microsoft| {
            rule(&[audience], &[scope], &[])
                .requestable_scopes(microsoft)
                .remove(0)
        };
        assert_eq!(asked("api://orders", "Read", true), "api://orders/Read");
        assert_eq!(asked(CLIENT, "Read", true), format!("api://{CLIENT}/Read"));
        assert_eq!(
            asked("https://mcp.example/mcp", "Use", true),
            "https://mcp.example/mcp/Use"
        );
        assert_eq!(
            asked("api://orders", "api://orders/Read", true),
            "api://orders/Read"
        );
        assert_eq!(asked("api://orders", "read", false), "read");
    }
}
