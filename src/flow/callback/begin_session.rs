//! Begin a session for a person whose answer was accepted.

use crate::domain::access_rule::Denial;
use crate::domain::identity::is_identifier;
use crate::domain::profile::Profile;
use crate::domain::session::{Session, SessionHandle, SessionId};
use crate::flow::callback::complete::{Arrival, Callback};
use crate::flow::error::{AccessDenied, FlowError};
use crate::flow::{access, audit};
use crate::oidc::Redeemed;
use crate::store::NewSession;

impl Callback<'_> {
    /// Begins a session with a new handle.
    ///
    /// 1. The access rule judges the person, with groups read from the directory where the token leaves them out.
    /// 2. A new handle, a new id and the deadlines of the profile.
    /// 3. One transaction stores the session and removes the one that the browser had (session fixation).
    /// 4. The audit stream has the sign-in.
    pub(super) async fn begin_session(
        &self,
        redeemed: Redeemed,
    ) -> Result<SessionHandle, FlowError> {
        let Arrival {
            services,
            visit,
            browser,
        } = self.arrival;
        let profile = visit.profile;
        let Redeemed {
            identity,
            tokens,
            sid,
            graph_token,
        } = redeemed;
        let person = identity.person();
        let has_groups = identity.claims().contains_key("groups");
        let (tokens, judged) =
            access::admit(services, profile, identity, tokens, graph_token).await;
        let identity = judged.map_err(|denied| {
            audit::refused(profile, "not_allowed", Some(&person), &denied);
            if matches!(denied, Denial::Group | Denial::GroupsUnknown) && !has_groups {
                warn_of_groups(profile, denied);
            }
            FlowError::NotAllowed(AccessDenied::Rule(denied))
        })?;
        let now = services.now();
        let handle = SessionHandle::generate(&*services.random);
        let expires_at = now + profile.session.lifetime;
        let session = Session {
            id: SessionId::generate(&*services.random),
            profile: profile.id.clone(),
            fingerprint: profile.fingerprint,
            identity,
            created_at: now,
            seen_at: now,
            idle_until: Session::idle_deadline(now, profile.session).min(expires_at),
            expires_at,
        };
        let signed_in = audit::SignIn::of(&session);
        // Microsoft names its own session in `session_state` when the ID token has no `sid`.
        let session_state = self.session_state.clone();
        let sid = sid.or(session_state
            .filter(|sid| profile.authority.dialect().microsoft && is_identifier(sid, 255)));
        services
            .store
            .create(NewSession {
                handle: handle.clone(),
                session,
                tokens,
                sid,
                user_agent: visit.user_agent.map(str::to_owned),
                ended: browser.handle.cloned(),
            })
            .await?;
        audit::signed_in(profile, &signed_in);
        Ok(handle)
    }
}

/// The rule asks for groups, and the token brought none: that concerns one person without groups, or everybody.
fn warn_of_groups(profile: &Profile, denied: Denial) {
    let remedy = if denied == Denial::GroupsUnknown {
        "allow the application to read groups (GroupMember.Read.All), or let the token name only groups that are assigned to it"
    } else {
        "let the ID token have the claim `groups`, such as by Token configuration of the registration, or use roles"
    };
    tracing::warn!(profile.id = %profile.id, cause = %denied, remedy, "everybody may be refused: the profile's rule asks for groups, and the ID token names none");
}
