//! Faults, calls and counters as JSON, for tests in another process. Only with [`crate::Options::control`].

use actix_web::HttpResponse;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::back_channel::LogoutToken;
use crate::calls::Endpoint;
use crate::clients::Client;
use crate::faults::{Fault, Injection};
use crate::kind::Kind;
use crate::web::answer;
use crate::web::asked::Asked;

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

pub(crate) fn answer(asked: &Asked<'_>) -> HttpResponse {
    if !asked.world.options.control {
        return answer::json(404, &json!({"error": "start the simulator with --control"}));
    }
    let result = match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/calls") => Ok(json!(asked.world.calls.all())),
        ("GET", "/counts") => Ok(counts(asked)),
        ("GET", "/signed_in") => Ok(json!(asked.world.signed_in())),
        ("GET", "/authorities") => Ok(authorities(asked)),
        ("POST", path) => order(asked, path),
        _ => Err("not found".to_owned()),
    };
    match result {
        Ok(body) => answer::json(200, &body),
        Err(why) => answer::json(400, &json!({"error": why})),
    }
}

fn read<T: DeserializeOwned>(asked: &Asked<'_>) -> Result<T, String> {
    serde_json::from_slice(asked.body).map_err(|error| error.to_string())
}

fn order(asked: &Asked<'_>, path: &str) -> Result<Value, String> {
    let world = asked.world;
    match path {
        "/fault" => match read::<Ordered>(asked)? {
            Ordered::Bounded(injection) => world.faults.add(injection),
            Ordered::Plain(fault) => world.faults.add(fault.into()),
        },
        "/clear" => world.faults.clear(),
        "/forget_calls" => world.calls.forget(),
        "/rotate" => world.keys.rotate(),
        "/withdraw" => world.keys.withdraw_old(),
        "/shapes" => {
            let shapes = read(asked)?;
            world.change_shapes(|current| *current = shapes);
        }
        "/client" => world.register(read::<Client>(asked)?),
        "/urls" => {
            let urls: Urls = read(asked)?;
            world.change_client(urls.kind.client_id(), |client| {
                client.front_channel_logout = urls.front_channel.unwrap_or_default();
                client.back_channel_logout = urls.back_channel.unwrap_or_default();
            });
        }
        "/revoke" => world.revoke(&read::<OfPerson>(asked)?.person),
        "/person" => {
            let wish: OfPerson = read(asked)?;
            world.change_everywhere(&wish.person, |person| {
                person.roles.clone_from(&wish.roles);
                person.groups.clone_from(&wish.groups);
            });
        }
        "/logout_token" => {
            let token: LogoutToken = read(asked)?;
            return Ok(json!({"logout_token": token.encode(world)}));
        }
        _ => return Err("not found".to_owned()),
    }
    Ok(json!({"done": true}))
}

fn counts(asked: &Asked<'_>) -> Value {
    let calls = &asked.world.calls;
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

fn authorities(asked: &Asked<'_>) -> Value {
    let port = asked.world.port;
    Kind::ALL
        .into_iter()
        .map(|kind| json!({"kind": kind, "authority": kind.authority(port), "client_id": kind.client_id(), "client_secret": crate::clients::CLIENT_SECRET}))
        .collect()
}
