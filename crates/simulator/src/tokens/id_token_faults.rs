//! The faults of ID tokens: wrong claims under a right signature, and wrong signatures.

use serde_json::{Value, json};

use crate::clients::CLIENT_SECRET;
use crate::directory::{FABRIKAM, UserFlow};
use crate::encoding::Members;
use crate::faults::Fault;
use crate::tokens::issuance::{IdTokenInput, ring_of_client};
use crate::tokens::jwt::{Signing, encode};
use crate::tokens::keys::KeyRing;

const WEEK: i64 = 7 * 24 * 3600;

/// Changes claims and header as a fault says.
pub(super) fn apply(
    fault: &Fault,
    claims: &mut Members,
    header: &mut Members,
    input: &IdTokenInput<'_>,
) {
    let client = input.grant.client_id.as_str();
    let now = input.platform.now();
    let mut set = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    match fault {
        Fault::WrongIssuer | Fault::RefreshOtherIssuer => append(claims, "iss"),
        Fault::WrongNonce => append(claims, "nonce"),
        Fault::RefreshOtherSubject => append(claims, "sub"),
        Fault::WrongAccessTokenHash => append(claims, "at_hash"),
        Fault::WrongAudience => set("aud", format!("{client}1").into()),
        Fault::ExtraAudience => set("aud", json!([client, "stranger"])),
        Fault::AudienceArray => set("aud", json!([client])),
        Fault::TidNotGuid => set("tid", "contoso.onmicrosoft.com".into()),
        Fault::OtherTid => set("tid", FABRIKAM.into()),
        Fault::SetClaim(name, value) => set(name, value.clone()),
        Fault::MissingClaim(name) => drop(claims.remove(name)),
        Fault::MissingNonce => drop(claims.remove("nonce")),
        Fault::IssuerOfOtherTenant => other_tenant(claims, input),
        Fault::OtherPolicy => {
            let name = if claims.contains_key("acr") {
                "acr"
            } else {
                "tfp"
            };
            let other = input.grant.tenant.policy_for(UserFlow::EditProfile);
            claims.insert(
                name.to_owned(),
                other.map(|policy| policy.name.clone()).into(),
            );
        }
        Fault::Expired => {
            claims.insert("iat".to_owned(), (now - 7200).into());
            claims.insert("exp".to_owned(), (now - 3600).into());
        }
        Fault::NotYetValid => set("nbf", (now + 3600).into()),
        Fault::IatWeekOld => set("iat", (now - WEEK).into()),
        Fault::ClockOff(seconds) => {
            for name in ["iat", "nbf", "exp", "auth_time"] {
                if let Some(time) = claims.get(name).and_then(Value::as_i64) {
                    claims.insert(name.to_owned(), (time + seconds).into());
                }
            }
        }
        Fault::MissingKid => drop(header.insert("kid".to_owned(), Value::Null)),
        Fault::HeaderMember(name, value) => drop(header.insert(name.clone(), value.clone())),
        _ => {}
    }
}

fn append(claims: &mut Members, name: &str) {
    if let Some(Value::String(text)) = claims.get_mut(name) {
        text.push('x');
    }
}

fn other_tenant(claims: &mut Members, input: &IdTokenInput<'_>) {
    let own = input.grant.tenant.id.as_str();
    if let Some(Value::String(issuer)) = claims.get_mut("iss") {
        *issuer = issuer.replace(own, FABRIKAM);
    }
    if claims.contains_key("tid") {
        claims.insert("tid".to_owned(), FABRIKAM.into());
    }
}

/// Signs the token, rightly unless a fault says otherwise.
pub(super) fn sign(
    input: &IdTokenInput<'_>,
    mut header: Members,
    claims: &Members,
    faults: &[Fault],
) -> String {
    let keys = &input.platform.keys;
    let grant = input.grant;
    let kind = input.realm.kind;
    let ring = ring_of_client(input.platform, kind, &grant.tenant.id, &grant.client_id);
    if faults.contains(&Fault::KeysRotated) {
        keys.rotate();
    }
    let key = keys.current(ring);
    let stranger = || keys.current(KeyRing::Stranger);
    let signing = faults.iter().rev().find_map(|fault| match fault {
        Fault::BadSignature | Fault::RefreshBadSignature => {
            Some(encode(header.clone(), claims, &Signing::Corrupted(&key)))
        }
        Fault::AlgNone => Some(encode(header.clone(), claims, &Signing::Unsigned)),
        Fault::Hs256WithSecret => Some(encode(
            header.clone(),
            claims,
            &Signing::Hs256(CLIENT_SECRET.as_bytes()),
        )),
        Fault::OtherAlgorithm => Some(encode(header.clone(), claims, &Signing::Pss(&key))),
        Fault::UnknownKid => Some(encode(header.clone(), claims, &Signing::With(&stranger()))),
        Fault::ForgedKid => {
            header.insert("kid".to_owned(), key.kid().into());
            Some(encode(header.clone(), claims, &Signing::With(&stranger())))
        }
        Fault::KeyOfOtherIssuer => Some(encode(
            header.clone(),
            claims,
            &Signing::With(&keys.current(KeyRing::Personal)),
        )),
        _ => None,
    });
    signing.unwrap_or_else(|| encode(header, claims, &Signing::With(&key)))
}
