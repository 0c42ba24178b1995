//! Whatever an API answers is shown safely: errors, other types, nothing, too much, too late, "wait", "prove more".

use std::time::{Duration, Instant};

use crate::harness::api::{ScriptedApi, response};
use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, TestGate};
use simulator::ChallengeForm;

const ENTRA: Kind = Kind::EntraId;

async fn call(gate: &TestGate, browser: &Browser, api: &str) -> Page {
    browser
        .get(gate.url(ENTRA, &format!("/auth/call_api/{api}")))
        .await
}

/// Ada, signed in, and a gatehouse whose Graph misbehaves from now on.
async fn with_fault(fault: Fault) -> (TestGate, Browser) {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "ada").await;
    gate.sim.fault(fault);
    (gate, browser)
}

/// The same with an API of the test's own, named `own`.
async fn with_api(api: &ScriptedApi) -> (TestGate, Browser) {
    let gate = Plan::default()
        .table(ENTRA, &api.table("own", "\"api://orders/Orders.Read\""))
        .start()
        .await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "ada").await;
    (gate, browser)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w7_an_apis_error_is_shown_with_its_status() {
    let (gate, browser) = with_fault(Fault::ApiForbidden).await;
    let page = call(&gate, &browser, "graph").await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_an_answer_that_is_not_json_is_shown_as_text_and_escaped() {
    let (gate, browser) = with_fault(Fault::ApiNotJson).await;
    let page = call(&gate, &browser, "graph").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("&lt;html") || page.text.contains("&lt;!"),
        "{}",
        page.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c134_a_script_in_an_answer_is_text() {
    let body = br#"{"name":"<script>alert(1)</script>","x":"</pre><img src=x onerror=alert(1)>"}"#;
    let api = ScriptedApi::start(|_| {
        response("200 OK", &[("Content-Type", "text/html\"><script>")], body)
    })
    .await;
    let (gate, browser) = with_api(&api).await;
    let page = call(&gate, &browser, "own").await;
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
    let (gate, browser) = with_api(&api).await;
    let binary = call(&gate, &browser, "own").await;
    assert!(
        binary.text.contains("not text (8 bytes)"),
        "{}",
        binary.text
    );
    let empty = call(&gate, &browser, "own").await;
    assert!(
        empty.text.contains("204 No Content") && empty.text.contains("no content"),
        "{}",
        empty.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_answer_is_cut() {
    let (gate, browser) = with_fault(Fault::ApiHuge).await;
    let page = call(&gate, &browser, "graph").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.len() < 4 * 1024 * 1024,
        "{} bytes",
        page.text.len()
    );
    assert!(page.text.contains("only its beginning is shown"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_is_slow_is_waited_for_and_one_that_breaks_off_is_told() {
    let (gate, browser) = with_fault(Fault::ApiSlow(300)).await;
    assert!(call(&gate, &browser, "graph").await.text.contains("200 OK"));

    let api = ScriptedApi::start(|_| {
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"begun\":".to_vec()
    })
    .await;
    let (gate, browser) = with_api(&api).await;
    let page = call(&gate, &browser, "own").await;
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
    let gate = Plan::default().table(ENTRA, &table).start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "ada").await;
    let page = call(&gate, &browser, "own").await;
    assert_eq!(page.status, 502);
    assert!(
        !page.text.contains(&gone.to_string()),
        "the cause is for the log"
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w5_an_api_that_hangs_is_given_up_after_the_time_that_is_set() {
    // The default is the samples' 30 seconds; a test need not wait for it.
    let gate = Plan {
        settings: "[http]\napi_timeout = \"1s\"".to_owned(),
        ..Plan::default()
    }
    .start()
    .await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "ada").await;
    gate.sim.fault(Fault::ApiHang);
    let page = call(&gate, &browser, "graph").await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w5_an_api_that_breaks_off_and_then_hangs_has_the_time_that_is_set_only_once() {
    let table = silent_api(Duration::from_millis(1_500)).await;
    let gate = Plan {
        settings: "[http]\napi_timeout = \"2s\"".to_owned(),
        ..Plan::default()
    }
    .table(ENTRA, &table)
    .start()
    .await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "ada").await;
    let begun = Instant::now();
    let page = call(&gate, &browser, "own").await;
    assert_eq!(page.status, 504);
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}

async fn is_left_alone(fault: Fault, seconds: i64) {
    let (gate, browser) = with_fault(fault.clone()).await;
    let told = call(&gate, &browser, "graph").await;
    assert_eq!(told.status, 503, "{fault:?}: {}", told.text);
    assert_eq!(
        told.header("retry-after"),
        Some(seconds.to_string().as_str()),
        "{fault:?}"
    );
    assert!(
        told.text.contains(&format!("{seconds} seconds")),
        "{}",
        told.text
    );
    gate.sim.clear_faults();
    gate.turn(seconds - 1);
    let again = call(&gate, &browser, "graph").await;
    assert_eq!(
        (again.status.as_u16(), again.header("retry-after")),
        (503, Some("1")),
        "{fault:?}"
    );
    assert_eq!(
        gate.sim.count(Endpoint::GraphMe),
        1,
        "no second call before the time"
    );
    gate.turn(1);
    assert!(
        call(&gate, &browser, "graph").await.text.contains("200 OK"),
        "{fault:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_an_api_that_throttles_is_left_alone_for_as_long_as_it_says() {
    is_left_alone(Fault::ApiThrottled(Some(41)), 41).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_an_api_that_throttles_without_a_time_is_left_alone_for_ten_seconds() {
    is_left_alone(Fault::ApiThrottled(None), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_503_is_respected_for_its_time_or_for_ten_seconds_and_never_shown_raw() {
    let api = ScriptedApi::start(|nth| match nth {
        1 => response("503 Service Unavailable", &[], b"down for a moment"),
        2 => response("503 Service Unavailable", &[("Retry-After", "7")], b""),
        _ => response("200 OK", &[], b"up"),
    })
    .await;
    let (gate, browser) = with_api(&api).await;
    for (nth, seconds) in [(1, 10), (2, 7)] {
        let told = call(&gate, &browser, "own").await;
        assert_eq!(
            (told.status.as_u16(), told.header("retry-after")),
            (503, Some(seconds.to_string().as_str()))
        );
        assert!(
            told.text
                .contains(&format!("try again in {seconds} seconds"))
                && !told.text.contains("down for a moment"),
            "{}",
            told.text
        );
        call(&gate, &browser, "own").await;
        assert_eq!(api.count(), nth, "left alone");
        gate.turn(seconds);
    }
    assert!(call(&gate, &browser, "own").await.text.contains("200 OK"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_is_exchanged_once_and_then_the_answer_is_shown() {
    let (gate, browser) = with_fault(Fault::ApiUnauthorized).await;
    let page = call(&gate, &browser, "graph").await;
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

async fn steps_up(form: ChallengeForm) {
    let gate = Plan::default()
        .sim(|options| options.shapes.challenge = form)
        .start()
        .await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "chad").await;
    let begun = call(&gate, &browser, "graph").await;
    assert_eq!(
        gate.sim.count(Endpoint::Refresh),
        1,
        "first without the person"
    );
    let refresh = gate
        .sim
        .calls()
        .into_iter()
        .rfind(|call| call.endpoint == Endpoint::Token)
        .unwrap();
    let sent: serde_json::Value =
        serde_json::from_str(refresh.parameter("claims").unwrap()).unwrap();
    assert_eq!(sent["access_token"]["acrs"]["value"], "c1");
    assert_eq!(
        sent["access_token"]["xms_cc"]["values"][0], "cp1",
        "and we can handle challenges"
    );
    let asked: serde_json::Value =
        serde_json::from_str(&TestGate::asked(&begun, "claims").unwrap()).unwrap();
    assert_eq!(asked["access_token"]["acrs"]["value"], "c1", "{form:?}");
    assert!(
        begun
            .location()
            .host_str()
            .unwrap()
            .contains("login.microsoftonline"),
        "our authority, not the challenge's"
    );
    let back = gate.at_authority(&browser, &begun).await;
    let done = browser.follow(&back).await;
    assert_eq!(done.location().path(), "/auth/call_api/graph");
    assert!(browser.rest(done).await.text.contains("200 OK"), "{form:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_a_claims_challenge_in_base64_leads_to_a_step_up_and_back() {
    steps_up(ChallengeForm::Base64).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_a_claims_challenge_in_raw_json_leads_to_a_step_up_and_back() {
    steps_up(ChallengeForm::RawJson).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_a_claims_challenge_in_the_second_of_two_headers_leads_to_a_step_up_and_back() {
    steps_up(ChallengeForm::TwoHeaders).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b209_a_script_is_told_where_to_step_up() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "chad").await;
    let answer = browser
        .get_with(
            gate.url(ENTRA, "/auth/call_api/graph"),
            &[("sec-fetch-mode", "cors")],
        )
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.json()["sign_in_url"],
        gate.url(ENTRA, "/auth/call_api/graph")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_that_no_sign_in_satisfies_stops_after_three_rounds() {
    let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19""#;
    let api = ScriptedApi::start(move |_| {
        response("401 Unauthorized", &[("WWW-Authenticate", challenge)], b"")
    })
    .await;
    let (gate, browser) = with_api(&api).await;
    let mut page = call(&gate, &browser, "own").await;
    let mut rounds = 0;
    while page.status == 303 {
        let back = gate.at_authority(&browser, &page).await;
        let done = browser.follow(&back).await;
        assert_eq!(done.location().path(), "/auth/call_api/own");
        rounds += 1;
        assert!(rounds <= 3, "going round in circles");
        page = browser.follow(&done).await;
    }
    assert_eq!((rounds, page.status.as_u16()), (3, 400));
    assert!(
        page.text.contains("3 times in a row") && page.text.contains("Request id"),
        "{}",
        page.text
    );
    assert!(gate.is_signed_in(&browser, ENTRA).await);
    // After a minute the person may try again.
    gate.turn(61);
    assert_eq!(call(&gate, &browser, "own").await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_person_is_noticed_at_the_api_and_signed_out() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, ENTRA, "ada").await;
    gate.sim.revoke_person("ada");
    let page = call(&gate, &browser, "graph").await;
    assert_eq!(
        (page.status.as_u16(), page.location().path()),
        (303, "/auth/sign_in")
    );
    assert!(
        !gate.is_signed_in(&browser, ENTRA).await,
        "invalid_grant ends the session"
    );
}
