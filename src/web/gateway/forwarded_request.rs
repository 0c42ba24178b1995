//! A request that may pass to an upstream, and everything that is known of it.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};

use crate::domain::causes::with_causes;
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::profile::Profile;
use crate::domain::route::Upstream;
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;
use crate::proxy::error::UpstreamError;
use crate::proxy::tunnel::SessionEnd;
use crate::web::client::stopping::Stopping;
use crate::web::errors::gateway_answers::Ending;
use crate::web::gateway::guarded::{Guarded, Sender};

/// How long an expired token may keep something open, at most.
const LONGEST_NAP: Duration = Duration::from_secs(1);

/// A request that may pass.
pub struct Forward<'a> {
    /// The profile.
    pub profile: &'a Arc<Profile>,
    /// The request as it was judged.
    pub guarded: &'a Guarded<'a>,
    /// The HTTP request.
    pub request: &'a HttpRequest,
    /// Where it goes.
    pub upstream: &'a Upstream,
    /// Who sends it.
    pub sender: &'a Sender,
    /// What the upstream is told about the caller.
    pub identity: Option<&'a Identity>,
    /// How it ends without an answer of the upstream.
    pub ending: Ending<'a>,
}

impl Forward<'_> {
    /// The person whom the decision names. Only this person's tokens may go to the upstream: at a public path, and with a
    /// preflight, a request may pass that must not act for the person whose cookie it bears.
    pub(super) fn person(&self) -> Option<&SignedIn> {
        self.identity.and(self.sender.person())
    }

    /// The same request of a sender who is nobody.
    pub(super) fn for_nobody(&self) -> Self {
        Forward {
            sender: &Sender::Nobody,
            identity: None,
            ..*self
        }
    }

    /// Logs a failure once, where it is answered.
    pub(super) fn failed(&self, error: &UpstreamError) -> HttpResponse {
        tracing::warn!(
            profile.id = %self.profile.id,
            route.path = %self.guarded.route.path,
            upstream = %self.upstream.origin,
            error = %with_causes(error),
            "a request was not answered by its upstream"
        );
        let title = self.upstream.title.as_ref().unwrap_or(&self.profile.title);
        self.ending.upstream_failed(error, title)
    }

    /// When an event stream has to end: with the session behind the request, or with the process.
    pub(super) fn stream_end(&self) -> SessionEnd {
        let stopping = Stopping::of(self.request);
        match self.session_end() {
            None => stopping,
            Some(session_end) => Box::pin(async move {
                tokio::select! {
                    () = session_end => {}
                    () = stopping => {}
                }
            }),
        }
    }

    /// When the session behind the request ends, or when its access token expires; `None` without one.
    pub(super) fn session_end(&self) -> Option<SessionEnd> {
        let services = &self.guarded.app.services;
        if let (Sender::Bearer(bearer), Some(_)) = (self.sender, self.identity) {
            let end = expiry(Arc::clone(services), bearer.ends_at());
            return Some(Box::pin(end));
        }
        let person = self.person()?;
        let watch = &services.session_watch;
        Some(Box::pin(watch.end_of(&self.profile.id, person.handle())))
    }
}

/// Resolves when `end` has come. The clock is looked at again and again, because it can be set.
async fn expiry(services: Arc<Services>, end: Timestamp) {
    while services.now() < end {
        let left = (end - services.now()).to_std().unwrap_or_default();
        tokio::time::sleep(left.min(LONGEST_NAP)).await;
    }
}
