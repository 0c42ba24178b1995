//! What a person reads about an error: a sentence and what to do next, and nothing of the cause.

use actix_web::http::StatusCode;

use crate::domain::access_rule::Denial;
use crate::domain::api::ApiName;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::flow::error::{AccessDenied, AuthorityErrorDetail, FlowError, Topic};
use crate::web::errors::authority_error_texts::help_for;
use crate::web::errors::outage_texts::unavailable;
use crate::web::errors::problem_text::{ProblemText, problem, sign_in};

const NOT_COMPLETED: &str = "Sign-in not completed";

/// The text of an error that only has a status.
pub fn status_text(status: StatusCode) -> ProblemText {
    match status {
        StatusCode::UNAUTHORIZED => problem(
            "not_signed_in",
            "401: Unauthorized",
            "You are not signed in",
            "Visiting this page requires you to be authenticated. Use the button on the top right to sign in.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => problem(
            "method_not_allowed",
            "405",
            "Method not allowed",
            "This address does not accept this kind of request.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => problem(
            "too_large",
            "413",
            "Request too large",
            "The request is larger than this address accepts.",
        ),
        StatusCode::NOT_FOUND => problem(
            "not_found",
            "404",
            "Page not found",
            "There is no page at this address.",
        ),
        StatusCode::REQUEST_TIMEOUT => problem(
            "too_slow",
            "408",
            "Request timed out",
            "The request did not arrive in time. Please try again.",
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => problem(
            "not_a_form",
            "415",
            "Unsupported format",
            "This address accepts forms only.",
        ),
        status if status.is_server_error() => problem(
            "failed",
            "500",
            "Something went wrong on our side",
            "Please try again in a moment.",
        ),
        _ => problem(
            "bad_request",
            "400",
            "Bad request",
            "The request could not be read.",
        ),
    }
}

/// The text of a flow's error.
pub fn problem_text(error: &FlowError, profile: &Profile) -> ProblemText {
    match error {
        FlowError::NotSignedIn => status_text(StatusCode::UNAUTHORIZED),
        FlowError::NoSuchApi | FlowError::NoSuchUserFlow => status_text(StatusCode::NOT_FOUND),
        FlowError::CallbackMalformed(_)
        | FlowError::WrongAuthority
        | FlowError::LogoutTokenRefused(_) => problem(
            "sign_in_invalid",
            NOT_COMPLETED,
            "This sign-in cannot be completed",
            "The response from the sign-in service does not belong to a sign-in that was started here. Nothing was changed.",
        )
        .start_again(profile, None),
        FlowError::AttemptNotFound { target, .. } => problem(
            "sign_in_expired",
            NOT_COMPLETED,
            "This sign-in has expired",
            "It took too long, was already used, or was started in another browser.",
        )
        .with_advice("If this keeps happening, allow cookies for this site.")
        .start_again(profile, target.as_ref()),
        FlowError::AnswerInvalid { target, .. } => problem(
            "answer_invalid",
            NOT_COMPLETED,
            "The response from the sign-in service was not accepted",
            "The response did not pass our checks, so you were not signed in.",
        )
        .start_again(profile, target.as_ref()),
        FlowError::Refused { detail, target } => refused(detail, profile, target),
        FlowError::NotAllowed(denial) => not_allowed(*denial, profile),
        FlowError::OtherPerson => problem(
            "other_person",
            "Nothing was changed",
            "That was a different account",
            "The account at the sign-in service is not the account that is signed in here.",
        )
        .home(profile),
        FlowError::RedirectLoop { rounds, target } => redirect_loop(*rounds, target, profile),
        FlowError::Ungranted {
            api,
            scopes,
            admin_only,
        } => ungranted(api, scopes, *admin_only, profile),
        FlowError::CrossSite => problem(
            "cross_site",
            "403: Forbidden",
            "Please use the buttons on this site",
            "The request did not come from a page of this site, so nothing was done.",
        )
        .home(profile),
        other => unavailable(other, profile),
    }
}

fn redirect_loop(rounds: u32, target: &ReturnTo, profile: &Profile) -> ProblemText {
    problem(
        "loop",
        "Stopped",
        "Sign-in keeps restarting",
        format!(
            "You were sent to sign in {rounds} times in a row without reaching the page. We stopped so that this does not go on forever."
        ),
    )
    .with_advice("The usual causes: cookies are blocked, a clock is wrong, or the application does not accept the sign-in. Wait a minute, then start again.")
    .start_again(profile, Some(target))
}

fn refused(detail: &AuthorityErrorDetail, profile: &Profile, target: &ReturnTo) -> ProblemText {
    let help = help_for(detail, profile.authority.dialect().admin_consent_only);
    let mut text =
        problem("refused", NOT_COMPLETED, help.heading, help.sentence).with_detail(detail);
    if detail.topic() == Topic::RedirectUri {
        text = text
            .with_advice("Register exactly this redirect address at the sign-in service:")
            .with_items(vec![profile.redirect_uri()]);
    }
    if help.way_on.retry() {
        text = text.start_again_only(profile, Some(target));
    }
    if help.way_on.other_account() {
        text = text.other_account(profile, Some(target));
    }
    text.home(profile)
}

fn not_allowed(denial: AccessDenied, profile: &Profile) -> ProblemText {
    let sentence = match denial {
        AccessDenied::Tenant => "Your organisation does not have access to this application.",
        AccessDenied::Rule(Denial::Role) => {
            "You have none of the roles that this application requires."
        }
        AccessDenied::Rule(Denial::Group) => {
            "You are in none of the groups that this application requires."
        }
        AccessDenied::Rule(Denial::GroupsUnknown) => {
            "Your groups could not be read just now, and this application requires one. Please try again in a minute."
        }
        AccessDenied::Rule(Denial::Email) => {
            "Your e-mail address is not on this application's list."
        }
        AccessDenied::Rule(Denial::EmailUnverified) => {
            "This application admits people by their e-mail address, and yours is not verified by the sign-in service."
        }
    };
    problem(
        "not_allowed",
        "403: Forbidden",
        "You don't have access",
        sentence,
    )
    .with_advice("You are signed in at the sign-in service, but not here. The operator of this application decides who has access.")
    .other_account(profile, None)
    .start_again(profile, None)
}

fn ungranted(api: &ApiName, scopes: &[String], admin_only: bool, profile: &Profile) -> ProblemText {
    let sentence = if admin_only {
        "Only an administrator can grant these permissions in this directory. Ask an administrator to grant admin consent to this application; signing in again does not help."
    } else {
        "The application needs these permissions to call the API, and they were not granted."
    };
    let text = problem(
        "consent_required",
        "Permission missing",
        "The API cannot be called yet",
        sentence,
    )
    .with_items(scopes.to_vec());
    if admin_only {
        return text.home(profile);
    }
    let path = OwnPath::call_api(&profile.public_url, api);
    let target = ReturnTo::parse(&path, &profile.public_url, &profile.redirect_path);
    let more = [("ask_again", "1"), ("api", api.as_str())];
    text.with_action(sign_in(profile, target.as_ref(), &more), "Ask again")
        .home(profile)
}
