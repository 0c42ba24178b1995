//! The authority answered with an error: which refusals are an answer in themselves, and which are shown.

use crate::domain::authority::UserFlowKind;
use crate::domain::flash::Flash;
use crate::domain::return_to::ReturnTo;
use crate::flow::callback::complete::{Arrival, Callback, CallbackResult};
use crate::flow::error::FlowError;
use crate::flow::sign_in::{AuthorizationOptions, begin};
use crate::flow::{access, audit};
use crate::oidc::AuthorityErrorDetail;
use crate::oidc::Topic;

impl Callback<'_> {
    /// What follows from an error response.
    ///
    /// 1. A forgotten password: the reset flow begins, if the profile has one.
    /// 2. A cancelled user flow: the home page says so.
    /// 3. Scopes that the person was sent for and that were not granted: an error that names them.
    /// 4. Anything else: an error with what the authority said.
    pub(super) async fn refused(
        self,
        error: &str,
        description: &str,
    ) -> Result<CallbackResult, FlowError> {
        let Arrival {
            services, visit, ..
        } = self.arrival;
        let profile = visit.profile;
        let detail = AuthorityErrorDetail::from_callback(error, description);
        let reset = profile.authority.issuer_config(UserFlowKind::ResetPassword);
        if detail.topic() == Topic::ForgotPassword && reset.is_some() {
            let options = AuthorizationOptions::user_flow(UserFlowKind::ResetPassword);
            let begun = begin(services, visit, options, &self.return_to).await?;
            return Ok(CallbackResult::Restart(Box::new(begun), self.return_to));
        }
        if detail.topic() == Topic::Cancelled {
            let home = ReturnTo::home(&profile.public_url);
            let cancelled = Flash::Cancelled(self.attempt.user_flow);
            return Ok(CallbackResult::RedirectWithFlash(home, cancelled));
        }
        audit::refused(profile, &detail.to_string(), None, &detail);
        if let Some(explained) = access::not_consented(profile, &self.attempt, &detail) {
            return Err(explained);
        }
        Err(FlowError::Refused {
            detail: Box::new(detail),
            target: self.return_to,
        })
    }
}
