//! Which request a proxy asks about: four families of proxies tell it in four ways.
//!
//! | family | told in |
//! |---|---|
//! | forwarded | `X-Forwarded-Method`, `-Proto`, `-Host`, `-Uri` (Traefik, Caddy, `HAProxy`) |
//! | original | `X-Original-URL`, `X-Original-Method` (nginx, ingress-nginx) |
//! | path | the method and what follows our own path (Envoy, Gateway API) |
//! | fabric | `Method`, `Path` (NGINX Gateway Fabric) |
//!
//! nginx sends every header of its client along, so a client can add another family to the one of the guide. Families
//! that do not agree are refused: no proxy sends two that differ.

use actix_web::http::header::{HeaderMap, HeaderName};

use crate::domain::forward_auth::Family;
use crate::domain::request_target::{RequestTarget, TargetRefusal};

// Parsed once: a name that is parsed for each look-up costs an allocation.
static FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
static ORIGINAL_URL: HeaderName = HeaderName::from_static("x-original-url");
static ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");
static FABRIC_PATH: HeaderName = HeaderName::from_static("path");
static FABRIC_METHOD: HeaderName = HeaderName::from_static("method");

/// Why a check is refused before anything is decided (400).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginalRefusal {
    /// No family is complete.
    #[error("no proxy told which request this check is about")]
    Untold,
    /// A family is there without a part that it must send.
    #[error("the proxy told the original request without its {0}")]
    Incomplete(&'static str),
    /// A header occurs twice, or cannot be read.
    #[error("the header {0} cannot be read in one way only")]
    Unreadable(&'static str),
    /// Two families tell different requests.
    #[error("the {one} headers and the {other} headers tell different requests")]
    Disagree {
        /// The one.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// The target could be understood in two ways.
    #[error("{0}")]
    Target(#[from] TargetRefusal),
}

/// The check as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    /// The headers of the check.
    pub headers: &'a HeaderMap,
    /// The method of the check.
    pub method: &'a str,
    /// The host that the check was sent to: `Host`, or `X-Forwarded-Host` of the trusted peer.
    pub host: &'a str,
    /// What follows `/auth/check` in the target, query included; empty when nothing follows.
    pub below: &'a str,
    /// The only family that counts, if the settings name one.
    pub only: Option<Family>,
}

/// Reads the original request. The caller has made sure that the peer is a trusted proxy.
///
/// # Errors
/// Every variant of [`OriginalRefusal`].
pub fn original_request<'a>(
    check: &Check<'a>,
) -> Result<(Family, RequestTarget<'a>), OriginalRefusal> {
    let mut told: Option<(Family, RequestTarget<'a>)> = None;
    for family in Family::ALL {
        if check.only.is_some_and(|only| only != family) {
            continue;
        }
        let Some(target) = check.told_by(family)? else {
            continue;
        };
        match &told {
            Some((other, first)) if !is_same(first, &target) => {
                return Err(OriginalRefusal::Disagree {
                    one: other.as_str(),
                    other: family.as_str(),
                });
            }
            Some(_) => {}
            None => told = Some((family, target)),
        }
    }
    told.ok_or(OriginalRefusal::Untold)
}

/// Two families agree when method, host, canonical path and query are the same.
fn is_same(one: &RequestTarget<'_>, other: &RequestTarget<'_>) -> bool {
    one.method == other.method
        && one.https == other.https
        && one.host.eq_ignore_ascii_case(other.host)
        && one.path == other.path
        && one.query() == other.query()
}

impl<'a> Check<'a> {
    /// A header that stands there once, or not at all.
    fn single(&self, name: &'static HeaderName) -> Result<Option<&'a str>, OriginalRefusal> {
        let mut values = self.headers.get_all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(OriginalRefusal::Unreadable(name.as_str()));
        }
        let text = |value: &'a actix_web::http::header::HeaderValue| {
            value
                .to_str()
                .map_err(|_| OriginalRefusal::Unreadable(name.as_str()))
        };
        let value = first.map(text).transpose()?;
        Ok(value.filter(|value| !value.is_empty()))
    }

    fn told_by(&self, family: Family) -> Result<Option<RequestTarget<'a>>, OriginalRefusal> {
        match family {
            Family::Forwarded => self.forwarded(),
            Family::Original => self.original(),
            Family::Path => self.path(),
            Family::Fabric => self.fabric(),
        }
    }

    /// Whether the person's side speaks https. Proxies that say nothing stand behind TLS of their own.
    fn https(&self) -> Result<bool, OriginalRefusal> {
        match self.single(&FORWARDED_PROTO)? {
            None | Some("https" | "wss") => Ok(true),
            Some("http" | "ws") => Ok(false),
            Some(_) => Err(OriginalRefusal::Unreadable("X-Forwarded-Proto")),
        }
    }

    fn forwarded(&self) -> Result<Option<RequestTarget<'a>>, OriginalRefusal> {
        let Some(uri) = self.single(&FORWARDED_URI)? else {
            return Ok(None);
        };
        let method = self
            .single(&FORWARDED_METHOD)?
            .ok_or(OriginalRefusal::Incomplete("X-Forwarded-Method"))?;
        let host = self
            .single(&FORWARDED_HOST)?
            .ok_or(OriginalRefusal::Incomplete("X-Forwarded-Host"))?;
        let target = RequestTarget::parse(method, self.https()?, host, uri)?;
        Ok(Some(target))
    }

    fn original(&self) -> Result<Option<RequestTarget<'a>>, OriginalRefusal> {
        let Some(url) = self.single(&ORIGINAL_URL)? else {
            return Ok(None);
        };
        let method = self
            .single(&ORIGINAL_METHOD)?
            .ok_or(OriginalRefusal::Incomplete("X-Original-Method"))?;
        // ingress-nginx sends an absolute address, other guides a path.
        let absolute = [("https://", true), ("http://", false)]
            .into_iter()
            .find_map(|(scheme, https)| Some((url.strip_prefix(scheme)?, https)));
        let target = match absolute {
            Some((rest, https)) => {
                let slash = rest.find('/').ok_or(TargetRefusal::NoPath)?;
                let (host, path) = rest.split_at(slash);
                RequestTarget::parse(method, https, host, path)?
            }
            None => RequestTarget::parse(method, self.https()?, self.host, url)?,
        };
        Ok(Some(target))
    }

    fn path(&self) -> Result<Option<RequestTarget<'a>>, OriginalRefusal> {
        if self.below.is_empty() {
            return Ok(None);
        }
        let target = RequestTarget::parse(self.method, self.https()?, self.host, self.below)?;
        Ok(Some(target))
    }

    fn fabric(&self) -> Result<Option<RequestTarget<'a>>, OriginalRefusal> {
        let Some(path) = self.single(&FABRIC_PATH)? else {
            return Ok(None);
        };
        let method = self
            .single(&FABRIC_METHOD)?
            .ok_or(OriginalRefusal::Incomplete("Method"))?;
        let target = RequestTarget::parse(method, self.https()?, self.host, path)?;
        Ok(Some(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn check<'a>(headers: &'a HeaderMap, method: &'a str, below: &'a str) -> Check<'a> {
        Check {
            headers,
            method,
            host: "app.example",
            below,
            only: None,
        }
    }

    const FORWARDED: [(&str, &str); 4] = [
        ("x-forwarded-method", "POST"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "app.example"),
        ("x-forwarded-uri", "/orders?id=1"),
    ];

    #[test]
    fn each_family_tells_the_same_request() {
        let original = [
            ("x-original-url", "https://app.example/orders?id=1"),
            ("x-original-method", "POST"),
        ];
        let fabric = [("path", "/orders?id=1"), ("method", "POST")];
        for (family, pairs, below) in [
            (Family::Forwarded, &FORWARDED[..], ""),
            (Family::Original, &original[..], ""),
            (Family::Path, &[][..], "/orders?id=1"),
            (Family::Fabric, &fabric[..], ""),
        ] {
            let headers = headers(pairs);
            let (told, target) = original_request(&check(&headers, "POST", below)).unwrap();
            assert_eq!(told, family);
            let parts = (
                target.method,
                target.https,
                target.host,
                target.path_and_query,
            );
            assert_eq!(parts, ("POST", true, "app.example", "/orders?id=1"));
        }
    }

    #[test]
    fn a_client_that_adds_another_family_is_refused() {
        for (name, value) in [
            ("x-original-url", "https://app.example/public"),
            ("path", "/public"),
        ] {
            let mut pairs = FORWARDED.to_vec();
            pairs.push((name, value));
            pairs.push(("x-original-method", "POST"));
            pairs.push(("method", "POST"));
            let headers = headers(&pairs);
            let told = original_request(&check(&headers, "GET", ""));
            assert!(
                matches!(told, Err(OriginalRefusal::Disagree { .. })),
                "{name}"
            );
        }
        let headers = headers(&FORWARDED);
        let told = original_request(&check(&headers, "POST", "/public"));
        assert!(matches!(told, Err(OriginalRefusal::Disagree { .. })));
        let agreeing = original_request(&check(&headers, "POST", "/%6frders?id=1"));
        assert!(agreeing.is_ok(), "one request in two spellings");
    }

    #[test]
    fn a_setting_that_names_one_family_ignores_the_others() {
        let mut pairs = FORWARDED.to_vec();
        pairs.push(("x-original-url", "https://app.example/public"));
        let headers = headers(&pairs);
        let only = Check {
            only: Some(Family::Forwarded),
            ..check(&headers, "GET", "")
        };
        let (family, target) = original_request(&only).unwrap();
        assert_eq!(
            (family, target.path_and_query),
            (Family::Forwarded, "/orders?id=1")
        );
        let other = Check {
            only: Some(Family::Path),
            ..only
        };
        assert_eq!(original_request(&other), Err(OriginalRefusal::Untold));
    }

    #[test]
    fn a_check_that_does_not_tell_everything_is_refused() {
        for (missing, refusal) in [
            (
                "x-forwarded-method",
                OriginalRefusal::Incomplete("X-Forwarded-Method"),
            ),
            (
                "x-forwarded-host",
                OriginalRefusal::Incomplete("X-Forwarded-Host"),
            ),
            ("x-forwarded-uri", OriginalRefusal::Untold),
        ] {
            let pairs: Vec<_> = FORWARDED
                .into_iter()
                .filter(|(name, _)| *name != missing)
                .collect();
            let headers = headers(&pairs);
            assert_eq!(original_request(&check(&headers, "GET", "")), Err(refusal));
        }
        let mut twice = FORWARDED.to_vec();
        twice.push(("x-forwarded-uri", "/public"));
        let headers = headers(&twice);
        let told = original_request(&check(&headers, "GET", ""));
        assert_eq!(told, Err(OriginalRefusal::Unreadable("x-forwarded-uri")));
    }

    #[test]
    fn a_forwarded_address_that_is_no_plain_path_is_refused() {
        for uri in [
            "https://evil.example/",
            "/a#b",
            "/..%2fprivate",
            "public",
            "//evil.example",
        ] {
            let pairs = FORWARDED.map(|(name, value)| {
                (
                    name,
                    if name == "x-forwarded-uri" {
                        uri
                    } else {
                        value
                    },
                )
            });
            let headers = headers(&pairs);
            let told = original_request(&check(&headers, "GET", ""));
            assert!(matches!(told, Err(OriginalRefusal::Target(_))), "{uri}");
        }
    }
}

#[cfg(test)]
mod hostile_headers;
