use super::*;

fn token(header: &str, claims: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.{}",
        encode(header),
        encode(claims),
        encode("signature")
    )
}

fn refusal(header: &str, claims: &str, kind: TokenUse) -> Option<JwtRefusal> {
    Jwt::parse(&token(header, claims), kind, &SigningAlgorithm::ALL).err()
}

// proves: B86
#[test]
fn none_hmac_and_unknown_algorithms_are_refused() {
    for alg in [
        "none", "nOnE", "NONE", "", "HS256", "HS512", "RSA1_5", "ES256K", "rs256", "RS512", "EdDSA",
    ] {
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        assert_eq!(
            refusal(&header, "{}", TokenUse::Id),
            Some(JwtRefusal::Algorithm),
            "{alg}"
        );
    }
    for header in ["{}", r#"{"alg":null}"#, r#"{"alg":["RS256"]}"#] {
        assert_eq!(
            refusal(header, "{}", TokenUse::Id),
            Some(JwtRefusal::Algorithm)
        );
    }
}

// proves: B43, B153
#[test]
fn an_algorithm_that_the_profile_does_not_list_is_refused() {
    let text = token(r#"{"alg":"ES256"}"#, "{}");
    let refused = Jwt::parse(&text, TokenUse::Id, &[SigningAlgorithm::Rs256]).err();
    assert_eq!(refused, Some(JwtRefusal::Algorithm));
}

// proves: B38, B88, B91
#[test]
fn extensions_nesting_and_encryption_are_refused() {
    for (header, expected) in [
        (r#"{"alg":"RS256","crit":["b64"]}"#, JwtRefusal::Extension),
        (r#"{"alg":"RS256","crit":null}"#, JwtRefusal::Extension),
        (r#"{"alg":"RS256","b64":false}"#, JwtRefusal::Extension),
        (r#"{"alg":"RS256","zip":"DEF"}"#, JwtRefusal::Extension),
        (r#"{"alg":"RS256","cty":"JWT"}"#, JwtRefusal::Type),
        (r#"{"alg":"RS256","alg":"none"}"#, JwtRefusal::Json),
    ] {
        assert_eq!(
            refusal(header, "{}", TokenUse::Id),
            Some(expected),
            "{header}"
        );
    }
    let five = format!("{}.x.y", token(r#"{"alg":"RS256"}"#, "{}"));
    for text in [five.as_str(), "", "a", "a.b", "..", "a.b.c.d"] {
        assert!(Jwt::parse(text, TokenUse::Id, &SigningAlgorithm::ALL).is_err());
    }
}

// proves: B96
#[test]
fn a_token_of_another_type_is_no_id_token() {
    for typ in [
        "at+jwt",
        "application/at+jwt",
        "logout+jwt",
        "dpop+jwt",
        "x",
    ] {
        let header = format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#);
        assert_eq!(
            refusal(&header, "{}", TokenUse::Id),
            Some(JwtRefusal::Type),
            "{typ}"
        );
    }
    for typ in ["JWT", "jwt", "application/jwt"] {
        let header = format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#);
        assert_eq!(refusal(&header, "{}", TokenUse::Id), None, "{typ}");
    }
    let logout = r#"{"alg":"RS256","typ":"logout+jwt"}"#;
    assert_eq!(refusal(logout, "{}", TokenUse::Logout), None);
}

// proves: B92
#[test]
fn a_doubled_claim_or_one_in_other_case_is_refused() {
    for claims in [
        r#"{"tid":"a","TID":"b"}"#,
        r#"{"tid":"a","tid":"b"}"#,
        r#"{"Nonce":"x"}"#,
        r#"{"sub":"\ud800"}"#,
        "[]",
        "{} {}",
    ] {
        assert_eq!(
            refusal(r#"{"alg":"RS256"}"#, claims, TokenUse::Id),
            Some(JwtRefusal::Json),
            "{claims}"
        );
    }
    let latin = format!(
        "{}.{}.AAAA",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#),
        URL_SAFE_NO_PAD.encode(b"{\"sub\":\"\xe4\"}")
    );
    assert_eq!(
        Jwt::parse(&latin, TokenUse::Id, &SigningAlgorithm::ALL).err(),
        Some(JwtRefusal::Json)
    );
}

// proves: B95
#[test]
fn an_overlong_kid_is_refused_and_key_addresses_are_ignored() {
    let long = format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "x".repeat(10_000));
    assert_eq!(refusal(&long, "{}", TokenUse::Id), Some(JwtRefusal::KeyId));
    let addresses = r#"{"alg":"RS256","kid":"../../etc","jku":"http://evil.example","x5u":"http://evil.example","jwk":{},"x5c":[]}"#;
    assert_eq!(refusal(addresses, "{}", TokenUse::Id), None);
}

#[test]
fn the_largest_token_and_the_longest_kid_are_read_and_no_larger_ones() {
    let (head, fill) = (0..4)
        .map(|spaces| token(r#"{"alg":"RS256"}"#, &format!("{{}}{}", " ".repeat(spaces))))
        .map(|text| (LARGEST - text.len(), text))
        .find_map(|(fill, text)| (fill % 4 == 0).then_some((text, fill)))
        .unwrap();
    let largest = head + &"A".repeat(fill);
    let parse = |text: &str| Jwt::parse(text, TokenUse::Id, &SigningAlgorithm::ALL).err();
    assert_eq!(parse(&largest), None);
    assert_eq!(parse(&format!("{largest}A")), Some(JwtRefusal::TooLarge));
    let with_kid = |length| format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(length));
    assert_eq!(refusal(&with_kid(512), "{}", TokenUse::Id), None);
    let refused = refusal(&with_kid(513), "{}", TokenUse::Id);
    assert_eq!(refused, Some(JwtRefusal::KeyId));
}

proptest::proptest! {
    // proves: B88
    #[test]
    fn no_text_makes_the_gate_panic(text in ".{0,200}") {
        let _ = Jwt::parse(&text, TokenUse::Id, &SigningAlgorithm::ALL).is_ok();
    }

    // proves: B92
    #[test]
    fn no_header_or_claims_make_the_gate_panic(header in ".{0,80}", claims in ".{0,80}") {
        let _ = refusal(&header, &claims, TokenUse::Logout).is_none();
    }

    #[test]
    fn an_accepted_token_has_a_listed_algorithm_and_signs_its_own_bytes(
        alg in "RS256|PS256|ES256|none|HS256|RS384", typ in "JWT|logout\\+jwt|at\\+jwt",
        more in "|,\"crit\":\\[\\]|,\"alg\":\"RS256\"|,\"cty\":\"JWT\"|,\"kid\":\"x\"|,\"kid\":7",
        tid in "|\"tid\":\"a\"|\"TID\":\"a\"|\"tid\":\"a\",\"tid\":\"a\"|\"x\":1,\"X\":2",
        padding in proptest::option::weighted(0.1, 48_000..50_000_usize),
    ) {
        let header = format!(r#"{{"alg":"{alg}","typ":"{typ}"{more}}}"#);
        let claims = format!("{{{tid}}}{}", " ".repeat(padding.unwrap_or_default()));
        let text = token(&header, &claims);
        if let Ok(jwt) = Jwt::parse(&text, TokenUse::Id, &SigningAlgorithm::ALL) {
            proptest::prop_assert!(text.len() <= LARGEST);
            proptest::prop_assert!(["RS256", "PS256", "ES256"].contains(&alg.as_str()) && typ == "JWT");
            proptest::prop_assert!(more.is_empty() || more == ",\"kid\":\"x\"");
            proptest::prop_assert!(!tid.contains("TID") && tid.matches("tid").count() <= 1);
            proptest::prop_assert_eq!(format!("{}.{}", jwt.signed, jwt.signature), text);
        }
    }
}

#[test]
fn a_token_of_another_use_is_refused_by_its_type() {
    for (typ, uses) in [
        (
            "JWT",
            &[
                TokenUse::Id,
                TokenUse::Logout,
                TokenUse::Userinfo,
                TokenUse::Access,
            ][..],
        ),
        (
            "application/JWT",
            &[
                TokenUse::Id,
                TokenUse::Logout,
                TokenUse::Userinfo,
                TokenUse::Access,
            ],
        ),
        ("at+jwt", &[TokenUse::Access]),
        ("application/AT+JWT", &[TokenUse::Access]),
        ("logout+jwt", &[TokenUse::Logout]),
        ("dpop+jwt", &[]),
        ("", &[]),
    ] {
        let header = format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#);
        for kind in [
            TokenUse::Id,
            TokenUse::Logout,
            TokenUse::Userinfo,
            TokenUse::Access,
        ] {
            let expected = (!uses.contains(&kind)).then_some(JwtRefusal::Type);
            assert_eq!(refusal(&header, "{}", kind), expected, "{typ} {kind:?}");
        }
        if uses.contains(&TokenUse::Access) {
            let text = token(&header, "{}");
            let jwt = Jwt::parse(&text, TokenUse::Access, &SigningAlgorithm::ALL)
                .ok()
                .unwrap();
            let is_marked = typ.to_ascii_lowercase().ends_with("at+jwt");
            assert_eq!(jwt.is_marked_access_token, is_marked, "{typ}");
        }
    }
}

#[test]
fn an_access_token_for_graph_is_refused_by_its_nonce_and_no_other_token_is() {
    let header = r#"{"alg":"RS256","nonce":"n"}"#;
    let refused = Some(JwtRefusal::Type);
    assert_eq!(refusal(header, "{}", TokenUse::Access), refused);
    assert_eq!(refusal(header, "{}", TokenUse::Id), None);
    assert_eq!(refusal(r#"{"alg":"RS256"}"#, "{}", TokenUse::Access), None);
}

#[test]
fn a_signature_that_is_missing_or_no_base64url_is_refused() {
    let text = token(r#"{"alg":"RS256"}"#, "{}");
    let signed = &text[..=text.rfind('.').unwrap()];
    for signature in ["", "a=b", "!", "a"] {
        let text = format!("{signed}{signature}");
        let refused = Jwt::parse(&text, TokenUse::Id, &SigningAlgorithm::ALL).err();
        assert_eq!(refused, Some(JwtRefusal::Parts), "{signature}");
    }
}

#[test]
fn a_deciding_claim_under_a_second_spelling_is_refused_alone_and_beside_the_first() {
    let header = r#"{"alg":"RS256"}"#;
    for claims in [
        r#"{"TID":"x"}"#,
        r#"{"tid":"x","Tid":"y"}"#,
        r#"{"Aud":"x"}"#,
    ] {
        let refused = Some(JwtRefusal::Json);
        assert_eq!(refusal(header, claims, TokenUse::Id), refused, "{claims}");
    }
    let plain = r#"{"tid":"x","aud":"y","Favourite":"z"}"#;
    assert_eq!(refusal(header, plain, TokenUse::Id), None);
    for claims in [r#"{"Scp":"x"}"#, r#"{"scp":"x","SCP":"y"}"#] {
        let refused = Some(JwtRefusal::Json);
        assert_eq!(
            refusal(header, claims, TokenUse::Access),
            refused,
            "{claims}"
        );
        assert_eq!(refusal(header, claims, TokenUse::Id), None, "{claims}");
    }
}
