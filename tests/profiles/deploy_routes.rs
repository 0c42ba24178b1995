//! What leads to gatehouse on Kubernetes: each route of `docs/behind/kubernetes` and `deploy/kubernetes/routes` names the
//! service of `deploy/kubernetes`, its namespace and its port.

use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;

use crate::deploy_texts::{at, documents, files, text};

/// A place that names the service: its host, as written there, and the port.
type Backend = (String, u64);

/// Every place below a value that names gatehouse and a port.
fn backends(value: &Value, found: &mut Vec<Backend>) {
    let address = regex_lite::Regex::new(r"http://(gatehouse[a-z.-]*):(\d+)").unwrap();
    match value {
        Value::Mapping(map) => {
            let names = ["name", "host", "service"];
            let mut names = names.iter().filter_map(|key| map.get(*key)?.as_str());
            let name = names.find(|name| name.split('.').next() == Some("gatehouse"));
            let port = map.get("port");
            let port = port.and_then(|port| port.as_u64().or_else(|| port["number"].as_u64()));
            found.extend(name.zip(port).map(|(name, port)| (name.to_owned(), port)));
            map.values().for_each(|value| backends(value, found));
        }
        Value::Sequence(list) => list.iter().for_each(|value| backends(value, found)),
        Value::String(text) => found.extend(
            address
                .captures_iter(text)
                .map(|it| (it[1].to_owned(), it[2].parse().unwrap())),
        ),
        _ => {}
    }
}

fn namespace() -> String {
    let kustomization = &documents("deploy/kubernetes/kustomization.yaml")[0];
    kustomization["namespace"].as_str().unwrap().to_owned()
}

fn routes() -> Vec<PathBuf> {
    ["docs/behind/kubernetes", "deploy/kubernetes/routes"]
        .into_iter()
        .flat_map(|folder| files(Path::new(folder)))
        .filter(|file| file.extension().is_some_and(|end| end == "yaml"))
        .collect()
}

#[test]
fn every_route_to_gatehouse_names_a_port_of_its_service() {
    let service = &documents("deploy/kubernetes/service.yaml")[0];
    assert_eq!(service["metadata"]["name"], "gatehouse");
    let ports = at(service, "spec.ports").as_sequence().unwrap();
    let ports: Vec<u64> = ports
        .iter()
        .map(|port| port["port"].as_u64().unwrap())
        .collect();
    let complete = format!("gatehouse.{}.svc.cluster.local", namespace());
    let routes = routes();
    assert!(routes.len() >= 9, "{routes:?}");
    for file in routes {
        let mut found = Vec::new();
        for document in documents(file.to_str().unwrap()) {
            backends(&document, &mut found);
        }
        assert!(!found.is_empty(), "{}", file.display());
        for (name, port) in found {
            assert!(ports.contains(&port), "{}: {name}:{port}", file.display());
            assert!(
                name == "gatehouse" || name == complete,
                "{}: {name}",
                file.display()
            );
        }
    }
    let chart = text("deploy/helm/gatehouse/templates/service.yaml");
    assert!(
        ports
            .iter()
            .all(|port| chart.contains(&format!("      port: {port}\n")))
    );
}

#[test]
fn guides_and_manifests_are_of_one_namespace() {
    let namespace = namespace();
    for file in files(Path::new("docs/behind/kubernetes")) {
        if file.extension().is_none_or(|end| end != "yaml") {
            continue;
        }
        for document in documents(file.to_str().unwrap()) {
            // The mesh and its gateway have a namespace of their own, and so has the controller of ingress-nginx.
            let elsewhere = [
                "IstioOperator",
                "AuthorizationPolicy",
                "EnvoyFilter",
                "ConfigMap",
            ];
            let of_the_mesh = elsewhere.contains(&document["kind"].as_str().unwrap());
            let named = at(&document, "metadata.namespace").as_str();
            assert!(
                of_the_mesh || named == Some(&namespace),
                "{}",
                file.display()
            );
        }
    }
    let namespaces = &documents("deploy/kubernetes/namespace.yaml")[0];
    assert_eq!(at(namespaces, "metadata.name"), namespace.as_str());
}

#[test]
fn chart_and_manifests_let_the_same_namespaces_in() {
    let policy = &documents("deploy/kubernetes/networkpolicy.yaml")[0];
    let values = &documents("deploy/helm/gatehouse/values.yaml")[0];
    for (rule, key) in [(0, "proxyNamespaces"), (1, "monitoringNamespaces")] {
        let path =
            format!("spec.ingress.{rule}.from.0.namespaceSelector.matchExpressions.0.values");
        let named = at(policy, &path);
        assert!(!named.as_sequence().unwrap().is_empty());
        assert_eq!(named, &values["networkPolicy"][key], "{key}");
    }
}

#[test]
fn the_chart_brings_no_profile_that_merging_would_keep() {
    let values = &documents("deploy/helm/gatehouse/values.yaml")[0];
    assert!(values["profiles"].as_mapping().unwrap().is_empty());
    let template = text("deploy/helm/gatehouse/templates/profiles.yaml");
    assert!(template.contains("{{- fail \"profiles is empty:"));
}
