//! The platform's error codes on demand (microsoft-identity.md §2.5), for tests of what a relying party does with each.
//!
//! Texts are shortened; nobody may branch on them.

use super::error_response::Failure;
use crate::kind::Kind;

/// Code, `error`, `suberror`, text.
type Row = (u32, &'static str, Option<&'static str>, &'static str);

const ENTRA: [Row; 36] = [
    (
        16000,
        "interaction_required",
        None,
        "Several user identities are available for the current request.",
    ),
    (
        28003,
        "invalid_request",
        None,
        "The value for the input parameter scope cannot be empty.",
    ),
    (
        50011,
        "invalid_request",
        None,
        "The redirect URI does not match the redirect URIs of the application.",
    ),
    (
        50020,
        "invalid_request",
        None,
        "User account from identity provider does not exist in tenant.",
    ),
    (
        50055,
        "invalid_grant",
        Some("user_password_expired"),
        "The password is expired.",
    ),
    (
        50057,
        "invalid_grant",
        None,
        "The user account is disabled.",
    ),
    (
        50058,
        "login_required",
        None,
        "A silent sign-in request was sent but no user is signed in.",
    ),
    (
        50076,
        "interaction_required",
        Some("basic_action"),
        "You must use multi-factor authentication to access the resource.",
    ),
    (
        50079,
        "interaction_required",
        Some("basic_action"),
        "The user must enroll in multi-factor authentication.",
    ),
    (
        50105,
        "invalid_grant",
        None,
        "The signed in user is not assigned to a role for the application.",
    ),
    (
        50158,
        "interaction_required",
        Some("basic_action"),
        "External security challenge was not satisfied.",
    ),
    (
        50196,
        "invalid_request",
        None,
        "The server terminated an operation because it encountered a client request loop.",
    ),
    (
        53000,
        "interaction_required",
        Some("additional_action"),
        "Device is not in required device state: compliant.",
    ),
    (
        53001,
        "interaction_required",
        Some("additional_action"),
        "Device is not in required device state: domain_joined.",
    ),
    (
        53002,
        "invalid_grant",
        Some("message_only"),
        "Application used is not an approved application for Conditional Access.",
    ),
    (
        53003,
        "invalid_grant",
        Some("message_only"),
        "Access has been blocked by Conditional Access policies.",
    ),
    (
        65001,
        "invalid_grant",
        Some("consent_required"),
        "The user or administrator has not consented to use the application.",
    ),
    (
        65004,
        "access_denied",
        None,
        "User declined to consent to access the app.",
    ),
    (
        70000,
        "invalid_grant",
        None,
        "Provided grant is invalid or malformed.",
    ),
    (
        70008,
        "invalid_grant",
        None,
        "The refresh token has expired due to inactivity.",
    ),
    (
        70011,
        "invalid_scope",
        None,
        "The provided value for the input parameter 'scope' is not valid.",
    ),
    (
        70043,
        "invalid_grant",
        Some("bad_token"),
        "The refresh token has expired or is invalid due to sign-in frequency checks.",
    ),
    (90002, "invalid_request", None, "Tenant not found."),
    (
        90023,
        "invalid_request",
        None,
        "A parameter has an unsupported value.",
    ),
    (
        500_011,
        "invalid_resource",
        None,
        "The resource principal was not found in the tenant.",
    ),
    (
        500_207,
        "invalid_request",
        None,
        "The account type cannot be used for the resource.",
    ),
    (
        500_208,
        "invalid_request",
        None,
        "The domain is not a valid login domain for the account type.",
    ),
    (
        700_016,
        "unauthorized_client",
        None,
        "Application was not found in the directory.",
    ),
    (
        700_024,
        "invalid_client",
        None,
        "Client assertion is not within its valid time range.",
    ),
    (
        700_027,
        "invalid_client",
        None,
        "Client assertion failed signature validation.",
    ),
    (
        700_082,
        "invalid_grant",
        Some("token_expired"),
        "The refresh token has expired due to inactivity.",
    ),
    (
        900_144,
        "invalid_request",
        None,
        "The request body must contain a parameter that is missing.",
    ),
    (
        1_000_502,
        "invalid_client",
        None,
        "The provided certificate is not within its specified validity window.",
    ),
    (
        7_000_214,
        "invalid_client",
        None,
        "The provided certificate has been revoked.",
    ),
    (
        7_000_215,
        "invalid_client",
        None,
        "Invalid client secret provided.",
    ),
    (
        7_000_222,
        "invalid_client",
        None,
        "The provided client secret keys are expired.",
    ),
];

const B2C: [Row; 17] = [
    (
        90006,
        "invalid_request",
        None,
        "The redirect URI is not registered for the client id.",
    ),
    (
        90043,
        "invalid_request",
        None,
        "The prompt included in the request contains invalid values.",
    ),
    (
        90055,
        "invalid_scope",
        None,
        "The scope must specify a resource or openid.",
    ),
    (
        90077,
        "interaction_required",
        None,
        "User does not have an existing session.",
    ),
    (
        90079,
        "invalid_request",
        None,
        "Clients must send a client_secret when redeeming a confidential grant.",
    ),
    (
        90080,
        "invalid_grant",
        None,
        "The provided grant has expired.",
    ),
    (
        90081,
        "invalid_client",
        None,
        "The specified client_secret does not match the expected value.",
    ),
    (
        90085,
        "server_error",
        None,
        "The service has encountered an internal error.",
    ),
    (
        90088,
        "invalid_grant",
        None,
        "The provided grant has not been issued for this endpoint.",
    ),
    (
        90091,
        "access_denied",
        None,
        "The user has cancelled entering self-asserted information.",
    ),
    (
        90115,
        "invalid_scope",
        None,
        "When requesting the code response type, the scope parameter must include a resource.",
    ),
    (
        90117,
        "invalid_scope",
        None,
        "The scope provided in the request is not supported.",
    ),
    (
        90118,
        "access_denied",
        None,
        "The user has forgotten their password.",
    ),
    (
        90128,
        "access_denied",
        None,
        "The account associated with this grant no longer exists.",
    ),
    (
        90129,
        "invalid_grant",
        None,
        "The provided grant has been revoked.",
    ),
    (
        90146,
        "invalid_scope",
        None,
        "The scope specifies more than one resource for an access token.",
    ),
    (
        90205,
        "invalid_request",
        None,
        "This application does not have sufficient permissions.",
    ),
];

/// The refusal with a code of this kind, if the code is known. The claims of a step-up come with the codes that have them.
pub(crate) fn failure(kind: Kind, code: u32) -> Option<Failure> {
    let rows: &[Row] = if kind == Kind::B2c { &B2C } else { &ENTRA };
    let (_, error, suberror, text) = rows.iter().find(|row| row.0 == code)?;
    let step_up = matches!(code, 50076 | 50079 | 50158 | 53000 | 53001);
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    Some(Failure {
        suberror: suberror.map(str::to_owned),
        claims: step_up.then(|| claims.to_owned()),
        ..Failure::new(error, code, *text)
    })
}

/// Whether a code is known at some kind of authority.
pub(crate) fn is_known(code: u32) -> bool {
    ENTRA.iter().chain(&B2C).any(|row| row.0 == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_belongs_to_its_product() {
        assert_eq!(failure(Kind::B2c, 90118).unwrap().error, "access_denied");
        assert_eq!(failure(Kind::EntraId, 90118), None);
        assert!(failure(Kind::EntraId, 50076).unwrap().claims.is_some());
        assert!(is_known(700_082) && !is_known(1));
    }
}
