//! `docs/behind/traefik.yaml` and `traefik-rules.yaml` with a real Traefik.

use super::cases::forgeries::another_family;
use super::guarded::Guarded;
use super::guide::{Guide, HOST, ProxyAddresses};
use super::the_list::{Heard, through_the_list};
use crate::harness::Plan;

const START: &str = include_str!("../../../docs/behind/traefik.yaml");
const RULES: &str = include_str!("../../../docs/behind/traefik-rules.yaml");

const GUIDE: Guide = Guide {
    program: "traefik",
    family: "forwarded",
    arguments,
};

/// The guide without the middleware that takes other hints away.
const WITHOUT_NO_HINTS: Guide = Guide {
    arguments: |place| {
        start(
            place,
            &RULES.replace("[no-hints, no-upgrade, ask-gatehouse]", "[ask-gatehouse]"),
        )
    },
    ..GUIDE
};

fn arguments(place: &ProxyAddresses<'_>) -> Vec<String> {
    start(place, RULES)
}

fn start(place: &ProxyAddresses<'_>, rules: &str) -> Vec<String> {
    let variant = place.variant;
    let (plain, _) = rules.split_once("\ntls:\n").unwrap();
    let [certificate, key, _] = place.certificate();
    let whole = rules
        .replace("/etc/traefik/staff.pem", &certificate)
        .replace("/etc/traefik/staff.key", &key);
    let whole = if variant.tls { &whole } else { plain };
    let whole = if variant.features {
        whole.replace(
            "authResponseHeaders: [Cookie]",
            "authResponseHeaders: [Cookie, Remote-User]",
        )
    } else {
        whole.to_owned()
    };
    let tls = if variant.tls { "      tls: {}\n" } else { "" };
    let rules = place.write(
        "traefik-rules.yaml",
        &whole,
        &[
            ("      tls: {}\n", tls.to_owned()),
            ("127.0.0.1:8080", place.gatehouse()),
            ("127.0.0.1:3000", place.application()),
            ("staff.contoso.example", HOST.to_owned()),
        ],
    );
    let start = place.write(
        "traefik.yaml",
        START,
        &[
            ("\":443\"", format!("127.0.0.1:{}", place.port)),
            ("/etc/traefik/traefik-rules.yaml", rules),
        ],
    );
    vec![format!("--configFile={start}")]
}

through_the_list!(GUIDE);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_families_that_disagree_are_400_through_traefik() {
    let plan = Plan::default().settings("trusted_proxies = [\"127.0.0.1\"]\n");
    let Some(guarded) = Guarded::start(&WITHOUT_NO_HINTS, plan).await else {
        return;
    };
    another_family(&guarded, Heard::Yes).await;
}
