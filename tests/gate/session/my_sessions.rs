//! Sessions seen and ended: by the person, by an operator, on every replica.

use serde_json::json;

use crate::harness::browser::{Browser, Page};
use crate::harness::{
    Kind, On, Plan, Replica, TestGatehouse, assert_within, eventually, postgres_is_there, records,
};

const KIND: Kind = Kind::EntraId;

/// Its name, the fields of the form, the headers.
type Attack<'a> = (
    &'a str,
    &'a [(&'a str, &'a str)],
    &'a [(&'static str, &'a str)],
);

async fn page(gate: &TestGatehouse, browser: &Browser) -> Page {
    let page = browser.get(gate.url(KIND, "/auth/sessions")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

/// The page that asks before all other sessions are ended.
async fn asked(gate: &TestGatehouse, browser: &Browser) -> Page {
    let page = browser
        .get(gate.url(KIND, "/auth/sessions?end=others"))
        .await;
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sees_the_own_sessions_and_nobody_elses() {
    let gate = Plan::default().start().await;
    let here = gate.browser_of(KIND, "ada").await;
    let _there = gate.browser_of(KIND, "ada").await;
    let _other = gate.browser_of(KIND, "grace").await;
    let _at_another_profile = gate.browser_of(Kind::ExternalId, "carla").await;
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
    let here = gate.browser_of(KIND, "ada").await;
    let there = gate.browser_of(KIND, "ada").await;
    let third = gate.browser_of(KIND, "ada").await;
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
    let here = gate.browser_of(KIND, "ada").await;
    let others = [
        gate.browser_of(KIND, "ada").await,
        gate.browser_of(KIND, "ada").await,
    ];
    let grace = gate.browser_of(KIND, "grace").await;
    let form = asked(&gate, &here).await.form_with("others", Some("1"));
    assert_eq!(here.submit(&form, &[]).await.status, 303);
    for other in &others {
        assert!(!gate.is_signed_in(other, KIND).await);
    }
    assert!(gate.is_signed_in(&here, KIND).await);
    assert!(
        gate.is_signed_in(&grace, KIND).await,
        "another person is not concerned"
    );
    assert!(!page(&gate, &here).await.text.contains("?end=others"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_id_of_another_persons_session_ends_nothing() {
    let gate = Plan::default().start().await;
    let ada = gate.browser_of(KIND, "ada").await;
    let ada_elsewhere = gate.browser_of(KIND, "ada").await;
    let grace = gate.browser_of(KIND, "grace").await;
    let all = gate.listed("?profile=entra-id").await;
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
    let ada = gate.browser_of(KIND, "ada").await;
    let elsewhere = gate.browser_of(KIND, "ada").await;
    let mallory = gate.browser_of(KIND, "grace").await;
    let url = gate.url(KIND, "/auth/sessions/end");
    let stolen = page(&gate, &mallory).await;
    let _ = stolen;
    let own = asked(&gate, &ada).await.form_with("others", Some("1"));
    let csrf = own
        .fields
        .iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1
        .clone();
    let of_elsewhere = asked(&gate, &elsewhere)
        .await
        .form_with("others", Some("1"));
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

async fn gone_within_a_second(gate: &TestGatehouse, replica: &Replica, browser: &Browser) {
    let begun = std::time::Instant::now();
    eventually("the other replica refuses", async || {
        !replica.is_signed_in(gate, browser, KIND).await
    })
    .await;
    assert_within(begun, std::time::Duration::from_secs(1));
}

/// Ends the session of a browser in one of the ways that there are.
async fn end_by(gate: &TestGatehouse, browser: &Browser, how: &str) {
    let ended = match how {
        "sign_out" => {
            gate.sign_out(browser, KIND).await;
            return;
        }
        "person" => {
            let elsewhere = gate.browser_of(KIND, "ada").await;
            let form = asked(gate, &elsewhere).await.form_with("others", Some("1"));
            assert_eq!(elsewhere.submit(&form, &[]).await.status, 303);
            return;
        }
        "operator" => {
            let all = gate.listed("?profile=entra-id&limit=1").await;
            let person = &all[0]["person"];
            gate.end_sessions(json!({ "profile": "entra-id", "person": person }))
                .await
        }
        _ => gate.end_sessions(json!({ "profile": "entra-id" })).await,
    };
    assert_eq!(ended.0, 200, "{how}");
}

// proves: D30
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_on_one_replica_has_ended_on_the_others_within_a_second() {
    if !postgres_is_there() {
        return;
    }
    let gate = Plan::on(On::Postgres).start().await;
    let replicas = [gate.replica().await, gate.replica().await];
    for replica in &replicas {
        eventually("it listens", async || replica.store().status().listening).await;
    }
    for how in ["sign_out", "person", "operator", "profile"] {
        let browser = gate.browser_of(KIND, "ada").await;
        for replica in &replicas {
            let known = replica.is_signed_in(&gate, &browser, KIND).await;
            assert!(known, "and is cached there: {how}");
        }
        end_by(&gate, &browser, how).await;
        for replica in &replicas {
            gone_within_a_second(&gate, replica, &browser).await;
        }
        assert_eq!(gate.end_sessions(json!({ "all": true })).await.0, 200);
    }
}
