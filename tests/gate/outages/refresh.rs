//! Outages in the middle of a refresh: what the authority has rotated is never lost, and nobody queues for a failure.

use gatehouse::app::shutdown::Signals;

use crate::harness::{self, Endpoint, Fault, Kind, Plan, eventually, records, shows_an_answer};
use sqlx::Connection as _;

/// The provider that ends the grant when an old refresh token comes back.
const STRICT: Kind = Kind::Oidc;
/// Seconds: an access token of the simulator lives for an hour and is due five minutes before.
const DUE: i64 = 3_300;
const OVER: i64 = 3_600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_refresh_token_is_kept_although_the_keys_are_out_of_reach() {
    let (gate, browser) = Plan::default().signed_in(STRICT, "ada").await;
    gate.turn(DUE);
    gate.sim.fault(Fault::KeysRotated.times(1));
    gate.sim.fault(Fault::KeysDown);
    gate.api_answers(&browser, STRICT, "the old token lives")
        .await;
    gate.sim.clear_faults();
    gate.turn(120);
    gate.api_answers(
        &browser,
        STRICT,
        "the next exchange sends the newest refresh token",
    )
    .await;
    gate.turn(DUE);
    gate.api_answers(&browser, STRICT, "and so on").await;
    assert!(gate.is_signed_in(&browser, STRICT).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_answer_signs_nobody_out() {
    for fault in [
        Fault::TokenHtml,
        Fault::TokenTruncated,
        Fault::TokenWithoutType,
    ] {
        let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
        gate.turn(OVER);
        gate.sim.fault(fault.clone());
        let page = gate.call(&browser, Kind::EntraId).await;
        assert_eq!(page.status, 503, "{fault:?}: {}", page.text);
        assert!(
            gate.is_signed_in(&browser, Kind::EntraId).await,
            "{fault:?}"
        );
        gate.sim.clear_faults();
        gate.turn(6);
        gate.api_answers(&browser, Kind::EntraId, "after the outage")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_refresh_token_is_kept_although_its_answer_is_damaged() {
    for fault in [Fault::TokenWithoutType, Fault::TokenWithoutAccessToken] {
        let (gate, browser) = Plan::default().signed_in(STRICT, "ada").await;
        gate.turn(OVER);
        gate.sim.fault(fault.clone().times(1));
        let page = gate.call(&browser, STRICT).await;
        assert_eq!(page.status, 503, "{fault:?}: {}", page.text);
        gate.turn(6);
        gate.api_answers(&browser, STRICT, "with the newest refresh token")
            .await;
        assert_eq!(gate.sim.count(Endpoint::Refresh), 2, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotated_tokens_wait_for_a_store_that_does_not_answer() {
    records::record();
    let (gate, browser) = Plan::default().signed_in(STRICT, "ada").await;
    gate.turn(OVER);
    gate.sim.fault(Fault::TokenSlow(500).times(1));
    let failures = || records::metric("gatehouse_store_errors_total", &["unavailable"]);
    let before = failures();
    let outage = async {
        gate.first_refresh().await;
        let mut other = sqlx::SqliteConnection::connect(&gate.database_url)
            .await
            .unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE")
            .execute(&mut other)
            .await
            .unwrap();
        eventually("the store fails", async || failures() > before).await;
        sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    };
    let (page, ()) = tokio::join!(gate.call(&browser, STRICT), outage);
    shows_an_answer(&page, "the API answers");
    gate.turn(OVER);
    gate.api_answers(&browser, STRICT, "the newest refresh token was stored")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waited_for_an_exchange_that_failed_does_not_make_another() {
    for (fault, status) in [
        (Fault::InteractionRequired, 303),
        (Fault::TokenStatus(500), 503),
    ] {
        let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
        gate.turn(OVER);
        gate.sim.fault(Fault::TokenSlow(1_000));
        gate.sim.fault(fault.clone());
        let calls = (0..6).map(|_| gate.call(&browser, Kind::EntraId));
        for page in futures_util::future::join_all(calls).await {
            assert_eq!(page.status, status, "{fault:?}: {}", page.text);
        }
        assert_eq!(gate.sim.count(Endpoint::Refresh), 1, "{fault:?}");
        gate.sim.clear_faults();
        gate.turn(6);
        gate.api_answers(&browser, Kind::EntraId, "who comes later tries again")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_an_exchange_while_the_token_works() {
    let (gate, browser) = Plan::default().signed_in(STRICT, "ada").await;
    let replica = gate.replica().await;
    gate.turn(DUE);
    gate.sim.fault(Fault::TokenSlow(3_000).times(1));
    let first = gate.call(&browser, STRICT);
    let others = async {
        gate.first_refresh().await;
        gate.api_answers(&browser, STRICT, "here").await;
        let there = replica
            .get(&gate, &browser, STRICT, "/auth/call_api/orders")
            .await;
        shows_an_answer(&there, "at another replica");
    };
    tokio::pin!(first);
    tokio::select! {
        biased;
        _ = &mut first => panic!("the others waited"),
        () = others => {}
    }
    shows_an_answer(&first.await, "the API answers");
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_rotated_to_read_groups_is_kept_although_graph_is_down() {
    let groups: Vec<String> = (1..=300)
        .map(|nth| format!("{nth:08x}-0000-4000-8000-000000000000"))
        .collect();
    let gate = Plan::default().start().await;
    gate.sim.set_person_groups(
        "gus",
        &groups.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let api = gate.sim.api();
    gate.edit(Kind::EntraId, |text| {
        let (head, _) = text.split_once("[[api]]").unwrap();
        let api = format!("[[api]]\nname = \"orders\"\nendpoint = \"{api}/orders\"\nscopes = [\"api://orders/Orders.Read\"]\n");
        format!("{head}{api}[allow]\ngroups = [\"{}\"]\n", groups[6])
    });
    let browser = gate.browser_of(Kind::EntraId, "gus").await;
    let sent = || {
        let calls = gate
            .sim
            .calls()
            .into_iter()
            .filter(|call| call.endpoint == Endpoint::Token);
        calls
            .filter_map(|call| call.parameter("refresh_token").map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let before = sent().len();
    gate.turn(DUE);
    gate.sim.fault(Fault::ApiStatus(500));
    browser
        .get(gate.url(Kind::EntraId, "/auth/call_api/orders"))
        .await;
    assert_eq!(
        sent().len(),
        before + 2,
        "one for the API, one for the directory"
    );
    assert!(
        gate.is_signed_in(&browser, Kind::EntraId).await,
        "unknown is not none"
    );
    gate.sim.clear_faults();
    gate.turn(DUE);
    browser
        .get(gate.url(Kind::EntraId, "/auth/call_api/orders"))
        .await;
    let sent = sent();
    let last = &sent[before + 2];
    assert!(
        !sent[..before + 2].contains(last),
        "the newest is sent, not one that was exchanged before"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_profile_waits_for_a_refresh_under_way() {
    let (gate, browser) = Plan::default().signed_in(Kind::B2c, "ada").await;
    gate.turn(DUE);
    let begun = browser.get(gate.url(Kind::B2c, "/auth/edit_profile")).await;
    let form = gate.at_authority(&browser, &begun).await;
    let back = gate
        .press(&browser, &form, ("save", "1"), &[("name", "Ada King")])
        .await;
    // The refresh brings no claims of its own.
    gate.sim.fault(Fault::RefreshWithoutIdToken);
    gate.sim.fault(Fault::TokenSlow(1_500).times(1));
    let edit = async {
        gate.first_refresh().await;
        browser.follow(&back).await
    };
    let (called, done) = tokio::join!(gate.call(&browser, Kind::B2c), edit);
    shows_an_answer(&called, "the API answers");
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(gate.session(&browser, Kind::B2c).await["name"], "Ada King");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exchange_that_no_request_waits_for_is_finished_before_the_process_ends() {
    let (gate, browser) = Plan::default().signed_in(STRICT, "ada").await;
    gate.turn(OVER);
    let running = gate
        .running_replica("shutdown_delay = \"1ms\"\nshutdown_grace = \"15s\"")
        .await;
    let port = running.public.port();
    let ended = tokio::spawn(running.until_signal(Signals::take().unwrap()));
    gate.sim.fault(Fault::TokenSlow(3_500).times(1));
    let host = format!("{}:{}", harness::host(STRICT), gate.port);
    let address = format!(
        "http://{}:{port}/auth/call_api/orders",
        harness::host(STRICT)
    );
    let headers = [("host", host.as_str())];
    tokio::select! {
        page = browser.get_with(address, &headers) => panic!("{} {}", page.status, page.text),
        () = gate.first_refresh() => {}
    }
    // The browser has gone away: no connection is open, and no worker has anything to finish.
    let told = std::process::Command::new("kill")
        .args(["-TERM", &std::process::id().to_string()])
        .status();
    assert!(told.unwrap().success());
    ended.await.unwrap().unwrap();
    gate.api_answers(&browser, STRICT, "the new tokens were stored")
        .await;
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
}

/// The store takes no rest, or lets go of no lease, while the old token lives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_after_an_exchange_that_failed_takes_no_working_token_away() {
    for (fault, stuck) in [
        (
            Fault::TokenStatus(500),
            "CREATE TRIGGER stuck BEFORE UPDATE OF lease_owner ON sessions
             WHEN hex(NEW.lease_owner) = 'FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF'
             BEGIN SELECT RAISE(ABORT, 'stuck'); END",
        ),
        (
            Fault::InteractionRequired,
            "CREATE TRIGGER stuck BEFORE UPDATE OF lease_owner ON sessions
             WHEN NEW.lease_owner IS NULL
             BEGIN SELECT RAISE(ABORT, 'stuck'); END",
        ),
    ] {
        let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
        gate.turn(DUE);
        gate.at_database(stuck).await;
        gate.sim.fault(fault.clone());
        gate.api_answers(&browser, Kind::EntraId, "the old token lives")
            .await;
        assert_eq!(gate.sim.count(Endpoint::Refresh), 1, "{fault:?}");
    }
}
