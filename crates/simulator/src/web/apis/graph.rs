//! As much of Microsoft Graph as a gateway calls: `/me`, one's groups, userinfo.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::calls::Endpoint;
use crate::directory::{PERSONAL_ACCOUNTS, Person};
use crate::tokens::access_token::{Bearer, is_graph};
use crate::web::apis::checks::{self, Outcome, STEP_UP};
use crate::web::incoming::Incoming;
use crate::web::login::userinfo;
use crate::web::response;

pub(crate) fn endpoint(path: &str) -> Endpoint {
    match path {
        "/v1.0/me" => Endpoint::GraphMe,
        "/v1.0/me/getMemberObjects" => Endpoint::GraphGroups,
        "/oidc/userinfo" => Endpoint::Userinfo,
        _ => Endpoint::Other,
    }
}

pub(crate) async fn answer(incoming: &Incoming<'_>, endpoint: Endpoint) -> HttpResponse {
    if endpoint == Endpoint::Userinfo {
        return userinfo::answer(incoming, None);
    }
    let challenging = match checks::carry_out_faults(incoming).await {
        Outcome::Answered(response) => return response,
        outcome => matches!(outcome, Outcome::Challenging),
    };
    let bearer = match checks::bearer(incoming, is_graph) {
        Ok(bearer) => bearer,
        Err(response) => return *response,
    };
    let Some(person) = &bearer.person else {
        let message = "/me request is only valid with delegated authentication flow.";
        return response::json(400, &checks::error(incoming, "BadRequest", message));
    };
    let challenged = challenging || (person.challenged && endpoint == Endpoint::GraphMe);
    if challenged && !bearer.has_context("c1") {
        return checks::challenge(incoming, STEP_UP);
    }
    if !bearer.has_scope("User.Read") {
        return checks::forbidden(incoming);
    }
    match (endpoint, incoming.method.as_str()) {
        (Endpoint::GraphMe, "GET") => response::json(200, &me(incoming, &bearer, person)),
        (Endpoint::GraphGroups, "POST") => groups(incoming, &bearer, person),
        _ => {
            let body = checks::error(
                incoming,
                "ResourceNotFound",
                "Resource not found for the segment.",
            );
            response::json(404, &body)
        }
    }
}

fn me(incoming: &Incoming<'_>, bearer: &Bearer, person: &Person) -> Value {
    let graph = incoming.names.graph();
    json!({
        "@odata.context": format!("{graph}/v1.0/$metadata#users/$entity"),
        "businessPhones": [],
        "displayName": person.name,
        "givenName": person.given_name,
        "jobTitle": person.note,
        "mail": person.mail,
        "mobilePhone": Value::Null,
        "officeLocation": Value::Null,
        "preferredLanguage": Value::Null,
        "surname": person.family_name,
        "userPrincipalName": person.mail,
        "id": person.object_id(&bearer.tenant),
    })
}

/// `POST /me/getMemberObjects` (microsoft-identity.md §6.4); not for personal accounts.
fn groups(incoming: &Incoming<'_>, bearer: &Bearer, person: &Person) -> HttpResponse {
    let body: Option<Value> = serde_json::from_slice(incoming.body).ok();
    let only_security = body
        .as_ref()
        .and_then(|body| body.get("securityEnabledOnly"));
    if only_security.and_then(Value::as_bool).is_none() {
        let body = checks::error(
            incoming,
            "Request_BadRequest",
            "securityEnabledOnly is missing.",
        );
        return response::json(400, &body);
    }
    if bearer.tenant.id == PERSONAL_ACCOUNTS {
        return checks::forbidden(incoming);
    }
    let graph = incoming.names.graph();
    response::json(
        200,
        &json!({
            "@odata.context": format!("{graph}/v1.0/$metadata#Collection(Edm.String)"),
            "value": person.groups,
        }),
    )
}
