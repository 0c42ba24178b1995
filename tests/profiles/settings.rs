//! Settings: layers, and what is refused.

use std::time::Duration;

use gatehouse::config::report::rendering::{Looks, text};
use gatehouse::config::{DatabaseKind, FileText, Settings, Sources};
use gatehouse::domain::log_format::LogFormat;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OTHER_KEY: &str = "HxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4=";

fn sources(file: &str, variables: &[(&str, &str)], flags: &[(&str, &str)]) -> Sources {
    let owned = |pairs: &[(&str, &str)]| {
        let pairs = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        pairs.collect()
    };
    Sources {
        file: (!file.is_empty()).then(|| FileText {
            name: "gatehouse.toml".to_owned(),
            text: file.to_owned(),
        }),
        variables: owned(variables),
        flags: owned(flags),
    }
}

fn report(file: &str, variables: &[(&str, &str)], flags: &[(&str, &str)]) -> String {
    text(
        &Settings::read(&sources(file, variables, flags)).unwrap_err(),
        Looks::Plain,
    )
}

#[test]
fn nothing_said_gives_the_defaults_of_the_design() {
    let settings = Settings::read(&Sources::default()).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.admin_listen.to_string(), "127.0.0.1:8081");
    assert_eq!(settings.profiles.to_str(), Some("profiles"));
    assert_eq!(settings.database, DatabaseKind::Sqlite);
    assert_eq!(settings.database_url.expose(), "sqlite://gatehouse.db");
    assert!(settings.keys.is_empty() && settings.trusted_proxies.is_empty());
    assert_eq!(settings.session.idle_timeout, Duration::from_hours(8));
    assert_eq!(settings.session.lifetime, Duration::from_hours(7 * 24));
    assert_eq!(settings.store.cache_entries, 100_000);
    assert_eq!(settings.telemetry.log, "info");
    assert_eq!(settings.telemetry.format, LogFormat::Text);
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let file = "listen = \"127.0.0.1:1\"\nadmin_listen = \"127.0.0.1:11\"\nprofiles = \"from-file\"\n[store]\nmax_connections = 3\ncache_entries = 5\n";
    let settings = Settings::read(&sources(
        file,
        &[
            ("GATEHOUSE_LISTEN", "127.0.0.1:2"),
            ("GATEHOUSE_ADMIN_LISTEN", "127.0.0.1:12"),
            ("GATEHOUSE_STORE__MAX_CONNECTIONS", "4"),
        ],
        &[("listen", "127.0.0.1:3")],
    ))
    .unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.admin_listen.port(), 12);
    assert_eq!(settings.profiles.to_str(), Some("from-file"));
    assert_eq!(settings.store.max_connections, 4);
    assert_eq!(settings.store.cache_entries, 5);
}

#[test]
fn every_setting_can_be_given_as_a_variable() {
    let keys = format!("{KEY},{OTHER_KEY}");
    let settings = Settings::read(&sources(
        "",
        &[
            ("GATEHOUSE_DATABASE_URL", "postgres://u:p@db/gatehouse"),
            ("GATEHOUSE_KEYS", &keys),
            (
                "GATEHOUSE_TRUSTED_PROXIES",
                "10.0.0.0/8, 127.0.0.1, fd00::/8",
            ),
            ("GATEHOUSE_SESSION__IDLE_TIMEOUT", "30m"),
            ("GATEHOUSE_HTTP__CONNECT_TIMEOUT", "500ms"),
            (
                "GATEHOUSE_HTTP__RESOLVE",
                "Login.Contoso.Example=10.0.0.5, b.example=::1",
            ),
            ("GATEHOUSE_TELEMETRY__FORMAT", "json"),
            ("GATEHOUSE_TELEMETRY__LOG", "info,gatehouse=debug"),
            ("GATEHOUSE_SHUTDOWN_GRACE", "5s"),
            ("GATEHOUSE_TEMPLATES", ""),
        ],
        &[],
    ))
    .unwrap();
    assert_eq!(settings.database, DatabaseKind::Postgres);
    assert_eq!(settings.keys.len(), 2);
    assert_eq!(settings.trusted_proxies.len(), 3);
    assert_eq!(settings.session.idle_timeout, Duration::from_mins(30));
    assert_eq!(settings.http.connect_timeout, Duration::from_millis(500));
    let resolved = settings.http.resolve.get("login.contoso.example").unwrap();
    assert_eq!(resolved.to_string(), "10.0.0.5");
    assert_eq!(settings.telemetry.format, LogFormat::Json);
    assert!(settings.templates.is_none());
}

#[test]
fn rate_limits_can_be_set_and_are_never_zero() {
    let defaults = Settings::read(&Sources::default()).unwrap().rate_limits;
    assert_eq!(defaults.attempts.at_once.get(), 300);
    assert_eq!(defaults.attempts.per_minute.get(), 600);
    let file = "[rate_limits]\nattempts_at_once = 20\nlogout_requests_per_minute = 7\n";
    let set = Settings::read(&sources(file, &[], &[]))
        .unwrap()
        .rate_limits;
    assert_eq!(set.attempts.at_once.get(), 20);
    assert_eq!(set.logout_requests.per_minute.get(), 7);
    assert_eq!(set.logout_requests.at_once.get(), 600);
    let report = report("[rate_limits]\nattempts_per_minute = 0\n", &[], &[]);
    assert!(report.contains("from 1 to"), "{report}");
}

#[test]
fn hosts_with_dots_keep_them_in_the_files_table_of_addresses() {
    let file = "[http.resolve]\n\"login.contoso.example\" = \"10.0.0.5\"\n";
    let settings = Settings::read(&sources(file, &[], &[])).unwrap();
    assert!(settings.http.resolve.contains_key("login.contoso.example"));
}

#[test]
fn a_secret_from_a_variable_wins_over_a_file_that_the_settings_file_names() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    std::fs::write(&keys, format!("# newest\n{KEY}\n{OTHER_KEY}\n")).unwrap();
    let file = format!("keys_file = {:?}\n", keys.to_str().unwrap());
    assert_eq!(
        Settings::read(&sources(&file, &[], &[]))
            .unwrap()
            .keys
            .len(),
        2
    );
    let settings = Settings::read(&sources(&file, &[("GATEHOUSE_KEYS", KEY)], &[])).unwrap();
    assert_eq!(settings.keys.len(), 1);
}

#[test]
fn unknown_keys_are_refused_by_name_with_their_source() {
    let report = report(
        "lisen = \"127.0.0.1:1\"\n[store]\nmax_conections = 3\n",
        &[
            ("GATEHOUSE_STORE__CACHE_ENTRYS", "1"),
            ("GATEHOUSE_SECRET", "hunter2"),
        ],
        &[],
    );
    for part in [
        "gatehouse.toml:1:1: lisen: is not a known key\n  help: did you mean listen?",
        "gatehouse.toml:3:1: store.max_conections",
        "the environment: GATEHOUSE_STORE__CACHE_ENTRYS: is not a known setting\n  help: did you mean GATEHOUSE_STORE__CACHE_ENTRIES?",
        "GATEHOUSE_SECRET",
    ] {
        assert!(report.contains(part), "{part} in {report}");
    }
    assert!(!report.contains("hunter2"), "{report}");
}

#[test]
fn variables_that_kubernetes_sets_for_a_service_named_gatehouse_are_left_alone() {
    let variables = [
        ("GATEHOUSE_PORT", "tcp://10.0.0.1:80"),
        ("GATEHOUSE_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("GATEHOUSE_SERVICE_HOST", "10.0.0.1"),
        ("GATEHOUSE_SERVICE_PORT_HTTP", "80"),
        ("GATEHOUSE_CONFIG", "gatehouse.toml"),
    ];
    assert!(Settings::read(&sources("", &variables, &[])).is_ok());
}

// proves: C149
#[test]
fn a_wrong_type_or_a_bad_secret_is_told_without_its_value() {
    let report = report(
        "database_url = 4711471147114711\nkeys = [\"hunter2\"]\nlisten = 8080\n",
        &[
            ("GATEHOUSE_DATABASE_URL", "mysql://root:hunter2@db/x"),
            ("GATEHOUSE_KEYS", "hunter2"),
        ],
        &[],
    );
    for part in [
        "gatehouse.toml:1:16: database_url: is a whole number, but must be text in quotes",
        "gatehouse.toml:3:10: listen: is a whole number, but must be text in quotes",
        "GATEHOUSE_DATABASE_URL: is not the address of a database",
        "GATEHOUSE_KEYS: key 1 is not base64",
    ] {
        assert!(report.contains(part), "{part} in {report}");
    }
    for secret in ["hunter2", "4711471147114711"] {
        assert!(!report.contains(secret), "{report}");
    }
}

#[test]
fn the_settings_print_no_secret() {
    let variables = [
        (
            "GATEHOUSE_DATABASE_URL",
            "postgres://u:hunter2@db/gatehouse",
        ),
        ("GATEHOUSE_KEYS", KEY),
    ];
    let sources = sources("", &variables, &[]);
    let shown = format!("{:?}", Settings::read(&sources).unwrap());
    assert!(
        !shown.contains("hunter2") && !shown.contains(KEY),
        "{shown}"
    );
}

#[test]
fn postgres_without_a_key_says_how_to_make_one() {
    let variables = [("GATEHOUSE_DATABASE_URL", "postgres://db/gatehouse")];
    let report = report("", &variables, &[]);
    assert!(
        report.contains("keys: is missing") && report.contains("gatehouse keys new"),
        "{report}"
    );
}

#[test]
fn a_proxy_network_of_everybody_is_refused() {
    let report = report(
        "trusted_proxies = [\"0.0.0.0/0\", \"::/0\", \"proxy\"]\n",
        &[],
        &[],
    );
    assert_eq!(report.matches("everybody").count(), 2, "{report}");
    assert!(
        report.contains("gatehouse.toml:1:19: trusted_proxies"),
        "{report}"
    );
}

#[test]
fn every_fault_of_every_layer_stands_in_one_report() {
    let report = report(
        "admin_listen = \"here\"\nshutdown_grace = \"soon\"\nkeys = []\nkeys_file = \"nowhere\"\n[session]\nidle_timeout = \"8d\"\n[telemetry]\nformat = \"xml\"\n[http]\nca_file = \"nowhere\"\nresolve = { \"a.example\" = \"b.example\" }\n",
        &[("GATEHOUSE_STORE__MAX_CONNECTIONS", "none")],
        &[("listen", "80")],
    );
    for part in [
        "gatehouse.toml:1:16: admin_listen",
        "gatehouse.toml:2:18: shutdown_grace",
        "gatehouse.toml:4:13: keys_file: is given beside keys",
        "gatehouse.toml:6:16: session.idle_timeout: is longer than session.lifetime",
        "gatehouse.toml:8:10: telemetry.format",
        "gatehouse.toml:10:11: http.ca_file",
        "gatehouse.toml:11:11: http.resolve",
        "the environment: GATEHOUSE_STORE__MAX_CONNECTIONS",
        "error: --listen: \"80\" is not an address with a port",
    ] {
        assert!(report.contains(part), "{part} in {report}");
    }
}

#[test]
fn the_admin_listener_is_not_the_public_one() {
    let report = report("admin_listen = \"127.0.0.1:8080\"\n", &[], &[]);
    assert!(
        report.contains("is the public listener's address"),
        "{report}"
    );
}

#[test]
fn a_settings_file_that_is_no_toml_is_one_clear_report() {
    let report = report("listen = \n", &[], &[]);
    assert!(
        report.contains("gatehouse.toml:1:10: is not TOML"),
        "{report}"
    );
}

#[test]
fn no_delay_at_all_is_a_delay_and_no_life_at_all_is_a_mistake() {
    let file = "shutdown_delay = \"0s\"\nshutdown_grace = \"0s\"\n";
    let settings = Settings::read(&sources(file, &[], &[])).unwrap();
    assert_eq!(
        (settings.shutdown_delay, settings.shutdown_grace),
        (Duration::ZERO, Duration::ZERO)
    );
    let refused = report("[session]\nlifetime = \"0s\"\n", &[], &[]);
    assert!(refused.contains("session.lifetime"), "{refused}");
}

proptest::proptest! {
    #[test]
    fn arbitrary_text_in_a_settings_file_or_variable_never_panics(
        content in "\\PC{0,200}|(\\[?[a-z_.]{1,12}\\]?( = [\"0-9a-z\\[\\]]{0,9})?\n){0,9}",
        variable in "GATEHOUSE_[A-Z_]{0,24}", value in "\\PC{0,60}|[0-9]{1,30}|[0-9]{1,12}[a-z]{1,6}",
    ) {
        if let Err(problems) = Settings::read(&sources(&content, &[(&variable, &value)], &[])) {
            proptest::prop_assert!(!text(&problems, Looks::Plain).is_empty());
        }
    }

    #[test]
    fn accepted_settings_are_bounded_whatever_a_known_key_holds(
        key in proptest::sample::select(vec![
            "LISTEN", "ADMIN_LISTEN", "DATABASE_URL", "TRUSTED_PROXIES", "SESSION__IDLE_TIMEOUT", "SESSION__LIFETIME",
            "STORE__MAX_CONNECTIONS", "STORE__CACHE_ENTRIES", "TELEMETRY__FORMAT", "HTTP__RESOLVE",
        ]),
        value in "\\PC{0,30}|[0-9]{1,25}|[0-9]{1,20}(y|w|d|h|m|s|ms)|-1|1e300|0|127\\.0\\.0\\.1(:[0-9]{1,6})?|0\\.0\\.0\\.0/0",
    ) {
        let name = format!("GATEHOUSE_{key}");
        match Settings::read(&sources("", &[(&name, &value)], &[])) {
            Ok(settings) => {
                let longest = Duration::from_hours(24 * 366 * 100);
                proptest::prop_assert!(settings.session.idle_timeout <= longest && settings.session.lifetime <= longest);
                proptest::prop_assert!(!settings.session.idle_timeout.is_zero() && !settings.session.lifetime.is_zero());
            }
            Err(problems) => proptest::prop_assert!(!text(&problems, Looks::Plain).is_empty()),
        }
    }

    #[test]
    fn a_key_never_shows_whatever_stands_around_it(junk in "[\\PC\n]{0,60}", at in 0..4_usize) {
        let file = match at {
            0 => format!("keys = [\"{KEY}\"]\n{junk}"),
            1 => format!("{junk}\nkeys = \"{KEY}\""),
            2 => format!("kyes = [\"{KEY}\"]\n{junk}"),
            _ => format!("keys = [\"{KEY}, {junk}"),
        };
        match Settings::read(&sources(&file, &[], &[])) {
            Ok(settings) => {
                let printed = format!("{settings:?}");
                proptest::prop_assert!(!printed.contains(KEY));
            }
            Err(problems) => {
                proptest::prop_assert!(!text(&problems, Looks::Plain).contains(KEY));
                let printed = format!("{problems:?}");
                proptest::prop_assert!(!printed.contains(KEY));
            }
        }
    }
}
