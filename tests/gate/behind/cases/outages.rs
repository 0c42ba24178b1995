//! Outages: of the store behind gatehouse, and of gatehouse itself.

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
