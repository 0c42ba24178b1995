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
    read(path, |text| text)
}

/// The documents of a file whose text is changed first.
fn read(path: &Path, change: fn(String) -> String) -> Vec<Yaml> {
    let text = change(std::fs::read_to_string(path).unwrap());
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
    manifests_as(|text| text)
}

/// The manifests with the lines that belong to features.
fn manifests_with_features() -> Vec<(String, Vec<Yaml>)> {
    manifests_as(|text| text.replace("#+", "  "))
}

fn manifests_as(change: fn(String) -> String) -> Vec<(String, Vec<Yaml>)> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|kind| kind == "yaml"));
    let named = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, read(&path, change))
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
        if !["traefik.yaml", "ingress-nginx.yaml"].contains(&name.as_str()) {
            for header in TOLD {
                assert!(has(header), "{name}: {header}");
            }
        }
    }
}

/// Every name that gatehouse sets. The refresh token is never told, and a list to remove by may have 16 names.
fn ours() -> impl Iterator<Item = &'static str> {
    let tokens = TOKENS.into_iter().filter(|it| !it.contains("refresh"));
    IDENTITY.into_iter().chain(PRINCIPAL).chain(tokens)
}

/// The lists that name headers of gatehouse: to take from a check, or to take from a client.
fn lists_of_ours(node: &Yaml, found: &mut Vec<BTreeSet<String>>) {
    let mut list = BTreeSet::new();
    match node {
        Yaml::String(_) => texts(node, &mut list),
        Yaml::Array(items) => {
            for item in items {
                lists_of_ours(item, found);
                let one = item.as_hash().filter(|pairs| pairs.len() == 1);
                let value = one.and_then(|pairs| pairs.values().next()).unwrap_or(item);
                if value.as_str().is_some() {
                    texts(value, &mut list);
                }
            }
        }
        Yaml::Hash(pairs) => pairs.values().for_each(|value| lists_of_ours(value, found)),
        _ => {}
    }
    if list
        .iter()
        .any(|it| it.starts_with("x-auth-") && list.len() > 1)
    {
        found.push(list);
    }
}

#[test]
fn every_list_of_headers_has_all_of_gatehouses_with_those_of_easyauth() {
    for (name, documents) in manifests() {
        let mut lists = Vec::new();
        for document in &documents {
            lists_of_ours(document, &mut lists);
        }
        let expected = match name.as_str() {
            // What a check gave is taken over, and what a client sent is taken away before.
            "envoy-gateway.yaml" | "gateway-api.yaml" | "istio.yaml" => 2,
            // One rule for both, below.
            "traefik.yaml" => 0,
            _ => 1,
        };
        assert_eq!(lists.len(), expected, "{name}");
        for (list, header) in lists
            .iter()
            .flat_map(|list| ours().map(move |it| (list, it)))
        {
            assert!(list.contains(header), "{name}: {header} in {list:?}");
        }
    }
}

#[test]
fn what_traefik_takes_from_a_check_is_every_header_of_gatehouses() {
    for documents in [
        manifest("traefik.yaml"),
        documents(&folder().join("../traefik-rules.yaml")),
    ] {
        let mut taken = Vec::new();
        for document in &documents {
            under(document, "authResponseHeadersRegex", &mut taken);
        }
        assert_eq!(taken.len(), 1);
        let taken = regex_lite::Regex::new(taken[0].as_str().unwrap()).unwrap();
        for header in ours() {
            // Traefik compares names in Go's canonical spelling.
            let words = header.split('-').map(|word| {
                let (first, rest) = word.split_at(1);
                first.to_uppercase() + rest
            });
            let canonical = words.collect::<Vec<_>>().join("-");
            assert!(taken.is_match(&canonical), "{canonical}");
        }
    }
}

/// The texts of every node that leads somewhere to gatehouse.
fn routes_to_gatehouse(node: &Yaml, found: &mut BTreeSet<String>) {
    match node {
        Yaml::Array(items) => items.iter().for_each(|it| routes_to_gatehouse(it, found)),
        Yaml::Hash(pairs) => {
            let targets = ["backendRefs", "services", "route", "backend"].map(|key| &node[key]);
            let mut named = BTreeSet::new();
            for target in targets {
                texts(target, &mut named);
            }
            if named.contains("gatehouse") && !named.contains("application") {
                texts(node, found);
            }
            pairs.values().for_each(|it| routes_to_gatehouse(it, found));
        }
        _ => {}
    }
}

#[test]
fn the_addresses_of_features_lead_to_gatehouse_with_the_lines_for_them_only() {
    const ADDRESSES: [&str; 2] = ["/.auth", "/.well-known/oauth-protected-resource"];
    for (with_features, manifests) in [(false, manifests()), (true, manifests_with_features())] {
        for (name, documents) in manifests {
            let mut found = BTreeSet::new();
            for document in &documents {
                routes_to_gatehouse(document, &mut found);
            }
            assert!(found.iter().any(|it| it.contains("/auth")), "{name}");
            for address in ADDRESSES {
                let leads = found.iter().any(|it| it.contains(address));
                assert_eq!(leads, with_features, "{name}: {address}");
            }
        }
    }
}

/// Contour and Istio ask about everything but what is named; a stranger must reach these addresses.
#[test]
fn nobody_is_asked_about_the_addresses_of_features() {
    let manifests = manifests_with_features();
    let of = |name: &str| &manifests.iter().find(|(it, _)| it == name).unwrap().1;
    let routes = &of_kind(of("contour.yaml"), "HTTPProxy")[0]["spec"]["routes"];
    for route in routes.as_vec().unwrap() {
        let gatehouses = route["services"][0]["name"].as_str() == Some("gatehouse");
        let disabled = route["authPolicy"]["disabled"].as_bool();
        assert!(!gatehouses || disabled == Some(true), "{route:?}");
    }
    let mut found = Vec::new();
    let policy = of_kind(of("istio.yaml"), "AuthorizationPolicy")[0];
    under(policy, "notPaths", &mut found);
    let unasked: Vec<_> = found[0]
        .as_vec()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    let expected = [
        "/auth/*",
        "/.auth/*",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/*",
    ];
    assert_eq!(unasked, expected);
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
    for header in ours().filter(|it| it.starts_with("x-ms-")) {
        assert!(copied.contains(&format!("#+{header}")), "{header}");
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
