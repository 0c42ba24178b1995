//! Refusals of the plain provider: the codes of RFC 6749 §4.1.2.1, §5.2 and OIDC Core §3.1.2.6, few words.

use super::cause::Cause;
use super::error_response::Failure;

/// The refusal for a cause.
pub(crate) fn of(cause: &Cause) -> Failure {
    let (error, text) = credential(cause).unwrap_or_else(|| words(cause));
    Failure::new(error, 0, text)
}

/// What is wrong with the application's credential or with its code.
fn credential(cause: &Cause) -> Option<(&'static str, &'static str)> {
    use Cause as C;
    Some(match cause {
        C::UnknownClient(_) | C::SecretMissing | C::SecretWrong => {
            ("invalid_client", "client authentication failed")
        }
        C::AssertionOutsideItsTime
        | C::AssertionSignature
        | C::AssertionAudience
        | C::AssertionReplayed
        | C::AssertionUnknownIssuer => ("invalid_client", "the client assertion was refused"),
        C::CodeMalformed | C::CodeUsed | C::CodeExpired => (
            "invalid_grant",
            "the authorization code is unknown, used or expired",
        ),
        _ => return None,
    })
}

fn words(cause: &Cause) -> (&'static str, &'static str) {
    use Cause as C;
    match cause {
        C::OtherTenant | C::OtherPolicy { .. } | C::OtherClient => {
            ("invalid_grant", "the grant was issued to somebody else")
        }
        C::RedirectNotRegistered(_) => ("invalid_request", "redirect_uri is not registered"),
        C::RedirectDiffers => ("invalid_grant", "redirect_uri differs"),
        C::VerifierMissing | C::VerifierWrong => ("invalid_grant", "code_verifier does not match"),
        C::ChallengeMissing | C::ChallengeMethod => {
            ("invalid_request", "code_challenge with S256 is required")
        }
        C::RefreshUnknown | C::RefreshExpired | C::Revoked => (
            "invalid_grant",
            "the refresh token is unknown, used, revoked or expired",
        ),
        C::ConsentMissing | C::AdministratorConsentMissing => {
            ("consent_required", "the person has not consented")
        }
        C::NoSession => ("login_required", "nobody is signed in"),
        C::SeveralAccounts => ("account_selection_required", "several people are signed in"),
        C::Cancelled
        | C::ConsentDeclined
        | C::PasswordForgotten
        | C::NotAdmitted
        | C::AuthorizationDeclined => ("access_denied", "the person said no"),
        C::StepUp(_) => ("interaction_required", "the person must be present"),
        C::GrantType => ("unsupported_grant_type", "only code and refresh token"),
        C::ResponseType(_) => ("unsupported_response_type", "only code"),
        C::ScopeNotSupported(_)
        | C::UnknownScope(_)
        | C::UnknownResource(_)
        | C::NotDefaultScope(_)
        | C::SeveralResources => ("invalid_scope", "the scope is not known"),
        C::GrantNotAllowed => (
            "unauthorized_client",
            "the application may not use this grant",
        ),
        C::AuthorizationPending => ("authorization_pending", "the person has not decided yet"),
        C::DeviceCodeExpired => ("expired_token", "the device code has expired"),
        C::OtherAudience | C::PasswordWrong | C::UnknownPerson(_) | C::DeviceCodeUnknown => {
            ("invalid_grant", "the grant was refused")
        }
        _ => ("invalid_request", "a parameter is missing or wrong"),
    }
}
