//! The manifests of `docs/behind/kubernetes/`, read as Kubernetes reads them. No cluster runs them here.

use std::collections::BTreeSet;
use std::path::Path;

use gatehouse::domain::header_names::IDENTITY;
use gatehouse::proxy::easyauth::{PRINCIPAL, TOKENS};
use yaml_rust2::{Yaml, YamlLoader};

/// What Envoy and its kin must tell gatehouse besides `Host` and `Authorization`.
const TOLD: [&str; 14] = [
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
    "sec-websocket-version",
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
            // The refresh token is never told, and a list to remove by may have 16 names.
            let tokens = TOKENS.iter().filter(|it| !it.contains("refresh"));
            for header in IDENTITY.iter().chain(&PRINCIPAL).chain(tokens) {
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

fn manifest(name: &str) -> Vec<Yaml> {
    documents(&folder().join(name))
}

fn of_kind<'a>(documents: &'a [Yaml], kind: &str) -> Vec<&'a Yaml> {
    let of = |document: &&Yaml| document["kind"].as_str() == Some(kind);
    documents.iter().filter(of).collect()
}

/// Istio compares the whole header Host, port and all, and asks nobody about a request that no rule names.
#[test]
fn istio_asks_about_a_host_with_its_port_too() {
    let manifest = manifest("istio.yaml");
    let served = of_kind(&manifest, "VirtualService")[0]["spec"]["hosts"][0]
        .as_str()
        .unwrap();
    let mut found = Vec::new();
    under(
        of_kind(&manifest, "AuthorizationPolicy")[0],
        "operation",
        &mut found,
    );
    assert_eq!(found.len(), 2, "everything but /auth/, and the check");
    for operation in found {
        let hosts = operation["hosts"].as_vec().unwrap();
        let hosts: Vec<&str> = hosts.iter().filter_map(Yaml::as_str).collect();
        assert_eq!(hosts, [served, &format!("{served}:*")]);
    }
}

/// In Envoy a route removes headers after the check, gatehouse's answers among them.
#[test]
fn istio_and_envoy_gateway_remove_forged_names_before_they_ask() {
    let istio = manifest("istio.yaml");
    let filter = &of_kind(&istio, "EnvoyFilter")[0]["spec"]["configPatches"][0];
    let first = filter["patch"]["operation"].as_str();
    assert_eq!(first, Some("INSERT_FIRST"));
    let mut removed = Vec::new();
    under(filter, "remove", &mut removed);
    let in_istio: Vec<&str> = removed.iter().filter_map(|it| it.as_str()).collect();
    let gateway = manifest("envoy-gateway.yaml");
    let policy = of_kind(&gateway, "ClientTrafficPolicy")[0];
    let early = &policy["spec"]["headers"]["earlyRequestHeaders"]["remove"];
    let early = early.as_vec().unwrap();
    assert!(early.len() <= 16, "more are refused");
    for header in IDENTITY.iter().chain(&PRINCIPAL).chain(&TOKENS[..3]) {
        assert!(in_istio.contains(header), "{header}");
        assert!(
            early.iter().any(|it| it.as_str() == Some(header)),
            "{header}"
        );
    }
    for document in of_kind(&istio, "VirtualService") {
        let mut removed = Vec::new();
        under(document, "remove", &mut removed);
        assert!(removed.is_empty(), "it would take ours away");
    }
}

#[test]
fn where_a_proxy_passes_any_upgrade_on_its_manifest_lets_websockets_only_through() {
    let only = "if ($http_upgrade !~* \"^(websocket)?$\") { return 400; }";
    let ingress = manifest("ingress-nginx.yaml");
    let settings = of_kind(&ingress, "ConfigMap")[0]["data"]["server-snippet"].as_str();
    assert_eq!(settings.map(str::trim), Some(only));
    let fabric = manifest("nginx-gateway-fabric.yaml");
    let filter = of_kind(&fabric, "SnippetsFilter")[0];
    assert_eq!(filter["spec"]["snippets"][0]["value"].as_str(), Some(only));
    let mut used = Vec::new();
    under(of_kind(&fabric, "HTTPRoute")[0], "extensionRef", &mut used);
    assert_eq!(used.len(), 1, "for the application");
    assert_eq!(used[0]["name"], filter["metadata"]["name"]);
    let traefik = manifest("traefik.yaml");
    let routes = &of_kind(&traefik, "IngressRoute")[0]["spec"]["routes"];
    for route in routes.as_vec().unwrap() {
        if route["services"][0]["name"].as_str() != Some("application") {
            continue;
        }
        let mut names = Vec::new();
        under(&route["middlewares"], "name", &mut names);
        let names: Vec<&str> = names.iter().filter_map(|it| it.as_str()).collect();
        let websocket = route["match"].as_str().unwrap().contains("`Upgrade`");
        let upgrade = if websocket {
            "only-websocket"
        } else {
            "no-upgrade"
        };
        assert_eq!(names, ["no-hints", upgrade, "ask-gatehouse"]);
    }
}
