//! Every address of ours stands in one list: what is in it is routed, and what is routed is in it.

use std::fs;
use std::path::{Path, PathBuf};

use gatehouse::domain::api::ApiName;
use gatehouse::domain::own_path::{AdminPath, OwnPath};
use gatehouse::domain::public_url::PublicUrl;

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, api_of};

const KIND: Kind = Kind::B2c;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_of_the_list_is_routed() {
    let moved = "[[route]]\npath = \"/orders\"\neasyauth = true";
    let gate = Plan::default().table(KIND, moved).start().await;
    let origin = PublicUrl::parse(&gate.origin(KIND)).unwrap();
    let home = Browser::new().get(gate.url(KIND, "/")).await.text;
    let (_, style) = home.split_once("/auth/assets/").unwrap();
    let (style, _) = style.split_once('"').unwrap();
    for own in OwnPath::ALL {
        let path = match own {
            OwnPath::CallApi => OwnPath::call_api(&origin, &ApiName::parse(api_of(KIND)).unwrap()),
            OwnPath::Asset => own.named("", style),
            OwnPath::EasyAuthLogin => own.named("", "aad"),
            _ => own.under(&origin),
        };
        let url = gate.url(KIND, &path);
        let got = Browser::new().get(&url).await.status;
        let posted = Browser::new().post(&url, &[]).await.status;
        assert!(
            got != 404 && posted != 404 && (got != 405 || posted != 405),
            "{own:?}: GET {got}, POST {posted}"
        );
    }
    let nowhere = Browser::new().get(gate.url(KIND, "/auth/nowhere")).await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_of_the_admin_listener_is_routed() {
    let gate = Plan::default().start().await;
    for admin in [
        AdminPath::Live,
        AdminPath::Ready,
        AdminPath::Metrics,
        AdminPath::Sessions,
        AdminPath::EndSessions,
    ] {
        let status = Browser::new()
            .get(gate.admin_url(admin.path()))
            .await
            .status;
        assert_ne!(status, 404, "{admin:?}");
    }
}

fn files(folder: PathBuf, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(path, found);
        } else {
            found.push(path);
        }
    }
}

/// The part of a source that is neither comment, documentation nor test.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let is_code = |line: &&str| {
        let line = line.trim_start();
        !line.starts_with("//") && !line.starts_with("#[schemars(example")
    };
    product
        .lines()
        .filter(is_code)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A module of unit tests with a file of its own.
fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|name| name == "tests")
        || path
            .parent()
            .is_some_and(|folder| folder.ends_with("tests"))
}

#[test]
fn no_address_of_ours_stands_as_text_anywhere_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(root.join("src"), &mut all);
    files(root.join("templates"), &mut all);
    let addresses: Vec<&str> = OwnPath::ALL
        .iter()
        .map(|own| own.pattern().trim_end_matches("{name}"))
        .filter(|address| *address != "/")
        .collect();
    let mut wrong = Vec::new();
    for path in all {
        let is_definition =
            path.ends_with("domain/own_path.rs") || path.ends_with("oidc/testing.rs");
        if is_definition || is_test(&path) {
            continue;
        }
        let code = code(&path);
        for address in &addresses {
            // As the beginning of a text, or behind a placeholder or a prefix in it.
            let stands = ['"', '}', '/'].iter().any(|before| {
                code.match_indices(&format!("{before}{address}"))
                    .any(|(at, found)| {
                        let after = code[at + found.len()..].chars().next();
                        address.ends_with('/') || matches!(after, Some('"' | '?' | '/' | '#'))
                    })
            });
            if stands {
                wrong.push(format!("{}: {address}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_route_of_a_profile_comes_from_the_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = code(&root.join("src/web/routes.rs"));
    let resources: Vec<&str> = code
        .match_indices("resource(")
        .map(|(at, _)| code[at..].split_inclusive(')').next().unwrap())
        .collect();
    // The redirect path is the profile's own.
    assert_eq!(
        resources,
        [
            "resource(own.pattern()",
            "resource(\"/{path:.*}\")",
            "resource(admin.path()"
        ]
    );
    for own in OwnPath::ALL {
        assert!(
            code.contains(&format!("OwnPath::{own:?}")),
            "{own:?} is not in routes.rs"
        );
    }
}
