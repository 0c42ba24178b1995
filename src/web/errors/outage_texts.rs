//! What a person reads about an outage, and about what only the operator can put right.

use crate::domain::profile::Profile;
use crate::flow::error::{FlowError, Misconfiguration, OidcError, Outage, RefreshDelay, Remedy};
use crate::web::errors::authority_error_texts::help_for;
use crate::web::errors::problem_text::{ProblemText, problem};

/// The page about an outage, or about a configuration that does not fit.
pub(in crate::web) fn unavailable(error: &FlowError, profile: &Profile) -> ProblemText {
    let text = match error {
        FlowError::AuthorityUnavailable { cause, .. } => authority_unavailable(cause),
        FlowError::RefreshDelayed { why, .. } => refresh_delayed(*why),
        FlowError::Misconfigured { cause } => misconfigured(cause, profile),
        FlowError::ApiUnavailable(_) => problem("api_unavailable", "problem-api-unavailable")
            .advised()
            .try_again_first(),
        FlowError::ApiTimedOut => problem("api_timed_out", "problem-api-timed-out")
            .advised()
            .try_again_first(),
        FlowError::ApiThrottled { retry_after } => {
            problem("api_throttled", "problem-api-throttled")
                .labelled("kind-later")
                .with_value("seconds", retry_after.as_secs().max(1))
        }
        FlowError::Busy => problem("busy", "problem-busy").labelled(SOON),
        FlowError::GroupsUnavailable => problem("groups_unavailable", "problem-groups-unavailable")
            .labelled(SOON)
            .start_again_only(profile, None),
        FlowError::TooMany => problem("too_many", "problem-too-many"),
        _ => problem("unavailable", "problem-unavailable").labelled(SOON),
    };
    text.home(profile)
}

const SOON: &str = "kind-soon";

/// The authority cannot be asked now: what it said about that, if it said anything.
fn authority_unavailable(cause: &OidcError) -> ProblemText {
    let OidcError::Unavailable { why, .. } = cause else {
        return silent();
    };
    match why {
        Outage::ErrorResponse(detail) if detail.remedy() == Remedy::Time => {
            problem("authority_busy", help_for(detail, false).id)
                .labelled(SOON)
                .with_detail(detail)
        }
        Outage::ErrorResponse(detail) => silent().with_detail(detail),
        Outage::Status(429) => problem("authority_busy", "problem-authority-busy").labelled(SOON),
        Outage::ManagedIdentity { .. } => {
            problem("credential_unavailable", "problem-credential-unavailable").labelled(SOON)
        }
        _ => silent(),
    }
}

fn silent() -> ProblemText {
    problem("authority_unavailable", "problem-authority-unavailable")
        .labelled(SOON)
        .advised()
}

/// A refresh takes its time, or failed a moment ago.
fn refresh_delayed(why: RefreshDelay) -> ProblemText {
    match why {
        RefreshDelay::InProgress => {
            problem("tokens_on_their_way", "problem-refresh-in-progress").labelled(SOON)
        }
        RefreshDelay::BackOff => silent(),
    }
}

/// The operator must act.
fn misconfigured(cause: &OidcError, profile: &Profile) -> ProblemText {
    let text = problem("misconfigured", "problem-misconfigured").labelled("kind-unavailable");
    let heading = text.heading.clone();
    match cause {
        OidcError::Misconfigured(Misconfiguration::Credential(_)) => {
            text.saying(heading.attribute("credential"))
        }
        // What to set up at the authority is a matter for the operator.
        OidcError::Misconfigured(Misconfiguration::NamesNobody(_))
            if profile.branding.developer_pages =>
        {
            text.saying(heading.attribute("nobody"))
        }
        OidcError::Misconfigured(Misconfiguration::Client(detail)) => text.with_detail(detail),
        _ => text,
    }
}
