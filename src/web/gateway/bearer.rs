//! The answers to programs that bring an access token, or should bring one (RFC 6750 §3, RFC 9728 §5.1).

use std::fmt::Write as _;

use actix_web::http::StatusCode;
use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::domain::bearer_rule::BearerRule;
use crate::domain::own_path::OwnPath;
use crate::domain::protected_resource::ProtectedResource;
use crate::domain::route::StepUp;
use crate::flow::decide::{Decision, Reason};
use crate::web::extract::provenance::is_navigation;
use crate::web::gateway::guarded::{Guarded, Sender};

/// The answer to a program whose request does not pass; `None` where the answer does not depend on tokens.
pub fn refusal(
    asked: &Guarded<'_>,
    request: &HttpRequest,
    decision: &Decision<'_>,
    sender: &Sender,
) -> Option<HttpResponse> {
    let rule = asked.route.accept_bearer.as_ref()?;
    let challenge = RouteChallenge { asked, rule };
    if let Sender::Ambiguous(fault) = sender {
        return Some(challenge.answer(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            &fault.to_string(),
        ));
    }
    match (decision, sender) {
        (Decision::SignIn, Sender::Refused(refusal)) => {
            tracing::info!(profile.id = %asked.profile.id, reason = %refusal, "an access token was refused");
            let words = refusal.to_string();
            Some(challenge.answer(StatusCode::UNAUTHORIZED, "invalid_token", &words))
        }
        (Decision::SignIn, _) if !is_navigation(request, asked.target.method) => {
            Some(challenge.first())
        }
        (Decision::StepUp(step_up), Sender::Bearer(_)) => Some(challenge.step_up(step_up)),
        (Decision::Deny(reason), Sender::Bearer(bearer)) => {
            let client = bearer.caller().client.as_deref();
            tracing::info!(profile.id = %asked.profile.id, client, reason = %reason, "a caller with an access token was denied");
            let error = match reason {
                Reason::Permission => "insufficient_scope",
                _ => "not_allowed",
            };
            Some(challenge.answer(StatusCode::FORBIDDEN, error, &reason.to_string()))
        }
        _ => None,
    }
}

/// Challenges of one route (RFC 6750 §3, RFC 9728 §5.1).
struct RouteChallenge<'a> {
    asked: &'a Guarded<'a>,
    rule: &'a BearerRule,
}

impl RouteChallenge<'_> {
    /// To a request without credentials: no error (RFC 6750 §3.1).
    fn first(&self) -> HttpResponse {
        let sign_in_url = OwnPath::SignIn.url(&self.asked.profile.public_url);
        HttpResponse::Unauthorized()
            .insert_header((WWW_AUTHENTICATE, self.header(&[])))
            .json(
                json!({ "signed_in": false, "error": "not_signed_in", "sign_in_url": sign_in_url }),
            )
    }

    fn answer(&self, status: StatusCode, error: &str, words: &str) -> HttpResponse {
        let parameters = [("error", error), ("error_description", words)];
        let mut response = HttpResponse::build(status);
        // A denial by another rule is about the person; no other token of the same client would help.
        if error != "not_allowed" {
            response.insert_header((WWW_AUTHENTICATE, self.header(&parameters)));
        }
        response.json(json!({ "error": error, "message": words }))
    }

    /// A stronger or fresher sign-in (RFC 9470 §3).
    fn step_up(&self, step_up: &StepUp) -> HttpResponse {
        let words = "a stronger or fresher sign-in is needed";
        let acr = step_up.acr.join(" ");
        let max_age = step_up.max_age.map(|age| age.as_secs().to_string());
        let mut parameters = vec![
            ("error", "insufficient_user_authentication"),
            ("error_description", words),
        ];
        if !acr.is_empty() {
            parameters.push(("acr_values", acr.as_str()));
        }
        if let Some(seconds) = &max_age {
            parameters.push(("max_age", seconds));
        }
        HttpResponse::Unauthorized()
            .insert_header((WWW_AUTHENTICATE, self.header(&parameters)))
            .json(json!({ "error": "insufficient_user_authentication", "message": words }))
    }

    fn header(&self, parameters: &[(&str, &str)]) -> String {
        let mut header = format!("Bearer realm=\"{}\"", self.asked.profile.id);
        for (name, value) in parameters {
            // Quoted strings (RFC 9110 §5.6.4); none of these values has a quote or a backslash by itself.
            let value = value.replace(['"', '\\'], "'");
            let _ = write!(header, ", {name}=\"{value}\"");
        }
        let microsoft = self.asked.profile.authority.dialect().microsoft;
        let scopes = self.rule.requestable_scopes(microsoft);
        if !scopes.is_empty() {
            let _ = write!(header, ", scope=\"{}\"", scopes.join(" "));
        }
        if let Some(resource) = self.resource() {
            let address = resource.metadata_address();
            let _ = write!(header, ", resource_metadata=\"{address}\"");
        }
        header
    }

    /// The address of the request names the resource (RFC 9728 §3.3), or the route where the address cannot be quoted.
    fn resource(&self) -> Option<ProtectedResource> {
        let target = self.asked.target.path_and_query;
        let path = target.split('?').next().unwrap_or_default();
        let (public_url, route) = (&self.asked.profile.public_url, self.asked.route);
        let named = |path: &str| ProtectedResource::at(public_url, &route.host, path);
        named(path).or_else(|| named(&route.path))
    }
}
