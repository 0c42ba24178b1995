//! Client assertions: `private_key_jwt` with a certificate (RFC 7523) and workload identity federation.
//!
//! Owns the checks of assertions. Does not know which method a client is registered for.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::certificates;
use crate::clients::Federation;
use crate::failure::Cause;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::tokens::jwt::Parts;
use crate::tokens::keys::KeyRing;
use crate::web::incoming::Incoming;
use crate::web::managed_identity;

/// Seconds by which an application's clock may be off.
const LEEWAY: i64 = 300;

pub(crate) fn by_certificate(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client_id: &str,
    registered: &[String],
    assertion: &str,
) -> Result<(), Cause> {
    let parts = Parts::read(assertion).ok_or(Cause::AssertionSignature)?;
    let signed_by_one = registered.iter().any(|pem| fits(&parts, pem));
    if !signed_by_one {
        return Err(Cause::AssertionSignature);
    }
    // RFC 7523 §3
    if parts.text("iss") != Some(client_id) || parts.text("sub") != Some(client_id) {
        return Err(Cause::AssertionAudience);
    }
    let shapes = incoming.platform.shapes();
    let tail = if realm.kind == Kind::Oidc {
        "token"
    } else {
        "oauth2/v2.0/token"
    };
    let asked_at = format!("{}{}", realm.origin, incoming.path);
    let accepted = [
        realm.endpoint(tail, &shapes),
        asked_at,
        realm.metadata_issuer(&shapes),
    ];
    if !audience(&parts).any(|audience| accepted.iter().any(|good| good == audience)) {
        return Err(Cause::AssertionAudience);
    }
    let expires = in_its_time(incoming, &parts)?;
    if realm.kind != Kind::Oidc {
        // Microsoft's libraries send one assertion several times until it is nearly over.
        return Ok(());
    }
    let jti = parts.text("jti").ok_or(Cause::AssertionReplayed)?;
    let now = incoming.platform.now();
    let key = format!("{client_id}|{jti}");
    if incoming
        .platform
        .state()
        .first_use_of_assertion(&key, expires + LEEWAY, now)
    {
        Ok(())
    } else {
        Err(Cause::AssertionReplayed)
    }
}

fn audience<'a>(parts: &'a Parts<'_>) -> impl Iterator<Item = &'a str> {
    let all = match parts.claims.get("aud") {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    all.into_iter().filter_map(Value::as_str)
}

fn in_its_time(incoming: &Incoming<'_>, parts: &Parts<'_>) -> Result<i64, Cause> {
    let now = incoming.platform.now();
    let time = |name| parts.claims.get(name).and_then(numeric_date);
    let expires = time("exp").ok_or(Cause::AssertionOutsideItsTime)?;
    let begins = time("nbf").unwrap_or(now);
    if expires + LEEWAY <= now || begins > now + LEEWAY {
        return Err(Cause::AssertionOutsideItsTime);
    }
    Ok(expires)
}

/// RFC 7519 §2: a `NumericDate` may have a fraction, and MSAL Python's have one.
fn numeric_date(value: &Value) -> Option<i64> {
    let whole = |seconds: f64| format!("{:.0}", seconds.floor()).parse().ok();
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

/// Signed with this key, and naming this certificate.
fn fits(parts: &Parts<'_>, pem: &str) -> bool {
    let Some((label, block)) = certificates::first_pem_block(pem) else {
        return false;
    };
    if label != "CERTIFICATE" {
        return signed_with(parts, &block);
    }
    names_certificate(parts, &block)
        && starts_chain(parts, &block)
        && certificates::public_key_info(&block).is_some_and(|key| signed_with(parts, key))
}

/// By `x5t#S256` or by `x5t` (RFC 7515 §4.1.7, §4.1.8), with or without the padding that MSAL Python leaves.
fn names_certificate(parts: &Parts<'_>, certificate: &[u8]) -> bool {
    let named = |member, thumbprint: String| {
        let text = parts.header.get(member).and_then(Value::as_str);
        text.map(|text| text.trim_end_matches('=') == thumbprint)
    };
    named("x5t#S256", certificates::sha256_thumbprint(certificate))
        .or_else(|| named("x5t", certificates::sha1_thumbprint(certificate)))
        .unwrap_or(false)
}

/// Whether the certificate is the first one of `x5c`, if there is a chain (RFC 7515 §4.1.6). MSAL.NET writes one text instead of
/// a list. Line feeds are no part of the base64.
fn starts_chain(parts: &Parts<'_>, certificate: &[u8]) -> bool {
    let Some(chain) = parts.header.get("x5c") else {
        return true;
    };
    let leaf = chain
        .as_str()
        .or_else(|| chain.get(0).and_then(Value::as_str));
    let compact: String = leaf.unwrap_or_default().split_whitespace().collect();
    STANDARD
        .decode(compact)
        .is_ok_and(|leaf| leaf == certificate)
}

fn signed_with(parts: &Parts<'_>, key: &[u8]) -> bool {
    let scheme: &'static RsaParameters = match parts.header.get("alg").and_then(Value::as_str) {
        Some("PS256") => &RSA_PSS_2048_8192_SHA256,
        Some("RS256") => &RSA_PKCS1_2048_8192_SHA256,
        _ => return false,
    };
    UnparsedPublicKey::new(scheme, key)
        .verify(parts.signed.as_bytes(), &parts.signature)
        .is_ok()
}

pub(crate) fn federated(
    incoming: &Incoming<'_>,
    federation: &Federation,
    assertion: &str,
) -> Result<(), Cause> {
    if federation
        .literals
        .iter()
        .any(|literal| literal == assertion)
    {
        return Ok(());
    }
    let parts = Parts::read(assertion).ok_or(Cause::AssertionSignature)?;
    let key = federation
        .public_key
        .as_deref()
        .and_then(certificates::first_pem_block);
    let genuine = match (&federation.public_key, key) {
        (None, _) => signed_by_managed_identity(incoming, federation, &parts),
        (Some(_), Some((_, key))) => signed_with(&parts, &key),
        (Some(_), None) => false,
    };
    if !genuine {
        return Err(Cause::AssertionSignature);
    }
    // Issuer, subject and audience are compared exactly (workload-identity-federation).
    if parts.text("iss") != Some(&federation.issuer)
        || parts.text("sub") != Some(&federation.subject)
        || !audience(&parts).any(|audience| audience == federation.audience)
    {
        return Err(Cause::AssertionUnknownIssuer);
    }
    in_its_time(incoming, &parts).map(drop)
}

/// The simulator knows its own keys; of other issuers without a registered key it believes the signature.
fn signed_by_managed_identity(
    incoming: &Incoming<'_>,
    federation: &Federation,
    parts: &Parts<'_>,
) -> bool {
    if federation.issuer != managed_identity::federation(&incoming.platform.local_names()).issuer {
        return true;
    }
    let kid = parts
        .header
        .get("kid")
        .and_then(Value::as_str)
        .unwrap_or_default();
    incoming.platform.keys.verify(
        KeyRing::Entra,
        kid,
        parts.signed.as_bytes(),
        &parts.signature,
    )
}
