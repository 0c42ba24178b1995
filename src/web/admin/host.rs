//! Whom the admin listener answers: requests whose `Host` cannot be a name of a foreign site.
//!
//! A page of a foreign site can resolve its own name to the address of this listener (DNS rebinding). The browser then takes
//! the listener for that site and lets the page read every answer, but it sends the site's name as `Host`.

use std::net::IpAddr;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use serde_json::json;

use crate::domain::own_path::AdminPath;

/// Names by which the listener may be asked, in lower case, beside IP addresses and `localhost`.
#[derive(Debug, Clone, Default)]
pub struct AdminHosts(pub Vec<String>);

impl AdminHosts {
    /// Whether a request with these headers is answered. A request without `Host` comes from no browser: health checks in
    /// HTTP/1.0 send none.
    fn admit(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(HOST);
        match (hosts.next(), hosts.next()) {
            (None, _) => true,
            (Some(host), None) => host.to_str().is_ok_and(|host| self.is_known(host)),
            (Some(_), Some(_)) => false,
        }
    }

    /// Whether a `Host`, with or without its port, is an IP address, `localhost` or a configured name.
    fn is_known(&self, host: &str) -> bool {
        let bracketed = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (name, port) = match bracketed {
            Some((address, rest)) => (address, rest.strip_prefix(':').unwrap_or(rest)),
            None => host.split_once(':').unwrap_or((host, "")),
        };
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let is_address = match name.parse::<IpAddr>() {
            Ok(address) => address.is_ipv6() == bracketed.is_some(),
            Err(_) => false,
        };
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        is_address || (bracketed.is_none() && (name == "localhost" || self.0.contains(&name)))
    }
}

/// Answers 421 to requests with a foreign `Host` (RFC 9110 §15.5.20), except at `/livez`, which says nothing.
///
/// # Errors
/// None of its own.
pub async fn admit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let hosts = request.app_data::<web::Data<AdminHosts>>();
    let admitted = hosts.is_some_and(|hosts| hosts.admit(request.headers()));
    if !admitted && request.path() != AdminPath::Live.path() {
        let answer = HttpResponse::MisdirectedRequest().json(json!({
            "error": "Host is neither an IP address nor localhost nor one of admin_hosts"
        }));
        return Ok(request.into_response(answer).map_into_right_body());
    }
    next.call(request)
        .await
        .map(ServiceResponse::map_into_left_body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn hosts() -> AdminHosts {
        AdminHosts(vec!["admin.auth.svc".to_owned()])
    }

    #[test]
    fn addresses_localhost_and_configured_names_are_known() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:8081",
            "10.1.2.3:8081",
            "[::1]",
            "[::1]:8081",
            "localhost",
            "LocalHost:8081",
            "localhost.",
            "admin.auth.svc",
            "Admin.Auth.Svc:8081",
        ] {
            assert!(hosts().is_known(host), "{host}");
        }
    }

    #[test]
    fn a_name_that_a_site_can_choose_is_foreign() {
        for host in [
            "",
            "attacker.example",
            "attacker.example:8081",
            "127.0.0.1.attacker.example",
            "localhost.attacker.example:8081",
            "127.0.0.1@attacker.example",
            "admin.auth.svc.attacker.example",
            "[attacker.example]",
            "[localhost]:8081",
            "::1",
            "127.1:8081",
            "127.0.0.1:x",
        ] {
            assert!(!hosts().is_known(host), "{host}");
        }
    }

    #[test]
    fn a_request_may_lack_a_host_and_must_not_have_two() {
        let mut headers = HeaderMap::new();
        assert!(hosts().admit(&headers));
        headers.append(HOST, HeaderValue::from_static("127.0.0.1"));
        assert!(hosts().admit(&headers));
        headers.append(HOST, HeaderValue::from_static("127.0.0.1"));
        assert!(!hosts().admit(&headers));
    }
}
