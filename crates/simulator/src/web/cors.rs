//! Cross-origin requests (Fetch Standard §3.3): which answers a script of another origin may read.
//!
//! Metadata, keys and token answers are readable by every origin, as at the platform; which codes a script may redeem is decided at
//! the token endpoint.

use actix_web::HttpResponse;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, HeaderValue,
};

use crate::calls::Endpoint;
use crate::web::incoming::Incoming;

/// The answer to a preflight.
pub(crate) fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"))
        .insert_header((
            ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, x-client-sku, x-client-ver, x-client-os, x-client-cpu, x-client-current-telemetry, x-client-last-telemetry, x-ms-lib-capability, x-app-name, x-app-ver, x-anchormailbox, client-request-id, return-client-request-id",
        ))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}

/// Lets scripts read the answer, where the endpoint is one for scripts.
pub(crate) fn allow(incoming: &Incoming<'_>, endpoint: Endpoint, response: &mut HttpResponse) {
    let for_scripts = matches!(
        endpoint,
        Endpoint::Metadata
            | Endpoint::Keys
            | Endpoint::Token
            | Endpoint::Userinfo
            | Endpoint::InstanceDiscovery
    );
    if for_scripts && incoming.header("origin").is_some() {
        insert_any_origin(response);
    }
}

/// Graph's answers may be read by every origin.
pub(crate) fn with_any_origin(mut response: HttpResponse) -> HttpResponse {
    insert_any_origin(&mut response);
    response
}

fn insert_any_origin(response: &mut HttpResponse) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}
