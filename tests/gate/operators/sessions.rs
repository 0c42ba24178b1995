//! Sessions listed and ended by an operator, at the admin listener.

use gatehouse::domain::identity::SubjectKey;
use gatehouse::domain::profile::ProfileId;
use gatehouse::store::SessionFilter;
use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, TestGatehouse, records};

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
        gate.browser_of(kind, person).await;
    }
    assert_eq!(gate.listed("").await.len(), 4);
    assert_eq!(gate.listed("?limit=2").await.len(), 2);
    let of_profile = gate.listed("?profile=entra-id").await;
    assert_eq!(of_profile.len(), 3);
    let person = of_profile[0]["person"].as_str().unwrap();
    let encoded: String = url::form_urlencoded::byte_serialize(person.as_bytes()).collect();
    let of_person = gate
        .listed(&format!("?profile=entra-id&person={encoded}"))
        .await;
    assert!(of_person.iter().all(|session| session["person"] == person) && !of_person.is_empty());
    let sid = gate.sim.signed_in()[0].sid.clone();
    assert_eq!(gate.listed(&format!("?sid={sid}")).await.len(), 1);
    assert!(gate.listed("?profile=staff").await.is_empty());
    let text = Browser::new().get(gate.admin_url("/sessions")).await.text;
    for secret in ["Ada", "eyJ", "@"] {
        assert!(!text.contains(secret), "a list names nobody: {secret}");
    }
    for wrong in [
        "?profile=NOT%20ONE",
        "?limit=many",
        "?person=a%00",
        "?sid=%1B%5B2J",
    ] {
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

/// How many sessions an operator ended by this.
async fn ended(gate: &TestGatehouse, what: Value) -> Value {
    let (status, answer) = gate.end_sessions(what).await;
    assert_eq!(status, 200, "{answer}");
    answer["ended"].clone()
}

/// The ids of the sessions of the one person who has two, and the name under which the store knows the person.
async fn of_the_person_with_two(gate: &TestGatehouse) -> (Vec<String>, String) {
    let filter = SessionFilter {
        profile: ProfileId::parse("entra-id"),
        limit: 10,
        ..SessionFilter::default()
    };
    let all = gate.store().list(&filter).await.unwrap();
    let count = |person: &SubjectKey| all.iter().filter(|one| one.person == *person).count();
    let mut persons = all.iter().map(|one| &one.person);
    let person = persons.find(|person| count(person) == 2).unwrap();
    let of_person = all.iter().filter(|one| one.person == *person);
    let ids = of_person.map(|one| one.id.to_string()).collect();
    (ids, person.as_str().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_ends_by_id_sid_person_profile_and_all() {
    records::record();
    let (gate, first) = Plan::default().signed_in(KIND, "ada").await;
    let second = gate.browser_of(KIND, "ada").await;
    let grace = gate.browser_of(KIND, "grace").await;
    let at_oidc = gate.browser_of(Kind::Oidc, "ada").await;
    let (ids, person) = of_the_person_with_two(&gate).await;

    let one = json!({ "id": ids[0] });
    assert_eq!(
        gate.end_sessions(one.clone()).await,
        (200, json!({ "ended": 1 }))
    );
    let first_left = gate.is_signed_in(&first, KIND).await;
    assert_ne!(first_left, gate.is_signed_in(&second, KIND).await);
    assert_eq!(ended(&gate, one).await, 0, "once");

    let elsewhere = json!({ "profile": "oidc", "person": person });
    assert_eq!(
        ended(&gate, elsewhere).await,
        0,
        "a person is of one profile"
    );
    let here = json!({ "profile": "entra-id", "person": person });
    assert_eq!(ended(&gate, here).await, 1);
    assert!(gate.is_signed_in(&grace, KIND).await);

    let again = gate.browser_of(KIND, "ada").await;
    assert_eq!(ended(&gate, json!({ "profile": "entra-id" })).await, 2);
    assert!(!gate.is_signed_in(&grace, KIND).await && !gate.is_signed_in(&again, KIND).await);
    assert!(gate.is_signed_in(&at_oidc, Kind::Oidc).await);
    assert_eq!(ended(&gate, json!({ "all": true })).await, 1);
    assert!(!gate.is_signed_in(&at_oidc, Kind::Oidc).await);
    let by_operator =
        records::audit(|event| event["event"] == "revoked" && event["by"] == "operator");
    assert!(by_operator.len() >= 6, "{by_operator:?}");
    assert!(records::metric("gatehouse_sessions_ended_total", &["by=\"operator\""]) >= 5.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_ends_one_sid_and_what_is_not_clear_ends_nothing() {
    let gate = Plan::default().start().await;
    let ada = gate.browser_of(KIND, "ada").await;
    let sid = gate.sim.signed_in()[0].sid.clone();
    let grace = gate.browser_of(KIND, "grace").await;
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
        let (status, answer) = gate.end_sessions(unclear.clone()).await;
        assert_eq!(status, 400, "{unclear}");
        assert!(answer["error"].as_str().unwrap().len() > 10);
    }
    assert!(gate.is_signed_in(&ada, KIND).await && gate.is_signed_in(&grace, KIND).await);
    assert_eq!(
        gate.end_sessions(json!({ "profile": "entra-id", "sid": sid }))
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
    gate.browser_of(KIND, "ada").await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_finds_and_ends_the_sessions_of_an_account() {
    let gate = Plan::default().start().await;
    for person in ["ada", "ada", "grace"] {
        gate.browser_of(KIND, person).await;
    }
    let filter = SessionFilter {
        profile: ProfileId::parse("entra-id"),
        limit: 10,
        ..SessionFilter::default()
    };
    let all = gate.store().list(&filter).await.unwrap();
    let (ids, _) = of_the_person_with_two(&gate).await;
    let of_ada = all.iter().find(|one| ids.contains(&one.id.to_string()));
    let account = of_ada.unwrap().accounts.first().unwrap().to_uppercase();
    let query = format!("?profile=entra-id&account={account}");
    let listed = gate.listed(&query).await;
    assert_eq!(listed.len(), 2);
    assert!(
        listed
            .iter()
            .all(|one| ids.contains(&one["id"].as_str().unwrap().to_owned()))
    );
    let nobody = json!({ "profile": "entra-id", "account": "nobody@contoso.example" });
    assert_eq!(ended(&gate, nobody).await, 0);
    let what = json!({ "profile": "entra-id", "account": account });
    assert_eq!(ended(&gate, what).await, 2);
    assert_eq!(gate.listed("?profile=entra-id").await.len(), 1);
}
