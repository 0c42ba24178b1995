//! Why a request is refused, in the simulator's own words.
//!
//! Does not know codes, texts or status codes: those are each kind's.

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
    OtherPolicy {
        actual: String,
        expected: String,
    },
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
    /// Client credentials: the scope does not end in `/.default`.
    NotDefaultScope(String),
    /// The grant is not possible at `common` or `consumers`.
    NotAtCommon,
    /// The application may not use this grant.
    GrantNotAllowed,
    /// Device code: the person has not decided yet.
    AuthorizationPending,
    AuthorizationDeclined,
    DeviceCodeUnknown,
    DeviceCodeExpired,
    /// On-behalf-of: the assertion is for another application.
    OtherAudience,
    PasswordWrong,
    UnknownPerson(String),
    /// A code of a web application, redeemed by a script.
    NotCrossOrigin,
    /// A code of a single page application, redeemed by a server.
    OnlyCrossOrigin,
    LogoutHint,
}
