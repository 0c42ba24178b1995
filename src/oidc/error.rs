//! What can go wrong between the gateway and an authority, sorted by who must do something about it.
//!
//! No variant holds a secret, a token or a person's name. The description that an authority wrote for people is not
//! kept at all ([`AuthorityErrorDetail`]).

use std::time::Duration;

use crate::domain::issuer::IssuerRefusal;
use crate::http::CallError;
use crate::oidc::authority_error::AuthorityErrorDetail;
use crate::oidc::tokens::access_token::AccessTokenFault;
use crate::oidc::tokens::id_token::IdTokenFault;
use crate::oidc::tokens::jwt::JwtRefusal;

/// Why a request to an authority failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OidcError {
    /// It passes by itself: answer 503, end no session, try again.
    #[error("the authority is unavailable: {why}")]
    Unavailable {
        /// What happened.
        why: Outage,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// The operator must act; nobody can sign in until then.
    #[error("the profile and its authority do not fit together: {0}")]
    Misconfigured(Misconfiguration),
    /// The authority refused this person or this attempt: the person must act.
    #[error("the authority refused: {0}")]
    Refused(Box<AuthorityErrorDetail>),
    /// The response failed a check: an attack, or an authority that breaks its protocol.
    #[error("the authority's answer is not acceptable: {0}")]
    Invalid(#[from] Invalid),
    /// A valid token of a directory tenant that is not allowed; the person may read this.
    #[error("the directory tenant may not enter")]
    TenantNotAllowed,
}

/// Why there is no usable response for now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Outage {
    /// The call got no complete response.
    #[error("{0}")]
    Call(CallError),
    /// A response with this status and without an error body.
    #[error("status {0}")]
    Status(u16),
    /// A document that cannot be used.
    #[error("{0}")]
    BadDocument(&'static str),
    /// The tenant pin could not be read or written.
    #[error("the pinned tenant could not be read")]
    TenantPins,
    /// A token response that cannot be read, as from a proxy in between.
    #[error("{0}")]
    Malformed(ResponseFault),
    /// The signing keys were fetched a moment ago, and the budget for another fetch is spent.
    #[error("the signing keys were fetched a moment ago")]
    KeysJustFetched,
    /// The authority answered with an error that passes.
    #[error("the authority cannot now: {0}")]
    ErrorResponse(Box<AuthorityErrorDetail>),
    /// The platform's managed identity endpoint does not answer.
    #[error("the managed identity ({source_name}) does not answer: {why}")]
    ManagedIdentity {
        /// Which source was asked.
        source_name: &'static str,
        /// Why.
        why: String,
    },
}

/// What the operator must put right.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Misconfiguration {
    /// The metadata's issuer is not the one that the profile accepts.
    #[error("{refusal}: it names {found:?}, accepted is {expected}")]
    Issuer {
        /// What is wrong with it.
        refusal: IssuerRefusal,
        /// The issuer of the document, cut to 200 characters.
        found: String,
        /// What the profile's issuer policy accepts.
        expected: String,
    },
    /// There is no metadata at the address: the tenant or its name is wrong.
    #[error("there is no metadata at the authority's address (status {0})")]
    NoMetadata(u16),
    /// The metadata lacks a member, or one has the wrong shape.
    #[error("the metadata's {0} is missing or malformed")]
    Member(&'static str),
    /// An endpoint on a host that does not belong to the authority (RFC 9700 §4.4).
    #[error("the metadata's {0} is on a host that does not belong to the authority")]
    Endpoint(&'static str),
    /// The ID token names no person.
    #[error("{0}")]
    NamesNobody(IdTokenFault),
    /// The authority has no such user flow.
    #[error("the authority has no such user flow")]
    NoSuchUserFlow,
    /// The credential cannot be used.
    #[error("{0}")]
    Credential(#[from] CredentialProblem),
    /// The authority does not accept this client as configured.
    #[error("the authority does not accept this client as configured: {0}")]
    Client(Box<AuthorityErrorDetail>),
}

/// Why the client cannot authenticate with its credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialProblem {
    /// A file cannot be read.
    #[error("cannot read {path}: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// A file is empty.
    #[error("{0} is empty")]
    Empty(String),
    /// A file leads to one that no authority may receive.
    #[error("{0} leads to a file that this profile may not use")]
    Forbidden(String),
    /// There is no certificate in the file.
    #[error("{0} holds no certificate in PEM form")]
    NoCertificate(String),
    /// There is no usable private key.
    #[error("{0} holds no RSA private key in PEM form (without a password)")]
    NoKey(String),
    /// Key and certificate are not a pair.
    #[error("the private key does not belong to the certificate in {0}")]
    NotAPair(String),
    /// No certificate is within its validity.
    #[error("no certificate is within its validity")]
    OutsideValidity,
    /// The managed identity gave no token; the operator must act.
    #[error("the managed identity ({source_name}) gave no token: {why}")]
    ManagedIdentity {
        /// Which source was asked.
        source_name: &'static str,
        /// Why.
        why: String,
    },
    /// The managed identity does not answer now; that passes by itself.
    #[error("the managed identity ({source_name}) does not answer: {why}")]
    ManagedIdentityAway {
        /// Which source was asked.
        source_name: &'static str,
        /// Why.
        why: String,
    },
}

/// Which check a response failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The token's form or header.
    #[error("{0}")]
    Form(#[from] JwtRefusal),
    /// The token's signature or key.
    #[error("{0}")]
    Signature(#[from] SignatureRefusal),
    /// A claim of the token.
    #[error("{0}")]
    Claim(#[from] IdTokenFault),
    /// A claim of an access token that a caller brought.
    #[error("{0}")]
    AccessToken(#[from] AccessTokenFault),
    /// The token response.
    #[error("{0}")]
    Response(#[from] ResponseFault),
    /// The userinfo answer.
    #[error("{0}")]
    Userinfo(#[from] UserinfoFault),
    /// The `iss` parameter of the authorization response (RFC 9207 §2.4).
    #[error("the iss parameter is missing or another issuer's")]
    IssuerParameter,
    /// The profile moved to another authority since the attempt began (RFC 9700 §4.4.2).
    #[error("the profile moved to another authority meanwhile")]
    Moved,
}

/// Why a signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureRefusal {
    /// No key of the set fits the header.
    #[error("no signing key of the authority fits the token")]
    NoKey,
    /// Several keys fit, and the header names none.
    #[error("the token does not say which of several keys signed it")]
    AmbiguousKey,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Wrong,
}

/// What is wrong with a token response (RFC 6749 §5.1, OIDC Core §3.1.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResponseFault {
    /// Not JSON: a page of something between us and the authority, or a response that broke off.
    #[error("the token response is no JSON")]
    NotJson,
    /// JSON, but no object.
    #[error("the token response is no JSON object")]
    Shape,
    /// `token_type` is missing or not bearer.
    #[error("the token response has no bearer token type")]
    TokenType,
    /// No usable `access_token`.
    #[error("the token response has no usable access token")]
    AccessToken,
    /// No `id_token`.
    #[error("the token response has no ID token")]
    IdToken,
}

/// What is wrong with a userinfo response (OIDC Core §5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserinfoFault {
    /// Neither a JSON object nor a signed one.
    #[error("the userinfo answer is no JSON object")]
    Shape,
    /// `sub` is missing or another person's (OIDC Core §5.3.2).
    #[error("the userinfo answer is about another subject")]
    Subject,
    /// `iss` or `aud` of a signed answer.
    #[error("the signed userinfo answer is from or for somebody else")]
    Origin,
}

/// Why tokens could not be refreshed, sorted by what becomes of the session.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RefreshError {
    /// The whole grant is over (`invalid_grant`): end the session.
    #[error("the refresh token was rejected: {0}")]
    Rejected(Box<AuthorityErrorDetail>),
    /// The person must do something at the authority: keep the session, begin a step-up sign-in.
    #[error("the person must sign in again: {0}")]
    InteractionRequired(Box<AuthorityErrorDetail>),
    /// The authority refuses the client, not the person (`invalid_client`, a bad scope): keep the session, tell the
    /// operator.
    #[error("the gateway itself was refused: {0}")]
    ClientRefused(Misconfiguration),
    /// Too many calls: keep the session, wait.
    #[error("the authority asks to wait: {why}")]
    Throttled {
        /// What it said.
        why: Outage,
        /// For how long.
        retry_after: Duration,
    },
    /// It passes by itself: keep the session.
    #[error("the authority is unavailable: {why}")]
    Unavailable {
        /// What happened.
        why: Outage,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// The response failed a check (OIDC Core §12.2): nothing of it is used, end the session.
    #[error("the refreshed tokens are not acceptable: {0}")]
    Invalid(Invalid),
    /// There is no refresh token: the person must sign in again.
    #[error("there is no refresh token")]
    NoRefreshToken,
}

impl OidcError {
    /// Whether the reason concerns every sign-in of the profile and not only this one: what the authority signs for
    /// everybody does not fit the profile.
    pub fn concerns_everybody(&self) -> bool {
        match self {
            Self::Invalid(Invalid::Claim(fault)) => !matches!(
                fault,
                IdTokenFault::Nonce | IdTokenFault::AccessTokenHash | IdTokenFault::Subject
            ),
            Self::Misconfigured(_)
            | Self::Invalid(Invalid::Form(_) | Invalid::Signature(_) | Invalid::Response(_)) => {
                true
            }
            Self::Invalid(_)
            | Self::Unavailable { .. }
            | Self::Refused(_)
            | Self::TenantNotAllowed => false,
        }
    }

    /// An outage without a `Retry-After`.
    pub(crate) fn outage(why: Outage) -> Self {
        Self::Unavailable {
            why,
            retry_after: None,
        }
    }
}

impl From<CallError> for OidcError {
    fn from(error: CallError) -> Self {
        Self::Unavailable {
            retry_after: error.retry_after(),
            why: Outage::Call(error),
        }
    }
}

impl From<Misconfiguration> for OidcError {
    fn from(problem: Misconfiguration) -> Self {
        Self::Misconfigured(problem)
    }
}

impl From<SignatureRefusal> for OidcError {
    fn from(refusal: SignatureRefusal) -> Self {
        Self::Invalid(Invalid::Signature(refusal))
    }
}

impl From<IdTokenFault> for OidcError {
    /// What the person may be told, and what the operator must put right, have variants of their own.
    fn from(check: IdTokenFault) -> Self {
        match check {
            IdTokenFault::Issuer(IssuerRefusal::TenantNotAllowed) => Self::TenantNotAllowed,
            nobody @ IdTokenFault::Nobody => {
                Self::Misconfigured(Misconfiguration::NamesNobody(nobody))
            }
            other => Self::Invalid(Invalid::Claim(other)),
        }
    }
}
