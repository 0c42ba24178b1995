//! What the error codes of authorities mean (microsoft-identity 2.5).
//!
//! The one table of AADSTS and AADB2C codes, OAuth error words and sub-errors. Each has a [`Meaning`]: who can act,
//! what the refusal is about, and what it does to a session when it answers a refresh. It holds no sentences: pages and
//! `check --online` have one for each [`Topic`]. A new code is one line here.

use std::fmt;
use std::ops::RangeInclusive;

use RefreshEffect::{EndSession, KeepSession, StepUp};
use Remedy::{Administrator, Operator, Person, Time};

/// A code in an authority's own numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorityErrorCode {
    /// `AADSTS…`: Entra ID and External ID.
    Entra(u64),
    /// `AADB2C…`: Azure AD B2C.
    B2c(u64),
}

impl fmt::Display for AuthorityErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entra(code) => write!(f, "AADSTS{code}"),
            Self::B2c(code) => write!(f, "AADB2C{code}"),
        }
    }
}

/// Who can do something about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The person: sign in again, consent, choose another account.
    Person,
    /// An administrator of the directory: consent for everybody, assign the person, enable the account.
    Administrator,
    /// The operator: a secret, an address, a scope.
    Operator,
    /// Nobody: it passes.
    Time,
}

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Several accounts are signed in at the authority, and none was chosen.
    SeveralAccounts,
    /// The account belongs to another directory.
    ForeignAccount,
    /// The password has expired.
    PasswordExpired,
    /// The account is disabled.
    AccountDisabled,
    /// The authority has no session for the person, and was asked not to begin one.
    NoSession,
    /// The session or the grant at the authority has ended.
    SignInEnded,
    /// The authority wants another proof of the person, such as a second factor.
    ExtraProof,
    /// The person is not assigned to the application.
    NotAssigned,
    /// A Conditional Access rule refuses.
    ConditionalAccess,
    /// A rule about devices refuses this one.
    DeviceRule,
    /// Scopes lack consent.
    ConsentMissing,
    /// Scopes lack the consent of an administrator.
    AdministratorConsent,
    /// The person declined to consent.
    ConsentDeclined,
    /// The grant has expired or was revoked.
    GrantOver,
    /// The authority wants the person's attention, and does not say why.
    AttentionNeeded,
    /// The person cancelled a user flow.
    Cancelled,
    /// The person clicked "Forgot your password?" in a user flow that leaves it to the application.
    ForgotPassword,
    /// A link with an `id_token_hint`, as in an invitation, is not valid any more.
    LinkOver,
    /// The answer does not belong to this attempt.
    AttemptMismatch,
    /// `access_denied` without a code.
    Denied,
    /// The authority has noticed a loop and throttles the client.
    RequestLoop,
    /// The authority is busy or down for a moment.
    Busy,
    /// The authority had a problem with this request.
    AuthorityProblem,
    /// A B2C policy refused with a message of its own.
    PolicyMessage,
    /// The redirect URI is not registered.
    RedirectUri,
    /// A scope or its resource is unknown, or scopes do not go together.
    Scope,
    /// There is no such tenant, or it is of another kind.
    UnknownTenant,
    /// There is no such application in the tenant.
    UnknownApplication,
    /// The application is disabled in its tenant.
    ApplicationDisabled,
    /// The client secret is wrong.
    SecretWrong,
    /// The client secret has expired.
    SecretExpired,
    /// The client assertion is outside its validity.
    AssertionTime,
    /// The client assertion's key or certificate is not accepted.
    AssertionKey,
    /// The client or its authentication is not accepted, without a code.
    ClientRejected,
    /// Anything else in the registration or the profile.
    Configuration,
    /// An error of which nothing is known.
    Unknown,
}

/// What a refusal does to a session when it answers a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshEffect {
    /// The whole grant is over: the session ends.
    EndSession,
    /// Only the token of one API is refused: the session stays, and one step-up sign-in asks for that API's scopes.
    StepUp,
    /// The person can do nothing: the session stays.
    KeepSession,
}

/// What a code, an error word or a sub-error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Who can act.
    pub remedy: Remedy,
    /// What it is about.
    pub topic: Topic,
    /// What it does to a session.
    pub on_refresh: RefreshEffect,
}

/// A code with its meaning.
type CodeRow = (u64, Remedy, Topic, RefreshEffect);

const ENTRA: &[CodeRow] = &[
    (16_000, Person, Topic::SeveralAccounts, StepUp),
    (28_003, Operator, Topic::Scope, KeepSession),
    (50_005, Person, Topic::DeviceRule, StepUp),
    (50_011, Operator, Topic::RedirectUri, KeepSession),
    (50_020, Person, Topic::ForeignAccount, StepUp),
    (50_055, Person, Topic::PasswordExpired, StepUp),
    (50_057, Administrator, Topic::AccountDisabled, EndSession),
    (50_058, Person, Topic::NoSession, StepUp),
    (50_076, Person, Topic::ExtraProof, StepUp),
    (50_079, Person, Topic::ExtraProof, StepUp),
    (50_097, Person, Topic::DeviceRule, StepUp),
    (50_105, Administrator, Topic::NotAssigned, StepUp),
    (50_132, Person, Topic::GrantOver, EndSession),
    (50_158, Person, Topic::ExtraProof, StepUp),
    (50_173, Person, Topic::GrantOver, EndSession),
    (50_196, Time, Topic::RequestLoop, KeepSession),
    (53_000, Person, Topic::ConditionalAccess, StepUp),
    (53_001, Person, Topic::ConditionalAccess, StepUp),
    (53_002, Person, Topic::ConditionalAccess, StepUp),
    (53_003, Person, Topic::ConditionalAccess, StepUp),
    (65_001, Person, Topic::ConsentMissing, StepUp),
    (65_004, Person, Topic::ConsentDeclined, StepUp),
    (70_000, Person, Topic::GrantOver, EndSession),
    (70_008, Person, Topic::GrantOver, EndSession),
    (70_011, Operator, Topic::Scope, KeepSession),
    // The sign-in frequency of one resource, not of the grant.
    (70_043, Person, Topic::GrantOver, StepUp),
    (90_002, Operator, Topic::UnknownTenant, KeepSession),
    (90_023, Operator, Topic::Configuration, KeepSession),
    (90_033, Time, Topic::Busy, KeepSession),
    (90_055, Time, Topic::Busy, KeepSession),
    (90_094, Administrator, Topic::AdministratorConsent, StepUp),
    (90_095, Administrator, Topic::AdministratorConsent, StepUp),
    (90_099, Administrator, Topic::AdministratorConsent, StepUp),
    (135_011, Person, Topic::DeviceRule, StepUp),
    (500_011, Operator, Topic::Scope, KeepSession),
    (500_207, Operator, Topic::UnknownTenant, KeepSession),
    (500_208, Operator, Topic::UnknownTenant, KeepSession),
    (500_210, Operator, Topic::Configuration, KeepSession),
    (500_341, Person, Topic::GrantOver, EndSession),
    (530_002, Person, Topic::DeviceRule, StepUp),
    (530_003, Person, Topic::DeviceRule, StepUp),
    (700_003, Person, Topic::DeviceRule, StepUp),
    (700_016, Operator, Topic::UnknownApplication, KeepSession),
    (700_024, Operator, Topic::AssertionTime, KeepSession),
    (700_027, Operator, Topic::AssertionKey, KeepSession),
    (700_082, Person, Topic::GrantOver, EndSession),
    (900_144, Operator, Topic::Configuration, KeepSession),
    (900_941, Administrator, Topic::AdministratorConsent, StepUp),
    (1_000_502, Operator, Topic::AssertionKey, KeepSession),
    (1_002_012, Operator, Topic::Scope, KeepSession),
    (7_000_112, Operator, Topic::ApplicationDisabled, KeepSession),
    (7_000_214, Operator, Topic::AssertionKey, KeepSession),
    (7_000_215, Operator, Topic::SecretWrong, KeepSession),
    (7_000_222, Operator, Topic::SecretExpired, KeepSession),
    (7_000_274, Operator, Topic::AssertionKey, KeepSession),
    (7_000_277, Operator, Topic::AssertionKey, KeepSession),
];

const B2C: &[CodeRow] = &[
    (90_006, Operator, Topic::RedirectUri, KeepSession),
    (90_008, Operator, Topic::Configuration, KeepSession),
    (90_043, Operator, Topic::Configuration, KeepSession),
    (90_055, Operator, Topic::Scope, KeepSession),
    (90_067, Operator, Topic::Configuration, KeepSession),
    (90_077, Person, Topic::SignInEnded, StepUp),
    (90_079, Operator, Topic::SecretWrong, KeepSession),
    (90_080, Person, Topic::SignInEnded, EndSession),
    (90_081, Operator, Topic::SecretWrong, KeepSession),
    (90_085, Time, Topic::AuthorityProblem, KeepSession),
    (90_088, Operator, Topic::Configuration, KeepSession),
    (90_091, Person, Topic::Cancelled, StepUp),
    (90_107, Operator, Topic::Configuration, KeepSession),
    (90_110, Operator, Topic::Configuration, KeepSession),
    (90_115, Operator, Topic::Scope, KeepSession),
    (90_117, Operator, Topic::Scope, KeepSession),
    (90_118, Person, Topic::ForgotPassword, StepUp),
    (90_128, Person, Topic::SignInEnded, EndSession),
    (90_129, Person, Topic::SignInEnded, EndSession),
    (90_146, Operator, Topic::Scope, KeepSession),
    (90_182, Person, Topic::AttemptMismatch, StepUp),
    (90_183, Operator, Topic::Configuration, KeepSession),
    (90_205, Operator, Topic::Scope, KeepSession),
];

/// B2C's codes about an `id_token_hint`.
const B2C_LINKS: RangeInclusive<u64> = 90_208..=90_238;

const LINK_OVER: Meaning = Meaning {
    remedy: Person,
    topic: Topic::LinkOver,
    on_refresh: StepUp,
};

/// OAuth and OpenID error words (RFC 6749 §4.1.2.1, §5.2; OIDC Core §3.1.2.6), for answers without a known code.
const WORDS: &[(&str, Remedy, Topic, RefreshEffect)] = &[
    ("access_denied", Person, Topic::Denied, StepUp),
    (
        "account_selection_required",
        Person,
        Topic::AttentionNeeded,
        StepUp,
    ),
    ("consent_required", Person, Topic::ConsentMissing, StepUp),
    (
        "interaction_required",
        Person,
        Topic::AttentionNeeded,
        StepUp,
    ),
    (
        "invalid_client",
        Operator,
        Topic::ClientRejected,
        KeepSession,
    ),
    ("invalid_grant", Person, Topic::Unknown, EndSession),
    (
        "invalid_request",
        Operator,
        Topic::Configuration,
        KeepSession,
    ),
    ("invalid_resource", Operator, Topic::Scope, KeepSession),
    ("invalid_scope", Operator, Topic::Scope, KeepSession),
    (
        "invalid_target",
        Operator,
        Topic::Configuration,
        KeepSession,
    ),
    ("login_required", Person, Topic::AttentionNeeded, StepUp),
    ("server_error", Time, Topic::Busy, KeepSession),
    ("slow_down", Time, Topic::Busy, KeepSession),
    ("temporarily_unavailable", Time, Topic::Busy, KeepSession),
    (
        "unauthorized_client",
        Operator,
        Topic::Configuration,
        KeepSession,
    ),
    (
        "unsupported_grant_type",
        Operator,
        Topic::Configuration,
        KeepSession,
    ),
    (
        "unsupported_response_type",
        Operator,
        Topic::Configuration,
        KeepSession,
    ),
];

/// Microsoft's sub-errors: what kind of interaction would help. `None` where none would.
const SUBERRORS: &[(&str, Topic, Option<RefreshEffect>)] = &[
    ("additional_action", Topic::ExtraProof, Some(StepUp)),
    ("basic_action", Topic::ExtraProof, Some(StepUp)),
    ("consent_required", Topic::ConsentMissing, Some(StepUp)),
    (
        "device_authentication_failed",
        Topic::ConditionalAccess,
        None,
    ),
    ("message_only", Topic::ConditionalAccess, Some(StepUp)),
    ("protection_policy_required", Topic::ConditionalAccess, None),
    (
        "user_password_expired",
        Topic::PasswordExpired,
        Some(StepUp),
    ),
];

/// A B2C policy's own message: neither waiting nor another try is known to help.
pub(crate) const POLICY_MESSAGE: Meaning = Meaning {
    remedy: Person,
    topic: Topic::PolicyMessage,
    on_refresh: StepUp,
};

/// What a code means, if it is known.
pub(crate) fn of_code(code: AuthorityErrorCode) -> Option<Meaning> {
    let (table, number) = match code {
        AuthorityErrorCode::Entra(number) => (ENTRA, number),
        AuthorityErrorCode::B2c(number) if B2C_LINKS.contains(&number) => return Some(LINK_OVER),
        AuthorityErrorCode::B2c(number) => (B2C, number),
    };
    let (_, remedy, topic, on_refresh) = *table.iter().find(|row| row.0 == number)?;
    Some(Meaning {
        remedy,
        topic,
        on_refresh,
    })
}

/// What an error word means. An unknown one is no reason to end a session: the person signs in again where a token is
/// needed.
pub(crate) fn of_word(word: &str) -> Meaning {
    let unknown = ("", Person, Topic::Unknown, StepUp);
    let found = WORDS.iter().find(|row| row.0 == word);
    let (_, remedy, topic, on_refresh) = *found.unwrap_or(&unknown);
    Meaning {
        remedy,
        topic,
        on_refresh,
    }
}

/// What a sub-error is about, and whether an interaction helps.
pub(crate) fn of_suberror(suberror: &str) -> Option<(Topic, Option<RefreshEffect>)> {
    let (_, topic, on_refresh) = *SUBERRORS.iter().find(|row| row.0 == suberror)?;
    Some((topic, on_refresh))
}

/// The names of all codes and error words, for the test of `docs/troubleshooting.md`.
#[cfg(test)]
pub(crate) fn known_errors() -> Vec<String> {
    let entra = ENTRA.iter().map(|row| AuthorityErrorCode::Entra(row.0));
    let b2c = B2C.iter().map(|row| AuthorityErrorCode::B2c(row.0));
    let words = WORDS.iter().map(|row| row.0.to_owned());
    let codes = entra.chain(b2c).map(|code| code.to_string());
    codes.chain(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_stands_in_its_table_once_and_in_order() {
        for table in [ENTRA, B2C] {
            assert!(table.is_sorted_by(|one, next| one.0 < next.0));
            for (code, remedy, topic, on_refresh) in table {
                let somebody = matches!(remedy, Person | Administrator);
                assert_eq!(*on_refresh != KeepSession, somebody, "{code} {topic:?}");
            }
        }
        assert!(WORDS.is_sorted_by(|one, next| one.0 < next.0));
        assert!(SUBERRORS.is_sorted_by(|one, next| one.0 < next.0));
        assert!(B2C.iter().all(|row| !B2C_LINKS.contains(&row.0)));
    }

    #[test]
    fn only_codes_of_the_whole_grant_end_a_session() {
        let ending = |table: &[CodeRow]| {
            let rows = table.iter().filter(|row| row.3 == EndSession);
            rows.map(|row| row.0).collect::<Vec<_>>()
        };
        let entra = [50_057, 50_132, 50_173, 70_000, 70_008, 500_341, 700_082];
        assert_eq!(ending(ENTRA), entra);
        assert_eq!(ending(B2C), [90_080, 90_128, 90_129]);
    }
}
