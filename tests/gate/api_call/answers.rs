//! Whatever an API answers is shown safely: errors, other types, nothing, too much, too late.

use std::time::{Duration, Instant};

use crate::harness::api::{ScriptedApi, response, with_graph_fault};
use crate::harness::{Endpoint, Fault, Kind, Plan, assert_within, shows_an_answer};

const ENTRA: Kind = Kind::EntraId;

// proves: W7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_apis_error_is_shown_with_its_status() {
    let (gate, browser) = with_graph_fault(Fault::ApiForbidden).await;
    let page = gate.call_named(&browser, ENTRA, "graph").await;
    assert_eq!(
        page.status, 200,
        "the page is fine, the API's answer is not"
    );
    assert!(
        page.text.contains("403 Forbidden") && page.text.contains("Authorization_RequestDenied"),
        "{}",
        page.text
    );
    let json = browser
        .get_with(
            gate.url(ENTRA, "/auth/call_api/graph"),
            &[("accept", "application/json")],
        )
        .await
        .json();
    assert_eq!(json["status"], 403);
}

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_not_json_is_shown_as_text_and_escaped() {
    let (gate, browser) = with_graph_fault(Fault::ApiNotJson).await;
    let page = gate.call_named(&browser, ENTRA, "graph").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("&lt;html") || page.text.contains("&lt;!"),
        "{}",
        page.text
    );
}

// proves: C134
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_in_an_answer_is_text() {
    let body = br#"{"name":"<script>alert(1)</script>","x":"</pre><img src=x onerror=alert(1)>"}"#;
    let api = ScriptedApi::start(|_| {
        response("200 OK", &[("Content-Type", "text/html\"><script>")], body)
    })
    .await;
    let (gate, browser) = api.signed_in().await;
    let page = gate.call_named(&browser, ENTRA, "own").await;
    assert_eq!(page.status, 200);
    assert!(
        !page.text.contains("<script") && !page.text.contains("<img src=x"),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_text_are_counted_and_an_empty_answer_is_said_to_be_empty() {
    let api = ScriptedApi::start(|nth| match nth {
        1 => response(
            "200 OK",
            &[("Content-Type", "image/png")],
            &[0x89, b'P', b'N', b'G', 0, 1, 2, 0xff],
        ),
        _ => response("204 No Content", &[], b""),
    })
    .await;
    let (gate, browser) = api.signed_in().await;
    let binary = gate.call_named(&browser, ENTRA, "own").await;
    assert!(
        binary.text.contains("not text (8 bytes)"),
        "{}",
        binary.text
    );
    let empty = gate.call_named(&browser, ENTRA, "own").await;
    assert!(
        empty.text.contains("204 No Content") && empty.text.contains("no content"),
        "{}",
        empty.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_answer_is_cut() {
    let (gate, browser) = with_graph_fault(Fault::ApiHuge).await;
    let page = gate.call_named(&browser, ENTRA, "graph").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.len() < 4 * 1024 * 1024,
        "{} bytes",
        page.text.len()
    );
    assert!(page.text.contains("only its beginning is shown"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_api_is_waited_for_and_one_that_breaks_off_is_explained() {
    let (gate, browser) = with_graph_fault(Fault::ApiSlow(300)).await;
    shows_an_answer(
        &gate.call_named(&browser, ENTRA, "graph").await,
        "the API answers",
    );

    let api = ScriptedApi::start(|_| {
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"begun\":".to_vec()
    })
    .await;
    let (gate, browser) = api.signed_in().await;
    let page = gate.call_named(&browser, ENTRA, "own").await;
    assert_eq!(page.status, 502);
    assert!(
        page.text.contains("Request id") && page.text.contains("did not answer"),
        "{}",
        page.text
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_is_not_there_is_502_and_signs_nobody_out() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let table = format!(
        "[[api]]\nname = \"own\"\nendpoint = \"http://{gone}/\"\nscopes = [\"api://orders/Orders.Read\"]\n"
    );
    let (gate, browser) = Plan::default()
        .table(ENTRA, &table)
        .signed_in(ENTRA, "ada")
        .await;
    let page = gate.call_named(&browser, ENTRA, "own").await;
    assert_eq!(page.status, 502);
    assert!(
        !page.text.contains(&gone.to_string()),
        "the cause is for the log"
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

// proves: W5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_hangs_is_given_up_after_the_time_that_is_set() {
    // The default is the samples' 30 seconds; a test need not wait for it.
    let (gate, browser) = Plan {
        settings: "[http]\napi_timeout = \"1s\"".to_owned(),
        ..Plan::default()
    }
    .signed_in(ENTRA, "ada")
    .await;
    gate.sim.fault(Fault::ApiHang);
    let page = gate.call_named(&browser, ENTRA, "graph").await;
    assert_eq!(page.status, 504);
    assert!(
        page.text.contains("did not answer in time"),
        "{}",
        page.text
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

/// Says nothing: the first connection is closed after a while, the second stays open.
async fn silent_api(first: Duration) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let table = format!(
        "[[api]]\nname = \"own\"\nendpoint = \"http://{}/\"\nscopes = [\"api://orders/Orders.Read\"]\n",
        listener.local_addr().unwrap()
    );
    tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        tokio::time::sleep(first).await;
        drop(connection);
        let _open = listener.accept().await.unwrap();
        std::future::pending::<()>().await;
    });
    table
}

// proves: W5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_breaks_off_and_then_hangs_has_the_time_that_is_set_only_once() {
    let table = silent_api(Duration::from_secs(3)).await;
    let (gate, browser) = Plan {
        settings: "[http]\napi_timeout = \"4s\"".to_owned(),
        ..Plan::default()
    }
    .table(ENTRA, &table)
    .signed_in(ENTRA, "ada")
    .await;
    let begun = Instant::now();
    let page = gate.call_named(&browser, ENTRA, "own").await;
    assert_eq!(page.status, 504);
    assert_within(begun, Duration::from_secs(4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_is_exchanged_once_and_then_the_answer_is_shown() {
    let (gate, browser) = with_graph_fault(Fault::ApiUnauthorized).await;
    let page = gate.call_named(&browser, ENTRA, "graph").await;
    assert!(page.text.contains("401 Unauthorized"), "{}", page.text);
    assert_eq!(
        (
            gate.sim.count(Endpoint::GraphMe),
            gate.sim.count(Endpoint::Refresh)
        ),
        (2, 1)
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_person_is_noticed_at_the_api_and_signed_out() {
    let (gate, browser) = Plan::default().signed_in(ENTRA, "ada").await;
    gate.sim.revoke_person("ada");
    let page = gate.call_named(&browser, ENTRA, "graph").await;
    assert_eq!(
        (page.status.as_u16(), page.location().path()),
        (303, "/auth/sign_in")
    );
    assert!(
        !gate.is_signed_in(&browser, ENTRA).await,
        "invalid_grant ends the session"
    );
}
