//! `GET` and `POST /auth/sign_out`: end the session here, then go to the authority's end-session address.
//!
//! A link on a page of this site signs out; a link, an image or a prefetch from anywhere else gets a page with a
//! button.

use actix_web::http::header::LOCATION;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};

use crate::domain::session::SessionHandle;
use crate::flow::error::FlowError;
use crate::flow::session_check::{Use, check};
use crate::flow::sign_out;
use crate::seal::{csrf_token, secrets_equal};
use crate::web::app_state::AppState;
use crate::web::cookies::{consent_asked, redirect_loop, session};
use crate::web::errors::mapping::WebResult;
use crate::web::extract::fetch_metadata::{Provenance, is_prefetch, is_script, provenance};
use crate::web::extract::form::Form;
use crate::web::middleware::resolve_profile::ResolvedProfile;
use crate::web::middleware::security_headers::FormsLeadTo;
use crate::web::pages::layout;
use crate::web::pages::{SignOut, SignedOut};

/// `GET /auth/sign_out`, `/logout`
///
/// # Errors
/// `Store` when it is unknown who is signed in.
pub async fn ask_or_sign_out(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    let profile = &located.profile;
    let own_link = provenance(&request, profile) == Provenance::SameOrigin
        && request.method() == Method::GET
        && !is_script(&request)
        && !is_prefetch(&request);
    if own_link {
        return end(&request, &located, &app).await;
    }
    let handle = session::handle_of(&request, &app.cookie_keys, profile);
    let who = check(&app.services, profile, handle.as_ref(), Use::Peek).await?;
    match who {
        Some(who) => {
            let csrf = csrf_token(who.handle());
            // Whether the authority leads on to another host, only it knows: any https address rather than a button
            // that the browser holds back. The authority's own addresses are named for those on loopback http.
            let mut origins = sign_out::authority_origins(&app.services, profile);
            origins.push("https:".to_owned());
            request.extensions_mut().insert(FormsLeadTo(origins));
            let page = SignOut {
                frame: layout::frame(&app, profile, "Sign out", Some(&who)),
                csrf,
            };
            Ok(layout::answer(&app, StatusCode::OK, &page))
        }
        None => Ok(signed_out_page(
            &app,
            &located,
            "Nobody is signed in in this browser.",
        )),
    }
}

/// `POST /auth/sign_out`
///
/// # Errors
/// `CrossSite` without proof that the form came from here, `Store` when the session could not be ended.
pub async fn sign_out(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
    form: Form,
) -> WebResult {
    let handle = session::handle_of(&request, &app.cookie_keys, &located.profile);
    if let Some(handle) = &handle {
        from_here(&request, &located, handle, &form)?;
    }
    end(&request, &located, &app).await
}

/// A form counts with the token of this very session; without any token only when the browser says that the form
/// was on a page of this origin. Another origin never counts.
///
/// # Errors
/// `CrossSite` otherwise.
pub fn from_here(
    request: &HttpRequest,
    located: &ResolvedProfile,
    handle: &SessionHandle,
    form: &Form,
) -> Result<(), FlowError> {
    let from = provenance(request, &located.profile);
    let given = form.value("csrf");
    let proven = match given {
        Some(token) => secrets_equal(token.as_bytes(), csrf_token(handle).as_bytes()),
        None => from == Provenance::SameOrigin,
    };
    if proven && from != Provenance::Elsewhere {
        Ok(())
    } else {
        Err(FlowError::CrossSite)
    }
}

async fn end(request: &HttpRequest, located: &ResolvedProfile, app: &AppState) -> WebResult {
    let profile = &located.profile;
    let handle = session::handle_of(request, &app.cookie_keys, profile);
    let ended = sign_out::sign_out(&app.services, profile, handle.as_ref()).await?;
    session::forget(request, &profile.id);
    let mut response = match ended {
        sign_out::SignedOut::Continue(address) => HttpResponse::SeeOther()
            .insert_header((LOCATION, address.as_str()))
            .finish(),
        sign_out::SignedOut::HereOnly => signed_out_page(
            app,
            located,
            "Your session here has ended. The sign-in service may still know you; close the browser on a shared computer.",
        ),
        sign_out::SignedOut::Nobody => HttpResponse::SeeOther()
            .insert_header((LOCATION, profile.public_url.join("/")))
            .finish(),
    };
    redirect_loop::forget(&mut response, request.headers(), profile);
    consent_asked::forget(&mut response, request.headers(), profile);
    Ok(response)
}

fn signed_out_page(app: &AppState, located: &ResolvedProfile, sentence: &str) -> HttpResponse {
    let frame = layout::frame(app, &located.profile, "Signed out", None);
    layout::answer(
        app,
        StatusCode::OK,
        &SignedOut {
            frame,
            sentence: sentence.to_owned(),
        },
    )
}
