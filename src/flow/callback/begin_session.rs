//! Redeem the code, and begin a session for a person whose answer was accepted: steps 6 to 8 of [`complete`].
//!
//! [`complete`]: crate::flow::callback::complete

use crate::domain::access_rule::Denial;
use crate::domain::attempt::Attempt;
use crate::domain::authority::UserFlowKind;
use crate::domain::causes::with_causes;
use crate::domain::flash::Flash;
use crate::domain::identity::is_identifier;
use crate::domain::profile::Profile;
use crate::domain::route::StepUp;
use crate::domain::secret::AuthorizationCode;
use crate::domain::session::{Session, SessionHandle, SessionId};
use crate::flow::callback::complete::{Arrival, Callback, CallbackResult};
use crate::flow::error::{AccessDenied, FlowError};
use crate::flow::sign_in::{AuthorizationOptions, begin};
use crate::flow::{access, audit, edit_profile};
use crate::oidc::{Asking, OidcError, Redeemed};
use crate::store::NewSession;

impl Callback<'_> {
    /// Steps 6 to 8.
    pub(super) async fn redeem(
        self,
        code: &AuthorizationCode,
    ) -> Result<CallbackResult, FlowError> {
        let Arrival {
            services, visit, ..
        } = self.arrival;
        let profile = visit.profile;
        let redeemed = services
            .authorities
            .redeem(profile, code, &self.attempt)
            .await;
        let redeemed = match redeemed {
            Ok(redeemed) => redeemed,
            // The authority asks for more than it was asked for: once more, with its claims (microsoft-identity 2.5).
            Err(OidcError::Refused(detail))
                if detail.claims.is_some() && !self.attempt.stepped_up =>
            {
                let begun = self.once_more(detail.claims.clone()).await?;
                return Ok(CallbackResult::NextFlow(Box::new(begun)));
            }
            Err(cause) => return Err(self.answer_refused(cause)),
        };
        // The ID token of an issuer with a template names the tenant's own issuer, which `iss` must equal
        // (RFC 9207 §2.4).
        let iss = self.iss.as_deref();
        if iss.is_some() && redeemed.identity.text("iss").as_deref() != iss {
            let person = redeemed.identity.person();
            let error = FlowError::WrongAuthority;
            audit::refused(profile, "issuer_mismatch", Some(&person), &error);
            return Err(error);
        }
        self.finish(redeemed).await
    }

    /// Steps 7 and 8, by what the user flow was for.
    async fn finish(self, redeemed: Redeemed) -> Result<CallbackResult, FlowError> {
        let Arrival {
            services,
            visit,
            browser,
        } = self.arrival;
        let profile = visit.profile;
        match self.attempt.user_flow {
            UserFlowKind::SignIn => {
                let expected = self.attempt.expects.as_ref();
                let person = redeemed.identity.person();
                if expected.is_some_and(|expected| *expected != person) {
                    let error = FlowError::OtherPerson;
                    audit::refused(profile, "other_person", Some(&person), &error);
                    return Err(error);
                }
                self.judge_step_up(&redeemed)?;
                let handle = self.begin_session(redeemed).await?;
                let Attempt { api, expects, .. } = self.attempt;
                Ok(CallbackResult::SignedIn {
                    handle,
                    return_to: self.return_to,
                    asked: api.zip(expects),
                })
            }
            UserFlowKind::EditProfile => {
                edit_profile::apply(services, profile, browser.handle, &redeemed.identity).await?;
                let updated = Flash::ProfileUpdated;
                Ok(CallbackResult::RedirectWithFlash(self.return_to, updated))
            }
            // A reset password signs nobody in: the sign-in flow follows, silently where the authority allows it.
            UserFlowKind::ResetPassword => {
                let options = AuthorizationOptions {
                    prompt: Asking::AsLittleAsPossible,
                    ..AuthorizationOptions::default()
                };
                let begun = begin(services, visit, options, &self.return_to).await?;
                Ok(CallbackResult::NextFlow(Box::new(begun)))
            }
        }
    }

    /// The authority may ignore what it was asked for. Then no session begins, and a page says so: another attempt would
    /// end here, too.
    fn judge_step_up(&self, redeemed: &Redeemed) -> Result<(), FlowError> {
        let Arrival {
            services, visit, ..
        } = self.arrival;
        let met = |step_up: &StepUp| step_up.is_met_by(&redeemed.identity, services.now());
        match self
            .attempt
            .step_up
            .as_ref()
            .filter(|step_up| !met(step_up))
        {
            None => Ok(()),
            Some(step_up) => {
                let error = FlowError::StepUpNotGranted {
                    step_up: step_up.clone(),
                    target: self.return_to.clone(),
                };
                let who = redeemed.identity.person();
                audit::refused(visit.profile, "step_up_not_granted", Some(&who), &error);
                Err(error)
            }
        }
    }

    /// Begins a session with a new handle.
    ///
    /// 1. The access rule judges the person, with groups read from the directory where the token leaves them out.
    /// 2. A new handle, a new id and the deadlines of the profile.
    /// 3. One transaction stores the session and removes the one that the browser had (session fixation).
    /// 4. The audit stream has the sign-in.
    async fn begin_session(&self, redeemed: Redeemed) -> Result<SessionHandle, FlowError> {
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
                network: visit.network,
                ended: browser.handle.cloned(),
            })
            .await?;
        audit::signed_in(profile, &signed_in);
        Ok(handle)
    }

    /// The error of an answer that was not accepted. The audit stream has what refused the person; an outage refuses
    /// nobody.
    fn answer_refused(&self, cause: OidcError) -> FlowError {
        let profile = self.arrival.visit.profile;
        match &cause {
            OidcError::Invalid(_) | OidcError::TenantNotAllowed => {
                audit::refused(profile, "answer_refused", None, &with_causes(&cause));
            }
            OidcError::Refused(detail) => {
                audit::refused(profile, &detail.to_string(), None, &detail);
            }
            OidcError::Unavailable { .. } | OidcError::Misconfigured(_) => {}
        }
        FlowError::from_oidc(cause, Some(&self.return_to))
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
