//! Every path, method and middleware, on one screen.

use actix_web::web::{PayloadConfig, ServiceConfig, get, head, post, resource, scope};
use actix_web::{
    App, Error, FromRequest, Handler, Resource, Responder, dev, middleware::from_fn, web,
};
use tracing_actix_web::TracingLogger;

use crate::web::admin::{health, sessions};
use crate::web::app_state::AppState;
use crate::web::cookies::session;
use crate::web::errors::mapping;
use crate::web::handlers::{
    call_api, callback, home, my_sessions, quick_check, session_info, sign_in, sign_out,
    single_logout, token_details,
};
use crate::web::middleware::request_span::RequestSpan;
use crate::web::middleware::resolve_profile::{at_redirect_path, locate, over_https};
use crate::web::middleware::{catch_panic, rotate_session_key, security_headers};
use crate::web::pages::assets;

/// Bytes of a form of ours.
const LONGEST_FORM: usize = 16 * 1024;

/// A page or document: `HEAD` gets what `GET` gets, without the body (RFC 9110 §9.3.2). What begins or ends something has
/// no `HEAD`.
fn page<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource(path)
        .route(get().to(handler.clone()))
        .route(head().to(handler))
}

/// Addresses that need no session cookie written: read by the fast reader, outside of actix-session.
fn without_session(app: &mut ServiceConfig) {
    app.service(page(quick_check::PATH, session_info::session))
        .service(page("/auth/assets/{name}", assets::asset))
        .service(
            resource("/auth/front_channel_logout").route(get().to(single_logout::front_channel)),
        )
        .service(
            resource("/auth/back_channel_logout").route(post().to(single_logout::back_channel)),
        );
}

/// Pages and journeys of a profile.
fn with_session(app: &mut ServiceConfig) {
    app.service(
        resource("/{path:.*}")
            .guard(at_redirect_path())
            .app_data(PayloadConfig::new(callback::LONGEST_FORM))
            .route(get().to(callback::callback))
            .route(post().to(callback::callback)),
    )
    .service(page("/", home::home))
    .service(resource("/login").route(get().to(sign_in::login)))
    .service(page("/logout", sign_out::ask_or_sign_out))
    .service(resource("/call_downstream_api").route(get().to(call_api::first)))
    .service(resource("/auth/sign_in").route(get().to(sign_in::sign_in)))
    .service(resource("/auth/edit_profile").route(get().to(sign_in::edit_profile)))
    .service(resource("/auth/reset_password").route(get().to(sign_in::reset_password)))
    .service(page("/auth/sign_out", sign_out::ask_or_sign_out).route(post().to(sign_out::sign_out)))
    .service(page("/auth/token_details", token_details::token_details))
    .service(resource("/auth/call_api/{name}").route(get().to(call_api::named)))
    .service(page("/auth/sessions", my_sessions::list))
    .service(resource("/auth/sessions/end").route(post().to(my_sessions::end)));
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
    App::new()
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
        .wrap(from_fn(locate))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(catch_panic::catch))
        .wrap(TracingLogger::<RequestSpan>::new())
        .wrap(from_fn(quick_check::first))
}

/// The admin listener: health, readiness, metrics and session administration; never on the public listener.
pub fn private(app: &mut ServiceConfig) {
    app.service(resource("/livez").route(get().to(health::livez)))
        .service(resource("/readyz").route(get().to(health::readyz)))
        .service(resource("/metrics").route(get().to(health::metrics)))
        .service(resource("/sessions").route(get().to(sessions::list)))
        .service(resource("/sessions/end").route(post().to(sessions::end)));
}
