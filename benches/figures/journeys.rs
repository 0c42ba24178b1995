//! Sign-ins with their processor time, and profiles by the thousand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use simulator::{Kind, Options, Simulator};

use crate::browser::{Browser, Loopback, Page};
use crate::deployment::Deployment;
use crate::report::{Limit, Report};

/// Profiles of the large figure.
const PROFILES: usize = 1_000;
/// People who sign in at the same time.
const AT_ONCE: usize = 8;

/// A whole sign-in of a stranger, from the first request to the page that was asked for.
pub async fn sign_in(browser: &Browser, origin: &str, back: u16) {
    let begun = browser
        .get(format!("{origin}/auth/sign_in?return_to=/"))
        .await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let mut page: Page = browser.follow(&begun).await;
    while page.status != 303 || page.location().port() != Some(back) {
        page = if page.status.is_redirection() {
            browser.follow(&page).await
        } else {
            browser
                .submit(&page.form_with("person", Some("ada")), &[("person", "ada")])
                .await
        };
    }
    let done = browser.follow(&page).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

/// A browser's connections: the host names of Microsoft lead to the simulator, through its `CONNECT`.
fn connections(sim: &Simulator) -> reqwest::Client {
    let ca = sim.ca_pem().expect("a certificate authority");
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Arc::new(Loopback))
        .proxy(reqwest::Proxy::https(proxy_of(sim)).expect("a proxy"))
        .add_root_certificate(reqwest::Certificate::from_pem(ca.as_bytes()).expect("a certificate"))
        .build()
        .expect("a client")
}

fn proxy_of(sim: &Simulator) -> String {
    format!("http://127.0.0.1:{}", sim.port())
}

pub async fn sign_ins(server: &str, count: usize, report: &mut Report) {
    let sim = Simulator::start(Options {
        remembered_calls: 0,
        ..Options::default()
    })
    .expect("the simulator");
    let deployment = Deployment::new(server).await;
    deployment.profile("bench", &sim.true_authority(Kind::EntraId), "Bench");
    let ca = deployment.folder.path().join("ca.pem");
    std::fs::write(&ca, sim.ca_pem().expect("a certificate authority")).expect("a file");
    let gateway = deployment.start(&[
        ("GATEHOUSE_HTTP__PROXY", &proxy_of(&sim)),
        ("GATEHOUSE_HTTP__CA_FILE", &ca.display().to_string()),
    ]);
    let (origin, client) = (
        format!("http://{}", deployment.host("bench")),
        connections(&sim),
    );
    for _ in 0..20 {
        sign_in(&Browser::sharing(client.clone()), &origin, deployment.port).await;
    }
    let (ours, database) = (gateway.cpu(), deployment.database_cpu().await);
    let (begun, next) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let people = (0..AT_ONCE).map(|_| {
        let (origin, client, next, port) = (
            origin.clone(),
            client.clone(),
            Arc::clone(&next),
            deployment.port,
        );
        tokio::spawn(async move {
            while next.fetch_add(1, Ordering::Relaxed) < count {
                sign_in(&Browser::sharing(client.clone()), &origin, port).await;
            }
        })
    });
    for person in people.collect::<Vec<_>>() {
        person.await.expect("a person signs in");
    }
    let elapsed = begun.elapsed().as_secs_f64();
    let per_sign_in = |cpu: f64| cpu * 1_000.0 / count as f64;
    let ours = per_sign_in(gateway.cpu() - ours);
    let database = per_sign_in(deployment.database_cpu().await - database);
    report.add(
        "processor time of a sign-in, gatehouse and its Postgres",
        ours + database,
        "ms",
        Limit::AtMost(0.8),
        format!("gatehouse {ours:.2}, Postgres {database:.2}; https authority"),
    );
    report.add(
        "sign-ins a second, authority and people on the other processor",
        count as f64 / elapsed,
        "1/s",
        Limit::None,
        format!("{:.0}/s for each processor of gatehouse", 1_000.0 / ours),
    );
    drop(gateway);
    deployment.end().await;
}

pub async fn profiles(server: &str, report: &mut Report) {
    let deployment = Deployment::new(server).await;
    let write = |number: usize, title: &str| {
        deployment.profile(
            &format!("t{number}"),
            "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47",
            title,
        );
    };
    for number in 0..PROFILES {
        write(number, &format!("Tenant {number}"));
    }
    // The schema stands already, as in every start but the first.
    drop(deployment.start(&[]));
    let begun = Instant::now();
    let gateway = deployment.start(&[]);
    let browser = Browser::new();
    let url = format!("http://{}/", deployment.host("t999"));
    assert!(browser.get(&url).await.text.contains("Tenant 999"));
    report.add(
        "1,000 profiles: start to first answer",
        begun.elapsed().as_secs_f64(),
        "s",
        Limit::AtMost(1.0),
        "process start included".to_owned(),
    );
    let mut slowest = Duration::ZERO;
    for round in 0..5 {
        let title = format!("Edited {round}");
        write(999, &title);
        let written = Instant::now();
        while !browser.get(&url).await.text.contains(&title) {
            assert!(
                written.elapsed() < Duration::from_secs(15),
                "the edit never shows"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        slowest = slowest.max(written.elapsed());
    }
    report.add(
        "1,000 profiles: one edited, until it shows",
        slowest.as_secs_f64() * 1_000.0,
        "ms",
        Limit::AtMost(100.0),
        "slowest of five".to_owned(),
    );
    drop(gateway);
    deployment.end().await;
}
