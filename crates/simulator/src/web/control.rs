//! Faults, calls and counters as JSON, for tests in another process. Only with [`crate::Options::control`].

use actix_web::HttpResponse;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::authorities;
use crate::calls::Endpoint;
use crate::clients::Client;
use crate::faults::{Fault, Injection};
use crate::kind::Kind;
use crate::tokens::logout_token::LogoutToken;
use crate::web::incoming::Incoming;
use crate::web::response;

#[derive(Deserialize)]
#[serde(untagged)]
enum Ordered {
    Bounded(Injection),
    Plain(Fault),
}

#[derive(Deserialize)]
struct OfPerson {
    person: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize)]
struct Urls {
    kind: Kind,
    front_channel: Option<Vec<String>>,
    back_channel: Option<Vec<String>>,
}

pub(crate) fn answer(incoming: &Incoming<'_>) -> HttpResponse {
    if !incoming.platform.options.control {
        return response::json(404, &json!({"error": "start the simulator with --control"}));
    }
    let result = match (incoming.method.as_str(), incoming.path.as_str()) {
        ("GET", "/calls") => Ok(json!(incoming.platform.calls.all())),
        ("GET", "/counts") => Ok(counts(incoming)),
        ("GET", "/signed_in") => Ok(json!(incoming.platform.signed_in())),
        ("GET", "/authorities") => Ok(authorities(incoming)),
        ("POST", path) => order(incoming, path),
        _ => Err("not found".to_owned()),
    };
    match result {
        Ok(body) => response::json(200, &body),
        Err(why) => response::json(400, &json!({"error": why})),
    }
}

fn read<T: DeserializeOwned>(incoming: &Incoming<'_>) -> Result<T, String> {
    serde_json::from_slice(incoming.body).map_err(|error| error.to_string())
}

fn order(incoming: &Incoming<'_>, path: &str) -> Result<Value, String> {
    let platform = incoming.platform;
    match path {
        "/fault" => match read::<Ordered>(incoming)? {
            Ordered::Bounded(injection) => platform.faults.add(injection),
            Ordered::Plain(fault) => platform.faults.add(fault.into()),
        },
        "/clear" => platform.faults.clear(),
        "/forget_calls" => platform.calls.forget(),
        "/rotate" => platform.keys.rotate(),
        "/withdraw" => platform.keys.withdraw_old(),
        "/shapes" => {
            let shapes = read(incoming)?;
            platform.change_shapes(|current| *current = shapes);
        }
        "/client" => platform.register(read::<Client>(incoming)?),
        "/urls" => {
            let urls: Urls = read(incoming)?;
            platform.change_client(urls.kind.client_id(), |client| {
                client.front_channel_logout = urls.front_channel.unwrap_or_default();
                client.back_channel_logout = urls.back_channel.unwrap_or_default();
            });
        }
        "/revoke" => platform.revoke(&read::<OfPerson>(incoming)?.person),
        "/person" => {
            let wish: OfPerson = read(incoming)?;
            platform.change_everywhere(&wish.person, |person| {
                person.roles.clone_from(&wish.roles);
                person.groups.clone_from(&wish.groups);
            });
        }
        "/logout_token" => {
            let token: LogoutToken = read(incoming)?;
            return Ok(json!({"logout_token": token.encode(platform)}));
        }
        _ => return Err("not found".to_owned()),
    }
    Ok(json!({"done": true}))
}

fn counts(incoming: &Incoming<'_>) -> Value {
    let calls = &incoming.platform.calls;
    let name = |endpoint: Endpoint| json!(endpoint).as_str().unwrap_or_default().to_owned();
    let of = |count: &dyn Fn(Endpoint) -> u64| {
        Endpoint::ALL
            .iter()
            .map(|e| (name(*e), json!(count(*e))))
            .collect::<serde_json::Map<_, _>>()
    };
    let mut all = serde_json::Map::new();
    all.insert(
        "total".to_owned(),
        Value::Object(of(&|endpoint| calls.total(endpoint))),
    );
    for kind in Kind::ALL {
        let row = of(&|endpoint| calls.at(endpoint, Some(kind)));
        all.insert(kind.name().to_owned(), Value::Object(row));
    }
    Value::Object(all)
}

fn authorities(incoming: &Incoming<'_>) -> Value {
    let platform = incoming.platform;
    let names = platform.local_names();
    Kind::ALL
        .into_iter()
        .map(|kind| json!({"kind": kind, "authority": authorities::authority(kind, &names, &platform.tenants), "client_id": kind.client_id(), "client_secret": crate::clients::CLIENT_SECRET}))
        .collect()
}
