//! An API that asks to be left alone is: with everything else at its address, for this person, and no longer than it says.

use crate::harness::api::{ScriptedApi, response, with_graph_fault};
use crate::harness::{Endpoint, Fault, Kind, Plan, shows_an_answer};

const ENTRA: Kind = Kind::EntraId;
const SCOPES: &str = "\"api://orders/Orders.Read\"";

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_504_with_a_time_is_respected_and_one_without_is_shown() {
    let api = ScriptedApi::start(|nth| match nth {
        1 => response("504 AppState Timeout", &[], b"its upstream is slow"),
        2 => response("504 AppState Timeout", &[("Retry-After", "9")], b""),
        _ => response("200 OK", &[], b"up"),
    })
    .await;
    let (gate, browser) = Plan::default()
        .table(ENTRA, &api.table("own", SCOPES))
        .signed_in(ENTRA, "ada")
        .await;
    let shown = gate.call_named(&browser, ENTRA, "own").await;
    assert!(
        shown.text.contains("its upstream is slow"),
        "{}",
        shown.text
    );
    for _ in 0..2 {
        let told = gate.call_named(&browser, ENTRA, "own").await;
        assert_eq!(
            (told.status.as_u16(), told.header("retry-after")),
            (503, Some("9"))
        );
    }
    assert_eq!(api.count(), 2, "not asked meanwhile");
    gate.turn(9);
    assert!(
        gate.call_named(&browser, ENTRA, "own")
            .await
            .text
            .contains("200 OK")
    );
}

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_api_at_the_same_address_is_left_alone_too_and_other_people_are_not() {
    let busy = ScriptedApi::start(|nth| match nth {
        1 => response("429 Too Many Requests", &[("Retry-After", "41")], b""),
        _ => response("200 OK", &[], b"up"),
    })
    .await;
    let elsewhere = ScriptedApi::start(|_| response("200 OK", &[], b"up")).await;
    let second = busy.table("second", SCOPES);
    let second = second.replace(&busy.address, &format!("{}other/path", busy.address));
    let tables = [
        busy.table("first", SCOPES),
        second,
        elsewhere.table("third", SCOPES),
    ];
    let (gate, browser) = Plan::default()
        .table(ENTRA, &tables.concat())
        .signed_in(ENTRA, "ada")
        .await;
    assert_eq!(gate.call_named(&browser, ENTRA, "first").await.status, 503);
    let told = gate.call_named(&browser, ENTRA, "second").await;
    assert_eq!(
        (told.status.as_u16(), told.header("retry-after")),
        (503, Some("41"))
    );
    assert_eq!(busy.count(), 1, "the address was left alone");
    let third = gate.call_named(&browser, ENTRA, "third").await;
    assert!(third.text.contains("200 OK"), "{}", third.text);
    let other = gate.browser_of(ENTRA, "grace").await;
    assert!(
        gate.call_named(&other, ENTRA, "second")
            .await
            .text
            .contains("200 OK")
    );
    gate.turn(41);
    assert!(
        gate.call_named(&browser, ENTRA, "second")
            .await
            .text
            .contains("200 OK")
    );
}

async fn is_left_alone(fault: Fault, seconds: i64) {
    let (gate, browser) = with_graph_fault(fault.clone()).await;
    let told = gate.call_named(&browser, ENTRA, "graph").await;
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
    let again = gate.call_named(&browser, ENTRA, "graph").await;
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
    shows_an_answer(
        &gate.call_named(&browser, ENTRA, "graph").await,
        &format!("{fault:?}"),
    );
}

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_throttles_is_left_alone_for_as_long_as_it_says() {
    is_left_alone(Fault::ApiThrottled(Some(41)), 41).await;
}

// proves: T11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_throttles_without_a_time_is_left_alone_for_ten_seconds() {
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
    let (gate, browser) = api.signed_in().await;
    for (nth, seconds) in [(1, 10), (2, 7)] {
        let told = gate.call_named(&browser, ENTRA, "own").await;
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
        gate.call_named(&browser, ENTRA, "own").await;
        assert_eq!(api.count(), nth, "left alone");
        gate.turn(seconds);
    }
    let page = gate.call_named(&browser, ENTRA, "own").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(
        page.text.contains("200 OK") && page.text.contains(">up<"),
        "{}",
        page.text
    );
    assert_eq!(api.count(), 3);
}
