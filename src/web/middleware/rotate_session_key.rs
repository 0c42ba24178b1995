//! Runs before actix-session: seals a session cookie again if an older key sealed it, and removes an unusable one.
//!
//! actix-session knows one key, and of two cookies of its name it takes the first. With this layer a key can be rotated
//! without signing anybody out, and two cookies of one name count as none.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, CookieJar};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::web::app_state::AppState;
use crate::web::cookies::session::{CookieKeys, cookie_pairs, session_cookie_name};
use crate::web::cookies::session_cookie::SessionCookie;
use crate::web::extract::resolved_profile::ResolvedProfile;

/// Seals the session cookie with the newest key, for the request and for the browser, if an older key sealed it.
///
/// # Errors
/// None of its own.
pub async fn renew<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let profile = request
        .extensions()
        .get::<ResolvedProfile>()
        .map(|resolved| Arc::clone(&resolved.profile));
    let app = request.app_data::<web::Data<AppState>>().cloned();
    let (Some(profile), Some(app)) = (profile, app) else {
        return next.call(request).await;
    };
    let name = session_cookie_name(&profile);
    let opened = request.extensions_mut().remove::<SessionCookie>();
    let cookie = opened
        .unwrap_or_else(|| SessionCookie::read(request.headers(), &app.cookie_keys, &profile));
    let mut renewed = None;
    match &cookie {
        SessionCookie::Opened {
            content,
            by_newest_key: false,
        } => {
            renewed = seal(name, content, &app.cookie_keys);
            if let Some(value) = &renewed {
                replace(&mut request, name, Some(value));
            }
        }
        SessionCookie::Unusable => replace(&mut request, name, None),
        SessionCookie::Absent | SessionCookie::Opened { .. } => {}
    }
    request.extensions_mut().insert(cookie);
    let mut response = next.call(request).await?;
    if let Some(value) = renewed
        && !sets_cookie(&response, name)
        && !is_shared(&response)
    {
        let secure = if name.starts_with("__Host-") {
            "; Secure"
        } else {
            ""
        };
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

fn seal(name: &'static str, content: &str, keys: &CookieKeys) -> Option<String> {
    let mut jar = CookieJar::new();
    jar.private_mut(keys.newest()?)
        .add(Cookie::new(name, content.to_owned()));
    let sealed = jar.get(name)?.encoded().to_string();
    sealed.split_once('=').map(|(_, value)| value.to_owned())
}

/// Removes the cookie `name` from the request, or gives it a new value. Other cookies keep their order and their bytes.
fn replace(request: &mut ServiceRequest, name: &str, value: Option<&str>) {
    let mut kept: Vec<String> = cookie_pairs(request.headers())
        .filter(|(key, _)| *key != name)
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    kept.extend(value.map(|value| format!("{name}={value}")));
    request.headers_mut().remove(COOKIE);
    if let Ok(header) = HeaderValue::from_str(&kept.join("; "))
        && !kept.is_empty()
    {
        request.headers_mut().insert(COOKIE, header);
    }
}

/// Whether shared caches may keep the answer. Such an answer must set no cookie.
fn is_shared<B>(response: &ServiceResponse<B>) -> bool {
    let cache = response
        .headers()
        .get(CACHE_CONTROL)
        .and_then(|value| value.to_str().ok());
    cache.is_some_and(|cache| cache.contains("public"))
}

fn sets_cookie<B>(response: &ServiceResponse<B>, name: &str) -> bool {
    let sets = |value: &HeaderValue| {
        value
            .to_str()
            .is_ok_and(|text| text.split_once('=').is_some_and(|(key, _)| key == name))
    };
    response.headers().get_all(SET_COOKIE).any(sets)
}
