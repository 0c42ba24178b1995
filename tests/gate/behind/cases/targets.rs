//! Spellings of paths.

use crate::behind::guarded::Guarded;
use crate::harness::socket;

/// Targets that some reader takes for `/healthz` or below it, and some other reader for something else.
const SPELLINGS: [&str; 24] = [
    "/healthz/../admin",
    "/healthz/%2e%2e/admin",
    "/healthz/.%2e/admin",
    "/healthz/..%2fadmin",
    "/healthz%2f..%2fadmin",
    "/healthz/..;/admin",
    "/healthz;/../admin",
    "/healthz;x/admin",
    "/healthz/..%5cadmin",
    "/healthz\\..\\admin",
    "/healthz%5c..%5cadmin",
    "/healthz/%252e%252e/admin",
    "/healthz%00/admin",
    "/healthz%23/../admin",
    "/healthz#/../admin",
    "/healthz/..%c0%afadmin",
    "/HEALTHZ",
    "/HealthZ/x",
    "/admin//..//healthz/../admin",
    "//healthz/../admin",
    "/admin?x=/healthz",
    "/admin#/healthz",
    "/admin;/healthz",
    "http://guarded.localhost/healthz/../admin",
];

pub async fn no_spelling_of_a_path_opens_what_is_not_public(guarded: &Guarded) {
    for target in SPELLINGS {
        let before = guarded.application.count();
        let line = format!("GET {target}");
        let answer = guarded.raw(&line, "Accept: application/json\r\n").await;
        let status = socket::status(&answer);
        if guarded.application.count() == before {
            assert!((300..500).contains(&status), "{target}: {answer}");
            continue;
        }
        // Only what is public in every reading.
        let seen = guarded.application.last();
        let path = seen.target();
        let plain = path == "/healthz" || path.starts_with("/healthz/");
        let doubtful = ["..", "%", ";", "\\", "//", "#"];
        assert!(
            plain && !doubtful.iter().any(|part| path.contains(part)),
            "{target} reached the application as {path}"
        );
    }
    let answer = guarded.raw("GET /healthz/deep?x=/../admin", "").await;
    assert_eq!(socket::status(&answer), 200, "{answer}");
    assert_eq!(
        guarded.application.last().target(),
        "/healthz/deep?x=/../admin"
    );
}
