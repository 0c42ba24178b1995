//! What opens, what does not, and what a hash depends on.

use super::*;
use crate::seal::{OsRandom, new_key_text};

fn ring(keys: &[&String]) -> KeyRing {
    KeyRing::parse(keys).unwrap()
}

#[test]
fn what_is_sealed_opens_for_its_purpose_and_associated_data_only() {
    let ring = KeyRing::ephemeral(&OsRandom);
    let sealed = ring.seal(Purpose::ATTEMPT, b"state", b"verifier", &OsRandom);
    let open = |purpose, aad: &[u8]| ring.open(purpose, aad, &sealed);
    assert_eq!(
        open(Purpose::ATTEMPT, b"state").as_deref(),
        Some(&b"verifier"[..])
    );
    assert_eq!(open(Purpose::STATE, b"state"), None);
    assert_eq!(open(Purpose::ATTEMPT, b"other state"), None);
    assert!(!sealed.windows(8).any(|window| window == b"verifier"));
}

// proves: C91
#[test]
fn any_flipped_bit_and_any_cut_end_is_refused() {
    let ring = KeyRing::ephemeral(&OsRandom);
    let sealed = ring.seal(Purpose::STATE, b"", b"target", &OsRandom);
    for at in 0..sealed.len() {
        let mut forged = sealed.clone();
        forged[at] ^= 1;
        assert_eq!(ring.open(Purpose::STATE, b"", &forged), None, "byte {at}");
        assert_eq!(
            ring.open(Purpose::STATE, b"", &sealed[..at]),
            None,
            "cut {at}"
        );
    }
}

// proves: C90
#[test]
fn an_old_key_opens_while_it_is_listed_and_not_after() {
    let (old, new) = (new_key_text(&OsRandom), new_key_text(&OsRandom));
    let sealed = ring(&[&old]).seal(Purpose::STATE, b"", b"x", &OsRandom);
    let rotated = ring(&[&new, &old]);
    assert!(rotated.open(Purpose::STATE, b"", &sealed).is_some());
    assert!(!rotated.sealed_with_newest(&sealed));
    assert!(ring(&[&old]).sealed_with_newest(&sealed));
    assert_eq!(ring(&[&new]).open(Purpose::STATE, b"", &sealed), None);
}

#[test]
fn the_same_text_is_sealed_differently_each_time() {
    let ring = KeyRing::ephemeral(&OsRandom);
    let seal = || ring.seal(Purpose::STATE, b"", b"x", &OsRandom);
    assert_ne!(seal(), seal());
}

// proves: D27
#[test]
fn a_format_of_a_newer_version_is_none_and_no_panic() {
    let ring = KeyRing::ephemeral(&OsRandom);
    let mut sealed = ring.seal(Purpose::STATE, b"", b"x", &OsRandom);
    sealed[0] = 2;
    assert_eq!(ring.open(Purpose::STATE, b"", &sealed), None);
    assert_eq!(ring.open(Purpose::STATE, b"", b""), None);
}

// proves: C76
#[test]
fn a_row_does_not_open_under_another_handle_row_column_or_profile() {
    let ring = KeyRing::ephemeral(&OsRandom);
    let (handle, id) = (
        SessionHandle::generate(&OsRandom),
        SessionId::generate(&OsRandom),
    );
    let (staff, other) = (
        ProfileId::parse("staff").unwrap(),
        ProfileId::parse("other").unwrap(),
    );
    let place = RowPlace {
        profile: &staff,
        id: &id,
        column: Column::Tokens,
    };
    let sealed = ring.row(&handle).seal(place, b"tokens", &OsRandom);
    let open = |place| ring.row(&handle).open(place, &sealed);
    assert_eq!(open(place).as_deref(), Some(&b"tokens"[..]));
    let elsewhere = SessionId::generate(&OsRandom);
    let wrong = [
        RowPlace {
            profile: &other,
            ..place
        },
        RowPlace {
            id: &elsewhere,
            ..place
        },
        RowPlace {
            column: Column::Identity,
            ..place
        },
    ];
    for place in wrong {
        assert_eq!(open(place), None, "{place:?}");
    }
    let stranger = SessionHandle::generate(&OsRandom);
    assert_eq!(ring.row(&stranger).open(place, &sealed), None);
}

// proves: C81
#[test]
fn another_server_key_opens_nothing() {
    let handle = SessionHandle::generate(&OsRandom);
    let id = SessionId::generate(&OsRandom);
    let staff = ProfileId::parse("staff").unwrap();
    let place = RowPlace {
        profile: &staff,
        id: &id,
        column: Column::Identity,
    };
    let sealed = KeyRing::ephemeral(&OsRandom)
        .row(&handle)
        .seal(place, b"claims", &OsRandom);
    let other = KeyRing::ephemeral(&OsRandom);
    assert_eq!(other.row(&handle).open(place, &sealed), None);
}

#[test]
fn a_hash_depends_on_the_key_the_field_and_the_text() {
    let (old, new) = (new_key_text(&OsRandom), new_key_text(&OsRandom));
    let before = KeyRing::parse([&old]).unwrap();
    let after = KeyRing::parse([&new, &old]).unwrap();
    let hashes = |ring: &KeyRing, field, text: &str| -> Vec<String> {
        ring.search_hashes(field, text).collect()
    };
    let one = hashes(&before, SearchField::Person, "ada");
    let both = hashes(&after, SearchField::Person, "ada");
    assert_eq!(both[1..], one);
    assert_ne!(both[0], one[0]);
    assert_ne!(hashes(&before, SearchField::Sid, "ada"), one);
    assert_ne!(hashes(&before, SearchField::Person, "bob"), one);
}

#[test]
fn the_hash_is_sha_256() {
    // FIPS 180-4, the example "abc".
    assert_eq!(
        hex(&sha256(b"abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(short_hash::<12>(b"abc"), "ba7816bf8f01");
}

#[test]
fn secrets_of_other_length_or_content_differ() {
    assert!(secrets_equal(b"same", b"same"));
    assert!(!secrets_equal(b"same", b"sama"));
    assert!(!secrets_equal(b"same", b"sam"));
}
