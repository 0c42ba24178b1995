//! Groups that a token left out, read from Graph.

use gatehouse::domain::identity::Groups;
use gatehouse::domain::secret::AccessToken;
use serde_json::json;

use crate::authority::{Authority, Reply};
use crate::setup::{TENANT, entra, relying_party};
use crate::signer::Signer;

// proves: B205, T12
#[tokio::test]
async fn groups_come_from_graph_and_are_unknown_when_it_fails() {
    let (authority, signer) = (Authority::start(), Signer::p256());
    let profile = entra(&authority, &signer, TENANT);
    let (party, token) = (relying_party(), AccessToken::new("graph-token"));
    let path = "/v1.0/me/getMemberObjects";
    authority.answers(path, Reply::json(&json!({"value": ["g-1", "g-2"]})));
    let groups = party.authorities.groups(&profile, &token).await;
    assert_eq!(groups, Groups::Known(vec!["g-1".into(), "g-2".into()]));
    let call = &authority.seen(path)[0];
    assert_eq!(call.headers["authorization"], "Bearer graph-token");
    assert_eq!(call.body, r#"{"securityEnabledOnly":true}"#);
    for reply in [
        Reply::status(403),
        Reply::status(503),
        Reply::status(302).with("location", "/elsewhere"),
        Reply::text(200, "text/html", "<html>"),
    ] {
        authority.answers(path, reply);
        assert_eq!(
            party.authorities.groups(&profile, &token).await,
            Groups::Unknown
        );
    }
    assert!(authority.seen("/elsewhere").is_empty());
}
