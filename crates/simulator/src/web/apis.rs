//! What Graph and the sample API have in common: faults, challenges, refusals; and the sample API itself.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, WWW_AUTHENTICATE};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::access_token::{Bearer, Unacceptable, check};
use crate::faults::{Fault, Point};
use crate::kind::ENTRA_HOST;
use crate::options::ChallengeForm;
use crate::scopes::{ORDERS_AUDIENCE, ORDERS_AUDIENCE_B2C};
use crate::web::answer;
use crate::web::asked::Asked;

/// The claims that an API demands of `chad`, or, by a fault, of everybody.
pub(crate) const STEP_UP: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

/// What the faults make of a request before it is looked at.
pub(crate) enum Mood {
    Fine,
    /// Demands the step-up of everybody.
    Challenging,
    Answered(HttpResponse),
}

/// Carries the active faults of the APIs out.
pub(crate) async fn mood(asked: &Asked<'_>) -> Mood {
    let mut mood = Mood::Fine;
    for fault in asked.world.faults.take(Point::Api, None) {
        match fault {
            Fault::ApiSlow(milliseconds) => answer::wait(milliseconds).await,
            Fault::ApiHang => answer::hang().await,
            Fault::ApiStatus(code) => return Mood::Answered(answer::proxy_page(code)),
            Fault::ApiNotJson => return Mood::Answered(answer::proxy_page(200)),
            Fault::ApiHuge => return Mood::Answered(answer::huge()),
            Fault::ApiThrottled(retry_after) => {
                let body = error(
                    asked,
                    "activityLimitReached",
                    "The request has been throttled.",
                );
                return Mood::Answered(answer::throttled(retry_after, &body));
            }
            Fault::ApiUnauthorized => {
                return Mood::Answered(refuse(asked, Unacceptable::Signature, &[]));
            }
            Fault::ApiForbidden => return Mood::Answered(forbidden(asked)),
            Fault::ApiClaimsChallenge => mood = Mood::Challenging,
            _ => {}
        }
    }
    mood
}

/// An error body as Graph writes it.
pub(crate) fn error(asked: &Asked<'_>, code: &str, message: &str) -> Value {
    let trace = asked.world.trace();
    json!({"error": {
        "code": code,
        "message": message,
        "innerError": {
            "date": trace.timestamp.trim_end_matches('Z').replace(' ', "T"),
            "request-id": trace.id,
            "client-request-id": trace.correlation_id,
        },
    }})
}

pub(crate) fn forbidden(asked: &Asked<'_>) -> HttpResponse {
    let body = error(
        asked,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    );
    answer::json(403, &body)
}

/// 401 for a token that is missing or no good. `claims` are those of the token, if it could be read.
pub(crate) fn refuse(
    asked: &Asked<'_>,
    why: Unacceptable,
    capabilities: &[String],
) -> HttpResponse {
    if why == Unacceptable::Revoked && capabilities.iter().any(|word| word == "cp1") {
        // Continuous access evaluation: only who declared `cp1` is told what to ask for.
        let claims = json!({"access_token": {"nbf": {"essential": true, "value": asked.world.now().to_string()}}});
        return challenge(asked, &claims.to_string());
    }
    let message = match why {
        Unacceptable::Malformed => "Access token is empty or malformed.",
        Unacceptable::Signature => "Access token validation failure. Signature is invalid.",
        Unacceptable::Expired => "Lifetime validation failed, the token is expired.",
        Unacceptable::Audience => "Access token validation failure. Invalid audience.",
        Unacceptable::Revoked => "Continuous access evaluation resulted in challenge.",
    };
    let mut response = answer::json(401, &error(asked, "InvalidAuthenticationToken", message));
    add_challenge(
        &mut response,
        &format!(
            "Bearer realm=\"\", {}, error=\"invalid_token\"",
            issuer(asked)
        ),
    );
    response
}

fn issuer(asked: &Asked<'_>) -> String {
    let port = asked.world.port;
    format!(
        "authorization_uri=\"http://{ENTRA_HOST}:{port}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\""
    )
}

fn add_challenge(response: &mut HttpResponse, challenge: &str) {
    if let Ok(value) = HeaderValue::from_str(challenge) {
        response.headers_mut().append(WWW_AUTHENTICATE, value);
    }
}

/// 401 with a claims challenge (microsoft-identity.md §6.2).
pub(crate) fn challenge(asked: &Asked<'_>, claims: &str) -> HttpResponse {
    let message = "Continuous access evaluation resulted in challenge.";
    let mut response = answer::json(401, &error(asked, "InvalidAuthenticationToken", message));
    let form = asked.world.shapes().challenge;
    let written = match form {
        ChallengeForm::RawJson => claims.replace('"', "\\\""),
        ChallengeForm::Base64 | ChallengeForm::TwoHeaders => STANDARD.encode(claims),
    };
    if form == ChallengeForm::TwoHeaders {
        add_challenge(&mut response, &format!("PoP realm=\"\", {}", issuer(asked)));
    }
    let bearer = format!(
        "Bearer realm=\"\", {}, error=\"insufficient_claims\", claims=\"{written}\"",
        issuer(asked)
    );
    add_challenge(&mut response, &bearer);
    response
}

/// The bearer of the request, or the 401 that it gets.
pub(crate) fn bearer(
    asked: &Asked<'_>,
    accepts: impl Fn(&str) -> bool,
) -> Result<Bearer, Box<HttpResponse>> {
    let token = asked.bearer().unwrap_or_default();
    check(asked.world, token, accepts).map_err(|why| {
        let parts = crate::jwt::Parts::read(token);
        let capabilities: Vec<String> = parts
            .as_ref()
            .and_then(|parts| parts.claims.get("xms_cc")?.as_array())
            .map(|all| {
                all.iter()
                    .filter_map(|v| v.as_str().map(str::to_owned))
                    .collect()
            })
            .unwrap_or_default();
        Box::new(refuse(asked, why, &capabilities))
    })
}

/// `GET /orders` needs the scope `Orders.Read`, `POST` needs `Orders.Write`.
pub(crate) async fn orders(asked: &Asked<'_>) -> HttpResponse {
    let challenging = match mood(asked).await {
        Mood::Answered(response) => return response,
        mood => matches!(mood, Mood::Challenging),
    };
    if asked.path != "/orders" {
        return answer::json(
            404,
            &error(asked, "NotFound", "There are only orders here."),
        );
    }
    let ours = |audience: &str| audience == ORDERS_AUDIENCE || audience == ORDERS_AUDIENCE_B2C;
    let bearer = match bearer(asked, ours) {
        Ok(bearer) => bearer,
        Err(response) => return *response,
    };
    if challenging && !bearer.has_context("c1") {
        return challenge(asked, STEP_UP);
    }
    let needed = if asked.method == "POST" {
        "Orders.Write"
    } else {
        "Orders.Read"
    };
    if !bearer.has_scope(needed) {
        return forbidden(asked);
    }
    answer::json(
        200,
        &json!({
            "for": bearer.person.id,
            "orders": [
                {"id": 1001, "item": "Difference engine, brass", "pieces": 1},
                {"id": 1002, "item": "Punched cards, box of 500", "pieces": 4},
            ],
        }),
    )
}
