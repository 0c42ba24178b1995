//! Cache, frame, content-security and cookie-neighbourhood headers of every answer of ours.

use actix_web::Error;
use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;

use super::profile::Located;
use crate::domain::profile::Profile;

static OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
static RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Marks an answer that the authority, at these further origins too, may show in a frame: the front-channel logout page
/// (Front-Channel Logout 1.0 §4).
#[derive(Debug, Clone)]
pub struct Framable(pub Vec<String>);

/// Marks a page whose form leads on to these origins: browsers judge the redirect after a form, too (CSP 3 §6.4.1).
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
    let (policy, framable, https) = {
        let extensions = response.request().extensions();
        let profile = extensions.get::<Located>().map(|located| &located.profile);
        let framable = extensions.get::<Framable>();
        let forms = extensions.get::<FormsLeadTo>();
        let https = profile.is_some_and(|profile| profile.public_url.is_https());
        (
            content_policy(profile.map(AsRef::as_ref), framable, forms),
            framable.is_some(),
            https,
        )
    };
    let headers = response.headers_mut();
    put(headers, CACHE_CONTROL, "no-store");
    put(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, REFERRER_POLICY, "no-referrer");
    put(headers, OPENER_POLICY.clone(), "same-origin");
    put(headers, CONTENT_SECURITY_POLICY, &policy);
    if !framable {
        put(headers, X_FRAME_OPTIONS, "DENY");
        put(headers, RESOURCE_POLICY.clone(), "same-origin");
    }
    if https {
        put(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    Ok(response)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if !headers.contains_key(&name)
        && let Ok(value) = HeaderValue::from_str(value)
    {
        headers.insert(name, value);
    }
}

/// Nothing from elsewhere, no script at all. Forms may lead on to the authority, because sign-out does; the logo's
/// origin is the profile's.
fn content_policy(
    profile: Option<&Profile>,
    framable: Option<&Framable>,
    forms: Option<&FormsLeadTo>,
) -> String {
    let logo = profile
        .and_then(|profile| profile.branding.logo.as_deref())
        .and_then(origin_of);
    let images = logo.map(|origin| format!(" {origin}")).unwrap_or_default();
    let authority = profile.map(|profile| profile.authority.url().origin().ascii_serialization());
    let with_authority = |more: &[String]| {
        let mut sources: Vec<&str> = authority.iter().map(String::as_str).collect();
        sources.extend(
            more.iter()
                .map(String::as_str)
                .filter(|origin| authority.as_deref() != Some(origin)),
        );
        sources.join(" ")
    };
    let forms = with_authority(forms.map_or(&[], |forms| &forms.0));
    let ancestors = framable.map_or_else(
        || "'none'".to_owned(),
        |framable| with_authority(&framable.0),
    );
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'{images}; form-action 'self' {forms}; base-uri 'none'; frame-ancestors {ancestors}"
    )
}

fn origin_of(address: &str) -> Option<String> {
    url::Url::parse(address)
        .ok()
        .map(|url| url.origin().ascii_serialization())
}
