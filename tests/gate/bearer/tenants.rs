//! A list of tenants binds programs as it binds people.

use simulator::{CONTOSO, FABRIKAM};

use super::{gate_of, with_token};
use crate::harness::access_tokens::taking_tokens;
use crate::harness::{Kind, TestGatehouse};

const KIND: Kind = Kind::EntraId;

/// Takes tokens of every organisation.
async fn of_everybody(route: &str) -> TestGatehouse {
    let gate = gate_of(KIND, route).await;
    gate.edit(KIND, |text| {
        let text = text.replace(&format!("/{CONTOSO}\""), "/organizations\"");
        format!("allowed_tenants = \"any\"\n{text}")
    });
    gate
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_with_a_token_of_another_tenant_is_denied() {
    let list = format!("tenants = [\"{CONTOSO}\"]");
    let of_route = taking_tokens(KIND).replace(
        "path = \"/\"",
        &format!("path = \"/\"\nallow = {{ {list} }}"),
    );
    let of_profile = format!("{}\n[allow]\n{list}", taking_tokens(KIND));
    for (route, lists) in [
        (taking_tokens(KIND), false),
        (of_route, true),
        (of_profile, true),
    ] {
        let gate = of_everybody(&route).await;
        let own = gate.programs_token(KIND).await;
        let passed = with_token(&gate, KIND, "/orders", &own).await;
        assert_eq!(passed.status, 200, "{route}: {}", passed.text);
        let token = gate.programs_token_of(FABRIKAM).await;
        let answer = with_token(&gate, KIND, "/orders", &token).await;
        assert_eq!(answer.status, if lists { 403 } else { 200 }, "{route}");
        if lists {
            assert_eq!(answer.json()["error"], "not_allowed");
            let told = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(told.contains("directory tenant"), "{told}");
            assert!(answer.header("x-auth-tenant").is_none());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_a_tenant_that_may_not_enter_is_an_invalid_token() {
    let gate = gate_of(KIND, &taking_tokens(KIND)).await;
    let token = gate.programs_token_of(FABRIKAM).await;
    let refused = with_token(&gate, KIND, "/orders", &token).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
}
