//! From `deploy/` to metrics on a dashboard and a trace: targets, job, ports and mounts fit each other.

use std::path::Path;

use gatehouse::domain::own_path::AdminPath;
use serde_yaml_ng::Value;

use crate::deploy_texts::{at, documents, text};

const JOB: &str = "gatehouse";

fn compose() -> Value {
    documents("deploy/compose.yaml").remove(0)
}

/// The parts of a list of texts, at a path.
fn texts<'v>(value: &'v Value, path: &str) -> Vec<&'v str> {
    let list = at(value, path).as_sequence();
    let list = list.unwrap_or_else(|| panic!("no list at {path}"));
    list.iter().map(|it| it.as_str().unwrap()).collect()
}

/// The port of a text that ends with `:PORT`.
fn port(address: &str) -> u16 {
    address.rsplit_once(':').unwrap().1.parse().unwrap()
}

#[test]
fn prometheus_scrapes_the_admin_listener_of_both_replicas() {
    let compose = compose();
    let prometheus = &documents("deploy/compose/prometheus.yaml")[0];
    let job = at(prometheus, "scrape_configs.0");
    assert_eq!(job["job_name"], JOB);
    assert!(job["metrics_path"].is_null(), "the default is /metrics");
    let environment = at(&compose, "x-gatehouse.environment");
    let admin = port(environment["GATEHOUSE_ADMIN_LISTEN"].as_str().unwrap());
    let hosts = environment["GATEHOUSE_ADMIN_HOSTS"].as_str().unwrap();
    let targets = texts(job, "static_configs.0.targets");
    let expected: Vec<String> = hosts
        .split(',')
        .map(|host| format!("{host}:{admin}"))
        .collect();
    assert_eq!(targets, expected);
    for host in hosts.split(',') {
        assert!(compose["services"][host].is_mapping(), "{host}");
    }
    assert_eq!(AdminPath::Metrics.path(), "/metrics");
}

#[test]
fn what_observe_mounts_is_there_and_its_ports_are_this_machines_only() {
    let compose = compose();
    for (service, published) in [("prometheus", 9090), ("grafana", 3000), ("jaeger", 16686)] {
        let service = &compose["services"][service];
        assert_eq!(texts(service, "profiles"), ["observe"]);
        assert_eq!(texts(service, "networks"), ["gatehouse"]);
        let ports = texts(service, "ports");
        assert_eq!(ports, [format!("127.0.0.1:{published}:{published}")]);
        for mount in service["volumes"].as_sequence().into_iter().flatten() {
            let mount = mount.as_str().unwrap();
            let (from, to) = mount.strip_suffix(":ro").unwrap().split_once(':').unwrap();
            assert!(Path::new("deploy").join(from).is_file(), "{from}");
            assert!(to.starts_with("/etc/"), "{to}");
        }
    }
    let mounted = |service: &str, to: &str| {
        let mounts = texts(&compose["services"][service], "volumes");
        mounts.iter().any(|it| it.ends_with(&format!(":{to}:ro")))
    };
    let prometheus = &documents("deploy/compose/prometheus.yaml")[0];
    for rules in texts(prometheus, "rule_files") {
        assert!(mounted("prometheus", rules), "{rules}");
    }
    let dashboards = &documents("deploy/compose/grafana/dashboards.yaml")[0];
    let folder = at(dashboards, "providers.0.options.path").as_str().unwrap();
    let dashboard = format!("{folder}/gatehouse.json");
    assert!(mounted("grafana", &dashboard));
    let home = "services.grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH";
    assert_eq!(at(&compose, home), dashboard.as_str());
}

#[test]
fn grafana_asks_the_services_of_the_profile_at_their_ports() {
    let compose = compose();
    let sources = &documents("deploy/compose/grafana/datasources.yaml")[0];
    let mut defaults = 0;
    for source in sources["datasources"].as_sequence().unwrap() {
        let url = source["url"].as_str().unwrap();
        let address = url.strip_prefix("http://").unwrap();
        let (service, _) = address.split_once(':').unwrap();
        let published = texts(&compose["services"][service], "ports");
        assert_eq!(port(published[0]), port(address), "{url}");
        if source["isDefault"] == Value::Bool(true) {
            defaults += 1;
            assert_eq!(source["type"], "prometheus", "what the dashboard takes");
        }
    }
    assert_eq!(defaults, 1);
}

#[test]
fn traces_go_to_a_service_of_the_profile_and_nowhere_without_it() {
    let compose = compose();
    let endpoint = at(
        &compose,
        "x-gatehouse.environment.GATEHOUSE_TELEMETRY__OTLP_ENDPOINT",
    );
    assert_eq!(endpoint, "${OTLP_ENDPOINT:-}");
    let command = "OTLP_ENDPOINT=http://jaeger:4318 docker compose -f deploy/compose.yaml --profile observe up -d";
    for file in ["deploy/compose.yaml", "docs/deployment.md", "README.md"] {
        assert!(text(file).contains(command), "{file}");
    }
    assert!(compose["services"]["jaeger"].is_mapping());
}

#[test]
fn the_pod_monitor_asks_the_admin_port_under_the_same_job() {
    let deployment = &documents("deploy/kubernetes/deployment.yaml")[0];
    let labels = at(deployment, "spec.template.metadata.labels");
    let monitor = &documents("deploy/kubernetes/podmonitor/podmonitor.yaml")[0];
    assert_eq!(at(monitor, "spec.selector.matchLabels"), labels);
    let label = at(monitor, "spec.jobLabel").as_str().unwrap();
    assert_eq!(labels[label], JOB);
    let endpoint = at(monitor, "spec.podMetricsEndpoints.0");
    assert_eq!(endpoint["path"], AdminPath::Metrics.path());
    let ports = at(deployment, "spec.template.spec.containers.0.ports");
    let ports = ports.as_sequence().unwrap();
    assert!(ports.iter().any(|port| port["name"] == endpoint["port"]));
    let chart = text("deploy/helm/gatehouse/templates/podmonitor.yaml");
    for line in [
        "jobLabel: app.kubernetes.io/name",
        "port: admin",
        "path: /metrics",
    ] {
        assert!(chart.contains(line), "{line}");
    }
}

#[test]
fn no_query_depends_on_the_name_of_a_job() {
    let fixed = regex_lite::Regex::new(r#"job\s*(=~|=|!=|!~)\s*\\?"[^$]"#).unwrap();
    for file in [
        "deploy/grafana/gatehouse.json",
        "deploy/prometheus/alerts.yaml",
    ] {
        let text = text(file);
        assert!(fixed.find(&text).is_none(), "{file}");
    }
}
