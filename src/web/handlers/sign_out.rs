//! `GET` and `POST /auth/sign_out`: end the session here, then go to the authority's end-session address.
//!
//! A link on a page of this site signs out at once. A link, an image or a prefetch from anywhere else gets a page with a
//! button.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpResponse};

use crate::domain::flash::Flash;
use crate::domain::language::Message;
use crate::domain::session::SessionHandle;
use crate::flow::session_check::SignedIn;
use crate::flow::sign_out;
use crate::seal::csrf_token;
use crate::web::cookies::plain::{ConsentAsked, FlashCookie, RedirectLoop};
use crate::web::cookies::session;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::parameters::PostedForm;
use crate::web::extract::provenance::{
    Provenance, is_prefetch, is_script, provenance, require_own_form,
};
use crate::web::extract::signed_in::peek;
use crate::web::extract::visit::{Visit, see_other};
use crate::web::middleware::security_headers::FormRedirects;
use crate::web::pages::{SignOut, SignedOut};

/// `GET /auth/sign_out`, `/logout`
///
/// # Errors
/// `Store` when it is unknown who is signed in, or when the session could not be ended.
pub async fn ask_or_sign_out(visit: Visit) -> WebResult {
    if is_own_link(&visit) {
        return end(&visit, visit.session_handle()).await;
    }
    Ok(match peek(&visit).await? {
        Some(signed_in) => confirmation_page(&visit, &signed_in),
        None => signed_out_page(&visit, "signed-out-nobody"),
    })
}

/// `POST /auth/sign_out`
///
/// # Errors
/// `CrossSite` without proof that a page of this site sent the form, `Store` when the session could not be ended.
pub async fn sign_out(visit: Visit, PostedForm(form): PostedForm) -> WebResult {
    let handle = visit.session_handle();
    if let Some(handle) = &handle {
        require_own_form(&visit, handle, &form)?;
    }
    end(&visit, handle).await
}

/// Whether a person followed a link on a page of this site.
fn is_own_link(visit: &Visit) -> bool {
    let request = visit.request();
    provenance(request, visit.profile()) == Provenance::SameOrigin
        && request.method() == Method::GET
        && !is_script(request)
        && !is_prefetch(request)
}

async fn end(visit: &Visit, handle: Option<SessionHandle>) -> WebResult {
    let profile = visit.profile();
    let ended = sign_out::sign_out(visit.services(), profile, handle.as_ref()).await?;
    // Without a session no cookie is written: a cross-site POST comes without it, and must not remove it.
    if handle.is_some() {
        session::forget(visit.request(), &profile.id);
    }
    let mut response = match ended {
        sign_out::SignedOut::Continue(address) => {
            let mut leave = see_other(address.as_str());
            FlashCookie::show_next(&mut leave, profile, Flash::SignedOut);
            leave.finish()
        }
        sign_out::SignedOut::HereOnly => signed_out_page(visit, "signed-out-here-only"),
        sign_out::SignedOut::Nobody => see_other(&profile.main_url().join("/")).finish(),
    };
    RedirectLoop::forget(&mut response, visit.headers(), profile);
    ConsentAsked::forget(&mut response, visit.headers(), profile);
    Ok(response)
}

/// The page with the button.
fn confirmation_page(visit: &Visit, signed_in: &SignedIn) -> HttpResponse {
    let (app, profile) = (visit.app(), visit.profile());
    // The button leads to the authority, and only the authority knows whether it redirects to another host. A browser would
    // hold such a redirect back, so every https address is allowed. The authority's own addresses may be http on loopback.
    let mut origins = sign_out::authority_origins(visit.services(), profile);
    // A further host leads over the main one.
    if profile.main_url().origin() != profile.public_url.origin() {
        origins.push(profile.main_url().origin());
    }
    origins.push("https:".to_owned());
    visit
        .request()
        .extensions_mut()
        .insert(FormRedirects(origins));
    let page = SignOut {
        frame: visit.frame(Message::new("sign-out"), Some(signed_in)),
        csrf: csrf_token(signed_in.handle()),
    };
    app.pages.respond(StatusCode::OK, &page)
}

fn signed_out_page(visit: &Visit, sentence: &'static str) -> HttpResponse {
    let page = SignedOut {
        frame: visit.frame(Message::new("signed-out"), None),
        sentence: visit.language().say(sentence),
    };
    visit.app().pages.respond(StatusCode::OK, &page)
}
