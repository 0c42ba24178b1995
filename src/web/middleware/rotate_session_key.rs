//! Runs before actix-session, which knows one key and believes the first cookie that it takes for its own.
//!
//! Here a cookie that was sealed with an older key is opened and sealed again with the newest key, so that rotating the key signs nobody out,
//! and every other cookie that actix-session could take for the session cookie is removed from the request.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::domain::profile::Profile;
use crate::web::app_state::AppState;
use crate::web::cookies::cookie::{set_single, single_value};
use crate::web::cookies::session::{CookieKeys, sealed_cookie};
use crate::web::extract::visit::ResolvedProfile;

/// Rewrites the request's session cookie, and the browser's when an older key sealed it.
///
/// # Errors
/// None of its own.
pub async fn renew<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let located = request.extensions().get::<ResolvedProfile>().cloned();
    let app = request.app_data::<web::Data<AppState>>().cloned();
    let (Some(located), Some(app)) = (located, app) else {
        return next.call(request).await;
    };
    let profile = &located.profile;
    let name = app.cookie_keys.name(profile);
    let sent = single_value(request.headers(), name).is_some();
    let cookie = SessionCookie::find(request.headers(), profile, &app.cookie_keys);
    let foreign = sent && cookie.value().is_none();
    set_single(request.headers_mut(), name, cookie.value());
    let mut response = next.call(request).await?;
    if foreign && sets_cookie(&response, name) {
        app.foreign_cookie_warning.warn();
    }
    if let SessionCookie::Renewed { set_cookie, .. } = cookie
        && !sets_cookie(&response, name)
        && !is_shared(&response)
    {
        response.headers_mut().append(SET_COOKIE, set_cookie);
    }
    Ok(response)
}

/// The session cookie of a request, as actix-session may see it.
enum SessionCookie {
    /// Absent, there twice, or sealed by none of our keys.
    None,
    /// Sealed with the newest key.
    Good(String),
    /// Was sealed with an older key.
    Renewed {
        value: String,
        set_cookie: HeaderValue,
    },
}

impl SessionCookie {
    fn find(headers: &HeaderMap, profile: &Profile, keys: &CookieKeys) -> Self {
        let name = keys.name(profile);
        let opened =
            single_value(headers, name).and_then(|value| Some((value, keys.open(name, value)?)));
        match opened {
            Some((value, (0, _))) => Self::Good(value.to_owned()),
            Some((_, (_, content))) => Self::sealed_anew(content, profile, keys),
            None => Self::None,
        }
    }

    fn sealed_anew(content: String, profile: &Profile, keys: &CookieKeys) -> Self {
        let seal = || {
            let name = keys.name(profile);
            let value = keys.seal(name, content)?;
            let cookie = sealed_cookie(profile, name, value);
            let pair = cookie.stripped().encoded().to_string();
            let (_, value) = pair.split_once('=')?;
            Some(Self::Renewed {
                value: value.to_owned(),
                set_cookie: HeaderValue::from_str(&cookie.encoded().to_string()).ok()?,
            })
        };
        seal().unwrap_or(Self::None)
    }

    /// The value as browsers send it.
    fn value(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Good(value) | Self::Renewed { value, .. } => Some(value),
        }
    }
}

/// Whether caches may keep the response for everybody: then it carries nobody's cookie.
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
