//! Headers of a check that a client added to those of its proxy.

use actix_web::http::header::{HeaderName, HeaderValue};
use proptest::prelude::*;

use crate::domain::request_target::CanonicalPath;
use crate::web::gateway::original_request::*;

proptest! {
    // proves: C49, C62
    #[test]
    fn a_client_that_adds_headers_never_changes_the_request_that_its_proxy_told(
        added in proptest::collection::vec(
            (
                "x-forwarded-(uri|host|method|proto)|x-original-(url|method)|path|method",
                "/private|/public|/%70ublic|//x|/\\.\\./x|GET|POST|https|http|app\\.example|https://app\\.example/public|evil\\.example||[ -~]{0,16}",
            ),
            0..6,
        ),
        below in "|/public|/private|/x[!-~]{0,8}",
    ) {
        let mut headers = HeaderMap::new();
        let told = [
            ("x-forwarded-method", "GET"), ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "app.example"), ("x-forwarded-uri", "/public"),
        ];
        for (name, value) in told {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        for (name, value) in &added {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let check = Check { headers: &headers, method: "GET", host: "app.example", below: &below, only: None };
        if let Ok((family, target)) = original_request(&check) {
            prop_assert_eq!(family, Family::Forwarded);
            prop_assert_eq!((target.method, target.https, target.host), ("GET", true, "app.example"));
            prop_assert_eq!(target.path_and_query, "/public");
        }
    }

    #[test]
    fn whatever_one_family_tells_is_one_canonical_request(
        family in 0..4_usize, uri in "/[!-~]{0,24}|[ -~]{0,12}|https?://[a-z@:]{0,9}/[!-~]{0,9}", method in "[ -~]{0,8}",
        padding in proptest::option::weighted(0.1, 8_000..70_000_usize),
    ) {
        let uri = uri + &"y".repeat(padding.unwrap_or_default());
        let mut headers = HeaderMap::new();
        let names = [
            &[("x-forwarded-uri", &uri), ("x-forwarded-method", &method)][..],
            &[("x-original-url", &uri), ("x-original-method", &method)],
            &[],
            &[("path", &uri), ("method", &method)],
        ];
        for (name, value) in names[family] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let below = if family == 2 { uri.as_str() } else { "" };
        let check = Check { headers: &headers, method: &method, host: "app.example", below, only: None };
        if let Ok((_, target)) = original_request(&check) {
            prop_assert!(uri.ends_with(target.path_and_query));
            prop_assert!(CanonicalPath::parse(target.path.as_str()).is_ok());
        }
    }
}
