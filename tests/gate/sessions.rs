//! Sessions seen and ended: by the person, by an operator, on every replica.

use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, On, Plan, Replica, TestGate, eventually, postgres_is_there, records};

const KIND: Kind = Kind::EntraId;

pub async fn signed_in(gate: &TestGate, kind: Kind, person: &str) -> Browser {
    let browser = Browser::new();
    gate.sign_in(&browser, kind, person).await;
    browser
}

/// The sessions that an operator sees.
pub async fn listed(gate: &TestGate, query: &str) -> Vec<Value> {
    let page = Browser::new()
        .get(gate.admin_url(&format!("/sessions{query}")))
        .await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.json()["sessions"].as_array().unwrap().clone()
}

/// What an operator ends, and what came of it.
pub async fn end(gate: &TestGate, what: Value) -> (u16, Value) {
    let client = crate::harness::browser::client();
    let answer = client
        .post(gate.admin_url("/sessions/end"))
        .body(what.to_string())
        .send()
        .await
        .unwrap();
    (
        answer.status().as_u16(),
        serde_json::from_str(&answer.text().await.unwrap()).unwrap(),
    )
}

/// Its name, the fields of the form, the headers.
type Attack<'a> = (
    &'a str,
    &'a [(&'a str, &'a str)],
    &'a [(&'static str, &'a str)],
);

async fn page(gate: &TestGate, browser: &Browser) -> Page {
    let page = browser.get(gate.url(KIND, "/auth/sessions")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sees_the_own_sessions_and_nobody_elses() {
    let gate = Plan::default().start().await;
    let here = signed_in(&gate, KIND, "ada").await;
    let _there = signed_in(&gate, KIND, "ada").await;
    let _other = signed_in(&gate, KIND, "grace").await;
    let _at_another_profile = signed_in(&gate, Kind::ExternalId, "carla").await;
    let page = page(&gate, &here).await;
    assert_eq!(page.text.matches(">This browser<").count(), 1);
    assert!(page.text.contains("Firefox"), "{}", page.text);
    assert_eq!(
        page.forms()
            .iter()
            .filter(|form| form.text.contains("name=\"session\""))
            .count(),
        1
    );
    let stranger = Browser::new().get(gate.url(KIND, "/auth/sessions")).await;
    assert_eq!(stranger.status, 303);
    assert!(stranger.location().path().ends_with("/auth/sign_in"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_ends_one_session_and_no_other_ends() {
    records::record();
    let gate = Plan::default().start().await;
    let here = signed_in(&gate, KIND, "ada").await;
    let there = signed_in(&gate, KIND, "ada").await;
    let third = signed_in(&gate, KIND, "ada").await;
    let forms = page(&gate, &here).await.forms();
    let form = forms
        .iter()
        .find(|form| form.text.contains("name=\"session\""))
        .unwrap();
    let id = form
        .fields
        .iter()
        .find(|(name, _)| name == "session")
        .unwrap()
        .1
        .clone();
    let before = records::metric("gatehouse_sessions_ended_total", &["by=\"person\""]);
    let done = here.submit(form, &[]).await;
    assert_eq!(done.status, 303);
    assert!(done.location().path().ends_with("/auth/sessions"));
    assert!(gate.is_signed_in(&here, KIND).await);
    let still = [
        gate.is_signed_in(&there, KIND).await,
        gate.is_signed_in(&third, KIND).await,
    ];
    assert_eq!(
        still.iter().filter(|still| **still).count(),
        1,
        "exactly one of the two ended"
    );
    let events =
        records::audit(|event| event["event"] == "revoked" && event["session.id"] == id.as_str());
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(
        (&events[0]["by"], &events[0]["count"]),
        (&json!("person"), &json!(1))
    );
    assert!(records::metric("gatehouse_sessions_ended_total", &["by=\"person\""]) >= before + 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_ends_all_others_and_stays_signed_in() {
    let gate = Plan::default().start().await;
    let here = signed_in(&gate, KIND, "ada").await;
    let others = [
        signed_in(&gate, KIND, "ada").await,
        signed_in(&gate, KIND, "ada").await,
    ];
    let grace = signed_in(&gate, KIND, "grace").await;
    let form = page(&gate, &here).await.form_with("others", Some("1"));
    assert_eq!(here.submit(&form, &[]).await.status, 303);
    for other in &others {
        assert!(!gate.is_signed_in(other, KIND).await);
    }
    assert!(gate.is_signed_in(&here, KIND).await);
    assert!(
        gate.is_signed_in(&grace, KIND).await,
        "another person is not concerned"
    );
    assert!(!page(&gate, &here).await.text.contains("name=\"others\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_id_of_another_persons_session_ends_nothing() {
    let gate = Plan::default().start().await;
    let ada = signed_in(&gate, KIND, "ada").await;
    let ada_elsewhere = signed_in(&gate, KIND, "ada").await;
    let grace = signed_in(&gate, KIND, "grace").await;
    let all = listed(&gate, "?profile=entra-id").await;
    let people: Vec<&str> = all
        .iter()
        .map(|session| session["person"].as_str().unwrap())
        .collect();
    let alone = |person: &str| people.iter().filter(|other| **other == person).count() == 1;
    let of_grace: Vec<String> = all
        .iter()
        .filter(|session| alone(session["person"].as_str().unwrap()))
        .map(|session| session["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(of_grace.len(), 1, "grace has one session, ada two");
    let form = page(&gate, &ada).await.form_with("session", None);
    for id in &of_grace {
        let done = ada.submit(&form, &[("session", id)]).await;
        assert_eq!(done.status, 303, "the answer tells nothing");
    }
    assert!(gate.is_signed_in(&grace, KIND).await);
    assert!(gate.is_signed_in(&ada_elsewhere, KIND).await);
    for nonsense in ["", "0", "../x", &"f".repeat(32)] {
        assert_eq!(
            ada.submit(&form, &[("session", nonsense)]).await.status,
            303
        );
    }
    assert!(gate.is_signed_in(&ada_elsewhere, KIND).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_site_or_another_session_ends_nothing() {
    let gate = Plan::default().start().await;
    let ada = signed_in(&gate, KIND, "ada").await;
    let elsewhere = signed_in(&gate, KIND, "ada").await;
    let mallory = signed_in(&gate, KIND, "grace").await;
    let url = gate.url(KIND, "/auth/sessions/end");
    let stolen = page(&gate, &mallory).await;
    let _ = stolen;
    let own = page(&gate, &ada).await.form_with("others", Some("1"));
    let csrf = own
        .fields
        .iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1
        .clone();
    let of_elsewhere = page(&gate, &elsewhere).await.form_with("others", Some("1"));
    let other_csrf = of_elsewhere
        .fields
        .iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1
        .clone();
    let origin = gate.origin(KIND);
    let attacks: [Attack<'_>; 5] = [
        ("no token, no origin", &[("others", "1")], &[]),
        (
            "another session's token",
            &[("others", "1"), ("csrf", &other_csrf)],
            &[("origin", &origin)],
        ),
        (
            "another site",
            &[("others", "1"), ("csrf", &csrf)],
            &[("origin", "https://evil.example")],
        ),
        (
            "another site, as the browser says",
            &[("others", "1"), ("csrf", &csrf)],
            &[("sec-fetch-site", "cross-site")],
        ),
        (
            "two tokens",
            &[("others", "1"), ("csrf", &csrf), ("csrf", &other_csrf)],
            &[],
        ),
    ];
    for (what, form, headers) in attacks {
        let refused = ada.post_with(&url, form, headers).await;
        assert_eq!(refused.status, 403, "{what}");
        assert!(gate.is_signed_in(&elsewhere, KIND).await, "{what}");
    }
    assert_eq!(ada.get(&url).await.status, 405, "a link ends nothing");
}

async fn gone_within_a_second(gate: &TestGate, replica: &Replica, browser: &Browser) {
    let begun = std::time::Instant::now();
    eventually("the other replica refuses", async || {
        !replica.is_signed_in(gate, browser, KIND).await
    })
    .await;
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d30_what_ends_on_one_replica_has_ended_on_the_others_within_a_second() {
    if !postgres_is_there() {
        return;
    }
    let gate = Plan::on(On::Postgres).start().await;
    let replicas = [gate.replica().await, gate.replica().await];
    for replica in &replicas {
        eventually("it listens", async || replica.app.store.status().listening).await;
    }
    let ends: [&str; 4] = ["sign_out", "person", "operator", "profile"];
    for how in ends {
        let browser = signed_in(&gate, KIND, "ada").await;
        for replica in &replicas {
            assert!(
                replica.is_signed_in(&gate, &browser, KIND).await,
                "and is cached there: {how}"
            );
        }
        match how {
            "sign_out" => {
                let out = browser
                    .get_with(
                        gate.url(KIND, "/auth/sign_out"),
                        &[
                            ("sec-fetch-site", "same-origin"),
                            ("sec-fetch-mode", "navigate"),
                        ],
                    )
                    .await;
                assert_eq!(out.status, 303);
            }
            "person" => {
                let elsewhere = signed_in(&gate, KIND, "ada").await;
                let form = page(&gate, &elsewhere).await.form_with("others", Some("1"));
                assert_eq!(elsewhere.submit(&form, &[]).await.status, 303);
            }
            "operator" => {
                let id = page(&gate, &browser).await;
                let _ = id;
                let all = listed(&gate, "?profile=entra-id&limit=1").await;
                assert_eq!(
                    end(
                        &gate,
                        json!({ "profile": "entra-id", "person": all[0]["person"] })
                    )
                    .await
                    .0,
                    200
                );
            }
            _ => assert_eq!(end(&gate, json!({ "profile": "entra-id" })).await.0, 200),
        }
        for replica in &replicas {
            gone_within_a_second(&gate, replica, &browser).await;
        }
        assert_eq!(end(&gate, json!({ "all": true })).await.0, 200);
    }
}
