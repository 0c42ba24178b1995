//! A person names sessions and recognises networks; nobody else does.

use crate::harness::browser::{Browser, Form};
use crate::harness::{Kind, On, Plan, TestGatehouse, postgres_is_there};

const KIND: Kind = Kind::EntraId;

async fn forms(gate: &TestGatehouse, browser: &Browser) -> Vec<Form> {
    let page = browser.get(gate.url(KIND, "/auth/sessions")).await;
    let all = page.forms().into_iter();
    all.filter(|form| form.text.contains("name=\"named\""))
        .collect()
}

async fn gives_a_name(on: On) {
    let (gate, browser) = Plan::on(on).signed_in(KIND, "ada").await;
    let elsewhere = gate.browser_of(KIND, "ada").await;
    let forms = forms(&gate, &browser).await;
    assert_eq!(forms.len(), 2, "one for each session");
    let done = browser
        .submit(&forms[1], &[("name", " Studio <b>laptop</b> ")])
        .await;
    assert_eq!(
        (done.status.as_u16(), done.location().path()),
        (303, "/auth/sessions")
    );
    let told = browser.follow(&done).await;
    assert!(
        told.text.contains("The name of the session was saved."),
        "{}",
        told.text
    );
    assert!(
        told.text.contains("tabindex=\"-1\" autofocus"),
        "the news has the focus"
    );
    for seen_by in [&browser, &elsewhere] {
        for path in ["/auth/sessions", "/auth/you"] {
            let page = seen_by.get(gate.url(KIND, path)).await;
            assert_eq!(
                page.text.matches("<bdi>Studio &lt;b&gt;laptop").count(),
                1,
                "{path}: {}",
                page.text
            );
            assert!(!page.text.contains("was saved"), "once");
        }
    }
    let done = browser.submit(&forms[1], &[("name", "")]).await;
    assert_eq!(done.status, 303);
    let page = browser.get(gate.url(KIND, "/auth/sessions")).await;
    assert!(!page.text.contains("Studio"), "taken away again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_gets_a_name_and_loses_it_on_sqlite() {
    gives_a_name(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_gets_a_name_and_loses_it_on_postgres() {
    if postgres_is_there() {
        gives_a_name(On::Postgres).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_is_too_long_is_cut() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    let form = forms(&gate, &browser).await.remove(0);
    let done = browser.submit(&form, &[("name", &"é".repeat(1_000))]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = browser.get(gate.url(KIND, "/auth/sessions")).await;
    let name = "é".repeat(40);
    assert!(
        page.text.contains(&format!("<bdi>{name}</bdi>")),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_another_person_and_a_stranger_name_no_session() {
    let gate = Plan::default().start().await;
    let ada = gate.browser_of(KIND, "ada").await;
    let grace = gate.browser_of(KIND, "grace").await;
    let of_ada = forms(&gate, &ada).await.remove(0);
    let of_grace = forms(&gate, &grace).await.remove(0);
    let value = |form: &Form, name: &str| {
        let found = form.fields.iter().find(|(field, _)| field == name);
        found.unwrap().1.clone()
    };
    let url = gate.url(KIND, "/auth/sessions/name");
    let (csrf, id) = (value(&of_ada, "csrf"), value(&of_ada, "named"));
    let own = [("csrf", csrf.as_str()), ("named", &id), ("name", "mine")];
    let foreign = ada
        .post_with(&url, &own, &[("origin", "https://evil.example")])
        .await;
    assert_eq!(foreign.status, 403, "another site");
    let no_token = ada.post_with(&url, &own[1..], &[]).await;
    assert_eq!(no_token.status, 403, "no token");
    let stolen = ada.submit(&of_grace, &[("name", "mine")]).await;
    assert_eq!(stolen.status, 403, "the token of another session");
    let theirs = grace
        .submit(&of_grace, &[("named", &id), ("name", "mine")])
        .await;
    assert_eq!(theirs.status, 303, "the answer tells nothing");
    let stranger = Browser::new().post_with(&url, &own, &[]).await;
    assert_eq!(stranger.status, 401, "nobody is signed in");
    assert_eq!(ada.get(&url).await.status, 405, "a link names nothing");
    for browser in [&ada, &grace] {
        let page = browser.get(gate.url(KIND, "/auth/sessions")).await;
        assert!(!page.text.contains("<bdi>mine"), "{}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_network_is_shown_and_kept_only_where_the_profile_says_so() {
    let trusted = "trusted_proxies = [\"127.0.0.0/8\"]\n";
    let forwarded: &[(&'static str, &str)] = &[("x-forwarded-for", "203.0.113.77")];
    let sees = async |table: &str| {
        let plan = Plan::default().settings(trusted).table(KIND, table);
        let gate = plan.start().await;
        let browser = Browser::new();
        let callback = gate.answer(&browser, KIND, "ada", "/").await;
        let done = browser.get_with(callback.location(), forwarded).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = browser.get(gate.url(KIND, "/auth/sessions")).await;
        let listed = gate.listed("?profile=entra-id").await;
        assert!(
            !page.text.contains("203.0.113.77"),
            "never the whole address"
        );
        (
            page.text.contains("203.0.113.0&#x2F;24") || page.text.contains("203.0.113.0/24"),
            listed[0]["network"].clone(),
        )
    };
    assert_eq!(sees("").await, (false, serde_json::Value::Null));
    let (shown, kept) = sees("[session]\nshow_network = true\n").await;
    assert!(shown);
    assert_eq!(kept, "203.0.113.0/24");
}
