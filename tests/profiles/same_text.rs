//! The same text of a setting means the same in the settings file, in a variable and in a flag. Only lists are lists.

use std::path::Path;

use gatehouse::config::report::rendering::{Looks, text};
use gatehouse::config::{FileText, Schema, Settings, SettingsFile, Sources, Step, variable};
use serde_json::Value;

/// The settings whose variable is a list separated by commas.
const LISTS: [&str; 5] = [
    "keys",
    "trusted_proxies",
    "admin_hosts",
    "http.resolve",
    "http.no_proxy",
];
/// The settings that are also a flag.
const FLAGS: [&str; 3] = ["listen", "admin_listen", "profiles"];
/// Texts that a parser of lists, of pairs or of white space would change.
const ODD: [&str; 8] = [
    "a,b", "a,,b,", ",", " a ", "a=b;c", "a b", "\"a\"", "[1, 2]",
];

/// Settings that every reading needs, so that a setting is tried beside good ones.
const GOOD_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn is_text(example: Option<&Value>) -> bool {
    example.is_none_or(Value::is_string)
}

/// The settings or the report, without the name of the source.
fn outcome(key: &str, sources: &Sources) -> String {
    match Settings::read(sources) {
        Ok(settings) => {
            // Secrets are not in the debug text.
            let secret = match key {
                "database_url" | "database_url_file" => settings.database_url.expose(),
                _ => "",
            };
            format!("{settings:?} {secret}")
        }
        Err(problems) => {
            let report = text(&problems, Looks::Plain);
            let from = [
                format!("the environment: {}", variable(key)),
                format!("--{}", key.replace('_', "-")),
            ];
            let after = from.iter().find_map(|from| report.split_once(from));
            let after = after.or_else(|| report.split_once(&format!(" {key}")));
            after.map_or(report.as_str(), |(_, after)| after).to_owned()
        }
    }
}

fn in_file(key: &str, value: &str) -> Sources {
    let line = match key.split_once('.') {
        Some((table, name)) => format!("{table} = {{ {name} = {value} }}"),
        None => format!("{key} = {value}"),
    };
    with_file(&line)
}

fn with_file(text: &str) -> Sources {
    Sources {
        file: Some(FileText {
            name: "gatehouse.toml".to_owned(),
            text: format!("{text}\n"),
        }),
        ..Sources::default()
    }
}

fn in_variable(key: &str, text: &str) -> Sources {
    Sources {
        variables: [(variable(key), text.to_owned())].into(),
        ..with_file("")
    }
}

fn in_flag(key: &str, text: &str) -> Sources {
    Sources {
        flags: [(key.to_owned(), text.to_owned())].into(),
        ..with_file("")
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn path(key: &str) -> Vec<Step> {
    key.split('.')
        .map(|step| Step::Key(step.to_owned()))
        .collect()
}

#[test]
fn the_same_text_means_the_same_in_the_file_a_variable_and_a_flag() {
    let schema = Schema::of::<SettingsFile>();
    let keys = schema.leaves();
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys.iter().filter(|key| !LISTS.contains(&key.as_str())) {
        let example = schema.example(&path(key));
        if !is_text(example.as_ref()) {
            let number = example.unwrap().to_string();
            let same = outcome(key, &in_file(key, &number));
            assert_eq!(outcome(key, &in_variable(key, &number)), same, "{key}");
            continue;
        }
        let example = example.and_then(|it| it.as_str().map(str::to_owned));
        for text in ODD.into_iter().chain(example.as_deref()) {
            let same = outcome(key, &in_file(key, &quoted(text)));
            assert_eq!(
                outcome(key, &in_variable(key, text)),
                same,
                "{key} {text:?}"
            );
            if FLAGS.contains(&key.as_str()) {
                assert_eq!(outcome(key, &in_flag(key, text)), same, "{key} {text:?}");
            }
        }
    }
}

#[test]
fn a_list_is_the_same_list_in_the_file_and_separated_by_commas_in_a_variable() {
    for (key, file, text) in [
        (
            "trusted_proxies",
            "[\"10.0.0.0/8\", \"::1\"]",
            "10.0.0.0/8, ::1",
        ),
        (
            "http.resolve",
            "{ \"a.example\" = \"10.0.0.5\", \"b.example\" = \"::1\" }",
            "a.example=10.0.0.5,b.example=::1",
        ),
    ] {
        let same = outcome(key, &in_file(key, file));
        assert_eq!(outcome(key, &in_variable(key, text)), same, "{key}");
    }
}

#[test]
fn a_secret_in_a_file_is_the_same_secret_in_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a,b =c");
    let path = file.to_str().unwrap();
    for url in ["sqlite://a,b.db", "sqlite:a=b;c.db"] {
        std::fs::write(&file, format!("{url}\n")).unwrap();
        for sources in [
            in_variable("database_url_file", path),
            in_file("database_url_file", &quoted(path)),
            in_variable("database_url", url),
            in_file("database_url", &quoted(url)),
        ] {
            let settings = Settings::read(&sources).unwrap();
            assert_eq!(settings.database_url.expose(), url);
        }
    }
    std::fs::write(&file, format!("{GOOD_KEY}\n")).unwrap();
    assert!(Path::new(path).is_file());
    let settings = Settings::read(&in_variable("keys_file", path)).unwrap();
    assert_eq!(settings.keys.len(), 1);
}
