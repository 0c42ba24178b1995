//! Who is signed in, as a value that a handler takes. A handler that takes [`SignedIn`] cannot forget to check.
//!
//! The session is checked at most once in a request; the request's extensions keep the answer.

use actix_web::dev::{Extensions, Payload};
use actix_web::http::Method;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::domain::flash::Flash;
use crate::flow::error::FlowError;
use crate::flow::session_check::{self, SignedIn, Use, Verdict};
use crate::web::cookies::session;
use crate::web::extract::provenance::{is_prefetch, is_script};
use crate::web::extract::visit::Visit;

/// The answer of the session check for this request.
struct Checked(Result<Option<SignedIn>, FlowError>);

/// How the session of this browser ended, found out by this request.
struct EndedHandle(Flash);

/// How the session ended of which this browser still has the handle. A page that says it calls [`told`].
pub fn ending(request: &HttpRequest) -> Option<Flash> {
    request
        .extensions()
        .get::<EndedHandle>()
        .map(|ending| ending.0)
}

/// The same, and the browser's handle goes, so that it is said once. A prefetch takes nothing away.
pub fn told(visit: &Visit) -> Option<Flash> {
    let request = visit.request();
    let ending = ending(request)?;
    if request.method() == Method::GET && !is_script(request) && !is_prefetch(request) {
        session::forget(request, &visit.profile().id);
    }
    Some(ending)
}

/// The store keeps neither ended nor expired sessions. One that cannot have been idle for too long was ended; any other
/// has most likely run out.
fn ending_of(visit: &Visit, verdict: &Verdict) -> Option<Flash> {
    match verdict {
        Verdict::NotAllowed => Some(Flash::SessionNotAllowed),
        Verdict::SignedIn(_) | Verdict::Nobody => None,
        Verdict::Gone => {
            let (keys, profile) = (&visit.app().cookie_keys, visit.profile());
            let found = session::browser_handle(visit.headers(), keys, profile)?;
            let idle = profile.session.idle_timeout.as_secs();
            let age = visit.now().timestamp() - found.signed_in_at?;
            Some(if u64::try_from(age).unwrap_or(0) < idle {
                Flash::SessionEnded
            } else {
                Flash::SessionExpired
            })
        }
    }
}

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
        let verdict = session_check::judge(services, profile, handle.as_ref(), Use::Peek).await?;
        if let Some(ending) = ending_of(visit, &verdict) {
            visit.request().extensions_mut().insert(EndedHandle(ending));
        }
        verdict.signed_in()
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
