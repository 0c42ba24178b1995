//! The commands that change something. A command that is refused changes nothing.

use std::sync::atomic::Ordering;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::{ClientSettings, PersonSettings, TenantSettings};
use crate::failure::codes;
use crate::faults::{Fault, Injection};
use crate::kind::Kind;
use crate::options::Lifetimes;
use crate::platform::Platform;
use crate::tokens::logout_token::LogoutToken;
use crate::web::control::input::{merged, read};
use crate::web::incoming::Incoming;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Urls {
    kind: Kind,
    front_channel: Option<Vec<String>>,
    back_channel: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    advance: Option<i64>,
    offset: Option<i64>,
    now: Option<i64>,
}

/// Carries out the command at an address.
pub(super) fn carry_out(incoming: &Incoming<'_>, path: &str) -> Result<Value, String> {
    let (platform, body) = (incoming.platform, incoming.body);
    match path {
        "/fault" => platform.faults.add(fault(body)?),
        "/clear" => platform.faults.clear(),
        "/forget_calls" => platform.calls.forget(),
        "/rotate" => platform.keys.rotate(),
        "/withdraw" => platform.keys.withdraw_old(),
        "/reset" => platform.reset()?,
        "/shapes" => {
            let shapes = merged(&platform.shapes(), body)?;
            platform.change_shapes(|current| *current = shapes);
        }
        "/client" => {
            let settings: ClientSettings = read(body)?;
            let client = settings.client()?;
            let shown = json!({"client_id": client.id, "credential": client.credential});
            platform.register(client);
            return Ok(shown);
        }
        "/tenant" => tenant(platform, &read(body)?)?,
        "/settings" => {
            let settings: Lifetimes = merged(&platform.settings(), body)?;
            if let Some(name) = settings.too_short() {
                return Err(format!("{name}: is less than one second"));
            }
            platform.change_settings(settings);
        }
        "/urls" => urls(platform, read(body)?),
        "/person" => person(platform, body)?,
        "/revoke" => {
            let Revoke { id } = read(body)?;
            let settings = PersonSettings {
                id: id.clone(),
                ..PersonSettings::default()
            };
            known(platform, &settings)?;
            platform.revoke(&id);
        }
        "/clock" => return clock(platform, &read(body)?),
        "/logout_token" => {
            let token: LogoutToken = read(body)?;
            return Ok(json!({"logout_token": token.encode(platform)}));
        }
        _ => return Err(format!("there is no {path}; see GET /")),
    }
    Ok(json!({"done": true}))
}

/// `"KeysDown"`, or `{"fault": "KeysDown", "times": 1, "kind": "b2c"}`.
fn fault(body: &[u8]) -> Result<Injection, String> {
    let value: Value = read(body)?;
    let injection = if value.get("fault").is_some() {
        read(body)?
    } else {
        read::<Fault>(body).map(Injection::from)?
    };
    match injection.fault {
        Fault::TokenCode(code) | Fault::AuthorizeCode(code) if !codes::is_known(code) => {
            Err(format!("fault: the code {code} is not simulated"))
        }
        _ => Ok(injection),
    }
}

fn tenant(platform: &Platform, settings: &TenantSettings) -> Result<(), String> {
    if settings.custom_domain.is_some() {
        let why = "needs --config: certificates are constrained to the domains that are known at the start";
        return Err(format!("custom_domain: {why}"));
    }
    platform.put_tenant(settings)
}

fn urls(platform: &Platform, urls: Urls) {
    platform.change_client(urls.kind.client_id(), |client| {
        if let Some(addresses) = urls.front_channel {
            client.front_channel_logout = addresses;
        }
        if let Some(addresses) = urls.back_channel {
            client.back_channel_logout = addresses;
        }
    });
}

fn person(platform: &Platform, body: &[u8]) -> Result<(), String> {
    let mut members: serde_json::Map<String, Value> = read(body)?;
    let create = match members.remove("create") {
        None => false,
        Some(Value::Bool(create)) => create,
        Some(_) => return Err("create: is not true or false".to_owned()),
    };
    let settings: PersonSettings = read(Value::Object(members).to_string().as_bytes())?;
    if settings.id.is_empty() {
        return Err("id: is missing".to_owned());
    }
    if create {
        return platform.put_person(&settings);
    }
    known(platform, &settings)
}

/// Changes a person who exists.
fn known(platform: &Platform, settings: &PersonSettings) -> Result<(), String> {
    if platform.change_person(settings)? {
        Ok(())
    } else {
        Err(format!(
            "id: there is no person {}; GET /people lists them",
            settings.id
        ))
    }
}

fn clock(platform: &Platform, clock: &Clock) -> Result<Value, String> {
    let offset = &platform.clock_offset;
    match (clock.advance, clock.offset, clock.now) {
        (Some(seconds), None, None) => drop(offset.fetch_add(seconds, Ordering::SeqCst)),
        (None, Some(seconds), None) => offset.store(seconds, Ordering::SeqCst),
        (None, None, Some(now)) => {
            let shift = now - platform.now();
            offset.fetch_add(shift, Ordering::SeqCst);
        }
        _ => return Err("give exactly one of advance, offset and now".to_owned()),
    }
    Ok(json!({"now": platform.now()}))
}
