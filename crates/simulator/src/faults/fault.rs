//! The faults that exist, and where each is carried out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kind::Kind;

/// A wrong, late or unusual answer. Durations are milliseconds; what is throttled says `Retry-After` in seconds.
///
/// Over HTTP: `"BadSignature"`, `{"MissingClaim": "sub"}`, `{"TokenThrottled": 3}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[expect(
    missing_docs,
    reason = "the names say it; groups are explained where they begin"
)]
#[non_exhaustive]
pub enum Fault {
    // ID token, at sign-in and at refresh. Signed correctly unless the fault says otherwise.
    /// A character is appended to `iss`.
    WrongIssuer,
    /// `iss` and `tid` are another tenant's.
    IssuerOfOtherTenant,
    MissingClaim(String),
    SetClaim(String, Value),
    WrongAudience,
    /// `aud` is an array with us and a stranger.
    ExtraAudience,
    /// `aud` is an array with only us, which is legal.
    AudienceArray,
    WrongNonce,
    MissingNonce,
    TidNotGuid,
    /// Fits the signature, not the issuer.
    OtherTid,
    /// B2C: a token of the edit-profile policy.
    OtherPolicy,
    Expired,
    NotYetValid,
    IatWeekOld,
    /// All times moved by so many seconds: the clocks differ.
    ClockOff(i64),
    BadSignature,
    AlgNone,
    Hs256WithSecret,
    /// PS256 instead of RS256.
    OtherAlgorithm,
    /// A key that is published nowhere.
    UnknownKid,
    /// No `kid` in the header.
    MissingKid,
    /// Right `kid`, signed by a key that is published nowhere.
    ForgedKid,
    /// Entra: signed with the key of personal accounts, whose `issuer` does not fit.
    KeyOfOtherIssuer,
    /// New keys just before signing.
    KeysRotated,
    HeaderMember(String, Value),
    WrongAccessTokenHash,

    // Metadata and key set.
    MetadataIssuerChanged,
    MetadataHtml,
    MetadataNotFound,
    MetadataHuge,
    MetadataTruncated,
    MetadataRedirect,
    MetadataStatus(u16),
    MetadataSlow(u64),
    MetadataThrottled(Option<u64>),
    /// Replaces a member of the document; `null` removes it.
    MetadataMember(String, Value),
    KeysDown,
    KeysHtml,
    KeysHuge,
    KeysEmpty,
    KeysSlow(u64),
    KeysWithoutKid,

    // Authorization response.
    AuthorizeError {
        error: String,
        description: String,
    },
    /// A code of the platform, such as 50105 or 90118, at the kinds that have it.
    AuthorizeCode(u32),
    CallbackIssWrong,
    CallbackIssMissing,
    CallbackStateWrong,
    CallbackStateMissing,
    CallbackWithoutCode,
    /// `code` and `error` together.
    CallbackCodeAndError,

    // Token endpoint: the transport.
    TokenStatus(u16),
    /// Accepts and never answers.
    TokenHang,
    TokenSlow(u64),
    TokenThrottled(Option<u64>),
    TokenHtml,
    TokenTruncated,
    TokenHuge,
    /// The grant is used up, the answer is cut off on the wire.
    TokenAnswerLost,

    // Token endpoint: the body.
    TokenStringNumbers,
    TokenTrailingSpaceAfterJwt,
    TokenWithoutIdToken,
    TokenWithoutAccessToken,
    TokenWithoutType,
    TokenTypeOddCase,
    TokenWithoutExpiresIn,
    ScopeDropped(String),
    ScopeEmpty,
    ScopeMissing,
    ScopeUpperCase,
    ScopeWithGraphPrefix,

    // Token endpoint: error bodies.
    InvalidGrant,
    InvalidClient,
    /// With `claims`, `suberror: basic_action`.
    InteractionRequired,
    ConsentRequired,
    /// `suberror: message_only`.
    MessageOnly,
    ErrorBodyWithoutError,
    /// A code of the platform, such as 50076 or 90080, at the kinds that have it.
    TokenCode(u32),
    TokenError {
        error: String,
        code: u32,
        suberror: Option<String>,
        description: String,
    },

    // Refresh only.
    RefreshOtherSubject,
    RefreshOtherIssuer,
    RefreshBadSignature,
    RefreshWithoutIdToken,
    RefreshWithoutRefreshToken,

    // Userinfo.
    UserinfoOtherSubject,
    UserinfoDown,
    UserinfoAsJwt,

    // Graph and the sample API.
    ApiStatus(u16),
    ApiThrottled(Option<u64>),
    ApiNotJson,
    ApiUnauthorized,
    ApiForbidden,
    ApiSlow(u64),
    ApiHang,
    ApiHuge,
    /// For everybody, not only for `chad`.
    ApiClaimsChallenge,

    // Sign-out.
    LogoutStateChanged,
    LogoutStateMissing,
}

/// Where a fault is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    IdToken,
    Metadata,
    Keys,
    AuthorizeAnswer,
    TokenTransport,
    TokenRefusal,
    TokenBody,
    Refresh,
    Userinfo,
    Api,
    Logout,
}

impl Fault {
    /// Only the next `times` answers at this fault's place.
    pub fn times(self, times: u32) -> Injection {
        Injection {
            fault: self,
            times: Some(times),
            kind: None,
        }
    }

    /// Only at this kind of authority.
    pub fn at(self, kind: Kind) -> Injection {
        Injection {
            fault: self,
            times: None,
            kind: Some(kind),
        }
    }

    pub(super) const fn point(&self) -> Point {
        use Fault as F;
        match self {
            F::MetadataIssuerChanged
            | F::MetadataHtml
            | F::MetadataNotFound
            | F::MetadataHuge
            | F::MetadataTruncated
            | F::MetadataRedirect
            | F::MetadataStatus(_)
            | F::MetadataSlow(_)
            | F::MetadataThrottled(_)
            | F::MetadataMember(..) => Point::Metadata,
            F::KeysDown
            | F::KeysHtml
            | F::KeysHuge
            | F::KeysEmpty
            | F::KeysSlow(_)
            | F::KeysWithoutKid => Point::Keys,
            F::AuthorizeError { .. }
            | F::AuthorizeCode(_)
            | F::CallbackIssWrong
            | F::CallbackIssMissing
            | F::CallbackStateWrong
            | F::CallbackStateMissing
            | F::CallbackWithoutCode
            | F::CallbackCodeAndError => Point::AuthorizeAnswer,
            F::UserinfoOtherSubject | F::UserinfoDown | F::UserinfoAsJwt => Point::Userinfo,
            F::ApiStatus(_)
            | F::ApiThrottled(_)
            | F::ApiNotJson
            | F::ApiUnauthorized
            | F::ApiForbidden
            | F::ApiSlow(_)
            | F::ApiHang
            | F::ApiHuge
            | F::ApiClaimsChallenge => Point::Api,
            F::LogoutStateChanged | F::LogoutStateMissing => Point::Logout,
            _ => self.point_of_tokens(),
        }
    }

    const fn point_of_tokens(&self) -> Point {
        use Fault as F;
        match self {
            F::TokenStatus(_)
            | F::TokenHang
            | F::TokenSlow(_)
            | F::TokenThrottled(_)
            | F::TokenHtml => Point::TokenTransport,
            F::InvalidGrant
            | F::InvalidClient
            | F::InteractionRequired
            | F::ConsentRequired
            | F::MessageOnly
            | F::ErrorBodyWithoutError
            | F::TokenCode(_)
            | F::TokenError { .. } => Point::TokenRefusal,
            F::TokenTruncated
            | F::TokenHuge
            | F::TokenAnswerLost
            | F::TokenStringNumbers
            | F::TokenTrailingSpaceAfterJwt
            | F::TokenWithoutIdToken
            | F::TokenWithoutAccessToken
            | F::TokenWithoutType
            | F::TokenTypeOddCase
            | F::TokenWithoutExpiresIn
            | F::ScopeDropped(_)
            | F::ScopeEmpty
            | F::ScopeMissing
            | F::ScopeUpperCase
            | F::ScopeWithGraphPrefix => Point::TokenBody,
            F::RefreshOtherSubject
            | F::RefreshOtherIssuer
            | F::RefreshBadSignature
            | F::RefreshWithoutIdToken
            | F::RefreshWithoutRefreshToken => Point::Refresh,
            _ => Point::IdToken,
        }
    }
}

/// A fault with its bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Injection {
    /// What goes wrong.
    pub fault: Fault,
    /// How many answers; until cleared when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// At which kind of authority; at all when absent. Not for APIs, which belong to none.
    #[serde(default)]
    pub kind: Option<Kind>,
}

impl Injection {
    /// Only the next `times` answers at this fault's place.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }

    /// Only at this kind of authority.
    #[must_use]
    pub fn at(self, kind: Kind) -> Self {
        Self {
            kind: Some(kind),
            ..self
        }
    }
}

impl From<Fault> for Injection {
    fn from(fault: Fault) -> Self {
        Self {
            fault,
            times: None,
            kind: None,
        }
    }
}
