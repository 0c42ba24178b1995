//! An HTTP request as the services read it: host, path, parameters, cookie, credentials.
//!
//! Owns the reading of requests; answers none.

use actix_web::HttpRequest;
use actix_web::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::names::{Names, Service, resolve, split_port};
use crate::platform::Platform;
use crate::state::BrowserKey;

/// Name of the cookie by which a login host knows a browser.
pub(crate) const BROWSER_COOKIE: &str = "simulator_browser";

/// Decoded parameters in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(pub Vec<(String, String)>);

impl Parameters {
    fn read(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The first non-empty value of this name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, v)| n == name && !v.is_empty())
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.text(name).is_some()
    }
}

/// One request.
pub(crate) struct Incoming<'a> {
    pub platform: &'a Platform,
    request: &'a HttpRequest,
    pub method: String,
    /// Without port, in lower case.
    pub host: String,
    /// The service at this host; none for hosts that are not simulated.
    pub service: Option<Service>,
    /// The names that the answer uses.
    pub names: Names,
    pub path: String,
    pub query: Parameters,
    pub form: Parameters,
    pub body: &'a [u8],
    pub authorization: Option<String>,
    cookie: Option<String>,
    /// Used when the browser has no cookie yet.
    new_cookie: String,
}

impl<'a> Incoming<'a> {
    pub(crate) fn new(platform: &'a Platform, request: &'a HttpRequest, body: &'a [u8]) -> Self {
        let text = |name| {
            request
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let host = text(header::HOST).unwrap_or_default().to_ascii_lowercase();
        let (name, port) = split_port(&host);
        let (service, names) = match resolve(name, port, platform.port, &platform.tenants()) {
            Some((service, names)) => (Some(service), names),
            None => (None, platform.local_names()),
        };
        let host = name.to_owned();
        let is_form = text(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        Self {
            platform,
            request,
            method: request.method().to_string(),
            host,
            service,
            names,
            path: request.path().to_owned(),
            query: Parameters::read(request.query_string().as_bytes()),
            form: if is_form {
                Parameters::read(body)
            } else {
                Parameters::default()
            },
            body,
            authorization: text(header::AUTHORIZATION),
            cookie: request
                .cookie(BROWSER_COOKIE)
                .map(|cookie| cookie.value().to_owned()),
            new_cookie: platform.handle(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    /// Query and form together; the form wins.
    pub(crate) fn parameters(&self) -> Parameters {
        let mut all = self.form.0.clone();
        all.extend(self.query.0.iter().cloned());
        Parameters(all)
    }

    /// The token of a `Bearer` header (RFC 6750 §2.1).
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.authorization.as_deref()?.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    }

    /// Id and secret of a `Basic` header; both are form-encoded first (RFC 6749 §2.3.1).
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let (scheme, encoded) = self.authorization.as_deref()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        Some((form_decoded(id), form_decoded(secret)))
    }

    /// Key of the browser's session at this login host.
    pub(crate) fn browser(&self) -> BrowserKey {
        let cookie = self.cookie.as_ref().unwrap_or(&self.new_cookie);
        (self.host.clone(), cookie.clone())
    }

    /// The cookie to set, for a browser that has none.
    pub(crate) fn cookie_to_set(&self) -> Option<&str> {
        self.cookie.is_none().then_some(self.new_cookie.as_str())
    }
}

fn form_decoded(text: &str) -> String {
    // A lone value has no name; as a name it is decoded just the same.
    let text = text.replace('=', "%3D").replace('&', "%26");
    url::form_urlencoded::parse(text.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_with_odd_characters_survives_form_encoding() {
        assert_eq!(form_decoded("a%3Ab%25%2B~%C3%A9+c"), "a:b%+~é c");
        assert_eq!(form_decoded(""), "");
        assert_eq!(form_decoded("a=b&c"), "a=b&c");
    }
}
