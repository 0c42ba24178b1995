//! What Graph and the sample API have in common: faults, challenges, refusals; and the sample API itself.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, WWW_AUTHENTICATE};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::faults::{Fault, Point};
use crate::shapes::ChallengeForm;
use crate::tokens::access_token::{Bearer, Unacceptable, check};
use crate::web::incoming::Incoming;
use crate::web::response;

/// The claims that an API demands of `chad`, or, by a fault, of everybody.
pub(crate) const STEP_UP: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

/// What the faults make of a request before it is looked at.
pub(crate) enum Outcome {
    Unaffected,
    /// Demands the step-up of everybody.
    Challenging,
    Answered(HttpResponse),
}

/// Carries the active faults of the APIs out.
pub(crate) async fn carry_out_faults(incoming: &Incoming<'_>) -> Outcome {
    let mut outcome = Outcome::Unaffected;
    for fault in incoming.platform.faults.take(Point::Api, None) {
        match fault {
            Fault::ApiSlow(milliseconds) => response::wait(milliseconds).await,
            Fault::ApiHang => response::hang().await,
            Fault::ApiStatus(code) => return Outcome::Answered(response::proxy_page(code)),
            Fault::ApiNotJson => return Outcome::Answered(response::proxy_page(200)),
            Fault::ApiHuge => return Outcome::Answered(response::huge()),
            Fault::ApiThrottled(retry_after) => {
                let body = error(
                    incoming,
                    "activityLimitReached",
                    "The request has been throttled.",
                );
                return Outcome::Answered(response::throttled(retry_after, &body));
            }
            Fault::ApiUnauthorized => {
                return Outcome::Answered(refuse(incoming, Unacceptable::Signature, &[]));
            }
            Fault::ApiForbidden => return Outcome::Answered(forbidden(incoming)),
            Fault::ApiClaimsChallenge => outcome = Outcome::Challenging,
            _ => {}
        }
    }
    outcome
}

/// An error body as Graph writes it.
pub(crate) fn error(incoming: &Incoming<'_>, code: &str, message: &str) -> Value {
    let trace = incoming.platform.trace();
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

pub(crate) fn forbidden(incoming: &Incoming<'_>) -> HttpResponse {
    let body = error(
        incoming,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    );
    response::json(403, &body)
}

/// 401 for a token that is missing or no good. `claims` are those of the token, if it could be read.
pub(crate) fn refuse(
    incoming: &Incoming<'_>,
    why: Unacceptable,
    capabilities: &[String],
) -> HttpResponse {
    if why == Unacceptable::Revoked && capabilities.iter().any(|word| word == "cp1") {
        // Continuous access evaluation: only who declared `cp1` is told what to ask for.
        let claims = json!({"access_token": {"nbf": {"essential": true, "value": incoming.platform.now().to_string()}}});
        return challenge(incoming, &claims.to_string());
    }
    let message = match why {
        Unacceptable::Malformed => "Access token is empty or malformed.",
        Unacceptable::Signature => "Access token validation failure. Signature is invalid.",
        Unacceptable::Expired => "Lifetime validation failed, the token is expired.",
        Unacceptable::Audience => "Access token validation failure. Invalid audience.",
        Unacceptable::Revoked => "Continuous access evaluation resulted in challenge.",
    };
    let mut response = response::json(401, &error(incoming, "InvalidAuthenticationToken", message));
    add_challenge(
        &mut response,
        &format!(
            "Bearer realm=\"\", {}, error=\"invalid_token\"",
            issuer(incoming)
        ),
    );
    response
}

fn issuer(incoming: &Incoming<'_>) -> String {
    format!(
        "authorization_uri=\"{}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"",
        incoming.names.entra()
    )
}

fn add_challenge(response: &mut HttpResponse, challenge: &str) {
    if let Ok(value) = HeaderValue::from_str(challenge) {
        response.headers_mut().append(WWW_AUTHENTICATE, value);
    }
}

/// 401 with a claims challenge (microsoft-identity.md §6.2).
pub(crate) fn challenge(incoming: &Incoming<'_>, claims: &str) -> HttpResponse {
    let message = "Continuous access evaluation resulted in challenge.";
    let mut response = response::json(401, &error(incoming, "InvalidAuthenticationToken", message));
    let form = incoming.platform.shapes().challenge;
    let written = match form {
        ChallengeForm::RawJson => claims.replace('"', "\\\""),
        ChallengeForm::Base64 | ChallengeForm::TwoHeaders => STANDARD.encode(claims),
    };
    if form == ChallengeForm::TwoHeaders {
        add_challenge(
            &mut response,
            &format!("PoP realm=\"\", {}", issuer(incoming)),
        );
    }
    let bearer = format!(
        "Bearer realm=\"\", {}, error=\"insufficient_claims\", claims=\"{written}\"",
        issuer(incoming)
    );
    add_challenge(&mut response, &bearer);
    response
}

/// The bearer of the request, or the 401 that it gets.
pub(crate) fn bearer(
    incoming: &Incoming<'_>,
    accepts: impl Fn(&str) -> bool,
) -> Result<Bearer, Box<HttpResponse>> {
    let token = incoming.bearer().unwrap_or_default();
    check(incoming.platform, token, accepts).map_err(|why| {
        let parts = crate::tokens::jwt::Parts::read(token);
        let capabilities: Vec<String> = parts
            .as_ref()
            .and_then(|parts| parts.claims.get("xms_cc")?.as_array())
            .map(|all| {
                all.iter()
                    .filter_map(|v| v.as_str().map(str::to_owned))
                    .collect()
            })
            .unwrap_or_default();
        Box::new(refuse(incoming, why, &capabilities))
    })
}
