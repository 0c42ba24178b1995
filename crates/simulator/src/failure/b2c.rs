//! Refusals of Azure AD B2C, with their AADB2C codes (microsoft-identity.md §2.5).

use super::cause::Cause as C;
use super::error_response::Failure;

/// The refusal for a cause.
pub(crate) fn of(cause: &C) -> Failure {
    application(cause)
        .or_else(|| grant(cause))
        .or_else(|| person(cause))
        .unwrap_or_else(|| request(cause))
}

fn invalid_request(code: u32, text: impl Into<String>) -> Failure {
    Failure::new("invalid_request", code, text)
}

/// What is wrong with the application's proof of itself.
fn application(cause: &C) -> Option<Failure> {
    let client = |code, text: &str| Failure::new("invalid_client", code, text);
    Some(match cause {
        C::UnknownClient(id) => invalid_request(
            90013,
            format!("The application with identifier '{id}' was not found in the directory."),
        ),
        C::SecretMissing => invalid_request(
            90079,
            "Clients must send a client_secret when redeeming a confidential grant.",
        ),
        C::SecretWrong => client(
            90081,
            "The specified client_secret does not match the expected value for this client. Please correct the client_secret and try again.",
        ),
        C::AssertionOutsideItsTime | C::AssertionReplayed => {
            client(90017, "The client assertion is expired or was used before.")
        }
        C::AssertionSignature | C::AssertionAudience | C::AssertionUnknownIssuer => client(
            90016,
            "The requested client assertion type or its signature is not expected.",
        ),
        _ => return None,
    })
}

/// What is wrong with a code or a refresh token.
fn grant(cause: &C) -> Option<Failure> {
    let (code, text) = match cause {
        C::CodeMalformed | C::RefreshUnknown | C::OtherClient | C::OtherTenant => (
            90090,
            "The provided grant is malformed or was not issued here.".to_owned(),
        ),
        C::RedirectDiffers => (
            90090,
            "The redirect URI differs from the one of the authorization request.".to_owned(),
        ),
        C::CodeUsed | C::CodeExpired | C::RefreshExpired => (
            90080,
            "The provided grant has expired. Please re-authenticate and try again.".to_owned(),
        ),
        C::OtherPolicy { actual, expected } => (
            90088,
            format!(
                "The provided grant has not been issued for this endpoint. Actual Value : {actual} and Expected Value : {expected}"
            ),
        ),
        C::VerifierMissing => (
            90183,
            "The supplied grant requires a code_verifier, which is missing.".to_owned(),
        ),
        C::VerifierWrong => (
            90182,
            "The supplied code_verifier does not match associated code_challenge.".to_owned(),
        ),
        C::Revoked => (
            90129,
            "The provided grant has been revoked. Please reauthenticate and try again.".to_owned(),
        ),
        _ => return None,
    };
    Some(Failure::new("invalid_grant", code, text))
}

/// What the person has to do, or has done.
fn person(cause: &C) -> Option<Failure> {
    let denied = |code, text: &str| Failure::new("access_denied", code, text);
    Some(match cause {
        C::ConsentMissing | C::AdministratorConsentMissing => invalid_request(
            90205,
            "This application does not have sufficient permissions against this web resource to perform the operation.",
        ),
        C::NoSession | C::SeveralAccounts => Failure::new(
            "interaction_required",
            90077,
            "User does not have an existing session and request prompt parameter has a value of 'None'.",
        ),
        C::Cancelled | C::ConsentDeclined => denied(
            90091,
            "The user has cancelled entering self-asserted information.",
        ),
        C::PasswordForgotten => denied(90118, "The user has forgotten their password."),
        C::NotAdmitted => denied(
            90128,
            "The account associated with this grant no longer exists. Please reauthenticate and try again.",
        ),
        C::StepUp(claims) => Failure {
            claims: Some(claims.clone()),
            ..Failure::new("interaction_required", 0, "interaction is required")
        },
        _ => return None,
    })
}

/// What is wrong with the request itself.
fn request(cause: &C) -> Failure {
    match cause {
        C::UnknownTenant(name) => invalid_request(
            90047,
            format!("The tenant or policy '{name}' does not exist."),
        ),
        C::RedirectNotRegistered(uri) => invalid_request(
            90006,
            format!(
                "The redirect URI '{uri}' provided in the request is not registered for the client id."
            ),
        ),
        C::ChallengeMissing | C::ChallengeMethod => invalid_request(
            90181,
            "The code_challenge is missing or its method is not supported.",
        ),
        C::NotCrossOrigin | C::OnlyCrossOrigin | C::GrantNotAllowed => Failure::new(
            "unauthorized_client",
            90057,
            "The provided application is not configured to allow this flow.",
        ),
        C::GrantType => Failure::new(
            "unsupported_grant_type",
            90086,
            "The supplied grant_type is not supported.",
        ),
        C::ResponseType(value) => Failure::new(
            "unsupported_response_type",
            90107,
            format!("The application cannot get a response of type '{value}'."),
        ),
        C::Parameter(name) => invalid_request(
            90008,
            format!("The request does not contain a {name} parameter."),
        ),
        C::Prompt(value) => invalid_request(
            90043,
            format!(
                "The prompt included in the request contains invalid values '{value}'. Expected: none, login, consent or select_account."
            ),
        ),
        C::ScopeNotSupported(scope)
        | C::UnknownScope(scope)
        | C::UnknownResource(scope)
        | C::NotDefaultScope(scope) => {
            let text = format!("The scope '{scope}' provided in the request is not supported.");
            Failure::new("invalid_scope", 90117, text)
        }
        C::SeveralResources => Failure::new(
            "invalid_scope",
            90146,
            "The scope provided in request specifies more than one resource for an access token, which is not supported.",
        ),
        _ => invalid_request(
            90210,
            "The audience or signature of the given id_token_hint is not valid.",
        ),
    }
}
