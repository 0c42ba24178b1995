//! `allow.tenants`: whom a profile that several directories may enter admits, at the sign-in and at each request after it.

use simulator::{CONTOSO, FABRIKAM, PERSONAL_ACCOUNTS};

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse, host, records};

const ENTRA: Kind = Kind::EntraId;

/// A profile that every organisation and every personal account may enter, with more tables.
async fn of_everybody(tables: &str) -> TestGatehouse {
    let gate = Plan::default().table(ENTRA, tables).start().await;
    gate.edit(ENTRA, |text| {
        let text = text.replace(&format!("/{CONTOSO}\""), "/common\"");
        format!("allowed_tenants = \"any\"\nallow_personal_accounts = true\n{text}")
    });
    gate
}

fn only(tenant: &str) -> String {
    format!("[allow]\ntenants = [\"{tenant}\"]")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_of_another_tenant_gets_no_session_and_reads_why() {
    records::record();
    for (tenant, inside, outside) in [
        (CONTOSO, "ada", ["fred", "mona"]),
        (FABRIKAM, "fred", ["ada", "mona"]),
        (PERSONAL_ACCOUNTS, "mona", ["ada", "fred"]),
    ] {
        let gate = of_everybody(&only(&tenant.to_ascii_uppercase())).await;
        let browser = gate.browser_of(ENTRA, inside).await;
        assert!(gate.is_signed_in(&browser, ENTRA).await, "{inside}");
        let sessions = gate.store().count().await.unwrap();
        for person in outside {
            let browser = Browser::new();
            let callback = gate.answer(&browser, ENTRA, person, "/").await;
            let refused = browser.follow(&callback).await;
            assert_eq!(refused.status, 403, "{person}: {}", refused.text);
            let why = "Your organisation does not have access";
            assert!(refused.text.contains(why), "{person}: {}", refused.text);
            assert!(refused.text.contains("other_account=1"), "a way on");
            assert!(!refused.text.contains(tenant), "no other tenant is named");
            assert!(browser.cookie(host(ENTRA), "gatehouse").is_none());
            assert_eq!(gate.store().count().await.unwrap(), sessions, "{person}");
        }
    }
    let told = records::audit(|line| {
        line["event"] == "refused" && line.to_string().contains("directory tenant is not on")
    });
    assert!(!told.is_empty(), "the operator reads the reason");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_counts_for_the_tenant_that_invites_and_not_for_home() {
    let gate = Plan::default().table(ENTRA, &only(CONTOSO)).start().await;
    let browser = gate.browser_of(ENTRA, "guest").await;
    assert!(gate.is_signed_in(&browser, ENTRA).await);
    let claims = &gate.session(&browser, ENTRA).await["claims"];
    assert!(claims["idp"].as_str().unwrap().contains(FABRIKAM));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_list_of_tenants_shuts_people_out_at_their_next_request() {
    let gate = of_everybody("").await;
    let (ada, fred) = (
        gate.browser_of(ENTRA, "ada").await,
        gate.browser_of(ENTRA, "fred").await,
    );
    gate.edit(ENTRA, |text| format!("{text}\n{}\n", only(CONTOSO)));
    assert!(!gate.is_signed_in(&fred, ENTRA).await);
    assert!(gate.is_signed_in(&ada, ENTRA).await);
    let call = fred.get(gate.url(ENTRA, "/auth/call_api/graph")).await;
    assert_eq!(call.location().path(), "/auth/sign_in", "no token for fred");
    assert_eq!(gate.sim.count(Endpoint::GraphMe), 0);
    gate.edit(ENTRA, |text| {
        text.replace(&only(CONTOSO), &only(&format!("{CONTOSO}\", \"{FABRIKAM}")))
    });
    assert!(gate.is_signed_in(&fred, ENTRA).await, "a slip of an editor");
}
