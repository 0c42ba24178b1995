//! Every path, method and middleware, on one screen.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{PayloadConfig, ServiceConfig, get, head, post, resource, scope};
use actix_web::{App, Error, FromRequest, Handler, Resource, Responder, dev, web};
use tracing_actix_web::TracingLogger;

use crate::domain::own_path::{AdminPath, OwnPath};
use crate::web::admin::health::{self, Health};
use crate::web::admin::host::{self, AdminHosts};
use crate::web::admin::sessions;
use crate::web::app_state::AppState;
use crate::web::cookies::session;
use crate::web::errors::mapping;
use crate::web::gateway::check::answer_checks;
use crate::web::gateway::protected_resource::answer_metadata;
use crate::web::gateway::proxy;
use crate::web::handlers::{
    assets, call_api, callback, easyauth, hand_off, home, jwks, language, my_sessions,
    session_info, sign_in, sign_out, single_logout, token_details, you,
};
use crate::web::middleware::fast_path::FastAddress;
use crate::web::middleware::request_span::RequestSpan;
use crate::web::middleware::resolve_profile::{
    at_public_url, at_redirect_path, over_https, resolve, with_easyauth,
};
use crate::web::middleware::{catch_panic, fast_path, rotate_session_key, security_headers};

/// Bytes of a form that this site's pages send.
const LONGEST_FORM: usize = 16 * 1024;

/// Where a live session is answered before the layers.
static FAST: [FastAddress; 1] = [FastAddress {
    own: OwnPath::Session,
    answer: session_info::of_live_session,
}];

/// The resource at an own path. Most addresses answer at a profile's `public_url` only.
fn at(own: OwnPath) -> Resource {
    let resource = resource(own.pattern());
    if own.is_at_every_host() {
        resource
    } else {
        resource.guard(at_public_url())
    }
}

/// A page or document: `HEAD` gets what `GET` gets, without the body (RFC 9110 §9.3.2). An address that begins or ends
/// something has no `HEAD`.
fn page<F, Args>(own: OwnPath, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    readable(at(own), handler)
}

/// `HEAD` gets what `GET` gets, without the body.
fn readable<F, Args>(resource: Resource, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource
        .route(get().to(handler.clone()))
        .route(head().to(handler))
}

/// Addresses that write no session cookie: they are served outside of actix-session.
fn without_session(app: &mut ServiceConfig) {
    app.service(page(OwnPath::Session, session_info::session))
        .service(page(OwnPath::Asset, assets::asset))
        .service(at(OwnPath::Language).route(post().to(language::choose)))
        .service(page(OwnPath::Jwks, jwks::jwks))
        .service(page(OwnPath::EasyAuthMe, easyauth::me).guard(with_easyauth()))
        .service(page(OwnPath::EasyAuthLogin, easyauth::login).guard(with_easyauth()))
        .service(page(OwnPath::EasyAuthLogout, easyauth::logout).guard(with_easyauth()))
        .service(page(OwnPath::EasyAuthSignedOut, easyauth::signed_out).guard(with_easyauth()))
        .service(page(OwnPath::EasyAuthRefresh, easyauth::refresh).guard(with_easyauth()))
        .service(at(OwnPath::FrontChannelLogout).route(get().to(single_logout::front_channel)))
        .service(at(OwnPath::BackChannelLogout).route(post().to(single_logout::back_channel)));
}

/// Pages and user flows of a profile. The redirect path comes first: only the profile knows it.
fn with_session(app: &mut ServiceConfig) {
    let redirect_path = resource("/{path:.*}")
        .guard(at_redirect_path())
        .app_data(PayloadConfig::new(callback::LONGEST_FORM))
        .route(get().to(callback::callback))
        .route(post().to(callback::callback));
    let sign_out = page(OwnPath::SignOut, sign_out::ask_or_sign_out);
    app.service(redirect_path)
        .service(page(OwnPath::Home, home::home))
        .service(at(OwnPath::Login).route(get().to(sign_in::login)))
        .service(page(OwnPath::Logout, sign_out::ask_or_sign_out))
        .service(at(OwnPath::CallFirstApi).route(get().to(call_api::call_api)))
        .service(at(OwnPath::SignIn).route(get().to(sign_in::sign_in)))
        .service(at(OwnPath::HandOff).route(get().to(hand_off::hand_off)))
        .service(at(OwnPath::Landing).route(get().to(hand_off::landing)))
        .service(at(OwnPath::EditProfile).route(get().to(sign_in::edit_profile)))
        .service(at(OwnPath::ResetPassword).route(get().to(sign_in::reset_password)))
        .service(sign_out.route(post().to(sign_out::sign_out)))
        .service(page(OwnPath::TokenDetails, token_details::token_details))
        .service(at(OwnPath::CallApi).route(get().to(call_api::call_api)))
        .service(page(OwnPath::You, you::you))
        .service(page(OwnPath::Sessions, my_sessions::list))
        .service(at(OwnPath::EndSessions).route(post().to(my_sessions::end)))
        .service(at(OwnPath::NameSession).route(post().to(my_sessions::name)));
}

/// The public listener. Middleware runs from the last to the first.
pub fn public(
    app: web::Data<AppState>,
) -> App<
    impl dev::ServiceFactory<
        dev::ServiceRequest,
        Config = (),
        Response = dev::ServiceResponse<impl actix_web::body::MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let keys = app.cookie_keys.clone();
    let upstreams = app.upstreams.of_worker();
    App::new()
        .app_data(upstreams)
        .app_data(app)
        .app_data(PayloadConfig::new(LONGEST_FORM))
        .configure(without_session)
        .service(
            scope("")
                .guard(over_https())
                .wrap(session::middleware(&keys, true))
                .configure(with_session),
        )
        .service(
            scope("")
                .wrap(session::middleware(&keys, false))
                .configure(with_session),
        )
        .wrap(from_fn(mapping::pages))
        .wrap(from_fn(rotate_session_key::renew))
        .wrap(from_fn(resolve))
        .wrap(from_fn(proxy::serve))
        .wrap(from_fn(answer_metadata))
        .wrap(from_fn(|request, next| {
            answer_checks(OwnPath::ForwardAuth, request, next)
        }))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(catch_panic::catch))
        .wrap(TracingLogger::<RequestSpan>::new())
        .wrap(from_fn(|request, next| {
            fast_path::answer_early(&FAST, request, next)
        }))
}

/// The admin listener: health, readiness, metrics and session administration; never on the public listener.
pub fn private(
    app: web::Data<AppState>,
    health: web::Data<Health>,
    hosts: web::Data<AdminHosts>,
) -> App<
    impl dev::ServiceFactory<
        dev::ServiceRequest,
        Config = (),
        Response = dev::ServiceResponse<impl actix_web::body::MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let at = |admin: AdminPath| resource(admin.path());
    App::new()
        .app_data(app)
        .app_data(health)
        .app_data(hosts)
        .service(readable(at(AdminPath::Live), health::livez))
        .service(readable(at(AdminPath::Ready), health::readyz))
        .service(readable(at(AdminPath::Metrics), health::metrics))
        .service(readable(at(AdminPath::Sessions), sessions::list))
        .service(at(AdminPath::EndSessions).route(post().to(sessions::end)))
        .wrap(from_fn(host::admit))
        .wrap(DefaultHeaders::new().add((CACHE_CONTROL, "no-store")))
}
