//! `GET /auth/sign_in`, `/auth/edit_profile`, `/auth/reset_password`: begin an attempt, 303 to the authority.

use actix_web::{Error, HttpRequest, HttpResponse};

use crate::domain::api::ApiName;
use crate::domain::authority::UserFlowKind;
use crate::domain::destination::Destination;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::{PassedParameter, Profile, Prompt};
use crate::domain::public_url::PublicUrl;
use crate::domain::return_to::{RETURN_TO, ReturnTo};
use crate::domain::route::StepUp;
use crate::flow::error::FlowError;
use crate::flow::hand_off::{HandOffOptions, ask};
use crate::flow::session_check::SignedIn;
use crate::flow::sign_in::{Asking, AuthorizationOptions, begin};
use crate::web::cookies::plain::RedirectLoop;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::parameters::{
    OTHER_ACCOUNT, Parameters, STEP_UP_FOR, passed_on, wants_new_session,
};
use crate::web::extract::provenance::{MayBegin, Provenance, provenance};
use crate::web::extract::signed_in::{Peeked, peek};
use crate::web::extract::visit::{Visit, hand_off_to_main, see_other, to_authority};

/// Bytes of a parameter that the profile passes on. Longer ones are dropped.
const LONGEST_PASSED: usize = 256;

/// `GET /auth/sign_in?return_to=`, or `?rd=`. At a further host of a profile it leads to `public_url`, and a target at
/// another host of the profile leads to the sign-in there.
///
/// # Errors
/// `NotSignedIn` for a script, which gets the sign-in address instead; `TooMany` above the rate limit; `TooManyRounds` in a
/// redirect loop; `Store` when it is unknown who is signed in; see [`begin`].
pub async fn sign_in(visit: Visit, may_begin: MayBegin) -> WebResult {
    begin_sign_in(&visit, may_begin).await
}

/// `GET /login`: the short name of sign-in; a signed-in person goes to the home page.
///
/// # Errors
/// As [`sign_in`].
pub async fn login(visit: Visit, Peeked(signed_in): Peeked) -> WebResult {
    if signed_in.is_some() {
        let home = ReturnTo::home(&visit.profile().public_url);
        return Ok(see_other(home.as_str()).finish());
    }
    begin_sign_in(&visit, MayBegin::judge(&visit)?).await
}

/// `GET /auth/edit_profile`: for signed-in people only. A profile without that user flow answers 404 to everybody.
///
/// # Errors
/// `NoSuchUserFlow`, `NotSignedIn`, and those of [`begin`].
pub async fn edit_profile(
    visit: Visit,
    may_begin: MayBegin,
    signed_in: Result<SignedIn, Error>,
) -> WebResult {
    let authority = &visit.profile().authority;
    authority
        .issuer_config(UserFlowKind::EditProfile)
        .ok_or(FlowError::NoSuchUserFlow)?;
    signed_in?;
    begin_user_flow(&visit, may_begin, UserFlowKind::EditProfile).await
}

/// `GET /auth/reset_password`: for everybody.
///
/// # Errors
/// `NoSuchUserFlow`, and those of [`begin`].
pub async fn reset_password(visit: Visit, may_begin: MayBegin) -> WebResult {
    begin_user_flow(&visit, may_begin, UserFlowKind::ResetPassword).await
}

async fn begin_sign_in(visit: &Visit, may_begin: MayBegin) -> WebResult {
    let query = visit.query();
    let target = match visit.destination(&query) {
        Destination::Here(target) => target,
        Destination::At(host, target) => return Ok(sign_in_at(visit, &host, &target, &query)),
    };
    RedirectLoop::stop(visit.headers(), visit.profile(), &target, visit.now())?;
    if visit.profile().is_at_further_host() {
        return Ok(begin_hand_off(visit, may_begin, &target, &query));
    }
    let signed_in = match peek(visit).await {
        // A new sign-in reads the groups with new tokens, or says why nobody may enter.
        Err(FlowError::GroupsUnavailable) => None,
        known => known?,
    };
    let options = AuthorizationOptions {
        step_up: demanded_elsewhere(&query, visit.profile()),
        ..sign_in_options(visit, &query, signed_in.as_ref())
    };
    redirect(visit, may_begin, options, &target).await
}

/// The application of another host is wanted, and each host begins its own sign-in: only it can keep the attempt there.
fn sign_in_at(
    visit: &Visit,
    host: &PublicUrl,
    target: &ReturnTo,
    query: &Parameters,
) -> HttpResponse {
    let mut parameters = vec![(RETURN_TO, target.as_str())];
    parameters.extend(passed_on(query, visit.profile()));
    let path = OwnPath::SignIn.with_query(host, &parameters);
    see_other(&format!("{}{path}", host.origin())).finish()
}

/// What the route demands that the link names besides its target.
fn demanded_elsewhere(query: &Parameters, profile: &Profile) -> Option<StepUp> {
    profile.step_up_of(query.value(STEP_UP_FOR)?)
}

/// A further host signs nobody in: it asks `public_url` for a session.
fn begin_hand_off(
    visit: &Visit,
    _permission: MayBegin,
    target: &ReturnTo,
    query: &Parameters,
) -> HttpResponse {
    let profile = visit.profile();
    let options = HandOffOptions {
        new_session: wants_new_session(query, profile),
        step_up: demanded_elsewhere(query, profile),
    };
    let asked = ask(visit.services(), profile, target, &options);
    hand_off_to_main(visit, &asked, &passed_on(query, profile)).finish()
}

async fn begin_user_flow(visit: &Visit, may_begin: MayBegin, kind: UserFlowKind) -> WebResult {
    let options = AuthorizationOptions::user_flow(kind);
    let target = visit.return_to(&visit.query());
    redirect(visit, may_begin, options, &target).await
}

/// Begins the attempt that `_permission` allows.
async fn redirect(
    visit: &Visit,
    _permission: MayBegin,
    options: AuthorizationOptions,
    target: &ReturnTo,
) -> WebResult {
    let redirect = begin(visit.services(), visit.for_flows(), options, target).await?;
    Ok(to_authority(visit, &redirect).finish())
}

/// What a sign-in link asks for, and who is signed in already.
fn sign_in_options(
    visit: &Visit,
    query: &Parameters,
    signed_in: Option<&SignedIn>,
) -> AuthorizationOptions {
    let profile = visit.profile();
    let api = query
        .value("api")
        .and_then(ApiName::parse)
        .and_then(|name| profile.api(&name));
    if let Some(api) = api {
        let mut options = match signed_in {
            Some(signed_in) => AuthorizationOptions::step_up(profile, signed_in, api, None),
            None => AuthorizationOptions {
                api: Some(api.clone()),
                ..AuthorizationOptions::default()
            },
        };
        if query.value("ask_again") == Some("1") {
            options.prompt = Asking::For(Prompt::Consent);
        }
        return options;
    }
    let mut options = AuthorizationOptions {
        passed: passed_parameters(visit.request(), query, profile),
        ..AuthorizationOptions::default()
    };
    if query.value(OTHER_ACCOUNT) == Some("1") {
        options.prompt = Asking::For(Prompt::SelectAccount);
    }
    match signed_in {
        Some(signed_in) => options.hinting_at(profile, signed_in),
        None => options,
    }
}

/// The parameters that the profile passes on to the authority. A login hint counts only from the person or from this site.
fn passed_parameters(
    request: &HttpRequest,
    query: &Parameters,
    profile: &Profile,
) -> Vec<(PassedParameter, String)> {
    let cross_origin = provenance(request, profile) == Provenance::CrossOrigin;
    profile
        .authorize
        .pass
        .iter()
        .filter(|parameter| !(cross_origin && **parameter == PassedParameter::LoginHint))
        .filter_map(|name| {
            query
                .value(name.as_str())
                .map(|value| (*name, value.to_owned()))
        })
        .filter(|(_, value)| !value.is_empty() && value.len() <= LONGEST_PASSED)
        .filter(|(_, value)| !value.chars().any(char::is_control))
        .collect()
}
