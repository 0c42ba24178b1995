//! Outages: of the store behind gatehouse, and of gatehouse itself.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use crate::behind::guarded::Guarded;
use crate::harness::browser::Browser;
use crate::harness::eventually;
use crate::harness::wire::Mood;

pub async fn a_store_that_is_away_is_503_and_no_sign_in(mut guarded: Guarded) {
    let browser = guarded.browser_of("ada").await;
    let wire = guarded.gate.wire.as_mut().unwrap();
    wire.set(Mood::Refused).await;
    guarded.gate.turn(60);
    eventually("the store is known to be away", async || {
        let away = guarded.navigate(&browser, "/").await;
        assert!([200, 503].contains(&away.status.as_u16()), "{}", away.text);
        away.status == 503
    })
    .await;
    let before = guarded.application.count();
    for page in [
        guarded.navigate(&browser, "/").await,
        guarded.fetch(&browser, "/api").await,
    ] {
        assert_eq!(page.status, 503, "{}", page.text);
        assert!(page.header("retry-after").is_some(), "{:?}", page.headers);
        assert!(page.header("location").is_none());
        assert!(page.sets_cookies().is_empty());
    }
    assert_eq!(guarded.application.count(), before, "nothing reached it");
}

pub async fn without_gatehouse_nothing_opens(guarded: Guarded) {
    let browser = guarded.browser_of("ada").await;
    let Guarded { gate, .. } = &guarded;
    gate.app.server.stop(false).await;
    let before = guarded.application.count();
    for browser in [&browser, &Browser::new()] {
        for path in ["/", "/api", "/healthz", "/admin"] {
            let page = guarded.navigate(browser, path).await;
            assert!(page.status.is_server_error(), "{path}: {}", page.status);
            assert!(page.header("location").is_none());
        }
    }
    assert_eq!(guarded.application.count(), before, "nothing reached it");
}

/// A process that is stopped in the middle (SIGSTOP, a full disk, a debugger) takes connections and answers none.
pub async fn a_gatehouse_that_hangs_opens_nothing(guarded: Guarded) {
    let browser = guarded.browser_of("ada").await;
    guarded.gate.app.server.stop(false).await;
    // A connection that the proxy kept may answer for a moment more.
    eventually("gatehouse is away", async || {
        let away = guarded.navigate(&browser, "/").await;
        away.status.is_server_error()
    })
    .await;
    let begun = Instant::now();
    let listener = loop {
        match TcpListener::bind(("127.0.0.1", guarded.gate.port)).await {
            Ok(listener) => break listener,
            Err(error) => assert!(begun.elapsed() < Duration::from_secs(10), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let taken = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    let before = guarded.application.count();
    let stranger = guarded.browser();
    let pages = async {
        tokio::join!(
            guarded.navigate(&browser, "/"),
            guarded.fetch(&browser, "/admin"),
            guarded.navigate(&stranger, "/"),
        )
    };
    // Traefik's own limit is 30 s.
    let pages = tokio::time::timeout(Duration::from_secs(50), pages).await;
    let (one, two, three) = pages.expect("the proxy gives up in time");
    for page in [one, two, three] {
        assert!(page.status.is_server_error(), "{}", page.status);
        assert!(page.header("location").is_none());
        assert!(page.sets_cookies().is_empty());
    }
    assert_eq!(guarded.application.count(), before, "nothing reached it");
    taken.abort();
}
