//! The content of the sealed columns, of this version and of earlier ones.

use super::*;
use crate::domain::profile::ProfileId;
use crate::domain::random::random_256;
use crate::seal::OsRandom;

fn id() -> SessionId {
    SessionId::generate(&OsRandom)
}

fn sealed_tokens() -> Vec<u8> {
    let tokens = TokenSet {
        id_token: IdToken::new("the-id-token"),
        refresh: None,
        access: vec![],
    };
    write_tokens(&tokens, &id()).unwrap()
}

// proves: D27
#[test]
fn a_newer_version_is_not_read_and_no_error() {
    let mut bytes = sealed_tokens();
    bytes[0] = VERSION + 1;
    assert!(matches!(read_tokens(&bytes, &id()), Ok(Opened::Newer)));
    assert!(matches!(read_identity(&bytes, &id()), Ok(Opened::Newer)));
}

// proves: D27
#[test]
fn a_member_that_a_newer_release_added_is_ignored() {
    let mut bytes = sealed_tokens();
    assert_eq!(bytes.pop(), Some(b'}'));
    bytes.extend_from_slice(br#","added_later":{"x":1}}"#);
    let Ok(Opened::Value(tokens)) = read_tokens(&bytes, &id()) else {
        panic!("not read")
    };
    assert_eq!(tokens.id_token.expose(), "the-id-token");
}

#[test]
fn what_cannot_be_ours_is_inconsistent_and_names_the_session_only() {
    let id = id();
    let expected = format!("row {id} of table sessions holds what no row can hold");
    for bytes in [
        &b""[..],
        b"\x00{}",
        b"\x01",
        b"\x01{}",
        b"\x01{\"id_token\":7}",
    ] {
        let tokens = read_tokens(bytes, &id).map(drop).unwrap_err();
        let identity = read_identity(bytes, &id).map(drop).unwrap_err();
        assert_eq!(tokens.to_string(), expected);
        assert_eq!(identity.to_string(), expected);
    }
}

#[test]
fn claims_are_read_back_byte_for_byte() {
    let claims = r#"{"name":"Ada \u0000 \"L\" 🦊","n":1e3}"#;
    let identity = Identity::stored(&SubjectKey::stored("p"), claims);
    let at = |millis| Timestamp::from_timestamp_millis(millis).unwrap();
    let session = Session {
        id: id(),
        profile: ProfileId::parse("staff").unwrap(),
        fingerprint: AuthorityFingerprint(random_256(&OsRandom)),
        identity: identity.clone(),
        created_at: at(1),
        seen_at: at(2),
        idle_until: at(3),
        expires_at: at(4),
    };
    let bytes = write_identity(&session, &identity).unwrap();
    let Ok(Opened::Value(read)) = read_identity(&bytes, &session.id) else {
        panic!("not read")
    };
    assert_eq!(read.identity, identity);
    assert_eq!(read.fingerprint, session.fingerprint);
    assert_eq!((read.created_at, read.expires_at), (at(1), at(4)));
}
