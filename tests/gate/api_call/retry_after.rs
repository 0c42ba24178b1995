//! An API that asks to be left alone is: with everything else at its address, for this person, and no longer than it says.

use crate::harness::api::{ScriptedApi, response};
use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan};

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
    let other = Browser::new();
    gate.sign_in(&other, ENTRA, "grace").await;
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
