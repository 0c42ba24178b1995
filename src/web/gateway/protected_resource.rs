//! `/.well-known/oauth-protected-resource` (RFC 9728): where a program gets a token for a route that takes tokens.
//!
//! The document stands at the root of an origin, whatever the prefix of the profile. It says nothing that the challenge
//! of the route does not say, so anybody may read it, from any origin.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, HeaderName, HeaderValue, RETRY_AFTER,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use serde_json::json;

use crate::domain::profile::Profile;
use crate::domain::profiles::ProfileStatus;
use crate::domain::protected_resource::{ProtectedResource, resource_path};
use crate::domain::request_target::CanonicalPath;
use crate::domain::route::Route;
use crate::flow::bearer::authorization_server;
use crate::web::app_state::AppState;
use crate::web::client::address;

static RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Answers requests for the metadata of a resource that takes tokens; every other request goes on, because an application
/// behind may publish metadata of its own.
///
/// # Errors
/// None of its own.
pub async fn answer_metadata<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let app = request.app_data::<web::Data<AppState>>().cloned();
    let found = app.and_then(|app| Some((described(&app, &request)?, app)));
    let Some((described, app)) = found else {
        return next
            .call(request)
            .await
            .map(ServiceResponse::map_into_left_body);
    };
    let mut response = match *request.method() {
        Method::GET | Method::HEAD => document(&app, described).await,
        Method::OPTIONS => preflight(),
        _ => HttpResponse::MethodNotAllowed()
            .insert_header((ALLOW, "GET, HEAD, OPTIONS"))
            .finish(),
    };
    let headers = response.headers_mut();
    let fixed = HeaderValue::from_static;
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, fixed("*"));
    headers.insert(RESOURCE_POLICY.clone(), fixed("cross-origin"));
    Ok(request.into_response(response).map_into_right_body())
}

/// MCP clients in a browser send a header of their own, so their requests are preceded by a preflight.
fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "*"))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}

/// A resource that takes tokens.
struct Described {
    profile: Arc<Profile>,
    resource: ProtectedResource,
    scopes: BTreeSet<String>,
}

async fn document(app: &AppState, described: Described) -> HttpResponse {
    let Described {
        profile,
        resource,
        scopes,
    } = described;
    let server = match authorization_server(&app.services, &profile).await {
        Ok(server) => server,
        Err(error) => {
            tracing::warn!(profile.id = %profile.id, error = %error, "the metadata of a protected resource cannot be told now");
            return HttpResponse::ServiceUnavailable()
                .insert_header((RETRY_AFTER, "5"))
                .json(json!({ "error": "temporarily_unavailable" }));
        }
    };
    let mut document = json!({
        "resource": resource.identifier(),
        "authorization_servers": [server],
        "bearer_methods_supported": ["header"],
        "resource_name": profile.title,
    });
    if let (false, Some(members)) = (scopes.is_empty(), document.as_object_mut()) {
        members.insert("scopes_supported".to_owned(), json!(scopes));
    }
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "max-age=300"))
        .json(document)
}

/// The resource that a request asks about, if the request asks about one that takes tokens.
fn described(app: &AppState, request: &ServiceRequest) -> Option<Described> {
    let path = resource_path(request.uri().path())?;
    let host = address::host(request, &app.trusted_proxies).ok()?;
    let profiles = app.profiles.load();
    let (ProfileStatus::Serving(profile), _) = profiles.find(host, path)? else {
        return None;
    };
    let (resource, scopes) = of_profile(profile, host, path)?;
    Some(Described {
        profile: Arc::clone(profile),
        resource,
        scopes,
    })
}

/// The resource at a path, with its scopes: of its route, or of the whole origin. `None` if no token is taken there.
fn of_profile(
    profile: &Profile,
    host: &str,
    path: &str,
) -> Option<(ProtectedResource, BTreeSet<String>)> {
    let canonical = CanonicalPath::parse(path).ok()?;
    let found = profile.routes.find(host, &canonical).ok()?;
    let takes = |route: &&Route| route.accept_bearer.is_some();
    let routes: Vec<&Route> = match found.map(|(route, _)| route).filter(takes) {
        Some(route) => vec![route],
        None if path == "/" => {
            let of_host = |route: &&Route| route.host.eq_ignore_ascii_case(host);
            profile
                .routes
                .written()
                .filter(of_host)
                .filter(takes)
                .collect()
        }
        None => Vec::new(),
    };
    let host = &routes.first()?.host;
    let microsoft = profile.authority.dialect().microsoft;
    let rules = routes
        .iter()
        .filter_map(|route| route.accept_bearer.as_ref());
    let scopes = rules
        .flat_map(|rule| rule.requestable_scopes(microsoft))
        .collect();
    Some((
        ProtectedResource::at(&profile.public_url, host, path)?,
        scopes,
    ))
}
