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
        FlowError::Misconfigured { cause } => misconfigured(cause),
        FlowError::ApiUnavailable(_) => problem(
            "api_unavailable",
            "502",
            "The API did not answer",
            "The service behind this page did not answer, or broke off.",
        ),
        FlowError::ApiTimedOut => problem(
            "api_timed_out",
            "504",
            "The API did not answer in time",
            "The service behind this page took too long. Please try again.",
        ),
        FlowError::ApiThrottled { retry_after } => {
            let sentence = format!(
                "It cannot answer you now. Please try again in {} seconds.",
                retry_after.as_secs().max(1)
            );
            problem(
                "api_throttled",
                "Try again later",
                "The API is busy",
                sentence,
            )
        }
        FlowError::Busy => problem(
            "busy",
            "Try again shortly",
            "Your change has not arrived here yet",
            "Your session was being renewed at the same time. Please try again in a moment.",
        ),
        FlowError::GroupsUnavailable => problem(
            "groups_unavailable",
            "Try again shortly",
            "Your groups could not be read",
            "This application admits members of certain groups, and the directory does not give us yours just now. Nobody was signed out; please try again in a moment.",
        )
        .start_again_only(profile, None),
        FlowError::TooMany => problem(
            "too_many",
            "429",
            "Too many requests",
            "There were too many requests from your network. Please wait a moment.",
        ),
        _ => problem(
            "unavailable",
            "Try again shortly",
            "Something is wrong on our side",
            "We cannot tell just now who is signed in. Nobody was signed out; please try again in a moment.",
        ),
    };
    text.home(profile)
}

/// The authority cannot be asked now: what it said about that, if it said anything.
fn authority_unavailable(cause: &OidcError) -> ProblemText {
    let OidcError::Unavailable { why, .. } = cause else {
        return silent();
    };
    match why {
        Outage::ErrorResponse(detail) if detail.remedy() == Remedy::Time => {
            let help = help_for(detail, false);
            problem(
                "authority_busy",
                "Try again shortly",
                help.heading,
                help.sentence,
            )
            .with_detail(detail)
        }
        Outage::ErrorResponse(detail) => silent().with_detail(detail),
        Outage::Status(429) => problem(
            "authority_busy",
            "Try again shortly",
            "The sign-in service is busy",
            "It asks us to wait. Please try again shortly.",
        ),
        Outage::ManagedIdentity { .. } => problem(
            "credential_unavailable",
            "Try again shortly",
            "This application cannot authenticate just now",
            "The platform that it runs on gives it no credential just now. Please try again shortly.",
        ),
        _ => silent(),
    }
}

fn silent() -> ProblemText {
    problem(
        "authority_unavailable",
        "Try again shortly",
        "The sign-in service does not answer",
        "We cannot reach it just now. Please try again shortly.",
    )
}

/// A refresh takes its time, or failed a moment ago.
fn refresh_delayed(why: RefreshDelay) -> ProblemText {
    match why {
        RefreshDelay::InProgress => problem(
            "tokens_on_their_way",
            "Try again shortly",
            "Your sign-in is being renewed",
            "The sign-in service takes its time. Please try again in a moment.",
        ),
        RefreshDelay::BackOff => silent(),
    }
}

/// The operator must act.
fn misconfigured(cause: &OidcError) -> ProblemText {
    let sentence = match cause {
        OidcError::Misconfigured(Misconfiguration::Credential(_)) => {
            "Its own credential for the sign-in service cannot be used. Its operator must act and finds the reason in the log."
        }
        OidcError::Misconfigured(Misconfiguration::NamesNobody(_)) => {
            "The sign-in service does not say who you are. The operator of this application must add the claim \"User's Object ID\" (oid) to the user flow, and finds more in the log."
        }
        _ => {
            "The sign-in service and this application do not fit together. Its operator must act and finds the reason in the log."
        }
    };
    let text = problem(
        "misconfigured",
        "Not available",
        "This application is not set up right",
        sentence,
    );
    match cause {
        OidcError::Misconfigured(Misconfiguration::Client(detail)) => text.with_detail(detail),
        _ => text,
    }
}
