//! Who is signed in, as a value that a handler takes. A handler that takes [`SignedIn`] cannot forget to check.
//!
//! The session is checked at most once in a request; the request's extensions keep the answer.

use actix_web::dev::{Extensions, Payload};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::flow::error::FlowError;
use crate::flow::session_check::{self, SignedIn, Use};
use crate::web::extract::visit::Visit;

/// The answer of the session check for this request.
struct Checked(Result<Option<SignedIn>, FlowError>);

/// Keeps an answer that was found out before the handler runs.
pub fn keep_answer(extensions: &mut Extensions, answer: Result<Option<SignedIn>, FlowError>) {
    extensions.insert(Checked(answer));
}

/// Who is signed in, if this request has already found out.
pub fn checked(request: &HttpRequest) -> Option<SignedIn> {
    match request.extensions().get::<Checked>() {
        Some(Checked(Ok(signed_in))) => signed_in.clone(),
        _ => None,
    }
}

/// Who is signed in, if anybody. The idle deadline does not move.
///
/// # Errors
/// `Store` when it is unknown.
pub async fn peek(visit: &Visit) -> Result<Option<SignedIn>, FlowError> {
    let checked = visit.request().extensions_mut().remove::<Checked>();
    let signed_in = if let Some(Checked(answer)) = checked {
        answer?
    } else {
        let handle = visit.session_handle();
        let (services, profile) = (visit.services(), visit.profile());
        session_check::check(services, profile, handle.as_ref(), Use::Peek).await?
    };
    let mut extensions = visit.request().extensions_mut();
    keep_answer(&mut extensions, Ok(signed_in.clone()));
    Ok(signed_in)
}

/// The same, and the idle deadline moves.
async fn check(visit: &Visit) -> Result<Option<SignedIn>, FlowError> {
    let signed_in = peek(visit).await?;
    if let Some(signed_in) = &signed_in {
        session_check::slide(visit.services(), visit.profile(), signed_in);
    }
    Ok(signed_in)
}

/// Who is signed in, if anybody, for a page that everybody may see. Moves the idle deadline.
#[derive(Debug)]
pub struct MaybeSignedIn(pub Option<SignedIn>);

/// Who is signed in, if anybody, for a script that asks. Does not move the idle deadline.
#[derive(Debug)]
pub struct Peeked(pub Option<SignedIn>);

type Extracted<T> = LocalBoxFuture<'static, Result<T, Error>>;

/// For a page that only a signed-in person may see: anybody else gets `NotSignedIn`. Moves the idle deadline.
impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = Visit::of(request);
        Box::pin(async move { Ok(check(&visit?).await?.ok_or(FlowError::NotSignedIn)?) })
    }
}

impl FromRequest for MaybeSignedIn {
    type Error = Error;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = Visit::of(request);
        Box::pin(async move { Ok(Self(check(&visit?).await?)) })
    }
}

impl FromRequest for Peeked {
    type Error = Error;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = Visit::of(request);
        Box::pin(async move { Ok(Self(peek(&visit?).await?)) })
    }
}
