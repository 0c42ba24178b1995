//! Cache, frame, content-security and cookie-neighbourhood headers of every answer of ours.

use actix_web::Error;
use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;

use crate::domain::profile::Profile;
use crate::web::middleware::resolve_profile::ResolvedProfile;

static OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
static RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What is no page loads nothing, leads nowhere and is shown in no frame.
const POLICY_OF_DATA: &str =
    "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Marks an answer that the authority, at these further origins too, may show in a frame: the front-channel logout page
/// (Front-Channel Logout 1.0 §4).
#[derive(Debug, Clone)]
pub struct Framable(pub Vec<String>);

/// Marks a page whose form leads on to these sources: browsers judge the redirect after a form, too (CSP 3 §6.4.1).
#[derive(Debug, Clone)]
pub struct FormsLeadTo(pub Vec<String>);

/// Adds the headers to every answer that has not set its own.
///
/// # Errors
/// None of its own.
pub async fn add<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    let is_page = is_page(response.headers());
    let (policy, framable, https) = {
        let extensions = response.request().extensions();
        let profile = extensions
            .get::<ResolvedProfile>()
            .map(|located| &located.profile);
        let framable = extensions.get::<Framable>();
        let forms = extensions.get::<FormsLeadTo>();
        let https = profile.is_some_and(|profile| profile.public_url.is_https());
        let policy = is_page.then(|| content_policy(profile.map(AsRef::as_ref), framable, forms));
        (policy, framable.is_some(), https)
    };
    let headers = response.headers_mut();
    if let Some(Ok(policy)) = policy.map(HeaderValue::try_from) {
        put(headers, CONTENT_SECURITY_POLICY, policy);
    }
    if framable {
        of_everything(headers, https);
    } else {
        of_data(headers, https);
    }
    Ok(response)
}

/// The headers of an answer that is no page, or of a page that has its content policy already.
pub fn of_data(headers: &mut HeaderMap, https: bool) {
    put(headers, X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    let own = HeaderValue::from_static("same-origin");
    put(headers, RESOURCE_POLICY.clone(), own);
    of_everything(headers, https);
}

fn of_everything(headers: &mut HeaderMap, https: bool) {
    let fixed = HeaderValue::from_static;
    put(headers, CACHE_CONTROL, fixed("no-store"));
    put(headers, X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    put(headers, REFERRER_POLICY, fixed("no-referrer"));
    put(headers, OPENER_POLICY.clone(), fixed("same-origin"));
    put(headers, CONTENT_SECURITY_POLICY, fixed(POLICY_OF_DATA));
    if https {
        let year = fixed("max-age=31536000");
        put(headers, STRICT_TRANSPORT_SECURITY, year);
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Nothing from elsewhere, no script at all; the logo's origin is the profile's.
fn content_policy(
    profile: Option<&Profile>,
    framable: Option<&Framable>,
    forms: Option<&FormsLeadTo>,
) -> String {
    let logo = profile
        .and_then(|profile| profile.branding.logo.as_deref())
        .and_then(origin_of);
    let images = logo.map(|origin| format!(" {origin}")).unwrap_or_default();
    let forms = forms.map_or_else(String::new, |forms| format!(" {}", forms.0.join(" ")));
    let ancestors = framable.map_or_else(
        || "'none'".to_owned(),
        |framable| {
            let authority =
                profile.map(|profile| profile.authority.url().origin().ascii_serialization());
            let others = framable
                .0
                .iter()
                .filter(|one| authority.as_ref() != Some(*one));
            let sources: Vec<&str> = authority.iter().chain(others).map(String::as_str).collect();
            sources.join(" ")
        },
    );
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'{images}; form-action 'self'{forms}; base-uri 'none'; frame-ancestors {ancestors}"
    )
}

fn origin_of(address: &str) -> Option<String> {
    url::Url::parse(address)
        .ok()
        .map(|url| url.origin().ascii_serialization())
}
