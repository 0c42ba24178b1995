//! What a person reads about an error: a sentence and what to do next, and nothing of the cause.

use actix_web::http::StatusCode;

use crate::domain::access_rule::Denial;
use crate::domain::api::ApiName;
use crate::domain::language::Message;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::flow::error::{AccessDenied, AuthorityErrorDetail, FlowError, Topic};
use crate::web::errors::authority_error_texts::help_for;
use crate::web::errors::outage_texts::unavailable;
use crate::web::errors::problem_text::{ProblemText, problem, sign_in};

const NOT_COMPLETED: &str = "kind-sign-in";

/// The text of an error that only has a status.
pub fn status_text(status: StatusCode) -> ProblemText {
    match status {
        StatusCode::UNAUTHORIZED => problem("not_signed_in", "problem-not-signed-in"),
        StatusCode::METHOD_NOT_ALLOWED => {
            problem("method_not_allowed", "problem-method-not-allowed")
        }
        StatusCode::PAYLOAD_TOO_LARGE => problem("too_large", "problem-too-large"),
        StatusCode::NOT_FOUND => problem("not_found", "problem-not-found"),
        StatusCode::REQUEST_TIMEOUT => problem("too_slow", "problem-too-slow"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => problem("not_a_form", "problem-not-a-form"),
        status if status.is_server_error() => problem("failed", "problem-failed"),
        _ => problem("bad_request", "problem-bad-request"),
    }
}

/// The text of a flow's error.
pub fn problem_text(error: &FlowError, profile: &Profile) -> ProblemText {
    match error {
        FlowError::NotSignedIn => status_text(StatusCode::UNAUTHORIZED),
        FlowError::NoSuchApi | FlowError::NoSuchUserFlow => status_text(StatusCode::NOT_FOUND),
        FlowError::CallbackMalformed(_)
        | FlowError::WrongAuthority
        | FlowError::LogoutTokenRefused(_) => problem("sign_in_invalid", "problem-sign-in-invalid")
            .labelled(NOT_COMPLETED)
            .start_again(profile, None),
        FlowError::AttemptNotFound { target, .. } => {
            problem("sign_in_expired", "problem-sign-in-expired")
                .labelled(NOT_COMPLETED)
                .advised()
                .start_again(profile, target.as_ref())
        }
        FlowError::AnswerInvalid { target, .. } => {
            problem("answer_invalid", "problem-answer-invalid")
                .labelled(NOT_COMPLETED)
                .start_again(profile, target.as_ref())
        }
        FlowError::Refused { detail, target } => refused(detail, profile, target),
        FlowError::NotAllowed(denial) => not_allowed(*denial, profile),
        FlowError::OtherPerson => problem("other_person", "problem-other-person")
            .labelled("kind-unchanged")
            .home(profile),
        FlowError::RedirectLoop { rounds, target } => problem("loop", "problem-loop")
            .labelled("kind-stopped")
            .with_value("count", *rounds)
            .advised()
            .start_again(profile, Some(target)),
        FlowError::StepUpNotGranted { target, .. } => {
            problem("step_up_not_granted", "problem-step-up")
                .advised()
                .start_again_only(profile, Some(target))
                .home(profile)
        }
        FlowError::Ungranted {
            api,
            scopes,
            admin_only,
        } => ungranted(api, scopes, *admin_only, profile),
        FlowError::CrossSite => problem("cross_site", "problem-cross-site").home(profile),
        other => unavailable(other, profile),
    }
}

fn refused(detail: &AuthorityErrorDetail, profile: &Profile, target: &ReturnTo) -> ProblemText {
    let help = help_for(detail, profile.authority.dialect().admin_consent_only);
    let mut text = problem("refused", help.id)
        .labelled(NOT_COMPLETED)
        .with_detail(detail);
    // The address is a matter for the operator.
    if detail.topic() == Topic::RedirectUri && profile.branding.developer_pages {
        let register = Message::new(help.id).attribute("redirect-uri");
        text = text
            .with_advice(register)
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
        AccessDenied::Tenant | AccessDenied::Rule(Denial::Tenant) => "not-allowed-tenant",
        AccessDenied::Rule(Denial::TenantMissing) => "not-allowed-tenant-missing",
        AccessDenied::Rule(Denial::Role) => "not-allowed-role",
        AccessDenied::Rule(Denial::Group) => "not-allowed-group",
        AccessDenied::Rule(Denial::GroupsUnknown) => "not-allowed-groups-unknown",
        AccessDenied::Rule(Denial::Email) => "not-allowed-email",
        AccessDenied::Rule(Denial::EmailUnverified) => "not-allowed-email-unverified",
    };
    problem("not_allowed", "problem-not-allowed")
        .saying(Message::new(sentence))
        .advised()
        .other_account(profile, None)
        .start_again(profile, None)
}

fn ungranted(api: &ApiName, scopes: &[String], admin_only: bool, profile: &Profile) -> ProblemText {
    let text = if profile.branding.developer_pages {
        problem("consent_required", "problem-consent-required").with_items(scopes.to_vec())
    } else {
        let title = profile.api(api).map_or(api.as_str(), |api| &api.title);
        problem("consent_required", "problem-permission-missing").with_value("name", title)
    };
    let text = text.labelled("kind-permission");
    if admin_only {
        let sentence = text.heading.attribute("administrator");
        return text.saying(sentence).home(profile);
    }
    let path = OwnPath::call_api(&profile.public_url, api);
    let target = ReturnTo::parse(&path, &profile.public_url, &profile.redirect_path);
    let more = [("ask_again", "1"), ("api", api.as_str())];
    text.with_action(sign_in(profile, target.as_ref(), &more), "ask-again")
        .home(profile)
}
