//! Settings from variables and files.

use std::collections::BTreeMap;

use crate::config::settings::layers::Sources;
use crate::config::settings::options::Settings;

fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
    let variables: BTreeMap<_, _> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let sources = Sources {
        variables,
        ..Sources::default()
    };
    Settings::read(&sources).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

#[test]
fn a_comma_in_the_database_url_stays_in_a_variable_as_in_a_file() {
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    for url in [
        "postgres://gh:a,b@127.0.0.1/gh?options=-csearch_path%3Dpublic,app",
        "sqlite://a,b.db",
        "postgres://gh:a,,b,@127.0.0.1/gh",
    ] {
        let variables = [("GATEHOUSE_DATABASE_URL", url), ("GATEHOUSE_KEYS", key)];
        let settings = read(&variables).unwrap();
        assert_eq!(settings.database_url.expose(), url);
    }
}

#[test]
fn variables_of_a_kubernetes_service_are_ignored_whatever_its_name() {
    for service in ["", "POSTGRESQL_", "ADMIN_", "METRICS_V2_", "A__B_"] {
        for form in [
            "SERVICE_HOST",
            "SERVICE_PORT",
            "SERVICE_PORT_HTTP",
            "SERVICE_PORT_TCP_POSTGRESQL",
            "PORT",
            "PORT_5432_TCP",
            "PORT_5432_TCP_PROTO",
            "PORT_5432_UDP_PORT",
            "PORT_5432_SCTP_ADDR",
        ] {
            let name = format!("GATEHOUSE_{service}{form}");
            assert!(read(&[(&name, "tcp://10.0.0.1:5432")]).is_ok(), "{name}");
        }
    }
    for name in [
        "GATEHOUSE_POSTGRESQL_HOST",
        "GATEHOUSE_PORTS",
        "GATEHOUSE_PORT_X_TCP",
        "GATEHOUSE_LISTEM",
    ] {
        let report = read(&[(name, "1")]).unwrap_err();
        assert!(report.contains("is not a known setting"), "{name}");
    }
}

#[test]
fn a_lifetime_that_no_date_can_bear_is_refused() {
    let report = read(&[("GATEHOUSE_SESSION__LIFETIME", "300000y")]).unwrap_err();
    assert!(report.contains("is too long"), "{report}");
}

#[test]
fn names_that_no_cookie_and_no_host_can_have_are_refused() {
    for (variable, value) in [
        ("GATEHOUSE_COOKIE_SUFFIX", "a;b"),
        ("GATEHOUSE_COOKIE_SUFFIX", "a=b"),
        ("GATEHOUSE_ADMIN_HOSTS", "admin.internal, http://admin:8081"),
        ("GATEHOUSE_TRUST_FORWARDED_HOST", "yes"),
        ("GATEHOUSE_SERVER__MAX_CONNECTIONS", "0"),
        ("GATEHOUSE_SERVER__KEEP_ALIVE", "0s"),
    ] {
        let report = read(&[(variable, value)]).unwrap_err();
        assert!(report.contains(variable), "{report}");
    }
    let settings = read(&[
        ("GATEHOUSE_COOKIE_SUFFIX", "-staging"),
        ("GATEHOUSE_ADMIN_HOSTS", "admin.internal, Other"),
        ("GATEHOUSE_TRUST_FORWARDED_HOST", "true"),
    ])
    .unwrap();
    assert_eq!(settings.cookie_suffix, "-staging");
    assert_eq!(settings.admin_hosts, ["admin.internal", "other"]);
    assert!(settings.trust_forwarded_host);
}
