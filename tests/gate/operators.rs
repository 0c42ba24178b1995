//! Sessions listed and ended by an operator, at the admin listener.

use gatehouse::domain::identity::SubjectKey;
use gatehouse::domain::profile::ProfileId;
use gatehouse::store::SessionFilter;
use serde_json::json;

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, records};
use crate::sessions::{end, listed, signed_in};

const KIND: Kind = Kind::EntraId;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_lists_by_profile_person_and_sid() {
    let gate = Plan::default().start().await;
    for (kind, person) in [
        (KIND, "ada"),
        (KIND, "ada"),
        (KIND, "grace"),
        (Kind::Oidc, "ada"),
    ] {
        signed_in(&gate, kind, person).await;
    }
    assert_eq!(listed(&gate, "").await.len(), 4);
    assert_eq!(listed(&gate, "?limit=2").await.len(), 2);
    let of_profile = listed(&gate, "?profile=entra-id").await;
    assert_eq!(of_profile.len(), 3);
    let person = of_profile[0]["person"].as_str().unwrap();
    let encoded: String = url::form_urlencoded::byte_serialize(person.as_bytes()).collect();
    let of_person = listed(&gate, &format!("?profile=entra-id&person={encoded}")).await;
    assert!(of_person.iter().all(|session| session["person"] == person) && !of_person.is_empty());
    let sid = gate.sim.signed_in()[0].sid.clone();
    assert_eq!(listed(&gate, &format!("?sid={sid}")).await.len(), 1);
    assert!(listed(&gate, "?profile=staff").await.is_empty());
    let text = Browser::new().get(gate.admin_url("/sessions")).await.text;
    for secret in ["Ada", "eyJ", "@"] {
        assert!(!text.contains(secret), "a list names nobody: {secret}");
    }
    for wrong in ["?profile=NOT%20ONE", "?limit=many"] {
        assert_eq!(
            Browser::new()
                .get(gate.admin_url(&format!("/sessions{wrong}")))
                .await
                .status,
            400,
            "{wrong}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_ends_by_id_sid_person_profile_and_all() {
    records::record();
    let gate = Plan::default().start().await;
    let (first, second) = (
        signed_in(&gate, KIND, "ada").await,
        signed_in(&gate, KIND, "ada").await,
    );
    let (grace, at_oidc) = (
        signed_in(&gate, KIND, "grace").await,
        signed_in(&gate, Kind::Oidc, "ada").await,
    );
    let store = &gate.app.store;
    let summaries = store
        .list(&SessionFilter {
            profile: ProfileId::parse("entra-id"),
            limit: 10,
            ..SessionFilter::default()
        })
        .await
        .unwrap();
    let ids: Vec<(String, SubjectKey)> = summaries
        .iter()
        .map(|one| (one.id.to_string(), one.person.clone()))
        .collect();
    let adas: Vec<_> = ids
        .iter()
        .filter(|(_, person)| ids.iter().filter(|(_, other)| other == person).count() == 2)
        .collect();

    assert_eq!(
        end(&gate, json!({ "id": adas[0].0 })).await,
        (200, json!({ "ended": 1 }))
    );
    let left = [
        gate.is_signed_in(&first, KIND).await,
        gate.is_signed_in(&second, KIND).await,
    ];
    assert_eq!(left.iter().filter(|left| **left).count(), 1);
    assert_eq!(
        end(&gate, json!({ "id": adas[0].0 })).await,
        (200, json!({ "ended": 0 })),
        "once"
    );

    assert_eq!(
        end(
            &gate,
            json!({ "profile": "oidc", "person": adas[0].1.as_str() })
        )
        .await
        .1["ended"],
        0,
        "a person is of one profile"
    );
    assert_eq!(
        end(
            &gate,
            json!({ "profile": "entra-id", "person": adas[0].1.as_str() })
        )
        .await
        .1["ended"],
        1
    );
    assert!(gate.is_signed_in(&grace, KIND).await);

    let again = signed_in(&gate, KIND, "ada").await;
    assert_eq!(
        end(&gate, json!({ "profile": "entra-id" })).await.1["ended"],
        2
    );
    assert!(!gate.is_signed_in(&grace, KIND).await && !gate.is_signed_in(&again, KIND).await);
    assert!(gate.is_signed_in(&at_oidc, Kind::Oidc).await);
    assert_eq!(end(&gate, json!({ "all": true })).await.1["ended"], 1);
    assert!(!gate.is_signed_in(&at_oidc, Kind::Oidc).await);
    let by_operator =
        records::audit(|event| event["event"] == "revoked" && event["by"] == "operator");
    assert!(by_operator.len() >= 6, "{by_operator:?}");
    assert!(records::metric("gatehouse_sessions_ended_total", &["by=\"operator\""]) >= 5.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_ends_one_sid_and_what_is_not_clear_ends_nothing() {
    let gate = Plan::default().start().await;
    let ada = signed_in(&gate, KIND, "ada").await;
    let sid = gate.sim.signed_in()[0].sid.clone();
    let grace = signed_in(&gate, KIND, "grace").await;
    for unclear in [
        json!({}),
        json!({ "person": "x" }),
        json!({ "sid": sid }),
        json!({ "all": true, "profile": "entra-id" }),
        json!({ "all": false }),
        json!({ "everything": true }),
        json!([]),
        json!({ "id": "x" }),
    ] {
        let (status, answer) = end(&gate, unclear.clone()).await;
        assert_eq!(status, 400, "{unclear}");
        assert!(answer["error"].as_str().unwrap().len() > 10);
    }
    assert!(gate.is_signed_in(&ada, KIND).await && gate.is_signed_in(&grace, KIND).await);
    assert_eq!(
        end(&gate, json!({ "profile": "entra-id", "sid": sid }))
            .await
            .1["ended"],
        1
    );
    assert!(!gate.is_signed_in(&ada, KIND).await);
    assert!(gate.is_signed_in(&grace, KIND).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_listener_administers_nothing() {
    let gate = Plan::default().start().await;
    signed_in(&gate, KIND, "ada").await;
    for path in [
        "/sessions",
        "/metrics",
        "/readyz",
        "/livez",
        "/sessions/end",
    ] {
        assert_eq!(
            Browser::new().get(gate.url(KIND, path)).await.status,
            404,
            "{path}"
        );
    }
    assert_eq!(
        Browser::new()
            .post(gate.url(KIND, "/sessions/end"), &[])
            .await
            .status,
        404
    );
}
