//! `GET` and `POST /auth/sign_out`: end the session here, then go to the authority's end-session address.
//!
//! A link on a page of this site signs out at once. A link, an image or a prefetch from anywhere else gets a page with a
//! button. Either may name where the person goes on, by the rules for a sign-in's `return_to`.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpResponse};
use url::Url;

use crate::domain::destination::Destination;
use crate::domain::flash::Flash;
use crate::domain::language::Message;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::domain::session::SessionHandle;
use crate::flow::session_check::SignedIn;
use crate::flow::sign_out::{self, WayBack};
use crate::seal::csrf_token;
use crate::web::cookies::plain::{AfterSignOut, ConsentAsked, FlashCookie, RedirectLoop};
use crate::web::cookies::session;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::parameters::{Parameters, PostedForm};
use crate::web::extract::provenance::{
    Provenance, is_prefetch, is_script, provenance, require_own_form,
};
use crate::web::extract::signed_in::peek;
use crate::web::extract::visit::{Visit, see_other};
use crate::web::middleware::security_headers::FormRedirects;
use crate::web::pages::{SignOut, SignedOut};

/// `GET /auth/sign_out`, `/logout`, with `?return_to=` or `?rd=`
///
/// # Errors
/// `Store` when it is unknown who is signed in, or when the session could not be ended.
pub async fn ask_or_sign_out(visit: Visit) -> WebResult {
    let onward = onward(&visit, &visit.query());
    if is_own_link(&visit) {
        return end(&visit, visit.session_handle(), onward).await;
    }
    Ok(match (peek(&visit).await?, onward) {
        (Some(signed_in), onward) => confirmation_page(&visit, &signed_in, onward.as_ref()),
        // A browser whose session ran out may still be signed in at the authority. It is told that nothing happened there.
        (None, Some(onward)) if visit.session_handle().is_some() => {
            signed_out_page(&visit, "signed-out-nobody", Some(&onward))
        }
        (None, Some(onward)) => see_other(&onward.location()).finish(),
        (None, None) => signed_out_page(&visit, "signed-out-nobody", None),
    })
}

/// Where the person goes on: an address of this profile that the parameters name. The home page needs no name. A further
/// host knows none, because the authority returns to `public_url`, where its cookie would be missing.
///
/// The authority returns to the redirect URI. Microsoft takes every registered address; another authority asks for one that is
/// registered for sign-outs, and may refuse the whole sign-out. So without `easyauth`, whose registration names the redirect
/// URI, a link cannot lead there.
fn onward(visit: &Visit, parameters: &Parameters) -> Option<Destination> {
    let profile = visit.profile();
    let registered =
        profile.authority.dialect().microsoft || profile.routes.have_easyauth_addresses();
    let home = Destination::Here(ReturnTo::home(&profile.public_url));
    Destination::named(parameters.iter(), profile)
        .filter(|named| *named != home && registered && !profile.is_at_further_host())
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
    let onward = onward(&visit, &form);
    end(&visit, handle, onward).await
}

/// Whether a person followed a link on a page of this site.
fn is_own_link(visit: &Visit) -> bool {
    let request = visit.request();
    provenance(request, visit.profile()) == Provenance::SameOrigin
        && request.method() == Method::GET
        && !is_script(request)
        && !is_prefetch(request)
}

async fn end(
    visit: &Visit,
    handle: Option<SessionHandle>,
    onward: Option<Destination>,
) -> WebResult {
    let profile = visit.profile();
    let way_back = match onward {
        Some(_) => WayBack::RedirectUri,
        None => WayBack::Home,
    };
    let ended = sign_out::sign_out(visit.services(), profile, handle.as_ref(), way_back).await?;
    // Without a session no cookie is written: a cross-site POST comes without it, and must not remove it.
    if handle.is_some() {
        session::forget(visit.request(), &profile.id);
    }
    let mut response = match ended {
        sign_out::SignedOut::Continue(address) => leave(profile, &address, onward.as_ref()),
        sign_out::SignedOut::HereOnly => {
            signed_out_page(visit, "signed-out-here-only", onward.as_ref())
        }
        sign_out::SignedOut::Nobody => {
            let home = || profile.main_url().join("/");
            see_other(&onward.map_or_else(home, |onward| onward.location())).finish()
        }
    };
    RedirectLoop::forget(&mut response, visit.headers(), profile);
    ConsentAsked::forget(&mut response, visit.headers(), profile);
    Ok(response)
}

/// Leads to the authority. The next page that says so tells that the person has signed out; an application's page does not.
fn leave(profile: &Profile, address: &Url, onward: Option<&Destination>) -> HttpResponse {
    let mut leave = see_other(address.as_str());
    let signed_out_page = OwnPath::EasyAuthSignedOut.under(&profile.public_url);
    if onward.is_none_or(|onward| onward.location() == signed_out_page) {
        FlashCookie::show_next(&mut leave, profile, Flash::SignedOut);
    }
    if let Some(onward) = onward {
        AfterSignOut::remember(&mut leave, profile, onward);
    }
    leave.finish()
}

/// The page with the button.
fn confirmation_page(
    visit: &Visit,
    signed_in: &SignedIn,
    onward: Option<&Destination>,
) -> HttpResponse {
    let (app, profile) = (visit.app(), visit.profile());
    // The button leads to the authority, and only the authority knows whether it redirects to another host. A browser would
    // hold such a redirect back, so every https address is allowed. The authority's own addresses may be http on loopback.
    let mut origins = sign_out::authority_origins(visit.services(), profile);
    // A further host leads over the main one.
    if profile.main_url().origin() != profile.public_url.origin() {
        origins.push(profile.main_url().origin());
    }
    if let Some(Destination::At(host, _)) = onward {
        origins.push(host.origin());
    }
    origins.push("https:".to_owned());
    visit
        .request()
        .extensions_mut()
        .insert(FormRedirects(origins));
    let page = SignOut {
        frame: visit.frame(Message::new("sign-out"), Some(signed_in)),
        csrf: csrf_token(signed_in.handle()),
        return_to: onward.map(Destination::location).unwrap_or_default(),
    };
    app.pages.respond(StatusCode::OK, &page)
}

/// The page after a sign-out, with a link to where the person goes on.
pub fn signed_out_page(
    visit: &Visit,
    sentence: &'static str,
    onward: Option<&Destination>,
) -> HttpResponse {
    let page = SignedOut {
        frame: visit.frame(Message::new("signed-out"), None),
        sentence: visit.language().say(sentence),
        onward: onward.map(Destination::location).unwrap_or_default(),
    };
    visit.app().pages.respond(StatusCode::OK, &page)
}
