//! What a verified person is and shows.

use super::*;
use serde_json::json;

fn identity(claims: Value) -> Identity {
    let Value::Object(claims) = claims else {
        unreachable!("an object")
    };
    Identity::from_claims(&claims, PersonBy::Subject).unwrap()
}

#[test]
fn what_pages_show_is_cut_from_the_text_and_holds_nothing_of_the_protocol() {
    let ada = identity(json!({
        "nonce": "n", "iss": "https://i.example", "sub": "s", "aio": "long", "name": "Ada \"L\" 🦊",
        "sid": "1", "iat": 1, "uti": "u", "roles": ["a", "b"],
    }));
    let shown: Value = serde_json::from_str(ada.shown_json()).unwrap();
    let expected = json!({"iss": "https://i.example", "sub": "s", "name": "Ada \"L\" 🦊", "roles": ["a", "b"]});
    assert_eq!(shown, expected);
    assert_eq!(Value::from(ada.displayed_claims()), expected);
    assert_eq!(
        ada.text("nonce").as_deref(),
        Some("n"),
        "later steps need it"
    );
    assert_eq!(ada.text("aio"), None, "nobody needs it again");
}

/// Claims, the verified address by the claims alone, and the address if the profile vouches for it.
fn addresses() -> Vec<(Value, Option<&'static str>, Option<&'static str>)> {
    let (a, b) = (Some("a@corp.example"), Some("b@corp.example"));
    vec![
        (json!({"email": "a@corp.example"}), None, a),
        (
            json!({"emails": ["b@corp.example", "c@corp.example"]}),
            None,
            b,
        ),
        (json!({"emails": ["b@corp.example"], "acr": "1"}), None, b),
        (
            json!({"emails": ["b@corp.example"], "tfp": "B2C_1_x"}),
            None,
            b,
        ),
        (
            json!({"email": "a@corp.example", "email_verified": true}),
            a,
            a,
        ),
        (json!({"email": "a@corp.example", "xms_edov": "1"}), a, a),
        (
            json!({"emails": ["b@corp.example"], "email_verified": true}),
            None,
            b,
        ),
        (
            json!({"email": "a@corp.example", "email_verified": false}),
            None,
            None,
        ),
        (
            json!({"emails": ["b@corp.example"], "email_verified": false}),
            None,
            None,
        ),
        (
            json!({"email": "a@corp.example", "email_verified": true, "xms_edov": false}),
            None,
            None,
        ),
        (
            json!({"email": "a@corp.example", "email_verified": null}),
            None,
            None,
        ),
        (
            json!({"email": ["a@corp.example"], "email_verified": true}),
            None,
            None,
        ),
    ]
}

#[test]
fn an_address_counts_if_somebody_vouches_for_it_and_no_claim_says_no() {
    for (more, by_claim, by_profile) in addresses() {
        let mut claims = json!({"iss": "https://i.example", "sub": "s"});
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let person = identity(claims);
        assert_eq!(person.verified_email(false).as_deref(), by_claim, "{more}");
        assert_eq!(person.verified_email(true).as_deref(), by_profile, "{more}");
    }
}

#[test]
fn a_person_read_back_is_the_same_whether_the_store_knew_the_cut_or_not() {
    for claims in [
        json!({"iss": "https://i.example", "sub": "s", "name": "é", "nonce": "n"}),
        json!({"iss": "https://i.example", "sub": "s"}),
    ] {
        let one = identity(claims);
        let (text, shown) = (one.claims_text(), one.shown_length());
        let cut = Identity::stored_with(&one.person(), one.name(), &text, shown).unwrap();
        assert_eq!(cut, one);
        assert_eq!(cut.claims_text(), text);
        assert_eq!(Identity::stored(&one.person(), &text), one);
    }
}

#[test]
fn a_cut_outside_of_the_text_or_inside_a_letter_is_refused() {
    let (person, claims) = (SubjectKey::stored("p"), "{\"name\":\"é\"}");
    let letter = u32::try_from(claims.find('é').unwrap()).unwrap();
    let length = u32::try_from(claims.len()).unwrap();
    let cut = |end| Identity::stored_with(&person, "é", claims, end);
    assert!(cut(length - 1).is_some());
    for end in [0, letter + 1, length, length + 1, u32::MAX] {
        assert_eq!(cut(end), None, "{end}");
    }
}

// proves: E7
#[test]
fn the_largest_claims_are_left_out_when_there_are_too_many() {
    let identity = identity(json!({
        "iss": "https://i.example", "sub": "s", "name": "Ada", "roles": ["Orders.Read"],
        "picture": "p".repeat(250_000), "notes": "n".repeat(60_000), "story": "t".repeat(10_000),
    }));
    assert!(identity.size() < 70_000, "{}", identity.size());
    let claims = identity.claims();
    for kept in ["iss", "sub", "name", "roles", "story"] {
        assert!(claims.contains_key(kept), "{kept}");
    }
    assert!(!claims.contains_key("picture"));
}

#[test]
fn identities_with_another_claim_or_another_cut_are_not_the_same() {
    let of = |name: &str| identity(json!({"iss": "https://i.example", "sub": "s", "name": name}));
    assert_eq!(of("Ada"), of("Ada"));
    assert_ne!(of("Ada"), of("Eve"));
    let moved = Identity {
        name_at: of("Ada").name_at + 1,
        ..of("Ada")
    };
    assert_ne!(
        of("Ada"),
        moved,
        "the same text cut elsewhere names somebody else"
    );
    let (one, other) = (of("Ada"), of("Ada"));
    assert_eq!(one.address(), one.clone().address());
    assert_ne!(one.address(), other.address());
    assert_eq!(one.size(), one.text.len());
    let printed = format!("{one:?}");
    assert!(
        printed.contains("Identity") && !printed.contains("Ada"),
        "{printed}"
    );
}

#[test]
fn the_hint_is_the_opaque_claim_or_the_address_as_asked() {
    let hint = |claims: Value, by_address| {
        let mut all = json!({"iss": "https://i.example", "sub": "s"});
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        identity(all).sign_in_hint(by_address)
    };
    let both = json!({"login_hint": "opaque", "email": "ada@corp.example"});
    assert_eq!(hint(both.clone(), false).as_deref(), Some("opaque"));
    assert_eq!(hint(both, true).as_deref(), Some("ada@corp.example"));
    let user = json!({"preferred_username": "ada"});
    assert_eq!(hint(user, false).as_deref(), Some("ada"));
    assert_eq!(hint(json!({"login_hint": "o"}), true).as_deref(), Some("o"));
    assert_eq!(hint(json!({"login_hint": " "}), false), None);
    assert_eq!(hint(json!({}), true), None);
}

#[test]
fn roles_are_a_list_or_a_single_text() {
    let roles = |roles: Value| {
        identity(json!({"iss": "https://i.example", "sub": "s", "roles": roles})).roles()
    };
    assert_eq!(roles(json!(["a", "b"])), ["a", "b"]);
    assert_eq!(roles(json!("a")), ["a"]);
    assert!(roles(json!(null)).is_empty());
}
