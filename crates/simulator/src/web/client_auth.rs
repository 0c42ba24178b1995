//! How an application proves at the token endpoint who it is (microsoft-identity.md §5).
//!
//! Owns the checks of secrets and assertions. Registrations are `clients`'.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::clients::{Client, Credential, Federation};
use crate::der;
use crate::failure::Cause;
use crate::jwt::{Parts, base64url};
use crate::kind::Kind;
use crate::realm::Realm;
use crate::web::asked::Asked;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Seconds by which an application's clock may be off.
const LEEWAY: i64 = 300;

/// The application that sends this token request, if it proves to be it.
pub(crate) fn authenticate(asked: &Asked<'_>, realm: &Realm) -> Result<Client, Cause> {
    let form = &asked.form;
    let basic = asked.basic();
    let in_body = form.text("client_secret");
    let assertion = form.text("client_assertion");
    // RFC 6749 §2.3: one method per request.
    if usize::from(basic.is_some())
        + usize::from(in_body.is_some())
        + usize::from(assertion.is_some())
        > 1
    {
        return Err(Cause::Parameter("client_secret"));
    }
    let id = match (&basic, form.text("client_id")) {
        (Some((id, _)), Some(other)) if id != other => {
            return Err(Cause::UnknownClient(id.clone()));
        }
        (Some((id, _)), _) => id.as_str(),
        (None, Some(id)) => id,
        (None, None) => return Err(Cause::Parameter("client_id")),
    };
    let client = asked
        .world
        .client(realm.kind, id)
        .ok_or_else(|| Cause::UnknownClient(id.to_owned()))?;
    if basic.is_some() && realm.kind == Kind::B2c {
        return Err(Cause::SecretMissing);
    }
    if in_body.is_some() && realm.kind == Kind::Oidc && asked.world.shapes().oidc_basic_only {
        return Err(Cause::SecretMissing);
    }
    let secret = basic
        .as_ref()
        .map(|(_, secret)| secret.as_str())
        .or(in_body);
    match (&client.credential, secret, assertion) {
        (Credential::Secrets(known), Some(secret), None) => {
            let fits = |known: &String| {
                verify_slices_are_equal(known.as_bytes(), secret.as_bytes()).is_ok()
            };
            known
                .iter()
                .any(fits)
                .then_some(())
                .ok_or(Cause::SecretWrong)?;
        }
        (Credential::Certificates(registered), None, Some(assertion)) => {
            check_type(asked)?;
            by_certificate(asked, realm, &client.id, registered, assertion)?;
        }
        (Credential::Federation(federation), None, Some(assertion)) => {
            check_type(asked)?;
            federated(asked, federation, assertion)?;
        }
        (Credential::Public, None, None) => {}
        (Credential::Public, ..) => return Err(Cause::SecretWrong),
        (_, _, Some(_)) => return Err(Cause::AssertionSignature),
        (_, Some(_), _) => return Err(Cause::SecretWrong),
        (_, None, None) => return Err(Cause::SecretMissing),
    }
    Ok(client)
}

fn check_type(asked: &Asked<'_>) -> Result<(), Cause> {
    // RFC 7521 §4.2
    match asked.form.text("client_assertion_type") {
        Some(ASSERTION_TYPE) => Ok(()),
        _ => Err(Cause::Parameter("client_assertion_type")),
    }
}

fn by_certificate(
    asked: &Asked<'_>,
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
    let shapes = asked.world.shapes();
    let tail = if realm.kind == Kind::Oidc {
        "token"
    } else {
        "oauth2/v2.0/token"
    };
    let asked_at = format!("{}{}", realm.origin, asked.path);
    let accepted = [
        realm.endpoint(tail, &shapes),
        asked_at,
        realm.metadata_issuer(&shapes),
    ];
    if !audience(&parts).any(|audience| accepted.iter().any(|good| good == audience)) {
        return Err(Cause::AssertionAudience);
    }
    let expires = in_its_time(asked, &parts)?;
    let jti = parts.text("jti").ok_or(Cause::AssertionReplayed)?;
    let now = asked.world.now();
    let key = format!("{client_id}|{jti}");
    if asked
        .world
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

fn in_its_time(asked: &Asked<'_>, parts: &Parts<'_>) -> Result<i64, Cause> {
    let now = asked.world.now();
    let time = |name| parts.claims.get(name).and_then(Value::as_i64);
    let expires = time("exp").ok_or(Cause::AssertionOutsideItsTime)?;
    let begins = time("nbf").unwrap_or(now);
    if expires + LEEWAY <= now || begins > now + LEEWAY {
        return Err(Cause::AssertionOutsideItsTime);
    }
    Ok(expires)
}

/// Signed with this key, and naming this certificate by `x5t#S256` (RFC 7515 §4.1.8).
fn fits(parts: &Parts<'_>, pem: &str) -> bool {
    let Some((label, block)) = der::first_pem_block(pem) else {
        return false;
    };
    let key = if label == "CERTIFICATE" {
        let Some(key) = der::public_key_of_certificate(&block) else {
            return false;
        };
        let thumbprint = base64url(digest::digest(&digest::SHA256, &block).as_ref());
        if parts.header.get("x5t#S256").and_then(Value::as_str) != Some(thumbprint.as_str()) {
            return false;
        }
        // RFC 7515 §4.1.6: the leaf comes first.
        let leaf = parts
            .header
            .get("x5c")
            .map(|chain| chain.get(0).and_then(Value::as_str));
        if leaf.is_some_and(|leaf| leaf != Some(STANDARD.encode(&block).as_str())) {
            return false;
        }
        key
    } else {
        block.as_slice()
    };
    signed_with(parts, key)
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

fn federated(asked: &Asked<'_>, federation: &Federation, assertion: &str) -> Result<(), Cause> {
    if federation
        .literals
        .iter()
        .any(|literal| literal == assertion)
    {
        return Ok(());
    }
    let parts = Parts::read(assertion).ok_or(Cause::AssertionSignature)?;
    if let Some(pem) = &federation.public_key {
        let (_, key) = der::first_pem_block(pem).ok_or(Cause::AssertionSignature)?;
        if !signed_with(&parts, &key) {
            return Err(Cause::AssertionSignature);
        }
    }
    // Issuer, subject and audience are compared exactly (workload-identity-federation).
    if parts.text("iss") != Some(&federation.issuer)
        || parts.text("sub") != Some(&federation.subject)
        || !audience(&parts).any(|audience| audience == federation.audience)
    {
        return Err(Cause::AssertionUnknownIssuer);
    }
    in_its_time(asked, &parts).map(drop)
}
