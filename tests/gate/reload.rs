//! Live configuration: files change while people are signed in. Nobody loses a session or a request by it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::harness::browser::Browser;
use crate::harness::{Endpoint, Kind, Plan, TestGate, eventually, records};

const KIND: Kind = Kind::EntraId;

async fn title_is(gate: &TestGate, browser: &Browser, title: &str) -> bool {
    browser.get(gate.url(KIND, "/")).await.text.contains(title)
}

async fn readiness(gate: &TestGate, id: &str) -> serde_json::Value {
    let detail = Browser::new().get(gate.admin_url("/readyz")).await.json();
    detail["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .find(|profile| profile["id"] == id)
        .cloned()
        .unwrap_or_default()
}

/// Writes a file in one step, as careful editors and deployments do.
fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(&beside, path).unwrap();
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_title_shows_by_itself_and_the_session_stays() {
    records::record();
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, KIND, "ada").await;
    let path = gate.profile_path(KIND);
    let changed = text(&path).replace("Contoso entra-id", "Renamed");
    let begun = Instant::now();
    replace(&path, &changed);
    eventually("the new title shows", async || {
        title_is(&gate, &browser, "Renamed").await
    })
    .await;
    // The house promises 100 ms; a busy test machine gets some more.
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    assert!(gate.is_signed_in(&browser, KIND).await);
    let told = records::audit(|event| {
        event["event"] == "reload"
            && event["outcome"] == "changed"
            && event["profile.id"] == "entra-id"
    });
    assert!(!told.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_authority_ends_the_sessions_of_the_old_one_and_no_others() {
    let gate = Plan::default().start().await;
    let (browser, other) = (Browser::new(), Browser::new());
    gate.sign_in(&browser, KIND, "ada").await;
    gate.sign_in(&other, Kind::ExternalId, "ada").await;
    let path = gate.profile_path(KIND);
    let before = text(&path);
    let at_external = text(&gate.profile_path(Kind::ExternalId));
    let line = |text: &str, key: &str| {
        text.lines()
            .find(|line| line.starts_with(key))
            .unwrap()
            .to_owned()
    };
    let mut moved = before.clone();
    for key in ["kind", "authority", "client_id"] {
        moved = moved.replace(&line(&before, key), &line(&at_external, key));
    }
    replace(&path, &moved);
    eventually("the old session ended", async || {
        !gate.is_signed_in(&browser, KIND).await
    })
    .await;
    assert!(gate.is_signed_in(&other, Kind::ExternalId).await);
    // The same browser signs in at the new authority, without a restart and without a loop.
    gate.sign_in(&browser, KIND, "ada").await;
    assert!(gate.is_signed_in(&browser, KIND).await);
    assert!(gate.sim.count_at(Kind::ExternalId, Endpoint::Token) >= 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d62_a_broken_file_keeps_its_last_good_version_and_readiness_says_so() {
    records::record();
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, KIND, "ada").await;
    let path = gate.profile_path(KIND);
    let good = text(&path);
    let other = gate.profile_path(Kind::Oidc);
    replace(&path, &format!("{good}\nno_such_key = true\n"));
    replace(&other, &text(&other).replace("Contoso oidc", "Also edited"));
    eventually("readiness tells", async || {
        !readiness(&gate, "entra-id").await["problems"]
            .as_array()
            .unwrap()
            .is_empty()
    })
    .await;
    let told = readiness(&gate, "entra-id").await;
    assert_eq!(told["serving"], true);
    assert!(told["last_good"].is_string());
    let problem = told["problems"][0].as_str().unwrap();
    assert!(
        problem.contains("no_such_key") && problem.contains("entra-id.toml"),
        "{problem}"
    );
    assert!(
        gate.is_signed_in(&browser, KIND).await,
        "the last good version serves on"
    );
    gate.sign_in(&Browser::new(), KIND, "grace").await;
    eventually("the others are reloaded", async || {
        browser
            .get(gate.url(Kind::Oidc, "/"))
            .await
            .text
            .contains("Also edited")
    })
    .await;
    assert!(records::metric("gatehouse_profiles", &["state=\"broken\""]) >= 1.0);
    let kept = records::audit(|event| {
        event["outcome"] == "kept_last_good" && event["profile.id"] == "entra-id"
    });
    assert!(!kept.is_empty());
    assert_eq!(
        Browser::new().get(gate.admin_url("/readyz")).await.status,
        200,
        "one broken file is no reason to leave the balancer"
    );
    replace(&path, &good);
    eventually("it is whole again", async || {
        readiness(&gate, "entra-id").await["problems"]
            .as_array()
            .unwrap()
            .is_empty()
    })
    .await;
    assert!(gate.is_signed_in(&browser, KIND).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d64_an_editor_that_empties_the_file_first_drops_nothing() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, KIND, "ada").await;
    let path = gate.profile_path(KIND);
    let good = text(&path);
    for half in ["", &good[..good.len() / 2]] {
        std::fs::write(&path, half).unwrap();
        gate.live.reload().unwrap();
        assert!(
            gate.is_signed_in(&browser, KIND).await,
            "half a file is none"
        );
    }
    std::fs::write(&path, good.replace("Contoso entra-id", "Saved")).unwrap();
    eventually("the whole file counts", async || {
        title_is(&gate, &browser, "Saved").await
    })
    .await;
    assert!(gate.is_signed_in(&browser, KIND).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_added_file_serves_and_d65_a_removed_one_answers_as_unknown() {
    let gate = Plan::default().start().await;
    let (browser, other) = (Browser::new(), Browser::new());
    gate.sign_in(&browser, KIND, "ada").await;
    gate.sign_in(&other, Kind::Oidc, "ada").await;
    let url = format!("http://added.localhost:{}/", gate.port);
    assert_eq!(browser.get(&url).await.status, 404);
    let path = gate.profile_path(KIND);
    let added = path.with_file_name("added.toml");
    let good = text(&path);
    replace(
        &added,
        &good
            .replace("entra.localhost", "added.localhost")
            .replace("Contoso entra-id", "Added"),
    );
    eventually("the added profile serves", async || {
        browser.get(&url).await.text.contains("Added")
    })
    .await;
    std::fs::remove_file(&added).unwrap();
    std::fs::remove_file(&path).unwrap();
    eventually("the removed ones are unknown", async || {
        browser.get(&url).await.status == 404
            && browser.get(gate.url(KIND, "/")).await.status == 404
    })
    .await;
    assert!(gate.is_signed_in(&other, Kind::Oidc).await);
    // It comes back: so do its sessions.
    replace(&path, &good);
    eventually("it serves again", async || {
        browser.get(gate.url(KIND, "/")).await.status == 200
    })
    .await;
    assert!(gate.is_signed_in(&browser, KIND).await);
}

/// Puts the secret of a profile into a file.
fn secret_in(gate: &TestGate, file: &Path) {
    let path = gate.profile_path(KIND);
    let old = format!("{{ value = \"{}\" }}", simulator::CLIENT_SECRET);
    let new = format!("{{ file = \"{}\" }}", file.display());
    replace(&path, &text(&path).replace(&old, &new));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d66_a_secret_file_that_changes_is_read_again_and_an_empty_one_is_not_believed() {
    let gate = Plan::default().start().await;
    let file = gate.folder.path().join("client-secret");
    std::fs::write(&file, "an old secret\n").unwrap();
    secret_in(&gate, &file);
    gate.live.reload().unwrap();
    let browser = Browser::new();
    let callback = gate.answer(&browser, KIND, "ada", "/").await;
    let refused = browser.follow(&callback).await;
    assert_eq!(
        refused.status, 502,
        "the authority refuses the old secret: {}",
        refused.text
    );
    replace(&file, &format!("{}\n", simulator::CLIENT_SECRET));
    // What SIGHUP does, and every ten seconds does by itself: the file lies outside of the watched folder.
    gate.live.reload().unwrap();
    gate.turn(10);
    gate.sign_in(&browser, KIND, "ada").await;
    replace(&file, "");
    gate.live.reload().unwrap();
    let told = readiness(&gate, "entra-id").await;
    assert!(!told["problems"].as_array().unwrap().is_empty(), "{told}");
    gate.sign_in(&Browser::new(), KIND, "grace").await;
    assert!(gate.is_signed_in(&browser, KIND).await);
}

/// A folder as Kubernetes mounts a ConfigMap: links to `..data/NAME`, and `..data` is swapped.
fn mount(folder: &Path, version: &str, files: &[(String, String)]) {
    let data = folder.join(format!("..{version}"));
    std::fs::create_dir(&data).unwrap();
    for (name, text) in files {
        std::fs::write(data.join(name), text).unwrap();
        let link = folder.join(name);
        if !link.is_symlink() {
            std::os::unix::fs::symlink(Path::new("..data").join(name), &link).unwrap();
        }
    }
    let swap = folder.join("..data_tmp");
    std::os::unix::fs::symlink(format!("..{version}"), &swap).unwrap();
    std::fs::rename(&swap, folder.join("..data")).unwrap();
}

fn files(folder: &Path, change: impl Fn(String) -> String) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|end| end == "toml"));
    files
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                change(text(&path)),
            )
        })
        .collect()
}

fn profiles(gate: &TestGate) -> PathBuf {
    gate.folder.path().join("profiles")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d64_a_config_map_that_is_swapped_is_seen_in_one_step() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, KIND, "ada").await;
    let folder = profiles(&gate);
    let plain = files(&folder, |text| text);
    for (name, _) in &plain {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    mount(&folder, "2026_one", &plain);
    gate.live.reload().unwrap();
    assert!(gate.is_signed_in(&browser, KIND).await);
    for (version, title) in [("2026_two", "Second"), ("2026_three", "Third")] {
        let changed: Vec<_> = plain
            .iter()
            .map(|(name, text)| (name.clone(), text.replace("Contoso entra-id", title)))
            .collect();
        mount(&folder, version, &changed);
        eventually("the swap is seen", async || {
            title_is(&gate, &browser, title).await
        })
        .await;
        assert!(gate.is_signed_in(&browser, KIND).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d64_a_folder_that_is_itself_a_swapped_link_is_seen_every_time() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let folder = profiles(&gate);
    for title in ["Second", "Third", "Fourth"] {
        let version = gate.folder.path().join(format!("profiles-{title}"));
        std::fs::create_dir(&version).unwrap();
        for (name, text) in files(&folder, |text| text) {
            let titled = text.lines().map(|line| {
                if line.starts_with("title") {
                    format!("title = \"{title} {name}\"")
                } else {
                    line.to_owned()
                }
            });
            std::fs::write(version.join(&name), titled.collect::<Vec<_>>().join("\n")).unwrap();
        }
        let link = gate.folder.path().join("link");
        std::os::unix::fs::symlink(&version, &link).unwrap();
        if !folder.is_symlink() {
            std::fs::rename(&folder, gate.folder.path().join("profiles-first")).unwrap();
        }
        std::fs::rename(&link, &folder).unwrap();
        eventually("the swap is seen", async || {
            title_is(&gate, &browser, title).await
        })
        .await;
    }
    let path = gate.profile_path(KIND);
    replace(&path, &text(&path).replace("Fourth", "Edited in place"));
    eventually("so is an edit in the new folder", async || {
        title_is(&gate, &browser, "Edited in place").await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d62_requests_go_on_while_files_change_all_the_time() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    gate.sign_in(&browser, KIND, "ada").await;
    let path = gate.profile_path(KIND);
    let good = text(&path);
    let url = gate.url(KIND, "/auth/session");
    for round in 0..40 {
        let edited = match round % 4 {
            0 => "not = [toml".to_owned(),
            1 => good.replace("Contoso entra-id", &format!("Round {round}")),
            2 => String::new(),
            _ => good.clone(),
        };
        replace(&path, &edited);
        for answer in futures_util::future::join_all((0..10).map(|_| browser.get(&url))).await {
            assert_eq!(answer.status, 200, "round {round}: {}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d68_a_thousand_profiles_load_and_reload_without_asking_any_authority() {
    let gate = Plan::default().start().await;
    let path = gate.profile_path(KIND);
    let good = text(&path);
    let numbered = |number: u32| {
        good.replace("entra.localhost", &format!("t{number}.localhost"))
            .replace("Contoso entra-id", &format!("Tenant {number}"))
    };
    let folder = profiles(&gate);
    for number in 0..1_000 {
        std::fs::write(folder.join(format!("t{number}.toml")), numbered(number)).unwrap();
    }
    gate.live.reload().unwrap();
    assert_eq!(
        gate.live.current.load().serving().len(),
        1_000 + Kind::ALL.len()
    );
    let browser = Browser::new();
    let of = |number: u32| format!("http://t{number}.localhost:{}/", gate.port);
    assert!(browser.get(of(999)).await.text.contains("Tenant 999"));
    replace(
        &folder.join("t500.toml"),
        &numbered(500).replace("Tenant 500", "Edited"),
    );
    eventually("the edit shows", async || {
        browser.get(of(500)).await.text.contains("Edited")
    })
    .await;
    assert_eq!(
        gate.sim.count(Endpoint::Metadata),
        0,
        "metadata is fetched on first use"
    );
}
