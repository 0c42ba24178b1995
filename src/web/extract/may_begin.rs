//! Permission to begin an attempt to sign in.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};

use crate::flow::error::FlowError;
use crate::web::extract::fetch_metadata::{is_prefetch, is_script};
use crate::web::extract::visit::Visit;

/// Proof that a request may begin an attempt: a person navigates, and the client is within its rate limit. Each proof
/// counts against the limit.
#[derive(Debug)]
pub struct MayBegin(());

impl MayBegin {
    /// Judges a request.
    ///
    /// # Errors
    /// `NotSignedIn` for a script or a prefetch, `TooMany` above the rate limit.
    pub fn judge(visit: &Visit) -> Result<Self, FlowError> {
        let request = visit.request();
        if is_script(request) || is_prefetch(request) {
            return Err(FlowError::NotSignedIn);
        }
        if let Some(address) = visit.client_address() {
            let admitted = visit.app().rate_limits.admit_attempt(address);
            admitted.map_err(|_| FlowError::TooMany)?;
        }
        Ok(Self(()))
    }
}

impl FromRequest for MayBegin {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let judged = Visit::of(request).and_then(|visit| Ok(Self::judge(&visit)?));
        ready(judged)
    }
}
