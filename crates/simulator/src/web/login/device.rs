//! Device authorization (RFC 8628): the endpoint that a device asks, and the page on which a person enters its code.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::failure::{Cause, Failure};
use crate::realm::Realm;
use crate::state::{Decision, DeviceCode, Grant, Redeemer};
use crate::web::incoming::Incoming;
use crate::web::login::v1;
use crate::web::pages::{self, DevicePage};
use crate::web::response;

/// Seconds that a device code lives (v2-oauth2-device-code).
const LIFETIME: i64 = 900;
/// Letters and digits of a user code, without those that look alike (0 and O, 1 and I).
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 9;

/// Answers a device.
pub(crate) fn endpoint(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    match begin(incoming, realm) {
        Ok(body) => response::json(200, &body),
        Err(cause) => {
            let failure = Failure::of(&cause, realm.kind);
            let body = failure.body(realm.kind, &realm.origin, &incoming.platform.trace());
            response::json(failure.status, &body)
        }
    }
}

fn begin(incoming: &Incoming<'_>, realm: &Realm) -> Result<Value, Cause> {
    let platform = incoming.platform;
    let id = incoming
        .form
        .text("client_id")
        .ok_or(Cause::Parameter("client_id"))?;
    platform
        .client(realm.kind, id)
        .ok_or_else(|| Cause::UnknownClient(id.to_owned()))?;
    let scope = v1::scope(realm, &incoming.form).ok_or(Cause::Parameter("scope"))?;
    let now = platform.now();
    let (device_code, user_code) = (platform.handle(), user_code(&platform.random_bytes()));
    let device = DeviceCode {
        user_code: user_code.clone(),
        client_id: id.to_owned(),
        kind: realm.kind,
        scope,
        expires: now + LIFETIME,
        decision: Decision::Pending,
    };
    platform
        .state()
        .add_device_code(device_code.clone(), device, now);
    let page = format!("{}/{}/oauth2/deviceauth", realm.origin, realm.segment);
    Ok(json!({
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": page,
        "expires_in": LIFETIME,
        "interval": platform.settings().device_code_interval,
        "message": format!("To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."),
    }))
}

fn user_code(random: &[u8]) -> String {
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied();
    let letters = random.iter().filter_map(letter).take(LENGTH);
    letters.map(char::from).collect()
}

/// Shows the page, and takes what is entered on it.
pub(crate) fn page(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    let code = incoming
        .form
        .text("otc")
        .or_else(|| incoming.query.text("otc"));
    let Some(code) = code else {
        return pages::device(incoming, realm, &DevicePage::Enter { wrong: false });
    };
    let now = incoming.platform.now();
    let waiting = incoming.platform.state().waiting_device(code, now).cloned();
    let Some(device) = waiting.filter(|device| device.kind == realm.kind) else {
        return pages::device(incoming, realm, &DevicePage::Enter { wrong: true });
    };
    if incoming.form.has("cancel") {
        incoming.platform.state().decide(code, Decision::Declined);
        return pages::device(incoming, realm, &DevicePage::Done { approved: false });
    }
    let Some(name) = incoming.form.text("person") else {
        return choose(incoming, realm, &device);
    };
    match grant(incoming, realm, &device, name) {
        Some(grant) => {
            let decision = Decision::Approved(Box::new(grant));
            incoming.platform.state().decide(code, decision);
            pages::device(incoming, realm, &DevicePage::Done { approved: true })
        }
        None => choose(incoming, realm, &device),
    }
}

fn choose(incoming: &Incoming<'_>, realm: &Realm, device: &DeviceCode) -> HttpResponse {
    let people = {
        let state = incoming.platform.state();
        let of_tenant = |tenant| state.people(tenant).to_vec();
        let tenants = realm.tenants.iter();
        tenants.flat_map(|tenant| of_tenant(tenant)).collect()
    };
    let page = DevicePage::Choose {
        code: &device.user_code,
        client: &device.client_id,
        people,
    };
    pages::device(incoming, realm, &page)
}

/// The grant of the person who was chosen. Choosing stands for signing in and for every consent.
fn grant(incoming: &Incoming<'_>, realm: &Realm, device: &DeviceCode, name: &str) -> Option<Grant> {
    let platform = incoming.platform;
    let catalog = platform.catalog(realm.kind, &device.client_id);
    let scopes = crate::scopes::Scopes::parse(&catalog, &device.scope).ok()?;
    let mut state = platform.state();
    let (tenant, person) = realm
        .tenants
        .iter()
        .find_map(|tenant| Some((tenant.clone(), state.person(tenant, name)?.clone())))?;
    state.consent(&tenant, &person.id, &device.client_id, &scopes.of_apis);
    drop(state);
    Some(Grant {
        kind: realm.kind,
        tenant,
        person: person.id,
        client_id: device.client_id.clone(),
        scope: device.scope.clone(),
        redirect_uri: String::new(),
        nonce: None,
        challenge: None,
        policy: None,
        sid: platform.guid(),
        auth_time: platform.now(),
        max_age: false,
        acr: None,
        claims: None,
        revocations: person.revocations,
        redeemer: Redeemer::PublicFlow,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_code_has_nine_letters_that_cannot_be_mistaken() {
        let code = user_code(&[0, 31, 255, 7, 8, 9, 10, 11, 12, 13]);
        assert_eq!(code.len(), LENGTH);
        assert!(!code.contains(['0', 'O', '1', 'I']), "{code}");
    }
}
