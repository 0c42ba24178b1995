//! The manifests of `docs/behind/kubernetes/`, read as Kubernetes reads them. No cluster runs them here.

use std::collections::BTreeSet;
use std::path::Path;

use gatehouse::domain::header_names::IDENTITY;
use yaml_rust2::{Yaml, YamlLoader};

/// What Envoy and its kin must tell gatehouse besides `Host` and `Authorization`.
const TOLD: [&str; 13] = [
    "cookie",
    "accept",
    "origin",
    "user-agent",
    "x-requested-with",
    "x-forwarded-proto",
    "sec-fetch-mode",
    "sec-fetch-dest",
    "sec-fetch-site",
    "sec-purpose",
    "sec-websocket-key",
    "access-control-request-method",
    "access-control-request-headers",
];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/behind/kubernetes")
}

fn documents(path: &Path) -> Vec<Yaml> {
    let text = std::fs::read_to_string(path).unwrap();
    YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every text of a document, in lower case; lists that stand in one text are taken apart.
fn texts(node: &Yaml, found: &mut BTreeSet<String>) {
    match node {
        Yaml::String(text) => found.extend(text.to_lowercase().split(',').map(str::to_owned)),
        Yaml::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Yaml::Hash(pairs) => pairs.iter().for_each(|(key, value)| {
            texts(key, found);
            texts(value, found);
        }),
        _ => {}
    }
}

fn manifests() -> Vec<(String, Vec<Yaml>)> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|kind| kind == "yaml"));
    let named = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, documents(&path))
    };
    paths.map(named).collect()
}

#[test]
fn every_manifest_is_read_and_names_what_gatehouse_needs() {
    let manifests = manifests();
    assert_eq!(manifests.len(), 7, "one for each implementation");
    for (name, documents) in &manifests {
        let mut found = BTreeSet::new();
        for document in documents {
            for key in ["apiVersion", "kind"] {
                assert!(document[key].as_str().is_some(), "{name}: {key}");
            }
            let of = document["metadata"]["name"].as_str();
            assert!(of.is_some(), "{name}: a name");
            texts(document, &mut found);
        }
        let has = |text: &str| found.contains(text);
        assert!(found.iter().any(|text| text.ends_with("/auth/check")));
        assert!(!has("pathoverride"), "{name}: the path would be hidden");
        if name != "traefik.yaml" {
            for header in IDENTITY {
                assert!(has(header), "{name}: {header}");
            }
        }
        if !["traefik.yaml", "ingress-nginx.yaml"].contains(&name.as_str()) {
            for header in TOLD {
                assert!(has(header), "{name}: {header}");
            }
        }
    }
}

/// Every value under a key, at any depth.
fn under<'a>(node: &'a Yaml, key: &str, found: &mut Vec<&'a Yaml>) {
    match node {
        Yaml::Array(items) => items.iter().for_each(|item| under(item, key, found)),
        Yaml::Hash(pairs) => pairs.iter().for_each(|(name, value)| {
            if name.as_str() == Some(key) {
                found.push(value);
            }
            under(value, key, found);
        }),
        _ => {}
    }
}

#[test]
fn no_manifest_opens_when_gatehouse_is_away() {
    for (name, documents) in manifests() {
        for key in ["failOpen", "failure_mode_allow"] {
            let mut found = Vec::new();
            for document in &documents {
                under(document, key, &mut found);
            }
            assert!(found.iter().all(|it| it.as_bool() == Some(false)), "{name}");
        }
    }
}

#[test]
fn the_guide_of_envoy_and_the_manifests_tell_the_same_headers() {
    let guide = documents(&folder().join("../envoy.yaml"));
    let mut allowed = Vec::new();
    under(&guide[0], "allowed_headers", &mut allowed);
    let patterns = allowed[0]["patterns"].as_vec().unwrap();
    for header in TOLD {
        let passes = patterns.iter().any(|pattern| {
            let exact = pattern["exact"].as_str() == Some(header);
            let prefix = pattern["prefix"].as_str();
            exact || prefix.is_some_and(|prefix| header.starts_with(prefix))
        });
        assert!(passes, "{header}");
    }
    for header in IDENTITY {
        assert!(header.starts_with("x-auth-"), "{header}");
    }
}

#[test]
fn the_guide_of_caddy_copies_every_identity_header() {
    let guide = std::fs::read_to_string(folder().join("../Caddyfile")).unwrap();
    let copied: BTreeSet<String> = guide.lines().map(|it| it.trim().to_lowercase()).collect();
    for header in IDENTITY {
        assert!(copied.contains(header), "{header}");
    }
}
