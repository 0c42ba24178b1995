//! The watch of the profiles folder: whatever way files are changed in, the change is seen by itself, whole, and soon.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::harness::browser::Browser;
use crate::harness::folder::{replace, text};
use crate::harness::{Endpoint, Kind, Plan, eventually, records};

const KIND: Kind = Kind::EntraId;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_title_shows_by_itself_and_the_session_stays() {
    records::record();
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    let path = gate.profile_path(KIND);
    let changed = text(&path).replace("Contoso entra-id", "Renamed");
    replace(&path, &changed);
    eventually("the new title shows", async || {
        gate.title_is(&browser, KIND, "Renamed").await
    })
    .await;
    assert!(gate.is_signed_in(&browser, KIND).await);
    let told = records::audit(|event| {
        event["event"] == "reload"
            && event["outcome"] == "changed"
            && event["profile.id"] == "entra-id"
    });
    assert!(!told.is_empty());
    // How long it took stands there for whoever wants to know: a busy test machine proves nothing.
    eventually("the time is told", async || {
        records::metric("gatehouse_profile_reload_seconds_count", &[]) >= 1.0
            && records::log().lines().any(|line| {
                line.contains("profiles were reloaded") && line.contains("\"took_ms\":")
            })
    })
    .await;
}

// proves: D64
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_editor_that_empties_the_file_first_drops_nothing() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
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
        gate.title_is(&browser, KIND, "Saved").await
    })
    .await;
    assert!(gate.is_signed_in(&browser, KIND).await);
}

// proves: D64
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_file_that_would_let_everybody_in_is_not_read_while_its_writer_is_at_it() {
    let gate = Plan::default().start().await;
    let (browser, path) = (Browser::new(), gate.profile_path(KIND));
    // Whole in itself, but for the rule that comes at the end.
    let first = text(&path).replace("Contoso entra-id", "Half a profile");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(first.as_bytes()).unwrap();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(400) {
        let read = gate.title_is(&browser, KIND, "Half a profile").await;
        // A writer is waited for for a second; a machine that stood still that long proves nothing.
        if begun.elapsed() < Duration::from_millis(800) {
            assert!(!read, "after {:?}", begun.elapsed());
        }
    }
    file.write_all(b"\n[allow]\nroles = [\"Admin\"]\n").unwrap();
    drop(file);
    eventually("the whole file counts", async || {
        gate.title_is(&browser, KIND, "Half a profile").await
    })
    .await;
    let callback = gate.answer(&browser, KIND, "ada", "/").await;
    assert_eq!(browser.follow(&callback).await.status, 403);
}

// proves: D64
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_never_closes_its_file_is_not_waited_for_for_ever() {
    let gate = Plan::default().start().await;
    let (browser, path) = (Browser::new(), gate.profile_path(KIND));
    let changed = text(&path).replace("Contoso entra-id", "Left open");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(changed.as_bytes()).unwrap();
    eventually("it is read all the same", async || {
        gate.title_is(&browser, KIND, "Left open").await
    })
    .await;
    drop(file);
}

// proves: D64
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_written_in_two_parts_by_two_writers_is_whole_in_the_end() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    let path = gate.profile_path(KIND);
    let changed = text(&path).replace("Contoso entra-id", "In two parts");
    let (first, second) = changed.split_at(changed.find("client_id").unwrap());
    std::fs::write(&path, first).unwrap();
    eventually("the first part is told as broken", async || {
        !gate.problems("entra-id").await.is_empty()
    })
    .await;
    assert!(gate.is_signed_in(&browser, KIND).await);
    let append = std::fs::OpenOptions::new().append(true).open(&path);
    append.unwrap().write_all(second.as_bytes()).unwrap();
    eventually("the whole file counts", async || {
        gate.title_is(&browser, KIND, "In two parts").await
    })
    .await;
    assert!(gate.problems("entra-id").await.is_empty());
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

// proves: D64
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_config_map_that_is_swapped_is_seen_in_one_step() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    let folder = gate.profiles_folder();
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
            gate.title_is(&browser, KIND, title).await
        })
        .await;
        assert!(gate.is_signed_in(&browser, KIND).await);
    }
}

// proves: D64
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_in_whose_place_another_is_moved_is_watched_like_the_first() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let folder = gate.profiles_folder();
    let (new, old) = (
        gate.folder.path().join("new"),
        gate.folder.path().join("old"),
    );
    std::fs::create_dir(&new).unwrap();
    for (name, text) in files(&folder, |text| text.replace("Contoso entra-id", "Moved")) {
        std::fs::write(new.join(name), text).unwrap();
    }
    std::fs::rename(&folder, &old).unwrap();
    std::fs::rename(&new, &folder).unwrap();
    eventually("the other folder counts", async || {
        gate.title_is(&browser, KIND, "Moved").await
    })
    .await;
    let path = gate.profile_path(KIND);
    std::fs::write(&path, text(&path).replace("Moved", "Edited there")).unwrap();
    eventually("an edit in it is seen without a poll", async || {
        gate.title_is(&browser, KIND, "Edited there").await
    })
    .await;
}

// proves: D64
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_itself_a_swapped_link_is_seen_every_time() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let folder = gate.profiles_folder();
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
            gate.title_is(&browser, KIND, title).await
        })
        .await;
    }
    let path = gate.profile_path(KIND);
    replace(&path, &text(&path).replace("Fourth", "Edited in place"));
    eventually("so is an edit in the new folder", async || {
        gate.title_is(&browser, KIND, "Edited in place").await
    })
    .await;
}

// proves: D62
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_go_on_while_files_change_all_the_time() {
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
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

// proves: D68
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_profiles_load_and_reload_without_asking_any_authority() {
    let gate = Plan::default().start().await;
    let path = gate.profile_path(KIND);
    let good = text(&path);
    let numbered = |number: u32| {
        good.replace("entra.localhost", &format!("t{number}.localhost"))
            .replace("Contoso entra-id", &format!("Tenant {number}"))
    };
    let folder = gate.profiles_folder();
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
