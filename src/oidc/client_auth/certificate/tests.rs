//! Assertions as an authority would check them, and files in every wrong state.

use std::path::Path;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;

use crate::domain::random::Random;
use crate::oidc::client_auth::certificate::*;
use crate::oidc::testing::{Counting, entra};

const NOW: i64 = 1_700_000_000;
const DAY: i64 = 24 * 3_600;

/// DER of one element (X.690 §8.1).
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut all = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 128 => all.push(short),
        Ok(long) => all.extend([0x81, long]),
        Err(_) => {
            all.push(0x82);
            all.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    all.extend_from_slice(content);
    all
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    der(0x30, &parts.concat())
}

/// A certificate (RFC 5280 §4.1) for this key; nobody looks at its own signature.
fn certificate(key: &KeyPair, from: i64, until: i64) -> Vec<u8> {
    let time = |at: i64| {
        let text = Timestamp::from_timestamp(at, 0)
            .unwrap()
            .format("%y%m%d%H%M%SZ");
        der(0x17, text.to_string().as_bytes())
    };
    let null = der(0x05, &[]);
    let sha256_rsa = der(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]);
    let rsa = der(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]);
    let bits = |content: &[u8]| der(0x03, &[&[0], content].concat());
    let algorithm = sequence(&[sha256_rsa, null.clone()]);
    let public = sequence(&[sequence(&[rsa, null]), bits(key.public_key().as_ref())]);
    let body = sequence(&[
        der(0xa0, &der(0x02, &[2])),
        der(0x02, &[1]),
        algorithm.clone(),
        sequence(&[]),
        sequence(&[time(from), time(until)]),
        sequence(&[]),
        public,
    ]);
    sequence(&[body, algorithm, bits(&[0; 256])])
}

fn pem(label: &str, der: &[u8]) -> String {
    let lines: Vec<String> = STANDARD
        .encode(der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

fn key() -> KeyPair {
    KeyPair::generate(KeySize::Rsa2048).unwrap()
}

fn key_pem(key: &KeyPair) -> String {
    let pkcs8: Pkcs8V1Der<'_> = key.as_der().unwrap();
    pem("PRIVATE KEY", pkcs8.as_ref())
}

async fn read(source: &CertificateSource) -> Result<Certificate, CredentialProblem> {
    Certificate::parse(source, &Files::read(source).await?)
}

/// A file with certificate and key.
fn write(folder: &Path, name: &str, key: &KeyPair, from: i64, until: i64) -> CertificateSource {
    let path = folder.join(name);
    let certificate = pem("CERTIFICATE", &certificate(key, from, until));
    std::fs::write(&path, format!("{certificate}{}", key_pem(key))).unwrap();
    CertificateSource {
        certificate: path,
        key: None,
    }
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(NOW, 0).unwrap()
}

fn assertion(certificate: &Certificate, random: &dyn Random, send_chain: bool) -> String {
    let request = Assertion {
        client_id: "client",
        audience: "https://login.microsoftonline.com/t/oauth2/v2.0/token",
        now: now(),
        random,
        send_chain,
    };
    certificate.assertion(&request).unwrap().expose().to_owned()
}

fn part(token: &str, at: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(at).unwrap())
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

// proves: B25, T16
#[tokio::test]
async fn an_assertion_is_short_lived_fresh_and_signed_with_ps256() {
    let folder = tempfile::tempdir().unwrap();
    let key = key();
    let source = write(folder.path(), "a.pem", &key, NOW - DAY, NOW + DAY);
    let certificate = read(&source).await.unwrap();
    let random = Counting::default();
    let token = assertion(&certificate, &random, false);
    let (header, claims) = (part(&token, 0), part(&token, 1));
    assert_eq!(header["alg"], "PS256");
    assert_eq!(header["typ"], "JWT");
    assert!(header.get("x5c").is_none());
    let der = &certificate.chain[0];
    let thumbprint = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, der));
    assert_eq!(header["x5t#S256"], thumbprint);
    assert_eq!(claims["iss"], "client");
    assert_eq!(claims["sub"], "client");
    assert_eq!(
        claims["aud"],
        "https://login.microsoftonline.com/t/oauth2/v2.0/token"
    );
    assert_eq!(claims["iat"], NOW);
    assert!(claims["exp"].as_i64().unwrap() - NOW <= 300);
    assert!(claims["nbf"].as_i64().unwrap() < NOW);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key.public_key().as_ref())
        .verify(signed.as_bytes(), &signature)
        .unwrap();
    let next = assertion(&certificate, &random, false);
    assert_ne!(part(&next, 1)["jti"], claims["jti"]);
}

// proves: T16
#[tokio::test]
async fn the_chain_is_sent_leaf_first() {
    let folder = tempfile::tempdir().unwrap();
    let (leaf, issuer) = (key(), key());
    let path = folder.path().join("chain.pem");
    let leaf_der = certificate(&leaf, NOW - DAY, NOW + DAY);
    let issuer_der = certificate(&issuer, NOW - DAY, NOW + DAY);
    let key_file = folder.path().join("key.pem");
    std::fs::write(&key_file, key_pem(&leaf)).unwrap();
    let text = format!(
        "{}{}",
        pem("CERTIFICATE", &leaf_der),
        pem("CERTIFICATE", &issuer_der)
    );
    std::fs::write(&path, text).unwrap();
    let source = CertificateSource {
        certificate: path,
        key: Some(PemSource::File(key_file)),
    };
    let certificate = read(&source).await.unwrap();
    let header = part(&assertion(&certificate, &Counting::default(), true), 0);
    assert_eq!(header["x5c"][0], STANDARD.encode(&leaf_der));
    assert_eq!(header["x5c"][1], STANDARD.encode(&issuer_der));
}

#[tokio::test]
async fn the_first_valid_certificate_signs_and_a_spoiled_file_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (old, current, next) = (key(), key(), key());
    let spoiled = folder.path().join("spoiled.pem");
    std::fs::write(&spoiled, "no certificate").unwrap();
    let sources = [
        CertificateSource {
            certificate: spoiled,
            key: None,
        },
        write(folder.path(), "old.pem", &old, NOW - 2 * DAY, NOW - DAY),
        write(folder.path(), "current.pem", &current, NOW - DAY, NOW + DAY),
        write(folder.path(), "next.pem", &next, NOW - DAY, NOW + 9 * DAY),
    ];
    let shelf = CertificateCache::default();
    let first = shelf.usable(&sources, now(), false).await.unwrap();
    assert!(first.file.ends_with("current.pem"));
    let other = shelf.usable(&sources, now(), true).await.unwrap();
    assert!(other.file.ends_with("next.pem"));
    let none = shelf.usable(&sources[1..2], now(), false).await.err();
    assert_eq!(none, Some(CredentialProblem::OutsideValidity));
    let spoiled = shelf.usable(&sources[..1], now(), false).await.err();
    assert!(matches!(spoiled, Some(CredentialProblem::NoCertificate(_))));
}

// proves: D66
#[tokio::test]
async fn an_exchanged_certificate_file_is_picked_up() {
    let folder = tempfile::tempdir().unwrap();
    let source = write(folder.path(), "a.pem", &key(), NOW - DAY, NOW + DAY);
    let (shelf, sources) = (CertificateCache::default(), [source]);
    let before = shelf.usable(&sources, now(), false).await.unwrap();
    let unchanged = shelf.usable(&sources, now(), false).await.unwrap();
    assert!(Arc::ptr_eq(&before, &unchanged), "understood once");
    write(folder.path(), "a.pem", &key(), NOW - DAY, NOW + DAY);
    let after = shelf.usable(&sources, now(), false).await.unwrap();
    assert_ne!(after.chain, before.chain);
    let renamed = [write(folder.path(), "b.pem", &key(), NOW - DAY, NOW + DAY)];
    shelf.usable(&renamed, now(), false).await.unwrap();
    assert_eq!(
        shelf.0.lock().unwrap().len(),
        1,
        "files of earlier versions of a profile are forgotten"
    );
}

#[tokio::test]
async fn a_key_that_is_missing_or_of_another_certificate_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let own = key();
    let mut source = write(folder.path(), "a.pem", &own, NOW - DAY, NOW + DAY);
    source.key = Some(PemSource::Fixed(crate::domain::secret::PrivateKeyPem::new(
        key_pem(&key()),
    )));
    let problem = read(&source).await.err();
    assert!(
        matches!(problem, Some(CredentialProblem::NotAPair(_))),
        "{problem:?}"
    );
    source.key = Some(PemSource::Fixed(crate::domain::secret::PrivateKeyPem::new(
        "x",
    )));
    let problem = read(&source).await.err();
    assert!(
        matches!(problem, Some(CredentialProblem::NoKey(_))),
        "{problem:?}"
    );
    source.certificate = folder.path().join("absent.pem");
    let problem = read(&source).await.err();
    assert!(
        matches!(problem, Some(CredentialProblem::Unreadable { .. })),
        "{problem:?}"
    );
}

#[tokio::test]
async fn the_ends_of_all_certificates_are_known_and_a_missing_file_hides_none() {
    let folder = tempfile::tempdir().unwrap();
    let soon = write(folder.path(), "soon.pem", &key(), NOW - DAY, NOW + 29 * DAY);
    let later = write(
        folder.path(),
        "later.pem",
        &key(),
        NOW - DAY,
        NOW + 31 * DAY,
    );
    let absent = CertificateSource {
        certificate: folder.path().join("absent.pem"),
        key: None,
    };
    let mut profile = entra();
    profile.client.credential = Credential::Certificate {
        certificates: vec![absent, soon.clone(), later],
        send_chain: false,
    };
    let ends = certificate_ends(&profile).await;
    assert_eq!(ends.len(), 2);
    assert_eq!(ends[0].file, soon.certificate);
    assert_eq!(ends[0].not_after.timestamp(), NOW + 29 * DAY);
    assert_eq!(ends[1].not_after.timestamp(), NOW + 31 * DAY);
}
