//! The answer while nobody can say whether somebody is signed in.

use super::browser::{Browser, Page};

/// An answer that says "unknown": 503 with a time, no redirect, no cookie touched.
pub fn assert_unknown(page: &Page) {
    assert_eq!(page.status, 503, "{} {}", page.url, page.text);
    let wait = page.header("retry-after").expect("Retry-After");
    let wait: u64 = wait.parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(page.header("location").is_none());
    let cookie = page.header("set-cookie");
    assert!(cookie.is_none(), "{cookie:?}");
}

/// The status that a stranger's browser gets.
pub async fn status_of(url: String) -> u16 {
    Browser::new().get(url).await.status.as_u16()
}
