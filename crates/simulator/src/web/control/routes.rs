//! Which command stands at which address.

use std::sync::atomic::Ordering;

use actix_web::HttpResponse;
use schemars::schema_for;
use serde_json::{Value, json};

use crate::authorities;
use crate::calls::Endpoint;
use crate::faults::Fault;
use crate::kind::Kind;
use crate::shapes::Shapes;
use crate::web::control::{commands, mint};
use crate::web::incoming::Incoming;
use crate::web::response;

/// What the interface offers: method, address, meaning.
const OFFERS: [(&str, &str, &str); 24] = [
    ("GET", "/", "this list, the faults and the shapes"),
    ("GET", "/calls", "the calls so far, oldest first"),
    ("GET", "/counts", "how often each endpoint was called"),
    (
        "GET",
        "/signed_in",
        "who is signed in at which authority, with sid",
    ),
    (
        "GET",
        "/authorities",
        "addresses and applications of each kind",
    ),
    ("GET", "/clients", "the registered applications"),
    ("GET", "/people", "the people of each tenant"),
    (
        "GET",
        "/ca.pem",
        "the certificate of the certificate authority",
    ),
    ("POST", "/fault", "a fault, or {fault, times, kind}"),
    ("POST", "/clear", "clears all faults"),
    ("POST", "/shapes", "changes the shapes that are given"),
    (
        "POST",
        "/client",
        "registers an application; only id is needed",
    ),
    (
        "POST",
        "/urls",
        "logout addresses of a built-in application: {kind, front_channel, back_channel}",
    ),
    (
        "POST",
        "/tenant",
        "adds a tenant, as [[tenant]] of the file; no custom_domain",
    ),
    (
        "POST",
        "/settings",
        "changes the lifetimes and switches that are given",
    ),
    (
        "POST",
        "/person",
        "changes what is given of a person; {id, create: true} adds one",
    ),
    ("POST", "/revoke", "ends all grants of a person: {id}"),
    (
        "POST",
        "/token",
        "tokens without a browser: {kind, person, scope, client_id, nonce, policy}; an application's own without person",
    ),
    (
        "POST",
        "/clock",
        "moves the clock: {advance}, {offset} or {now}, in seconds",
    ),
    (
        "POST",
        "/rotate",
        "new signing keys; the former stay published",
    ),
    ("POST", "/withdraw", "only the newest keys stay published"),
    (
        "POST",
        "/logout_token",
        "a logout token of the plain provider, right or forged",
    ),
    ("POST", "/forget_calls", "forgets calls and counters"),
    (
        "POST",
        "/reset",
        "everything as it was at the start; keys stay",
    ),
];

/// Answers one command.
pub(crate) fn answer(incoming: &Incoming<'_>) -> HttpResponse {
    if !incoming.platform.options.control {
        return response::json(404, &json!({"error": "start the simulator with --control"}));
    }
    if incoming.header("origin").is_some() {
        let why = "scripts of web pages may not use the control interface";
        return response::json(403, &json!({"error": why}));
    }
    let result = match (incoming.method.as_str(), incoming.path.as_str()) {
        ("GET", "/ca.pem") => return ca(incoming),
        ("POST", "/token") => return mint::answer(incoming),
        ("GET", path) => shown(incoming, path),
        ("POST", path) => commands::carry_out(incoming, path),
        (method, _) => Err(format!("{method} is not possible; see GET /")),
    };
    match result {
        Ok(body) => response::json(200, &body),
        Err(why) => response::json(400, &json!({"error": why})),
    }
}

fn ca(incoming: &Incoming<'_>) -> HttpResponse {
    match incoming.platform.ca_pem() {
        Ok(pem) => response::text(200, pem.to_owned()),
        Err(error) => response::json(500, &json!({"error": error.to_string()})),
    }
}

fn shown(incoming: &Incoming<'_>, path: &str) -> Result<Value, String> {
    let platform = incoming.platform;
    Ok(match path {
        "/" => overview(incoming),
        "/calls" => json!(platform.calls.all()),
        "/counts" => counts(incoming),
        "/signed_in" => json!(platform.signed_in()),
        "/authorities" => addresses(incoming),
        "/clients" => json!(platform.all_clients()),
        "/people" => people(incoming),
        _ => return Err(format!("there is no {path}; see GET /")),
    })
}

fn overview(incoming: &Incoming<'_>) -> Value {
    let offers: Vec<_> = OFFERS
        .iter()
        .map(|(method, path, meaning)| json!({"method": method, "path": path, "meaning": meaning}))
        .collect();
    json!({
        "commands": offers,
        "now": incoming.platform.now(),
        "clock_offset": incoming.platform.clock_offset.load(Ordering::SeqCst),
        "shapes": incoming.platform.shapes(),
        "settings": incoming.platform.settings(),
        "active_faults": incoming.platform.faults.all(),
        "fault_schema": schema_for!(Fault),
        "shapes_schema": schema_for!(Shapes),
    })
}

fn people(incoming: &Incoming<'_>) -> Value {
    let state = incoming.platform.state();
    let tenants = incoming.platform.tenants();
    let tenants = tenants.iter().map(|tenant| {
        let people = state.people(tenant).iter();
        let people: Vec<_> = people
            .map(|person| json!({"id": person.id, "name": person.name, "mail": person.mail, "oid": person.object_id(tenant), "roles": person.roles, "groups": person.groups, "claims": person.claims}))
            .collect();
        json!({"tenant": tenant.id, "title": tenant.title, "people": people})
    });
    tenants.collect()
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
    let total = of(&|endpoint| calls.total(endpoint));
    all.insert("total".to_owned(), Value::Object(total));
    for kind in Kind::ALL {
        let row = of(&|endpoint| calls.at(endpoint, Some(kind)));
        all.insert(kind.name().to_owned(), Value::Object(row));
    }
    Value::Object(all)
}

fn addresses(incoming: &Incoming<'_>) -> Value {
    let platform = incoming.platform;
    let local = platform.local_names();
    let real = crate::names::Names::global();
    let address = |kind, names| authorities::authority(kind, names, &platform.tenants());
    Kind::ALL
        .into_iter()
        .map(|kind| json!({"kind": kind, "authority": address(kind, &local), "true_authority": address(kind, &real), "client_id": kind.client_id(), "client_secret": crate::clients::CLIENT_SECRET}))
        .collect()
}
