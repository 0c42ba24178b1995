//! Pages where no profile answers: in the person's language, with nothing of the request and of nobody's site.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Plan, TestGatehouse};

const EVIL: &str = "/x?q=%3Cscript%3Ealert(1)%3C/script%3E&<b>";

async fn at(gate: &TestGatehouse, host: &str, headers: &[(&'static str, &str)]) -> Page {
    let all = [&[("host", host)], headers].concat();
    let url = format!("http://127.0.0.1:{}{EVIL}", gate.port);
    Browser::new().get_with(url, &all).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_host_gets_a_page_in_the_language_of_the_person() {
    let gate = Plan::default().start().await;
    let german = at(&gate, "stranger.localhost", &[("accept-language", "de")]).await;
    assert_eq!(german.status, 404);
    assert!(german.text.contains("<html lang=\"de\" dir=\"ltr\">"));
    let chosen: &[(&'static str, &str)] = &[
        ("accept-language", "de"),
        ("cookie", "gatehouse-language=ar"),
    ];
    let arabic = at(&gate, "stranger.localhost", chosen).await;
    assert!(arabic.text.contains("<html lang=\"ar\" dir=\"rtl\">"));
    let english = at(&gate, "stranger.localhost", &[("accept-language", "tlh")]).await;
    assert!(english.text.contains("There is nothing at this address"));
    assert!(english.text.contains("<style>") && english.text.len() < 30_000);
    let policy = english.header("content-security-policy").unwrap();
    assert!(policy.contains("style-src 'sha256-") && policy.contains("default-src 'none'"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_host_and_query_stand_nowhere_on_the_page() {
    let gate = Plan::default().start().await;
    let page = at(&gate, "evil-example.localhost", &[]).await;
    for foreign in ["evil-example", "script", "alert", "contoso", "Contoso"] {
        assert!(!page.text.contains(foreign), "{foreign}: {}", page.text);
    }
    assert!(page.sets_cookies().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_at_an_unknown_host_gets_json_and_a_program_plain_text() {
    let gate = Plan::default().start().await;
    let script = at(&gate, "stranger.localhost", &[("sec-fetch-mode", "cors")]).await;
    assert_eq!(script.status, 404);
    assert_eq!(script.json()["error"], "not_found");
    assert!(script.json()["request_id"].as_str().unwrap().len() > 8);
    let program = at(&gate, "stranger.localhost", &[("accept", "*/*")]).await;
    assert_eq!(program.status, 404);
    let kind = program.header("content-type").unwrap();
    assert!(kind.starts_with("text/plain"), "{kind}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_that_is_not_ready_blames_nobody_and_tries_again() {
    let gate = Plan::default().start().await;
    let text = "public_url = \"http://broken.localhost\"\nkind = \"b2c\"\n";
    std::fs::write(gate.profiles_folder().join("broken.toml"), text).unwrap();
    gate.live.reload().unwrap();
    let page = at(&gate, "broken.localhost", &[]).await;
    assert_eq!(page.status, 503);
    assert_eq!(page.header("retry-after"), Some("60"));
    assert!(page.text.contains("This site is not ready yet"));
    assert!(page.text.contains("http-equiv=\"refresh\" content=\"60\""));
    for blame in ["b2c", "operator", "wrong", "profile", "broken"] {
        assert!(!page.text.contains(blame), "{blame}: {}", page.text);
    }
}
