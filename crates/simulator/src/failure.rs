//! How each kind of authority says no (microsoft-identity.md §2.5).
//!
//! Owns causes, codes and the shapes of error answers. Causes are ours; codes and texts are the platform's.

use chrono::DateTime;
use serde_json::{Value, json};

use crate::kind::Kind;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    UnknownClient(String),
    UnknownTenant(String),
    SecretMissing,
    SecretWrong,
    AssertionOutsideItsTime,
    AssertionSignature,
    AssertionAudience,
    AssertionReplayed,
    AssertionUnknownIssuer,
    CodeMalformed,
    CodeUsed,
    CodeExpired,
    OtherTenant,
    OtherPolicy { actual: String, expected: String },
    OtherClient,
    RedirectNotRegistered(String),
    RedirectDiffers,
    VerifierMissing,
    VerifierWrong,
    ChallengeMissing,
    ChallengeMethod,
    RefreshUnknown,
    RefreshExpired,
    Revoked,
    ConsentMissing,
    AdministratorConsentMissing,
    NoSession,
    SeveralAccounts,
    Cancelled,
    ConsentDeclined,
    PasswordForgotten,
    StepUp(String),
    GrantType,
    ResponseType(String),
    Parameter(&'static str),
    Prompt(String),
    ScopeNotSupported(String),
    UnknownScope(String),
    UnknownResource(String),
    SeveralResources,
    NotAdmitted,
    LogoutHint,
}

/// An error answer before it is given a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub error: String,
    /// The number after AADSTS, or after AADB2C; 0 is none.
    pub code: u32,
    pub text: String,
    pub suberror: Option<String>,
    pub claims: Option<String>,
    pub status: u16,
}

impl Failure {
    pub(crate) fn new(error: &str, code: u32, text: impl Into<String>) -> Self {
        let status = if error == "invalid_client" { 401 } else { 400 };
        Self {
            error: error.to_owned(),
            code,
            text: text.into(),
            suberror: None,
            claims: None,
            status,
        }
    }

    pub(crate) fn suberror(self, suberror: &str) -> Self {
        Self {
            suberror: Some(suberror.to_owned()),
            ..self
        }
    }

    pub(crate) fn of(cause: &Cause, kind: Kind) -> Self {
        match kind {
            Kind::B2c => b2c(cause),
            Kind::Oidc => openid(cause),
            _ => entra(cause),
        }
    }

    /// `error_description` as the platform writes it.
    pub(crate) fn description(&self, kind: Kind, trace: &Trace) -> String {
        let Trace {
            trace_id,
            correlation_id,
            timestamp,
        } = trace;
        match (kind, self.code) {
            (Kind::Oidc, _) | (_, 0) => self.text.clone(),
            (Kind::B2c, code) => format!(
                "AADB2C{code}: {}\r\nCorrelation ID: {correlation_id}\r\nTimestamp: {timestamp}\r\n",
                self.text
            ),
            (_, code) => format!(
                "AADSTS{code}: {} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}",
                self.text
            ),
        }
    }

    /// The body of the token endpoint.
    pub(crate) fn body(&self, kind: Kind, origin: &str, trace: &Trace) -> Value {
        let mut body = json!({
            "error": self.error,
            "error_description": self.description(kind, trace),
        });
        let Some(members) = body.as_object_mut() else {
            return body;
        };
        if matches!(
            kind,
            Kind::EntraId | Kind::ExternalId | Kind::ExternalIdCustomDomain
        ) {
            members.insert("error_codes".to_owned(), json!([self.code]));
            members.insert("timestamp".to_owned(), trace.timestamp.clone().into());
            members.insert("trace_id".to_owned(), trace.trace_id.clone().into());
            members.insert(
                "correlation_id".to_owned(),
                trace.correlation_id.clone().into(),
            );
            let uri = format!("{origin}/error?code={}", self.code);
            members.insert("error_uri".to_owned(), uri.into());
        }
        if let Some(suberror) = &self.suberror {
            members.insert("suberror".to_owned(), suberror.clone().into());
        }
        if let Some(claims) = &self.claims {
            members.insert("claims".to_owned(), claims.clone().into());
        }
        body
    }
}

/// What support asks for.
pub(crate) struct Trace {
    pub trace_id: String,
    pub correlation_id: String,
    pub timestamp: String,
}

impl Trace {
    pub(crate) fn new(trace_id: String, correlation_id: String, now: i64) -> Self {
        let timestamp = DateTime::from_timestamp(now, 0)
            .map(|time| time.format("%Y-%m-%d %H:%M:%SZ").to_string())
            .unwrap_or_default();
        Self {
            trace_id,
            correlation_id,
            timestamp,
        }
    }
}

fn entra(cause: &Cause) -> Failure {
    use Cause as C;
    let grant = |code, text: &str| Failure::new("invalid_grant", code, text);
    let client = |code, text: &str| Failure::new("invalid_client", code, text);
    let request = |code, text: &str| Failure::new("invalid_request", code, text);
    match cause {
        C::UnknownClient(id) => Failure::new(
            "unauthorized_client",
            700_016,
            format!("Application with identifier '{id}' was not found in the directory."),
        ),
        C::UnknownTenant(name) => request(90002, &format!("Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")),
        C::SecretMissing => client(7_000_218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
        C::SecretWrong => client(7_000_215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app."),
        C::AssertionOutsideItsTime => client(700_024, "Client assertion is not within its valid time range."),
        C::AssertionSignature => client(700_027, "The certificate with identifier used to sign the client assertion is not registered on application, or the signature is invalid."),
        C::AssertionAudience => client(700_023, "Client assertion audience claim does not match Realm issuer."),
        C::AssertionReplayed => client(700_025, "Client assertion was used before."),
        C::AssertionUnknownIssuer => client(700_211, "No matching federated identity record found for presented assertion issuer, subject and audience."),
        C::CodeMalformed => grant(9_002_313, "Invalid request. Request is malformed or invalid."),
        C::CodeUsed => grant(54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."),
        C::CodeExpired => grant(70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource."),
        C::OtherTenant => grant(700_005, "Provided Authorization Code is intended to use against other tenant, thus rejected."),
        C::OtherPolicy { .. } | C::OtherClient => grant(70000, "Provided grant is invalid or malformed: it was issued for a different client."),
        C::RedirectNotRegistered(uri) => request(50011, &format!("The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application.")),
        C::RedirectDiffers => client(500_112, "The reply address does not match the reply address provided when requesting Authorization code."),
        C::VerifierMissing => grant(50148, "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE."),
        C::VerifierWrong => grant(501_481, "The Code_Verifier does not match the code_challenge supplied in the authorization request."),
        C::ChallengeMissing => request(9_002_325, "Proof Key for Code Exchange is required for cross-origin authorization code redemption."),
        C::ChallengeMethod => request(501_491, "Invalid size or method of Code_Challenge parameter."),
        C::RefreshUnknown => grant(9_002_313, "Invalid request. Request is malformed or invalid."),
        C::RefreshExpired => grant(700_082, "The refresh token has expired due to inactivity.").suberror("token_expired"),
        C::Revoked => grant(50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed.").suberror("bad_token"),
        C::ConsentMissing => grant(65001, "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.").suberror("consent_required"),
        C::AdministratorConsentMissing => Failure::new("consent_required", 90094, "The application needs permission to access resources in your organization that only an admin can grant."),
        C::NoSession => Failure::new("login_required", 50058, "A silent sign-in request was sent but no user is signed in."),
        C::SeveralAccounts => Failure::new("interaction_required", 16000, "Either multiple user identities are available for the current request or selected account is not supported for the scenario."),
        C::Cancelled => Failure::new("access_denied", 0, "the user canceled the authentication"),
        C::ConsentDeclined => Failure::new("access_denied", 65004, "User declined to consent to access the app."),
        C::PasswordForgotten => Failure::new("access_denied", 0, "the user wants another password"),
        C::StepUp(claims) => Failure {
            claims: Some(claims.clone()),
            ..grant(50076, "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.").suberror("basic_action")
        },
        C::GrantType => Failure::new("unsupported_grant_type", 70003, "The app requested an unsupported grant type."),
        C::ResponseType(value) => Failure::new("unsupported_response_type", 700_054, format!("response_type '{value}' is not enabled for the application.")),
        C::Parameter(name) => request(900_144, &format!("The request body must contain the following parameter: '{name}'.")),
        C::Prompt(value) => request(90023, &format!("Unsupported 'prompt' value '{value}'.")),
        C::ScopeNotSupported(scope) => Failure::new("invalid_scope", 70011, format!("The provided request must include a 'scope' input parameter. The scope '{scope}' is not valid.")),
        C::UnknownScope(scope) => Failure::new("invalid_client", 650_053, format!("The application asked for scope '{scope}' that doesn't exist on the resource.")),
        C::UnknownResource(name) => Failure::new("invalid_resource", 500_011, format!("The resource principal named {name} was not found in the tenant.")),
        C::SeveralResources => request(28000, "Provided value for the input parameter scope is not valid because it contains more than one resource."),
        C::NotAdmitted => request(50020, "User account from identity provider does not exist in tenant and cannot access the application in that tenant."),
        C::LogoutHint => request(90015, "The id_token_hint is not valid."),
    }
}

fn b2c(cause: &Cause) -> Failure {
    use Cause as C;
    let grant = |code, text: &str| Failure::new("invalid_grant", code, text);
    let client = |code, text: &str| Failure::new("invalid_client", code, text);
    let request = |code, text: &str| Failure::new("invalid_request", code, text);
    match cause {
        C::UnknownClient(id) => request(
            90013,
            &format!("The application with identifier '{id}' was not found in the directory."),
        ),
        C::UnknownTenant(name) => request(
            90047,
            &format!("The tenant or policy '{name}' does not exist."),
        ),
        C::SecretMissing => request(
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
        C::CodeMalformed | C::RefreshUnknown | C::OtherClient | C::OtherTenant => grant(
            90090,
            "The provided grant is malformed or was not issued here.",
        ),
        C::CodeUsed | C::CodeExpired | C::RefreshExpired => grant(
            90080,
            "The provided grant has expired. Please re-authenticate and try again.",
        ),
        C::OtherPolicy { actual, expected } => grant(
            90088,
            &format!(
                "The provided grant has not been issued for this endpoint. Actual Value : {actual} and Expected Value : {expected}"
            ),
        ),
        C::RedirectNotRegistered(uri) => request(
            90006,
            &format!(
                "The redirect URI '{uri}' provided in the request is not registered for the client id."
            ),
        ),
        C::RedirectDiffers => grant(
            90090,
            "The redirect URI differs from the one of the authorization request.",
        ),
        C::VerifierMissing => grant(
            90183,
            "The supplied grant requires a code_verifier, which is missing.",
        ),
        C::VerifierWrong => grant(
            90182,
            "The supplied code_verifier does not match associated code_challenge.",
        ),
        C::ChallengeMissing | C::ChallengeMethod => request(
            90181,
            "The code_challenge is missing or its method is not supported.",
        ),
        C::Revoked => grant(
            90129,
            "The provided grant has been revoked. Please reauthenticate and try again.",
        ),
        C::ConsentMissing | C::AdministratorConsentMissing => request(
            90205,
            "This application does not have sufficient permissions against this web resource to perform the operation.",
        ),
        C::NoSession | C::SeveralAccounts => Failure::new(
            "interaction_required",
            90077,
            "User does not have an existing session and request prompt parameter has a value of 'None'.",
        ),
        C::Cancelled | C::ConsentDeclined => Failure::new(
            "access_denied",
            90091,
            "The user has cancelled entering self-asserted information.",
        ),
        C::PasswordForgotten => Failure::new(
            "access_denied",
            90118,
            "The user has forgotten their password.",
        ),
        C::StepUp(claims) => Failure {
            claims: Some(claims.clone()),
            ..Failure::new("interaction_required", 0, "interaction is required")
        },
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
        C::Parameter(name) => request(
            90008,
            &format!("The request does not contain a {name} parameter."),
        ),
        C::Prompt(value) => request(
            90043,
            &format!(
                "The prompt included in the request contains invalid values '{value}'. Expected: none, login, consent or select_account."
            ),
        ),
        C::ScopeNotSupported(scope) | C::UnknownScope(scope) | C::UnknownResource(scope) => {
            Failure::new(
                "invalid_scope",
                90117,
                format!("The scope '{scope}' provided in the request is not supported."),
            )
        }
        C::SeveralResources => Failure::new(
            "invalid_scope",
            90146,
            "The scope provided in request specifies more than one resource for an access token, which is not supported.",
        ),
        C::NotAdmitted => Failure::new(
            "access_denied",
            90128,
            "The account associated with this grant no longer exists. Please reauthenticate and try again.",
        ),
        C::LogoutHint => request(
            90210,
            "The audience or signature of the given id_token_hint is not valid.",
        ),
    }
}

fn openid(cause: &Cause) -> Failure {
    use Cause as C;
    let (error, text) = match cause {
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
        C::Cancelled | C::ConsentDeclined | C::PasswordForgotten | C::NotAdmitted => {
            ("access_denied", "the person said no")
        }
        C::StepUp(_) => ("interaction_required", "the person must be present"),
        C::GrantType => ("unsupported_grant_type", "only code and refresh token"),
        C::ResponseType(_) => ("unsupported_response_type", "only code"),
        C::ScopeNotSupported(_)
        | C::UnknownScope(_)
        | C::UnknownResource(_)
        | C::SeveralResources => ("invalid_scope", "the scope is not known"),
        C::UnknownTenant(_) | C::Parameter(_) | C::Prompt(_) | C::LogoutHint => {
            ("invalid_request", "a parameter is missing or wrong")
        }
    };
    Failure::new(error, 0, text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn trace() -> Trace {
        Trace::new("t".to_owned(), "c".to_owned(), 1_704_067_200)
    }

    #[test]
    fn entra_sends_codes_suberror_and_claims_beside_the_text() {
        let failure = Failure::of(&Cause::StepUp("{}".to_owned()), Kind::EntraId);
        let body = failure.body(Kind::EntraId, "http://x", &trace());
        assert_eq!(body.get("error_codes").unwrap(), &json!([50076]));
        assert_eq!(body.get("suberror").unwrap(), "basic_action");
        assert_eq!(body.get("timestamp").unwrap(), "2024-01-01 00:00:00Z");
        assert!(
            body.get("error_description")
                .unwrap()
                .as_str()
                .unwrap()
                .starts_with("AADSTS50076: ")
        );
    }

    #[test]
    fn b2c_has_its_code_in_the_text_only() {
        let failure = Failure::of(&Cause::PasswordForgotten, Kind::B2c);
        let body = failure.body(Kind::B2c, "http://x", &trace());
        assert!(body.get("error_codes").is_none());
        assert!(
            body.get("error_description")
                .unwrap()
                .as_str()
                .unwrap()
                .starts_with("AADB2C90118: ")
        );
    }
}
