//! Whether the authority made the sign-in as strong and as fresh as the target's route demands.

use crate::domain::route::StepUp;
use crate::flow::audit;
use crate::flow::callback::complete::{Arrival, Callback};
use crate::flow::error::FlowError;
use crate::oidc::Redeemed;

impl Callback<'_> {
    /// The authority may ignore what it was asked for. Then no session begins, and a page says so: another attempt would
    /// end here, too.
    pub(super) fn judge_step_up(&self, redeemed: &Redeemed) -> Result<(), FlowError> {
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
}
