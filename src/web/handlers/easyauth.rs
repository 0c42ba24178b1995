//! `/.auth/…`: the addresses of App Service's `EasyAuth`, for applications that moved from there. They answer where a route of
//! the profile says so.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use crate::domain::destination::Destination;
use crate::domain::flash::Flash;
use crate::domain::identity::Identity;
use crate::domain::own_path::OwnPath;
use crate::domain::return_to::RETURN_TO;
use crate::flow::easyauth_tokens::{self, EasyAuthTokens};
use crate::flow::error::FlowError;
use crate::proxy::easyauth::{DIRECTORY, provider, user_claims, user_name};
use crate::web::cookies::plain::FlashCookie;
use crate::web::errors::mapping::{WebResult, not_signed_in_json};
use crate::web::extract::provenance::{Provenance, provenance};
use crate::web::extract::signed_in::Peeked;
use crate::web::extract::visit::{Visit, see_other};
use crate::web::gateway::application_headers::expires_on;
use crate::web::handlers::sign_out::signed_out_page;

/// `GET /.auth/me`: who is signed in, as a list with one entry. Never moves the idle deadline.
///
/// # Errors
/// `Store` when it is unknown; with tokens also what [`easyauth_tokens::tokens`] says.
pub async fn me(visit: Visit, Peeked(signed_in): Peeked) -> WebResult {
    let profile = visit.profile();
    let Some(signed_in) = signed_in else {
        return Ok(not_signed_in_json(profile));
    };
    let identity = &signed_in.session().identity;
    let mut entry = entry(identity, &provider(identity, &profile.id));
    if profile.routes.have_easyauth_tokens() {
        let tokens = easyauth_tokens::tokens(visit.services(), profile, &signed_in).await?;
        add_tokens(&mut entry, &tokens);
    }
    Ok(HttpResponse::Ok().json(json!([entry])))
}

fn entry(identity: &Identity, provider: &str) -> Value {
    json!({
        "provider_name": provider,
        "user_claims": user_claims(identity),
        "user_id": user_name(identity),
    })
}

fn add_tokens(entry: &mut Value, tokens: &EasyAuthTokens) {
    let Some(entry) = entry.as_object_mut() else {
        return;
    };
    let id_token = tokens.id_token.expose();
    entry.insert("id_token".to_owned(), id_token.into());
    if let Some(grant) = &tokens.access {
        entry.insert("access_token".to_owned(), grant.token.expose().into());
        entry.insert("expires_on".to_owned(), expires_on(grant.expires_at).into());
    }
}

/// `GET /.auth/login/{provider}?post_login_redirect_uri=`: to our own sign-in. The providers are `aad` and the profile's id.
///
/// # Errors
/// None.
pub async fn login(visit: Visit, name: web::Path<String>) -> WebResult {
    let profile = visit.profile();
    if *name != DIRECTORY && *name != profile.id.as_str() {
        return Ok(HttpResponse::NotFound().finish());
    }
    let names = ["post_login_redirect_uri", "post_login_redirect_url"];
    let home = OwnPath::Home.under(&profile.public_url);
    Ok(lead(
        &visit,
        OwnPath::SignIn,
        &named(&visit, &names).unwrap_or(home),
    ))
}

/// `GET /.auth/logout?post_logout_redirect_uri=`: to our own sign-out, which asks first unless a page of this site led here,
/// and from there to the address, if it is one of this profile, or to [`signed_out`].
pub async fn logout(visit: Visit) -> HttpResponse {
    let onward = named(&visit, &["post_logout_redirect_uri"]);
    let page = OwnPath::EasyAuthSignedOut.under(&visit.profile().public_url);
    lead(&visit, OwnPath::SignOut, &onward.unwrap_or(page))
}

/// `GET /.auth/logout/complete`: where a sign-out ends that names no other address. Whoever is signed in goes to the home
/// page.
///
/// # Errors
/// `Store` when it is unknown who is signed in.
pub async fn signed_out(visit: Visit, Peeked(signed_in): Peeked) -> WebResult {
    let profile = visit.profile();
    if signed_in.is_some() {
        return Ok(see_other(&OwnPath::Home.under(&profile.public_url)).finish());
    }
    let sentence = match FlashCookie::take(visit.headers(), profile) {
        Some(Flash::SignedOut) => "signed-out-everywhere",
        _ => "signed-out-nobody",
    };
    let mut response = signed_out_page(&visit, sentence, None);
    FlashCookie::forget(&mut response, visit.headers(), profile);
    Ok(response)
}

/// `GET /.auth/refresh`: makes sure that the access token works for some minutes more. 403 where a token needs the person.
///
/// # Errors
/// `CrossSite` for a page of another site; `NotSignedIn`; what [`easyauth_tokens::tokens`] says.
pub async fn refresh(visit: Visit, Peeked(signed_in): Peeked) -> WebResult {
    let profile = visit.profile();
    if provenance(visit.request(), profile) == Provenance::CrossOrigin {
        return Err(FlowError::CrossSite.into());
    }
    let Some(signed_in) = signed_in else {
        return Ok(not_signed_in_json(profile));
    };
    let tokens = easyauth_tokens::tokens(visit.services(), profile, &signed_in).await?;
    Ok(HttpResponse::new(match tokens.access {
        Some(_) => StatusCode::OK,
        None => StatusCode::FORBIDDEN,
    }))
}

/// An address of this profile that a parameter names.
fn named(visit: &Visit, names: &[&str]) -> Option<String> {
    let query = visit.query();
    let text = names.iter().find_map(|name| query.value(name))?;
    let destination = Destination::parse(text, visit.profile())?;
    Some(destination.location())
}

/// To an address of ours, and then to the target.
fn lead(visit: &Visit, own: OwnPath, target: &str) -> HttpResponse {
    let address = own.with_query(&visit.profile().public_url, &[(RETURN_TO, target)]);
    see_other(&address).finish()
}
