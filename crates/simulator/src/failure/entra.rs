//! Refusals of Entra ID and External ID, with their AADSTS codes (microsoft-identity.md §2.5).

use super::cause::Cause as C;
use super::error_response::Failure;

/// The refusal for a cause.
pub(crate) fn of(cause: &C) -> Failure {
    application(cause)
        .or_else(|| grant(cause))
        .or_else(|| person(cause))
        .or_else(|| scope(cause))
        .or_else(|| other_grants(cause))
        .or_else(|| device_code(cause))
        .unwrap_or_else(|| request(cause))
}

fn invalid_grant(code: u32, text: &str) -> Failure {
    Failure::new("invalid_grant", code, text)
}

fn invalid_request(code: u32, text: impl Into<String>) -> Failure {
    Failure::new("invalid_request", code, text)
}

/// What is wrong with the application's proof of itself.
fn application(cause: &C) -> Option<Failure> {
    let (code, text) = match cause {
        C::UnknownClient(id) => {
            let text =
                format!("Application with identifier '{id}' was not found in the directory.");
            return Some(Failure::new("unauthorized_client", 700_016, text));
        }
        C::SecretMissing => (
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
        C::SecretWrong => (
            7_000_215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app.",
        ),
        C::AssertionOutsideItsTime => (
            700_024,
            "Client assertion is not within its valid time range.",
        ),
        C::AssertionSignature => (
            700_027,
            "The certificate with identifier used to sign the client assertion is not registered on application, or the signature is invalid.",
        ),
        C::AssertionAudience => (
            700_023,
            "Client assertion audience claim does not match Realm issuer.",
        ),
        C::AssertionReplayed => (700_025, "Client assertion was used before."),
        C::AssertionUnknownIssuer => (
            700_211,
            "No matching federated identity record found for presented assertion issuer, subject and audience.",
        ),
        C::RedirectDiffers => (
            500_112,
            "The reply address does not match the reply address provided when requesting Authorization code.",
        ),
        _ => return None,
    };
    Some(Failure::new("invalid_client", code, text))
}

/// What is wrong with a code or a refresh token.
fn grant(cause: &C) -> Option<Failure> {
    Some(match cause {
        C::CodeMalformed | C::RefreshUnknown => invalid_grant(
            9_002_313,
            "Invalid request. Request is malformed or invalid.",
        ),
        C::CodeUsed => invalid_grant(
            54005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        ),
        C::CodeExpired => invalid_grant(
            70008,
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
        ),
        C::OtherTenant => invalid_grant(
            700_005,
            "Provided Authorization Code is intended to use against other tenant, thus rejected.",
        ),
        C::OtherPolicy { .. } | C::OtherClient => invalid_grant(
            70000,
            "Provided grant is invalid or malformed: it was issued for a different client.",
        ),
        C::VerifierMissing => invalid_grant(
            50148,
            "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
        ),
        C::VerifierWrong => invalid_grant(
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        ),
        C::RefreshExpired => {
            invalid_grant(700_082, "The refresh token has expired due to inactivity.")
                .suberror("token_expired")
        }
        C::Revoked => invalid_grant(
            50173,
            "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
        )
        .suberror("bad_token"),
        _ => return None,
    })
}

/// What the person has to do, or has done.
fn person(cause: &C) -> Option<Failure> {
    Some(match cause {
        C::ConsentMissing => invalid_grant(
            65001,
            "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.",
        )
        .suberror("consent_required"),
        C::AdministratorConsentMissing => Failure::new(
            "consent_required",
            90094,
            "The application needs permission to access resources in your organization that only an admin can grant.",
        ),
        C::NoSession => Failure::new(
            "login_required",
            50058,
            "A silent sign-in request was sent but no user is signed in.",
        ),
        C::SeveralAccounts => Failure::new(
            "interaction_required",
            16000,
            "Either multiple user identities are available for the current request or selected account is not supported for the scenario.",
        ),
        C::Cancelled => Failure::new("access_denied", 0, "the user canceled the authentication"),
        C::ConsentDeclined => {
            Failure::new("access_denied", 65004, "User declined to consent to access the app.")
        }
        C::PasswordForgotten => {
            Failure::new("access_denied", 0, "the user wants another password")
        }
        C::StepUp(claims) => Failure {
            claims: Some(claims.clone()),
            ..invalid_grant(
                50076,
                "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
            )
            .suberror("basic_action")
        },
        C::NotAdmitted => invalid_request(
            50020,
            "User account from identity provider does not exist in tenant and cannot access the application in that tenant.",
        ),
        _ => return None,
    })
}

/// What is wrong with the request itself.
fn request(cause: &C) -> Failure {
    match cause {
        C::UnknownTenant(name) => invalid_request(
            90002,
            format!(
                "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
            ),
        ),
        C::RedirectNotRegistered(uri) => invalid_request(
            50011,
            format!(
                "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application."
            ),
        ),
        C::ChallengeMissing => invalid_request(
            9_002_325,
            "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
        ),
        C::ChallengeMethod => invalid_request(
            501_491,
            "Invalid size or method of Code_Challenge parameter.",
        ),
        C::GrantType => Failure::new(
            "unsupported_grant_type",
            70003,
            "The app requested an unsupported grant type.",
        ),
        C::ResponseType(value) => Failure::new(
            "unsupported_response_type",
            700_054,
            format!("response_type '{value}' is not enabled for the application."),
        ),
        C::Parameter(name) => invalid_request(
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        ),
        C::Prompt(value) => {
            invalid_request(90023, format!("Unsupported 'prompt' value '{value}'."))
        }
        _ => invalid_request(90015, "Requested query string or hint is not valid."),
    }
}

/// What is wrong with `scope`.
fn scope(cause: &C) -> Option<Failure> {
    Some(match cause {
        C::ScopeNotSupported(scope) => {
            let text = format!(
                "The provided value for the input parameter 'scope' is not valid. The scope '{scope}' is not valid."
            );
            Failure::new("invalid_scope", 70011, text)
        }
        C::UnknownScope(scope) => {
            let text = format!(
                "The application asked for scope '{scope}' that doesn't exist on the resource."
            );
            Failure::new("invalid_client", 650_053, text)
        }
        C::UnknownResource(name) => {
            let text = format!("The resource principal named {name} was not found in the tenant.");
            Failure::new("invalid_resource", 500_011, text)
        }
        C::SeveralResources => invalid_request(
            28000,
            "Provided value for the input parameter scope is not valid because it contains more than one resource.",
        ),
        _ => return None,
    })
}

/// Client credentials, on-behalf-of, password, and scripts of single page applications.
fn other_grants(cause: &C) -> Option<Failure> {
    let (error, code, text) = match cause {
        C::NotDefaultScope(scope) => {
            let text = format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
            );
            return Some(Failure::new("invalid_scope", 1_002_012, text));
        }
        C::UnknownPerson(name) => {
            let text = format!(
                "The user account {name} does not exist in the directory. To sign into this application, the account must be added to the directory."
            );
            return Some(Failure::new("invalid_grant", 50034, text));
        }
        C::NotAtCommon => (
            "invalid_request",
            90010,
            "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
        ),
        C::GrantNotAllowed => (
            "invalid_client",
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
        C::OtherAudience => (
            "invalid_grant",
            500_131,
            "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion must match the application of the request.",
        ),
        C::PasswordWrong => (
            "invalid_grant",
            50126,
            "Error validating credentials due to invalid username or password.",
        ),
        C::NotCrossOrigin => (
            "invalid_request",
            9_002_326,
            "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
        ),
        C::OnlyCrossOrigin => (
            "invalid_request",
            9_002_327,
            "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
        ),
        _ => return None,
    };
    Some(Failure::new(error, code, text))
}

/// The device authorization grant.
fn device_code(cause: &C) -> Option<Failure> {
    let (error, code, text) = match cause {
        C::AuthorizationPending => (
            "authorization_pending",
            70016,
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        ),
        C::AuthorizationDeclined => (
            "authorization_declined",
            70018,
            "The end user denied the authorization request.",
        ),
        C::DeviceCodeUnknown => (
            "bad_verification_code",
            70018,
            "Invalid verification code due to User typing in wrong user code for device code flow.",
        ),
        C::DeviceCodeExpired => ("expired_token", 70020, "The device code has expired."),
        _ => return None,
    };
    Some(Failure::new(error, code, text))
}
