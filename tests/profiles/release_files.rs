//! What a release is called: the image that the workflow pushes is the one that the manifests and the recipes pull.

use std::process::Command;

use crate::deploy_texts::{at, documents, text};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the workflow's own step makes of a tag and a repository: the variables of the steps after it.
fn named_by_the_workflow(tag: &str, repository: &str) -> Option<String> {
    let workflow = &documents(".github/workflows/release.yml")[0];
    let steps = at(workflow, "jobs.image.steps").as_sequence().unwrap();
    let mut runs = steps.iter().filter_map(|step| step["run"].as_str());
    let run = runs.find(|run| run.contains("GITHUB_ENV")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let environment = folder.path().join("env");
    let ran = Command::new("bash")
        .args(["-eu", "-c", run])
        .env("GITHUB_REF_NAME", tag)
        .env("GITHUB_REPOSITORY", repository)
        .env("GITHUB_ENV", &environment)
        .status();
    let status = ran.ok()?;
    assert!(status.success());
    Some(std::fs::read_to_string(environment).unwrap())
}

#[test]
fn the_image_has_a_lower_case_name_and_the_version_as_its_tag() {
    let workflow = &documents(".github/workflows/release.yml")[0];
    let steps = at(workflow, "jobs.image.steps").as_sequence().unwrap();
    let inputs = |action: &str| {
        let uses = |step: &&serde_yaml_ng::Value| {
            step["uses"]
                .as_str()
                .is_some_and(|name| name.starts_with(action))
        };
        &steps.iter().find(uses).unwrap()["with"]
    };
    let pushed = inputs("docker/build-push-action")["tags"].as_str().unwrap();
    assert_eq!(pushed, "${{ env.IMAGE }}:${{ env.VERSION }}");
    let attested = &inputs("actions/attest-build-provenance")["subject-name"];
    assert_eq!(attested, "${{ env.IMAGE }}");
    let tag = format!("v{VERSION}");
    let Some(named) = named_by_the_workflow(&tag, "Contoso/GateHouse") else {
        eprintln!("not run: there is no bash");
        return;
    };
    let expected = format!("IMAGE=ghcr.io/contoso/gatehouse\nVERSION={VERSION}\n");
    assert_eq!(named, expected);
}

#[test]
fn manifests_chart_and_recipes_pull_the_tag_that_a_release_pushes() {
    let kustomization = &documents("deploy/kubernetes/kustomization.yaml")[0];
    assert_eq!(at(kustomization, "images.0.newTag"), VERSION);
    let chart = &documents("deploy/helm/gatehouse/Chart.yaml")[0];
    assert_eq!(chart["appVersion"], VERSION);
    assert_eq!(chart["version"], VERSION);
    let image = regex_lite::Regex::new(r"registry\.example/gatehouse:(\S+)").unwrap();
    let mut pulled = 0;
    for path in [
        "docs/deployment.md",
        "docs/recipes/app-service.md",
        "docs/recipes/container-apps.md",
    ] {
        for found in image.captures_iter(&text(path)) {
            pulled += 1;
            assert_eq!(&found[1], VERSION, "{path}");
        }
    }
    assert!(pulled >= 4, "{pulled}");
}

#[test]
fn the_licence_is_there_once() {
    let licence = text("LICENSE-MIT");
    assert_eq!(licence.matches("Permission is hereby granted").count(), 1);
}
