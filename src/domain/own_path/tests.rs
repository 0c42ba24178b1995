//! Which addresses are ours, and what may be done there.

use super::*;

#[test]
fn an_address_stands_below_the_profiles_prefix() {
    let staff = PublicUrl::parse("https://app.example.com/staff").unwrap();
    let graph = ApiName::parse("graph").unwrap();
    assert_eq!(OwnPath::SignIn.under(&staff), "/staff/auth/sign_in");
    assert_eq!(
        OwnPath::Session.url(&staff),
        "https://app.example.com/staff/auth/session"
    );
    assert_eq!(
        OwnPath::call_api(&staff, &graph),
        "/staff/auth/call_api/graph"
    );
    assert_eq!(
        OwnPath::Asset.named(staff.prefix(), "icon-1.svg"),
        "/staff/auth/assets/icon-1.svg"
    );
    assert_eq!(
        OwnPath::SignIn.with_query(&staff, &[("return_to", "/staff/a?b=c d&e")]),
        "/staff/auth/sign_in?return_to=%2Fstaff%2Fa%3Fb%3Dc+d%26e"
    );
}

#[test]
fn every_address_is_reserved_and_has_a_pattern_and_a_key_of_its_own() {
    for (at, own) in OwnPath::ALL.iter().enumerate() {
        assert!(OwnPath::is_reserved(own.pattern()), "{own:?}");
        let mut others = OwnPath::ALL.iter().skip(at + 1);
        assert!(
            others.all(|other| other.pattern() != own.pattern() && other.key() != own.key()),
            "{own:?}"
        );
    }
    for path in ["/auth/check/x", "/.auth/me", "/.AUTH", "/.well-known/x"] {
        assert!(OwnPath::is_reserved(path), "{path}");
    }
    for path in [
        DEFAULT_REDIRECT_PATH,
        "/getAToken",
        "/authx",
        "/auth/sessions2",
    ] {
        assert!(!OwnPath::is_reserved(path), "{path}");
    }
}

#[test]
fn no_route_gets_a_path_below_auth_and_no_other_page_is_kept_from_one() {
    for path in [
        "/auth",
        "/auth/",
        "/auth/x",
        OwnPath::SignIn.pattern(),
        "/auth/assets/x",
    ] {
        assert!(OwnPath::is_never_forwarded(path), "{path}");
    }
    for path in [
        "/",
        "/login",
        "/logout",
        "/authx",
        "/orders",
        "/x/auth/sign_in",
    ] {
        assert!(!OwnPath::is_never_forwarded(path), "{path}");
    }
    for path in ["/auth", "/auth/sign_in"] {
        assert!(OwnPath::is_below_auth(path), "{path}");
    }
    for path in ["/authx", "/", "/x/auth"] {
        assert!(!OwnPath::is_below_auth(path), "{path}");
    }
    for path in ["/.auth", "/.auth/me"] {
        assert!(OwnPath::is_below_easyauth(path), "{path}");
    }
    for path in ["/.authx", "/auth", "/"] {
        assert!(!OwnPath::is_below_easyauth(path), "{path}");
    }
}

#[test]
fn a_further_host_answers_the_addresses_of_a_check_and_begins_no_callback() {
    for own in OwnPath::ALL {
        let expected = [
            OwnPath::Home,
            OwnPath::SignIn,
            OwnPath::Landing,
            OwnPath::SignOut,
            OwnPath::Session,
            OwnPath::ForwardAuth,
            OwnPath::Asset,
        ];
        assert_eq!(own.is_at_every_host(), expected.contains(&own), "{own:?}");
        assert_eq!(
            own.is_parameterized(),
            own.pattern().contains('{'),
            "{own:?}"
        );
    }
}

#[test]
fn a_sign_in_leads_to_pages_and_to_nothing_that_begins_a_flow() {
    for own in [
        OwnPath::Home,
        OwnPath::You,
        OwnPath::Sessions,
        OwnPath::TokenDetails,
    ] {
        assert!(OwnPath::may_return_to(own.pattern()), "{own:?}");
    }
    for own in [
        OwnPath::SignIn,
        OwnPath::SignOut,
        OwnPath::FrontChannelLogout,
    ] {
        assert!(!OwnPath::may_return_to(own.pattern()), "{own:?}");
        assert!(
            !OwnPath::may_return_to(&format!("{}/", own.pattern())),
            "{own:?}"
        );
    }
}

#[test]
fn parameters_of_an_api_call_are_encoded() {
    let staff = PublicUrl::parse("https://app.example.com/staff").unwrap();
    let graph = ApiName::parse("graph").unwrap();
    assert_eq!(
        OwnPath::call_api_with(&staff, &graph, &[("a", "b&c=d")]),
        "/staff/auth/call_api/graph?a=b%26c%3Dd"
    );
}

#[test]
fn only_the_home_page_and_the_short_names_give_way_to_a_route() {
    for path in ["/", "/login", "/logout"] {
        assert!(OwnPath::is_short_name(path), "{path}");
    }
    for path in ["/auth/sign_in", "/login/", "/orders"] {
        assert!(!OwnPath::is_short_name(path), "{path}");
    }
}

#[test]
fn the_admin_listener_has_its_own_paths() {
    let all = [
        (AdminPath::Live, "/livez"),
        (AdminPath::Ready, "/readyz"),
        (AdminPath::Metrics, "/metrics"),
        (AdminPath::Sessions, "/sessions"),
        (AdminPath::EndSessions, "/sessions/end"),
    ];
    for (own, path) in all {
        assert_eq!(own.path(), path);
    }
}
