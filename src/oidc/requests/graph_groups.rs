//! Groups that a token left out for size, read from Microsoft Graph (microsoft-identity 6.4).
//!
//! The host comes from the metadata, never from a token (`_claim_sources` is not followed). Groups that could not be
//! read are unknown, not none: rules that need groups then refuse.
//!
//! A token of Microsoft Graph on behalf of a caller with an access token of ours (Microsoft's on-behalf-of flow, RFC 7523
//! §2.1): the caller's token is the assertion.
//!
//! It succeeds only if the token's audience is the application of the profile itself: the authority exchanges a token for
//! nobody but its audience.

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use url::{Host, Url};

use crate::domain::authority::UserFlowKind;
use crate::domain::identity::Groups;
use crate::domain::profile::Profile;
use crate::domain::public_url::is_loopback;
use crate::domain::secret::AccessToken;
use crate::oidc::authorities::Authorities;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::{Invalid, OidcError, ResponseFault};
use crate::oidc::requests::parameters::Form;

/// Bytes: 11,000 ids with their quotes.
const LARGEST: usize = 1024 * 1024;
/// The largest number of groups of one person.
const MOST: usize = 11_000;

impl Authorities {
    /// All security groups of the signed-in person, direct or not, by an access token that Graph accepts.
    pub async fn groups(&self, profile: &Profile, token: &AccessToken) -> Groups {
        let client = self.profile_client(profile);
        let discovered = client.discovered(profile, UserFlowKind::SignIn).await;
        let Some(url) = discovered
            .ok()
            .and_then(|found| address(profile, &found.metadata))
        else {
            return Groups::Unknown;
        };
        let request = client
            .bulkhead
            .client()
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .bearer_auth(token.expose())
            .body(json!({"securityEnabledOnly": true}).to_string());
        let timeout = client.deps.call_timeout;
        match client.bulkhead.call(request, LARGEST, timeout).await {
            Ok(response) if response.status.as_u16() == 200 => {
                read(&response.body).map_or(Groups::Unknown, Groups::Known)
            }
            Ok(response) => {
                tracing::warn!(profile.id = %profile.id, status = response.status.as_u16(), "groups could not be read");
                Groups::Unknown
            }
            Err(error) => {
                tracing::warn!(profile.id = %profile.id, outage = %error, "groups could not be read");
                Groups::Unknown
            }
        }
    }
}

/// The address of `getMemberObjects` at the Graph host of the metadata, if this host is Microsoft's or the simulator's.
fn address(profile: &Profile, metadata: &Metadata) -> Option<Url> {
    if !profile.authority.dialect().groups_from_graph {
        return None;
    }
    let host = metadata.msgraph_host.as_deref()?;
    let url = |scheme: &str| {
        let url = Url::parse(&format!("{scheme}://{host}/v1.0/me/getMemberObjects")).ok()?;
        let plain = url.username().is_empty() && url.path() == "/v1.0/me/getMemberObjects";
        let accepted = plain && profile.authority.accepts_endpoint(&url, "");
        accepted.then_some(url)
    };
    let loopback = Url::parse(&format!("https://{host}"))
        .ok()?
        .host()
        .is_some_and(|host: Host<&str>| is_loopback(&host));
    url(if loopback { "http" } else { "https" })
}

fn read(body: &[u8]) -> Option<Vec<String>> {
    let document: Value = serde_json::from_slice(body).ok()?;
    // With a second page this list is incomplete, and an incomplete list counts as unknown.
    if document.get("@odata.nextLink").is_some() {
        return None;
    }
    let groups = document.get("value")?.as_array()?;
    if groups.len() > MOST {
        return None;
    }
    groups
        .iter()
        .map(|group| group.as_str().map(str::to_owned))
        .collect()
}

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

impl Authorities {
    /// A token of Graph that reads the groups of the person behind an access token. The token was verified before.
    ///
    /// # Errors
    /// `Unavailable` passes; every other error means that this token cannot be exchanged.
    pub async fn graph_token_on_behalf_of(
        &self,
        profile: &Profile,
        assertion: &str,
    ) -> Result<AccessToken, OidcError> {
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, UserFlowKind::SignIn).await?;
        let grant: Form<'_> = vec![
            ("grant_type", GRANT.into()),
            ("assertion", assertion.into()),
            ("requested_token_use", "on_behalf_of".into()),
            ("scope", "User.Read".into()),
        ];
        let response = client.request_tokens(&authority, &grant).await?;
        let missing = Invalid::Response(ResponseFault::AccessToken);
        response.access_token.ok_or_else(|| missing.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::{entra, metadata_of, oidc};

    // proves: B58, B205
    #[test]
    fn groups_are_asked_at_microsofts_host_and_nowhere_else() {
        let profile = entra();
        let mut metadata = metadata_of(&profile);
        metadata.msgraph_host = Some("graph.microsoft.us".into());
        assert_eq!(
            address(&profile, &metadata).unwrap().as_str(),
            "https://graph.microsoft.us/v1.0/me/getMemberObjects"
        );
        for host in [
            "evil.example",
            "127.0.0.1",
            "localhost:1",
            "graph.microsoft.com@evil.example",
            "graph.microsoft.com/x?",
        ] {
            metadata.msgraph_host = Some(host.into());
            assert_eq!(address(&profile, &metadata), None, "{host}");
        }
        assert_eq!(address(&oidc(), &metadata_of(&oidc())), None);
    }

    // proves: D17
    #[test]
    fn an_answer_that_is_no_complete_list_of_ids_is_unknown() {
        assert_eq!(read(br#"{"value":["a","b"]}"#).unwrap(), ["a", "b"]);
        assert_eq!(read(br#"{"value":[]}"#).unwrap(), [""; 0]);
        for body in [
            &br#"{"value":["a",7]}"#[..],
            br#"{"value":["a"],"@odata.nextLink":"https://graph.microsoft.com/next"}"#,
            b"{}",
            b"[]",
            b"<html>",
        ] {
            assert_eq!(read(body), None);
        }
    }
}
