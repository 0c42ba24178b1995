//! Before actix-session: cookies of older keys are opened and sealed anew, and doubtful ones are taken out.
//!
//! actix-session knows one key and believes the first cookie of its name. This layer lets a key be rotated without
//! signing anybody out, and makes two cookies of one name none at all.

use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, CookieJar};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::web::app_state::AppState;
use crate::web::cookies::session::{CookieKeys, cookie_pairs, session_cookie_name, single_value};
use crate::web::extract::resolved_profile::ResolvedProfile;

/// Rewrites the request's session cookie, and the browser's when it was sealed with an older key.
///
/// # Errors
/// None of its own.
pub async fn renew<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let name = request
        .extensions()
        .get::<ResolvedProfile>()
        .map(|located| session_cookie_name(&located.profile));
    let app = request.app_data::<web::Data<AppState>>().cloned();
    let (Some(name), Some(app)) = (name, app) else {
        return next.call(request).await;
    };
    let renewed = match state(&request, name, &app.cookie_keys) {
        State::Good => None,
        State::Old(content) => seal(name, &content, &app.cookie_keys),
        State::Doubtful => {
            replace(&mut request, name, None);
            None
        }
    };
    if let Some(value) = &renewed {
        replace(&mut request, name, Some(value));
    }
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

enum State {
    /// Absent, or sealed with the newest key: nothing to do.
    Good,
    /// Sealed with an older key; this is its content.
    Old(String),
    /// Twice, or not ours.
    Doubtful,
}

fn state(request: &ServiceRequest, name: &str, keys: &CookieKeys) -> State {
    if !cookie_pairs(request.headers()).any(|(key, _)| key == name) {
        return State::Good;
    }
    let opened = single_value(request.headers(), name).and_then(|value| keys.open(name, value));
    match opened {
        Some((0, _)) => State::Good,
        Some((_, content)) => State::Old(content),
        None => State::Doubtful,
    }
}

fn seal(name: &'static str, content: &str, keys: &CookieKeys) -> Option<String> {
    let mut jar = CookieJar::new();
    jar.private_mut(keys.newest()?)
        .add(Cookie::new(name, content.to_owned()));
    let sealed = jar.get(name)?.encoded().to_string();
    sealed.split_once('=').map(|(_, value)| value.to_owned())
}

/// Writes the request's cookies without `name`, or with a new value for it. Other cookies keep order and bytes.
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

/// Whether caches may keep the answer for everybody: then it carries nobody's cookie.
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
