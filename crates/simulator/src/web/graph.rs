//! As much of Microsoft Graph as a gateway calls: `/me`, one's groups, userinfo.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::access_token::{Bearer, is_graph};
use crate::calls::Endpoint;
use crate::directory::PERSONAL_ACCOUNTS;
use crate::kind::GRAPH_HOST;
use crate::web::answer;
use crate::web::apis::{self, Mood, STEP_UP};
use crate::web::asked::Asked;
use crate::web::userinfo;

pub(crate) fn endpoint(path: &str) -> Endpoint {
    match path {
        "/v1.0/me" => Endpoint::GraphMe,
        "/v1.0/me/getMemberObjects" => Endpoint::GraphGroups,
        "/oidc/userinfo" => Endpoint::Userinfo,
        _ => Endpoint::Other,
    }
}

pub(crate) async fn answer(asked: &Asked<'_>, endpoint: Endpoint) -> HttpResponse {
    if endpoint == Endpoint::Userinfo {
        return userinfo::answer(asked, None);
    }
    let challenging = match apis::mood(asked).await {
        Mood::Answered(response) => return response,
        mood => matches!(mood, Mood::Challenging),
    };
    let bearer = match apis::bearer(asked, is_graph) {
        Ok(bearer) => bearer,
        Err(response) => return *response,
    };
    let challenged = challenging || (bearer.person.challenged && endpoint == Endpoint::GraphMe);
    if challenged && !bearer.has_context("c1") {
        return apis::challenge(asked, STEP_UP);
    }
    if !bearer.has_scope("User.Read") {
        return apis::forbidden(asked);
    }
    match (endpoint, asked.method.as_str()) {
        (Endpoint::GraphMe, "GET") => answer::json(200, &me(asked, &bearer)),
        (Endpoint::GraphGroups, "POST") => groups(asked, &bearer),
        _ => {
            let body = apis::error(
                asked,
                "ResourceNotFound",
                "Resource not found for the segment.",
            );
            answer::json(404, &body)
        }
    }
}

fn me(asked: &Asked<'_>, bearer: &Bearer) -> Value {
    let person = &bearer.person;
    let port = asked.world.port;
    json!({
        "@odata.context": format!("http://{GRAPH_HOST}:{port}/v1.0/$metadata#users/$entity"),
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
        "id": person.object_id(bearer.tenant),
    })
}

/// `POST /me/getMemberObjects` (microsoft-identity.md §6.4); not for personal accounts.
fn groups(asked: &Asked<'_>, bearer: &Bearer) -> HttpResponse {
    let body: Option<Value> = serde_json::from_slice(asked.body).ok();
    let only_security = body
        .as_ref()
        .and_then(|body| body.get("securityEnabledOnly"));
    if only_security.and_then(Value::as_bool).is_none() {
        let body = apis::error(
            asked,
            "Request_BadRequest",
            "securityEnabledOnly is missing.",
        );
        return answer::json(400, &body);
    }
    if bearer.tenant.id == PERSONAL_ACCOUNTS {
        return apis::forbidden(asked);
    }
    let port = asked.world.port;
    answer::json(
        200,
        &json!({
            "@odata.context": format!("http://{GRAPH_HOST}:{port}/v1.0/$metadata#Collection(Edm.String)"),
            "value": bearer.person.groups,
        }),
    )
}
