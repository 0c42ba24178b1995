//! The address of a Postgres database, `postgres://user:password@host:port/database?parameter=value`.
//!
//! The driver logs parameters that it does not know together with their values, and reports a mistake in the address as
//! a failed look-up of a host. So the address is checked here first. No text of this file repeats a part of the address
//! that may be secret.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use url::{Host, Url};

use crate::store::error::StoreError;

const ESCAPES: &str = "in the user and the password, write : as %3A, / as %2F, ? as %3F, # as %23, @ as %40 and % as %25";

/// The parameters that the driver (sqlx 0.9) knows, apart from `options[…]`.
const KNOWN_PARAMETERS: &str = "sslmode ssl-mode sslrootcert ssl-root-cert ssl-ca sslcert ssl-cert \
    sslkey ssl-key statement-cache-capacity host hostaddr port dbname user password \
    application_name options";

/// Reads the address.
///
/// # Errors
/// `BadUrl` if the address is not one of Postgres, names several hosts, or has characters that must be escaped.
pub(super) fn parse(text: &str) -> Result<PgConnectOptions, StoreError> {
    let mut url = Url::parse(text).map_err(|_| not_an_address())?;
    let host_is_missing_its_user = url.username().is_empty() && url.password().is_none();
    if url.fragment().is_some()
        || url.path().contains('@')
        || (host_is_missing_its_user && url.query().is_some_and(|query| query.contains('@')))
    {
        return Err(bad(ESCAPES));
    }
    drop_unknown_parameters(&mut url);
    let options = PgConnectOptions::from_str(url.as_str()).map_err(|_| not_an_address())?;
    let options = match ipv6(&url, &options) {
        Some(address) => options.host(&address),
        None => options,
    };
    if options.get_socket().is_none() && options.get_host().contains(',') {
        return Err(bad(
            "only one host can be named; name the host of a load balancer, or a DNS name that leads to the primary",
        ));
    }
    if options.get_username().contains(',') {
        return Err(bad(
            "the user's name has a comma, which the driver cannot send to the server; use a user without one",
        ));
    }
    Ok(options)
}

/// Takes out what the driver would ignore, and warns with the names alone.
fn drop_unknown_parameters(url: &mut Url) {
    let known = |key: &str| {
        KNOWN_PARAMETERS.split(' ').any(|known| known == key) || key.starts_with("options[")
    };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if pairs.iter().all(|(key, _)| known(key)) {
        return;
    }
    url.set_query(None);
    for (key, value) in pairs {
        if known(&key) {
            url.query_pairs_mut().append_pair(&key, &value);
        } else {
            tracing::warn!(
                parameter = key,
                "database_url: this parameter is not supported and is ignored"
            );
        }
    }
}

/// An IPv6 address without its brackets, which the driver would hand to the look-up of host names.
fn ipv6(url: &Url, options: &PgConnectOptions) -> Option<String> {
    // For `postgres:` the url crate parses an address in brackets, and leaves names and IPv4 addresses as text.
    match url.host() {
        Some(Host::Ipv6(address)) if options.get_host().starts_with('[') => {
            Some(address.to_string())
        }
        _ => None,
    }
}

fn not_an_address() -> StoreError {
    StoreError::BadUrl(format!(
        "this is not a Postgres address, which is written postgres://user:password@host:5432/database with one host; {ESCAPES}"
    ))
}

fn bad(what: &str) -> StoreError {
    StoreError::BadUrl(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_is_a_host() {
        let options = parse("postgres://gate@[::1]:5433/gatehouse").unwrap();
        assert_eq!((options.get_host(), options.get_port()), ("::1", 5433));
    }

    #[test]
    fn hosts_sockets_and_escaped_characters_are_understood() {
        let options = parse("postgres://gate%40way:a%3A%2F%3F%23%40%25b@db.internal/gh").unwrap();
        assert_eq!(options.get_host(), "db.internal");
        assert_eq!(options.get_username(), "gate@way");
        let socket = parse("postgres:///gh?host=/run/postgresql&user=gate").unwrap();
        assert!(socket.get_socket().is_some());
        assert!(
            parse("postgres://%2Frun%2Fpostgresql/gh")
                .unwrap()
                .get_socket()
                .is_some()
        );
    }

    #[test]
    fn a_character_that_must_be_escaped_is_named() {
        for url in [
            "postgres://gate:12#3hunter2@db.internal/gh",
            "postgres://gate:12/3hunter2@db.internal/gh",
            "postgres://gate:12?3hunter2@db.internal/gh",
            "postgres://gate:a/hunter2@db.internal/gh",
            "postgres://gate:a#hunter2@db.internal/gh",
            "postgres://gate:a?hunter2@db.internal/gh",
            "postgres://gate:x@y/hunter2@db.internal/gh",
        ] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.contains("%2F"), "{url}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn several_hosts_are_refused_in_one_sentence() {
        for url in [
            "postgres://gate@one,two/gh",
            "postgres://gate@one:5432,two:5432/gh",
            "postgres:///gh?host=one,two",
        ] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.contains("one host"), "{url}: {error}");
        }
    }

    #[test]
    fn a_comma_in_the_users_name_is_refused() {
        for url in ["postgres://a%2Cb@db/gh", "postgres://db/gh?user=a,b"] {
            let error = parse(url).unwrap_err().to_string();
            assert!(error.contains("comma"), "{url}: {error}");
        }
    }

    #[test]
    fn an_unknown_parameter_is_taken_out_and_known_ones_stay() {
        let mut url = Url::parse(
            "postgres://db/gh?sslpassword=hunter2&application_name=x&options[search_path]=a%2Cb",
        )
        .unwrap();
        drop_unknown_parameters(&mut url);
        assert!(!url.as_str().contains("hunter2"));
        let options = parse(url.as_str()).unwrap();
        assert_eq!(options.get_application_name(), Some("x"));
        assert_eq!(options.get_options(), Some("-c search_path=a,b"));
    }
}
