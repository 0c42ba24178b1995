//! What a person reads when something passes by itself, or is the operator's.

use super::problem_page::{Told, told};
use crate::domain::profile::Profile;
use crate::flow::error::FlowError;
use crate::oidc::{Misconfiguration, OidcError};

/// Says it in words.
pub(super) fn unavailable(error: &FlowError, profile: &Profile) -> Told {
    let told = match error {
        FlowError::AuthorityUnavailable { .. } => told(
            "authority_unavailable",
            "Try again shortly",
            "The sign-in service does not answer",
            "We cannot reach it just now. Please try again shortly.",
        ),
        FlowError::Misconfigured { cause } => {
            let told = told(
                "misconfigured",
                "Not available",
                "This application is not set up right",
                "The sign-in service and this application do not fit together. Its operator must act and finds the reason in the log.",
            );
            match &**cause {
                OidcError::Misconfigured(Misconfiguration::Client(detail)) => {
                    told.with_detail(detail)
                }
                _ => told,
            }
        }
        FlowError::ApiUnavailable(_) => told(
            "api_unavailable",
            "502",
            "The API did not answer",
            "The service behind this page did not answer, or broke off.",
        ),
        FlowError::ApiTimedOut => told(
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
            told(
                "api_throttled",
                "Try again later",
                "The API is busy",
                sentence,
            )
        }
        FlowError::Busy => told(
            "busy",
            "Try again shortly",
            "Your change has not arrived here yet",
            "Your session was being renewed at the same time. Please try again in a moment.",
        ),
        FlowError::TooMany => told(
            "too_many",
            "429",
            "Too many requests",
            "There were too many requests from your network. Please wait a moment.",
        ),
        _ => told(
            "unavailable",
            "Try again shortly",
            "Something is wrong on our side",
            "We cannot tell just now who is signed in. Nobody was signed out; please try again in a moment.",
        ),
    };
    told.home(profile)
}
