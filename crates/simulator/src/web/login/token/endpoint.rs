//! The token endpoint's own part: faults, authentication of the application, and the choice of the grant.

use actix_web::HttpResponse;
use serde_json::json;

use crate::clients::Client;
use crate::encoding::Members;
use crate::failure::{Cause, Failure, codes};
use crate::faults::{Fault, Point};
use crate::kind::Kind;
use crate::realm::Realm;
use crate::web::incoming::Incoming;
use crate::web::login::client_auth::authenticate;
use crate::web::login::token::response::Issue;
use crate::web::login::token::{application, code, device_code, on_behalf_of, password, refresh};
use crate::web::response;

/// RFC 7523 §2.1, as Entra's on-behalf-of flow uses it.
const ON_BEHALF_OF: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// RFC 8628 §3.4
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What comes of a grant.
enum Redeemed {
    /// Tokens for a person.
    Person(Box<Issue>),
    /// The answer to an application on its own behalf.
    Application(Members),
}

/// Answers a token request, or carries a fault out.
pub(crate) async fn answer(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    for fault in incoming
        .platform
        .faults
        .take(Point::TokenTransport, Some(realm.kind))
    {
        match fault {
            Fault::TokenSlow(milliseconds) => response::wait(milliseconds).await,
            Fault::TokenHang => response::hang().await,
            Fault::TokenStatus(code) => return response::proxy_page(code),
            Fault::TokenHtml => return response::proxy_page(200),
            Fault::TokenThrottled(retry_after) => {
                let body = json!({"error": "temporarily_unavailable", "error_description": "too many requests"});
                return response::throttled(retry_after, &body);
            }
            _ => {}
        }
    }
    let result = redeem(incoming, realm);
    match result {
        Ok(Redeemed::Person(issue)) => super::response::answer(incoming, realm, &issue),
        Ok(Redeemed::Application(body)) => super::response::finish(incoming, realm, body),
        Err(failure) => refuse(incoming, realm, &failure),
    }
}

fn refuse(incoming: &Incoming<'_>, realm: &Realm, failure: &Failure) -> HttpResponse {
    let body = failure.body(realm.kind, &realm.origin, &incoming.platform.trace());
    let mut response = response::json(failure.status, &body);
    if failure.status == 401 && incoming.authorization.is_some() {
        // RFC 6749 §5.2: the scheme that was used.
        let challenge = actix_web::http::header::HeaderValue::from_static("Basic realm=\"token\"");
        response
            .headers_mut()
            .insert(actix_web::http::header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn redeem(incoming: &Incoming<'_>, realm: &Realm) -> Result<Redeemed, Failure> {
    let of = |cause: Cause| Failure::of(&cause, realm.kind);
    let grant_type = incoming
        .form
        .text("grant_type")
        .ok_or_else(|| of(Cause::Parameter("grant_type")))?;
    let client = authenticate(incoming, realm).map_err(of)?;
    for fault in incoming
        .platform
        .faults
        .take(Point::TokenRefusal, Some(realm.kind))
    {
        if let Some(failure) = ordered_refusal(&fault, realm.kind) {
            return Err(failure);
        }
    }
    by_grant_type(incoming, realm, &client, grant_type).map_err(of)
}

/// Each kind has the grants that the product has.
fn by_grant_type(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client: &Client,
    grant_type: &str,
) -> Result<Redeemed, Cause> {
    let entra = realm.kind == Kind::EntraId;
    let device = entra || matches!(realm.kind, Kind::ExternalId | Kind::ExternalIdCustomDomain);
    let person = |issue| Redeemed::Person(Box::new(issue));
    match grant_type {
        "authorization_code" => code::redeem(incoming, realm, client).map(person),
        "refresh_token" => refresh::redeem(incoming, realm, client).map(person),
        "client_credentials" if realm.kind.is_microsoft() => {
            application::redeem(incoming, realm, client).map(Redeemed::Application)
        }
        ON_BEHALF_OF if device => on_behalf_of::redeem(incoming, realm, client).map(person),
        // MSAL.js still sends the name of the drafts.
        DEVICE_CODE | "device_code" if device => {
            device_code::redeem(incoming, realm, client).map(person)
        }
        "password" if entra => password::redeem(incoming, realm, client).map(person),
        _ => Err(Cause::GrantType),
    }
}

fn ordered_refusal(fault: &Fault, kind: Kind) -> Option<Failure> {
    let step_up = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    Some(match fault {
        Fault::InvalidGrant => Failure::of(&Cause::Revoked, kind),
        Fault::InvalidClient => Failure::of(&Cause::SecretWrong, kind),
        Fault::InteractionRequired => Failure {
            error: "interaction_required".to_owned(),
            ..Failure::of(&Cause::StepUp(step_up.to_owned()), kind)
        },
        Fault::ConsentRequired => Failure::of(&Cause::ConsentMissing, kind),
        Fault::MessageOnly => {
            Failure::new("invalid_grant", 53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
                .suberror("message_only")
        }
        // Recorded: AADSTS991 with code 90010 and without `error` (microsoft-identity.md §2.1).
        Fault::ErrorBodyWithoutError => Failure::new("", 90010, "The grant type is not supported over this endpoint."),
        Fault::TokenCode(code) => return codes::failure(kind, *code),
        Fault::TokenError { error, code, suberror, description } => Failure {
            suberror: suberror.clone(),
            ..Failure::new(error, *code, description.clone())
        },
        _ => return None,
    })
}
