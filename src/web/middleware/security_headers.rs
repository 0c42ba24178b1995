//! Security headers of every answer: caching, framing, content security policy, isolation from other origins.

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
use crate::web::extract::visit::ResolvedProfile;

/// Content security policy of an answer that is not a page: it loads nothing, leads nowhere and is shown in no frame.
const DATA_POLICY: &str =
    "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Of an answer that no other origin may show.
static UNFRAMED: [(HeaderName, &str); 2] = [
    (X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Of every answer. The policy is that of data; a page has its own already.
static ALWAYS: [(HeaderName, &str); 5] = [
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (CONTENT_SECURITY_POLICY, DATA_POLICY),
];

static OVER_HTTPS: [(HeaderName, &str); 1] = [(STRICT_TRANSPORT_SECURITY, "max-age=31536000")];

/// Marks the front-channel logout page: the authority may show it in a frame, from its own origin and from these (Front-Channel
/// Logout 1.0 §4).
#[derive(Debug, Clone)]
pub struct Framable(pub Vec<String>);

/// Marks a page with a form that is redirected to one of these sources: `form-action` also judges the redirect after a form
/// (CSP 3 §6.4.1).
#[derive(Debug, Clone)]
pub struct FormRedirects(pub Vec<String>);

/// Marks an answer of an application behind gatehouse, whose headers are its own.
#[derive(Debug, Clone, Copy)]
pub struct OfUpstream;

/// Adds each header that the answer has not set itself.
///
/// # Errors
/// None of its own.
pub async fn add<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    if response.request().extensions().contains::<OfUpstream>() {
        return Ok(response);
    }
    let is_page = is_page(response.headers());
    let (policy, framable, https) = {
        let extensions = response.request().extensions();
        let profile = extensions
            .get::<ResolvedProfile>()
            .map(|resolved| &resolved.profile);
        let framable = extensions.get::<Framable>();
        let forms = extensions.get::<FormRedirects>();
        let https = profile.is_some_and(|profile| profile.public_url.is_https());
        let policy = is_page.then(|| content_policy(profile.map(AsRef::as_ref), framable, forms));
        (policy, framable.is_some(), https)
    };
    let headers = response.headers_mut();
    if let Some(Ok(policy)) = policy.map(HeaderValue::try_from) {
        set_default(headers, CONTENT_SECURITY_POLICY, policy);
    }
    if !framable {
        set_defaults(headers, &UNFRAMED);
    }
    set_for_all(headers, https);
    Ok(response)
}

/// Adds the headers of an answer that is not a page, or of a page that has its content security policy already.
pub fn add_for_data(headers: &mut HeaderMap, https: bool) {
    set_defaults(headers, &UNFRAMED);
    set_for_all(headers, https);
}

fn set_for_all(headers: &mut HeaderMap, https: bool) {
    set_defaults(headers, &ALWAYS);
    if https {
        set_defaults(headers, &OVER_HTTPS);
    }
}

fn set_defaults(headers: &mut HeaderMap, fixed: &[(HeaderName, &'static str)]) {
    for (name, value) in fixed {
        set_default(headers, name.clone(), HeaderValue::from_static(value));
    }
}

/// Sets the headers of an answer that is not a page, without a look at what the answer has: each look-up is a measurable
/// part of a session check.
pub fn set_for_data(headers: &mut HeaderMap, https: bool) {
    let over_https: &[(HeaderName, &'static str)] = if https { &OVER_HTTPS } else { &[] };
    for fixed in [&UNFRAMED[..], &ALWAYS, over_https] {
        for (name, value) in fixed {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
    }
}

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// The content security policy of a page: no scripts, and nothing from other origins but the profile's pictures.
fn content_policy(
    profile: Option<&Profile>,
    framable: Option<&Framable>,
    forms: Option<&FormRedirects>,
) -> String {
    let pictures = profile.into_iter().flat_map(|it| it.branding.pictures());
    let mut images = String::new();
    for origin in pictures.filter_map(|(_, picture)| origin_of(picture.address()?)) {
        if !images.split(' ').any(|known| known == origin) {
            images = format!("{images} {origin}");
        }
    }
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
