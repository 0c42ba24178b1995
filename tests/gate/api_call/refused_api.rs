//! A refusal that concerns one API: the session stays, one step-up asks for that API's scopes, and then the code's page
//! follows.

use crate::harness::api::{ScriptedApi, response};
use crate::harness::browser::Browser;
use crate::harness::refusals::{ITS_WORDS, token_error};
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse, shows_an_answer};

const ENTRA: Kind = Kind::EntraId;
/// Codes that concern one resource: sign-in frequency, assignment, Conditional Access, device rules. The answer to a
/// refresh was seen for the first only.
const OF_ONE_API: [u32; 6] = [70_043, 50_105, 53_003, 530_003, 50_097, 700_003];
/// Codes of the whole grant.
const OF_THE_GRANT: [u32; 6] = [700_082, 50_173, 50_132, 50_057, 500_341, 70_008];

/// Ada, signed in at a profile that has a second API, which answers with this status.
async fn with_two_apis(status: &'static str) -> (ScriptedApi, TestGatehouse, Browser) {
    let body = b"{\"orders\":\"none\"}";
    let api = ScriptedApi::start(move |_| response(status, &[], body)).await;
    let table = api.table("orders", "\"api://orders/Orders.Read\"");
    let plan = Plan::default().table(ENTRA, &table);
    let (gate, browser) = plan.signed_in(ENTRA, "ada").await;
    (api, gate, browser)
}

fn refuses(gate: &TestGatehouse, code: u32) {
    let suberror = (code == 70_043).then_some("token_expired");
    gate.sim.fault(token_error("invalid_grant", code, suberror));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_for_one_api_keeps_the_session_and_asks_once_for_its_scopes() {
    for code in OF_ONE_API {
        let (api, gate, browser) = with_two_apis("200 OK").await;
        refuses(&gate, code);
        let begun = gate.call_named(&browser, ENTRA, "orders").await;
        let scope = TestGatehouse::asked(&begun, "scope").unwrap();
        assert!(
            scope.contains("api://orders/Orders.Read"),
            "{code}: {scope}"
        );
        assert!(gate.is_signed_in(&browser, ENTRA).await, "{code}");
        assert_eq!(gate.refreshes(), 1, "{code}");
        // The first API is none of its business.
        gate.api_answers(&browser, ENTRA, "the other API").await;
        // The person proves more at the authority, and the API answers.
        gate.sim.clear_faults();
        let back = gate.at_authority(&browser, &begun).await;
        let done = browser.follow(&back).await;
        assert_eq!(done.location().path(), "/auth/call_api/orders", "{code}");
        shows_an_answer_of(&browser.follow(&done).await, &api, code);
    }
}

fn shows_an_answer_of(page: &crate::harness::browser::Page, api: &ScriptedApi, code: u32) {
    shows_an_answer(page, &code.to_string());
    assert_eq!(api.count(), 1, "{code}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_refused_again_after_the_step_up_reads_the_page_of_the_code() {
    for (code, words) in [
        (50_105, "not assigned"),
        (53_003, "AADSTS53003"),
        (70_043, "AADSTS70043"),
    ] {
        let (api, gate, browser) = with_two_apis("401 Unauthorized").await;
        refuses(&gate, code);
        let begun = gate.call_named(&browser, ENTRA, "orders").await;
        let back = gate.at_authority(&browser, &begun).await;
        // The sign-in brings a token, but the API wants a newer one.
        gate.sim.clear_faults();
        let done = browser.follow(&back).await;
        assert_eq!(done.location().path(), "/auth/call_api/orders", "{code}");
        refuses(&gate, code);
        let page = browser.follow(&done).await;
        assert_eq!(page.status, 403, "{code}: {}", page.text);
        assert!(page.text.contains(words), "{code}: {}", page.text);
        assert!(!page.text.contains(ITS_WORDS), "{code}");
        assert!(gate.is_signed_in(&browser, ENTRA).await, "{code}");
        let again = gate.call_named(&browser, ENTRA, "orders").await;
        assert_eq!(again.status, 403, "{code}: no further round");
        assert_eq!(api.count(), 2, "{code}");
        // Ten minutes later the person is sent once more.
        gate.turn(601);
        let once_more = gate.call_named(&browser, ENTRA, "orders").await;
        assert_eq!(once_more.status, 303, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_the_whole_grant_ends_the_session() {
    for code in OF_THE_GRANT {
        let (_, gate, browser) = with_two_apis("200 OK").await;
        refuses(&gate, code);
        let page = gate.call_named(&browser, ENTRA, "orders").await;
        assert_eq!(page.location().path(), "/auth/sign_in", "{code}");
        assert!(!gate.is_signed_in(&browser, ENTRA).await, "{code}");
        assert_eq!(gate.sim.count(Endpoint::Orders), 0, "{code}");
    }
}
