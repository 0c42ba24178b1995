//! Responses of token endpoints, good and bad.

use serde_json::json;

use super::*;

fn read_text(body: &[u8], id_token_only: bool) -> Result<TokenResponse, ResponseFault> {
    TokenResponse::read(body, id_token_only).map_err(|unusable| unusable.fault)
}

fn read(value: &Value) -> Result<TokenResponse, ResponseFault> {
    read_text(value.to_string().as_bytes(), false)
}

#[test]
fn the_answer_of_entra_is_read() {
    let body = br#"{"token_type":"Bearer","scope":"Calendars.Read openid profile Tasks.Read User.Read email","expires_in":3600,"ext_expires_in":262800,"access_token":"at","refresh_token":"rt","id_token":"it","client_info":"ci"}"#;
    let answer = read_text(body, false).unwrap();
    assert_eq!(answer.access_token.unwrap().expose(), "at");
    assert_eq!(answer.refresh_token.unwrap().expose(), "rt");
    assert_eq!(answer.id_token.unwrap().expose(), "it");
    assert_eq!(answer.expires_in, Some(Duration::from_hours(1)));
    assert_eq!(answer.scopes.len(), 6);
}

#[test]
fn the_answer_of_b2c_with_an_api_scope_is_read() {
    let body = br#"{"access_token":"at","id_token":"it","token_type":"Bearer","not_before":1538801260,"expires_in":3600,"ext_expires_in":262800,"expires_on":1538804860,"resource":"14df2240-96cc-4f42-a133-ef0807492869","client_info":"ci","scope":"https://iosmsalb2c.onmicrosoft.com/webapitest/user.read","refresh_token":"rt","refresh_token_expires_in":1209600}"#;
    let answer = read_text(body, true).unwrap();
    assert_eq!(
        answer.scopes,
        ["https://iosmsalb2c.onmicrosoft.com/webapitest/user.read"]
    );
}

// proves: T6
#[test]
fn the_answer_of_b2c_without_an_api_scope_has_no_access_token() {
    let body = br#"{"id_token":"it  ","token_type":"Bearer","not_before":1585658742,"client_info":"ci","scope":"","refresh_token":"rt","refresh_token_expires_in":1209600}"#;
    let answer = read_text(body, true).unwrap();
    assert!(answer.access_token.is_none());
    assert_eq!(answer.id_token.unwrap().expose(), "it");
    assert_eq!(answer.expires_in, None);
    assert_eq!(
        read_text(body, false).unwrap_err(),
        ResponseFault::AccessToken
    );
}

// proves: B34, T6
#[test]
fn lifetimes_as_text_are_read_and_absurd_ones_are_cut() {
    let life = |value: Value| {
        read(&json!({"access_token": "a", "token_type": "Bearer", "expires_in": value}))
            .unwrap()
            .expires_in
    };
    assert_eq!(life(json!("3599")), Some(Duration::from_secs(3599)));
    assert_eq!(life(json!(3599.7)), Some(Duration::from_secs(3599)));
    assert_eq!(life(json!(1e300)), Some(Duration::from_hours(87600)));
    for odd in [
        json!(-1),
        json!(0),
        json!(0.9),
        json!("1e-99"),
        json!("soon"),
        json!(null),
        json!([1]),
        json!("NaN"),
    ] {
        assert_eq!(life(odd.clone()), None, "{odd}");
    }
}

// proves: A80
#[test]
fn bearer_counts_in_any_case_and_another_type_is_refused() {
    let of_type = |kind: Value| read(&json!({"access_token": "a", "token_type": kind})).err();
    assert_eq!(of_type(json!("bEARER")), None);
    for kind in [json!("mac"), json!("DPoP"), json!(""), json!(7)] {
        assert_eq!(
            of_type(kind.clone()),
            Some(ResponseFault::TokenType),
            "{kind}"
        );
    }
    assert_eq!(
        read(&json!({"access_token": "a"})).unwrap_err(),
        ResponseFault::TokenType
    );
}

// proves: B34
#[test]
fn an_access_token_that_is_missing_or_could_split_a_header_is_refused() {
    for token in [
        json!(null),
        json!(""),
        json!("a\r\nX: y"),
        json!(7),
        json!("ä"),
    ] {
        let refused = read(&json!({"access_token": token, "token_type": "Bearer"})).err();
        assert_eq!(refused, Some(ResponseFault::AccessToken), "{token}");
    }
}

// proves: B36
#[test]
fn what_is_no_object_is_refused() {
    for body in [&b"[]"[..], b"null"] {
        assert_eq!(read_text(body, true).unwrap_err(), ResponseFault::Shape);
    }
    for body in [&b"<html>"[..], b"", b"{\"access_token\":"] {
        assert_eq!(read_text(body, true).unwrap_err(), ResponseFault::NotJson);
    }
}

#[test]
fn no_token_is_printed() {
    let body = br#"{"access_token":"hush","id_token":"hush","refresh_token":"hush","token_type":"Bearer"}"#;
    let printed = format!("{:?}", read_text(body, false).unwrap());
    assert!(!printed.contains("hush"), "{printed}");
}

proptest::proptest! {
    // proves: B36
    #[test]
    fn no_body_makes_the_reader_panic(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let _ = read_text(&body, true).is_ok();
    }

    // proves: B34
    #[test]
    fn no_number_makes_the_reader_panic(life in proptest::prelude::any::<f64>(), text in ".{0,20}") {
        let body = json!({"access_token": "a", "token_type": "Bearer", "expires_in": life, "refresh_in": text});
        let _ = read(&body).is_ok();
    }

    // proves: B34
    #[test]
    fn what_is_read_can_stand_in_a_header_and_lives_at_most_ten_years(
        access in "| |a|a\r\nX: y|[ -~]{0,40}|\\PC{0,20}", refresh in "\\PC{0,20}|[ -~]{0,20}",
        kind in "Bearer|bearer|mac|", life in proptest::prelude::any::<f64>(), scope in "[ -~\t]{0,40}",
        padding in proptest::option::weighted(0.1, LARGEST_TOKEN - 9..LARGEST_TOKEN + 9),
    ) {
        let access = access + &"a".repeat(padding.unwrap_or_default());
        let body = json!({
            "access_token": access, "id_token": refresh, "refresh_token": refresh, "token_type": kind,
            "expires_in": life, "refresh_in": life.to_string(), "scope": scope,
        });
        let Ok(answer) = read(&body) else {
            return Ok(());
        };
        let texts = [
            answer.access_token.as_ref().map(AccessToken::expose),
            answer.id_token.as_ref().map(IdToken::expose),
            answer.refresh_token.as_ref().map(RefreshToken::expose),
        ];
        for text in texts.into_iter().flatten() {
            let printable = text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
            proptest::prop_assert!(printable && !text.is_empty() && text.len() <= LARGEST_TOKEN);
        }
        for life in [answer.expires_in, answer.refresh_in].into_iter().flatten() {
            proptest::prop_assert!(!life.is_zero() && life <= Duration::from_hours(87_600));
        }
    }
}
