//! The reading of a lenient upstream.

use crate::domain::request_target::*;

#[test]
fn folding_drops_case_parameters_and_doubled_slashes_and_keeps_the_last_slash() {
    for (path, folded) in [
        ("/a/b", None),
        ("/", None),
        ("/a/", None),
        ("/A", Some("/a")),
        ("/A/", Some("/a/")),
        ("/a//b", Some("/a/b")),
        ("/a//", Some("/a/")),
        ("/a;x/b", Some("/a/b")),
        ("/a%3bx/b;y", Some("/a/b")),
        ("/;x", Some("/")),
        ("/A;x/", Some("/a/")),
    ] {
        let canonical = CanonicalPath::parse(path).unwrap();
        assert_eq!(canonical.folded().as_deref(), folded, "{path}");
    }
}

#[test]
fn a_target_without_a_query_has_none_and_an_empty_query_is_one() {
    let query = |target| {
        RequestTarget::parse("GET", true, "app.example", target)
            .unwrap()
            .query()
            .map(str::to_owned)
    };
    assert_eq!(query("/a"), None);
    assert_eq!(query("/a?").as_deref(), Some(""));
    assert_eq!(query("/a?b?c").as_deref(), Some("b?c"));
}
