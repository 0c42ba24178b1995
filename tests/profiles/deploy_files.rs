//! The files of `deploy/` and the image: each setting that they name exists, probes and ports agree with the gateway.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use gatehouse::config::{Schema, SettingsFile, load_files, variable};
use gatehouse::domain::own_path::AdminPath;
use serde_yaml_ng::Value;

use crate::deploy_texts::{at, documents, files, text};
use crate::harness::surroundings;

/// Seconds that a stop takes by the default settings: `shutdown_delay` and `shutdown_grace`.
const DEFAULT_STOP: u64 = 26;

fn variables_in(text: &str) -> BTreeSet<String> {
    let pattern = regex_lite::Regex::new("GATEHOUSE_[A-Z0-9_]+").unwrap();
    pattern
        .find_iter(text)
        .map(|found| found.as_str().to_owned())
        .collect()
}

#[test]
fn every_setting_that_a_file_of_a_deployment_names_exists() {
    let schema = Schema::of::<SettingsFile>();
    let mut known: BTreeSet<String> = schema.leaves().iter().map(|key| variable(key)).collect();
    known.insert("GATEHOUSE_CONFIG".to_owned());
    let mut named = 0;
    let image = PathBuf::from("Dockerfile");
    for file in files(Path::new("deploy")).into_iter().chain([image]) {
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        for name in variables_in(&text) {
            named += 1;
            assert!(known.contains(&name), "{}: {name}", file.display());
        }
    }
    assert!(named > 20, "{named}");
}

#[test]
fn every_manifest_is_yaml_and_has_kind_and_name() {
    for file in files(Path::new("deploy/kubernetes")) {
        let path = file.to_str().unwrap();
        if file.extension().is_none_or(|end| end != "yaml") {
            continue;
        }
        for document in documents(path) {
            assert!(document["apiVersion"].is_string(), "{path}");
            assert!(document["kind"].is_string(), "{path}");
        }
    }
    let list = &documents("deploy/kubernetes/kustomization.yaml")[0]["resources"];
    for resource in list.as_sequence().unwrap() {
        let path = format!("deploy/kubernetes/{}", resource.as_str().unwrap());
        assert!(Path::new(&path).is_file(), "{path}");
    }
}

fn environment(container: &Value) -> BTreeMap<String, String> {
    let list = container["env"].as_sequence().unwrap();
    let pair = |item: &Value| {
        let part = |name: &str| item[name].as_str().unwrap().to_owned();
        (part("name"), part("value"))
    };
    list.iter().map(pair).collect()
}

#[test]
fn probes_ports_and_grace_of_the_deployment_are_those_of_the_gateway() {
    let deployment = &documents("deploy/kubernetes/deployment.yaml")[0];
    let pod = at(deployment, "spec.template.spec");
    let container = &pod["containers"][0];
    let environment = environment(container);
    let port_of = |name: &str| {
        let ports = container["ports"].as_sequence().unwrap();
        let port = ports.iter().find(|port| port["name"] == name).unwrap();
        port["containerPort"].as_u64().unwrap()
    };
    for (port, setting) in [
        ("http", "GATEHOUSE_LISTEN"),
        ("admin", "GATEHOUSE_ADMIN_LISTEN"),
    ] {
        let address = format!("0.0.0.0:{}", port_of(port));
        assert_eq!(environment[setting], address);
    }
    for (probe, path) in [
        ("startupProbe", AdminPath::Live),
        ("livenessProbe", AdminPath::Live),
        ("readinessProbe", AdminPath::Ready),
    ] {
        let asked = &container[probe]["httpGet"];
        assert_eq!(asked["path"], path.path(), "{probe}");
        assert_eq!(asked["port"], "admin", "{probe}");
    }
    let seconds = |name: &str| -> u64 { environment[name].trim_end_matches('s').parse().unwrap() };
    let stop = seconds("GATEHOUSE_SHUTDOWN_DELAY") + seconds("GATEHOUSE_SHUTDOWN_GRACE");
    assert!(pod["terminationGracePeriodSeconds"].as_u64().unwrap() > stop);
    assert_eq!(
        at(container, "securityContext.readOnlyRootFilesystem"),
        &Value::Bool(true)
    );
    assert_eq!(at(pod, "securityContext.runAsNonRoot"), &Value::Bool(true));
    let mounts = container["volumeMounts"].as_sequence().unwrap();
    for name in [
        "GATEHOUSE_PROFILES",
        "GATEHOUSE_KEYS_FILE",
        "GATEHOUSE_DATABASE_URL_FILE",
    ] {
        let is_below =
            |mount: &Value| environment[name].starts_with(mount["mountPath"].as_str().unwrap());
        assert!(mounts.iter().any(is_below), "{name}");
    }
}

#[test]
fn services_and_policies_select_the_pods_and_name_their_ports() {
    let deployment = &documents("deploy/kubernetes/deployment.yaml")[0];
    let labels = at(deployment, "spec.template.metadata.labels");
    for service in documents("deploy/kubernetes/service.yaml") {
        assert_eq!(&service["spec"]["selector"], labels);
        let port = at(&service, "spec.ports.0.targetPort").as_str().unwrap();
        assert!(["http", "admin"].contains(&port), "{port}");
        let is_admin = service["metadata"]["name"]
            .as_str()
            .unwrap()
            .ends_with("-admin");
        assert_eq!(is_admin, port == "admin");
    }
    let policy = &documents("deploy/kubernetes/networkpolicy.yaml")[0];
    assert_eq!(at(policy, "spec.podSelector.matchLabels"), labels);
    let rules = at(policy, "spec.ingress").as_sequence().unwrap();
    let admin = rules
        .iter()
        .find(|rule| at(rule, "ports.0.port") == "admin")
        .unwrap();
    assert!(
        at(admin, "from.0.namespaceSelector").is_mapping(),
        "not everybody"
    );
    let budget = &documents("deploy/kubernetes/poddisruptionbudget.yaml")[0];
    assert_eq!(at(budget, "spec.selector.matchLabels"), labels);
}

#[test]
fn the_chart_has_what_the_manifests_have() {
    let chart = &documents("deploy/helm/gatehouse/Chart.yaml")[0];
    assert_eq!(chart["appVersion"], env!("CARGO_PKG_VERSION"));
    let values = &documents("deploy/helm/gatehouse/values.yaml")[0];
    let mut uses = 0;
    let reference = regex_lite::Regex::new(r"\.Values\.([A-Za-z.]+)").unwrap();
    for file in [
        "deployment",
        "service",
        "poddisruptionbudget",
        "networkpolicy",
        "horizontalpodautoscaler",
        "podmonitor/podmonitor",
        "routes/httproute",
        "routes/ingress",
    ] {
        let template = text(&format!(
            "deploy/helm/gatehouse/templates/{}.yaml",
            file.rsplit('/').next().unwrap()
        ));
        for kind in text(&format!("deploy/kubernetes/{file}.yaml")).lines() {
            if kind.starts_with("kind: ")
                || kind.contains("path: /")
                || kind.contains("containerPort")
            {
                assert!(template.contains(kind), "{file}: {kind}");
            }
        }
        for name in reference.captures_iter(&template) {
            uses += 1;
            assert!(!at(values, &name[1]).is_null(), "{file}: {}", &name[1]);
        }
    }
    assert!(uses > 20, "{uses}");
}

#[test]
fn profiles_of_the_examples_lack_nothing_but_what_must_be_filled_in() {
    for path in [
        "deploy/kubernetes/profiles/staff.toml",
        "deploy/compose/profiles/staff.toml",
    ] {
        let loaded = load_files(&[PathBuf::from(path)], surroundings());
        let keys: BTreeSet<String> = loaded
            .problems()
            .into_iter()
            .map(|problem| problem.key)
            .collect();
        for key in keys {
            assert!(
                [
                    "authority",
                    "client_id",
                    "client_secret",
                    "client_secret.file"
                ]
                .contains(&key.as_str()),
                "{path}: {key}"
            );
        }
    }
    let values = &documents("deploy/helm/gatehouse/examples/values.yaml")[0];
    let in_chart = values["profiles"]["staff"].as_str().unwrap();
    assert!(text("deploy/kubernetes/profiles/staff.toml").ends_with(in_chart));
}

#[test]
fn the_replicas_of_the_compose_file_are_those_of_its_nginx() {
    let compose = &documents("deploy/compose.yaml")[0];
    let services = compose["services"].as_mapping().unwrap();
    let replicas: Vec<&str> = services
        .keys()
        .filter_map(|name| name.as_str())
        .filter(|name| name.starts_with("gatehouse-"))
        .collect();
    assert_eq!(replicas.len(), 2);
    let nginx = text("deploy/compose/nginx.conf");
    let listen = at(compose, "x-gatehouse.environment.GATEHOUSE_LISTEN")
        .as_str()
        .unwrap();
    let (_, port) = listen.rsplit_once(':').unwrap();
    for replica in replicas {
        assert!(
            nginx.contains(&format!("server {replica}:{port} ")),
            "{replica}"
        );
    }
    let subnet = at(compose, "networks.gatehouse.ipam.config.0.subnet");
    assert_eq!(
        at(compose, "x-gatehouse.environment.GATEHOUSE_TRUSTED_PROXIES"),
        subnet
    );
    let published = at(compose, "services.nginx.ports.0").as_str().unwrap();
    let profile = text("deploy/compose/profiles/staff.toml");
    assert!(
        published.starts_with("127.0.0.1:8080:8080") && profile.contains("http://localhost:8080")
    );
}

#[test]
fn nginx_takes_the_configuration_of_the_compose_file() {
    let Ok(version) = Command::new("nginx").arg("-v").output() else {
        eprintln!("not run: there is no nginx");
        return;
    };
    assert!(version.status.success());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nginx.conf");
    let pid = folder.path().join("pid");
    let here = text("deploy/compose/nginx.conf")
        .replace("gatehouse-1:8080", "127.0.0.1:18081")
        .replace("gatehouse-2:8080", "127.0.0.1:18082");
    std::fs::write(&file, format!("pid {};\n{here}", pid.display())).unwrap();
    let tested = Command::new("nginx")
        .arg("-t")
        .arg("-c")
        .arg(&file)
        .output()
        .unwrap();
    assert!(tested.status.success(), "{tested:?}");
}

/// The unit with what this machine need not have replaced: the binary and its manual page.
fn unit_here(folder: &Path) -> PathBuf {
    let unit = text("deploy/systemd/gatehouse.service")
        .replace("/usr/local/bin/gatehouse", env!("CARGO_BIN_EXE_gatehouse"))
        .replace("Documentation=man:gatehouse(1)\n", "");
    let file = folder.join("gatehouse.service");
    std::fs::write(&file, unit).unwrap();
    file
}

#[test]
fn systemd_finds_no_fault_in_the_unit_and_calls_it_well_confined() {
    let folder = tempfile::tempdir().unwrap();
    let file = unit_here(folder.path());
    let Ok(verified) = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&file)
        .output()
    else {
        eprintln!("not run: there is no systemd-analyze");
        return;
    };
    let said = String::from_utf8_lossy(&verified.stderr);
    let about_unit: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("gatehouse"))
        .collect();
    assert!(about_unit.is_empty(), "{said}");
    let rated = Command::new("systemd-analyze")
        .args(["security", "--offline=yes", "--threshold=20"])
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&rated.stdout);
    assert!(rated.status.success(), "an exposure above 2.0: {said}");
}

#[test]
fn the_unit_waits_for_readiness_and_for_the_stop() {
    let unit = text("deploy/systemd/gatehouse.service");
    for line in [
        "Type=notify",
        "DynamicUser=yes",
        "LoadCredential=keys:/etc/gatehouse/keys",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
    let value = |name: &str| -> u64 {
        let line = unit
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap();
        line.trim_end_matches('s').parse().unwrap()
    };
    assert!(value("TimeoutStopSec=") > DEFAULT_STOP);
    assert!(value("TimeoutStartSec=") > 10, "store.startup_wait");
}

#[test]
fn the_image_runs_as_nobody_and_asks_itself_how_it_is() {
    let image = text("Dockerfile");
    let line = |begin: &str| image.lines().rfind(|line| line.starts_with(begin)).unwrap();
    let user: u32 = line("USER ")[5..]
        .split(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(user > 0);
    assert!(line("HEALTHCHECK ").ends_with(r#"CMD ["/usr/local/bin/gatehouse", "healthcheck"]"#));
    assert!(line("CMD ").contains("serve"));
    assert!(line("FROM ").contains("distroless") && image.contains("ARG TARGETARCH"));
    for command in ["healthcheck", "serve"] {
        let help = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
            .args([command, "--help"])
            .output();
        assert!(help.unwrap().status.success(), "{command}");
    }
    let ignored = text(".dockerignore");
    for name in ["target", ".env", "*.key", ".git"] {
        assert!(ignored.lines().any(|line| line == name), "{name}");
    }
}
