//! Whom the admin listener answers, and with which methods.

use reqwest::{Method, StatusCode};

use crate::harness::browser::client;
use crate::harness::{Plan, TestGatehouse};

/// What the admin listener answers to a request with this `Host`.
async fn asked(gate: &TestGatehouse, method: Method, path: &str, host: &str) -> StatusCode {
    let request = client().request(method, gate.admin_url(path));
    let answer = request.header("host", host).send().await.unwrap();
    answer.status()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_rebinds_its_name_cannot_read_the_admin_listener() {
    let plan = Plan::default().settings("admin_hosts = [\"gatehouse-admin.internal\"]");
    let gate = plan.start().await;
    for path in ["/readyz", "/metrics", "/sessions"] {
        for host in ["attacker.example", "attacker.example:8081"] {
            assert_eq!(asked(&gate, Method::GET, path, host).await, 421, "{host}");
        }
        for host in ["127.0.0.1:8081", "localhost", "gatehouse-admin.internal"] {
            assert_eq!(asked(&gate, Method::GET, path, host).await, 200, "{host}");
        }
    }
    let ending = asked(&gate, Method::POST, "/sessions/end", "attacker.example").await;
    assert_eq!(ending, 421);
    let live = asked(&gate, Method::GET, "/livez", "attacker.example").await;
    assert_eq!(live, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_and_metrics_answer_head_with_the_status_of_get() {
    let gate = Plan::default().start().await;
    for path in ["/livez", "/readyz", "/metrics", "/sessions"] {
        let answer = client().head(gate.admin_url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        // A kept answer would tell an orchestrator of a state that is over.
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
        assert!(answer.bytes().await.unwrap().is_empty(), "{path}");
    }
}
