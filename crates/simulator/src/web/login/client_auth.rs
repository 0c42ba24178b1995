//! How an application proves at the token endpoint who it is (microsoft-identity.md §5).
//!
//! Owns the checks of secrets and assertions. Does not own registrations: `clients` does.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::certificates;
use crate::clients::{Client, Credential, Federation};
use crate::failure::Cause;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::tokens::jwt::Parts;
use crate::tokens::keys::KeyRing;
use crate::web::incoming::Incoming;
use crate::web::managed_identity;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Seconds by which an application's clock may be off.
const LEEWAY: i64 = 300;

/// What the request says about its sender; nothing of it is proven.
struct Claimed {
    id: String,
    secret: Option<String>,
    by_header: bool,
    assertion: Option<String>,
}

impl Claimed {
    fn read(incoming: &Incoming<'_>) -> Result<Self, Cause> {
        let text = |name| incoming.form.text(name).map(str::to_owned);
        let (basic, in_body, assertion) = (
            incoming.basic(),
            text("client_secret"),
            text("client_assertion"),
        );
        let methods = [basic.is_some(), in_body.is_some(), assertion.is_some()];
        // RFC 6749 §2.3: one method per request.
        if methods.into_iter().filter(|used| *used).count() > 1 {
            return Err(Cause::Parameter("client_secret"));
        }
        match (basic, text("client_id")) {
            (Some((id, _)), Some(other)) if id != other => Err(Cause::UnknownClient(id)),
            (Some((id, secret)), _) => Ok(Self {
                id,
                secret: Some(secret),
                by_header: true,
                assertion,
            }),
            (None, Some(id)) => Ok(Self {
                id,
                secret: in_body,
                by_header: false,
                assertion,
            }),
            (None, None) => Err(Cause::Parameter("client_id")),
        }
    }
}

/// The application that sends this token request, if it proves to be it.
pub(crate) fn authenticate(incoming: &Incoming<'_>, realm: &Realm) -> Result<Client, Cause> {
    let claimed = Claimed::read(incoming)?;
    let client = incoming
        .platform
        .client(realm.kind, &claimed.id)
        .ok_or_else(|| Cause::UnknownClient(claimed.id.clone()))?;
    let in_body = claimed.secret.is_some() && !claimed.by_header;
    let basic_only = realm.kind == Kind::Oidc && incoming.platform.shapes().oidc_basic_only;
    if (claimed.by_header && realm.kind == Kind::B2c) || (in_body && basic_only) {
        return Err(Cause::SecretMissing);
    }
    match (&client.credential, &claimed.secret, &claimed.assertion) {
        (Credential::Secrets(known), Some(secret), None) => by_secret(known, secret)?,
        (Credential::Certificates(registered), None, Some(assertion)) => {
            check_type(incoming)?;
            by_certificate(incoming, realm, &client.id, registered, assertion)?;
        }
        (Credential::Federation(federation), None, Some(assertion)) => {
            check_type(incoming)?;
            federated(incoming, federation, assertion)?;
        }
        (Credential::Public, None, None) => {}
        (Credential::Public, ..) | (_, Some(_), _) => return Err(Cause::SecretWrong),
        (_, None, Some(_)) => return Err(Cause::AssertionSignature),
        (_, None, None) => return Err(Cause::SecretMissing),
    }
    Ok(client)
}

fn by_secret(known: &[String], secret: &str) -> Result<(), Cause> {
    let same = |known: &String| verify_slices_are_equal(known.as_bytes(), secret.as_bytes());
    if known.iter().any(|known| same(known).is_ok()) {
        Ok(())
    } else {
        Err(Cause::SecretWrong)
    }
}

fn check_type(incoming: &Incoming<'_>) -> Result<(), Cause> {
    // RFC 7521 §4.2
    match incoming.form.text("client_assertion_type") {
        Some(ASSERTION_TYPE) => Ok(()),
        _ => Err(Cause::Parameter("client_assertion_type")),
    }
}

fn by_certificate(
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
    let Some((label, block)) = certificates::first_pem_block(pem) else {
        return false;
    };
    let key = if label == "CERTIFICATE" {
        let Some(key) = certificates::public_key_info(&block) else {
            return false;
        };
        let thumbprint = certificates::sha256_thumbprint(&block);
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

fn federated(
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
