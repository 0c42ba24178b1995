//! Live configuration: profiles are edited while people are signed in. Nobody loses a session or a request by it who
//! should not.

use std::path::Path;

use crate::harness::browser::Browser;
use crate::harness::folder::{replace, text};
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse, beginning, eventually, host, records};

const KIND: Kind = Kind::EntraId;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_authority_ends_the_sessions_of_the_old_one_and_no_others() {
    let gate = Plan::default().start().await;
    let (browser, other) = (Browser::new(), Browser::new());
    gate.sign_in(&browser, KIND, "ada").await;
    gate.sign_in(&other, Kind::ExternalId, "ada").await;
    let path = gate.profile_path(KIND);
    let moved = gate.moved(KIND, Kind::ExternalId);
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

// proves: D62
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_file_keeps_its_last_good_version_and_readiness_says_so() {
    records::record();
    let (gate, browser) = Plan::default().signed_in(KIND, "ada").await;
    let path = gate.profile_path(KIND);
    let good = text(&path);
    let other = gate.profile_path(Kind::Oidc);
    replace(&path, &format!("{good}\nno_such_key = true\n"));
    replace(&other, &text(&other).replace("Contoso oidc", "Also edited"));
    eventually("readiness tells", async || {
        !gate.problems("entra-id").await.is_empty()
    })
    .await;
    let told = gate.readiness("entra-id").await;
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
    let broken = || records::metric("gatehouse_profiles", &["state=\"broken\""]);
    assert!(!records::alone() || broken() >= 1.0, "{}", broken());
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
        gate.problems("entra-id").await.is_empty()
    })
    .await;
    assert!(gate.is_signed_in(&browser, KIND).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_profile_the_process_is_not_ready_and_says_why() {
    let gate = Plan::default().start().await;
    let folder = gate.profile_path(KIND);
    let folder = folder.parent().unwrap();
    let ready = async || Browser::new().get(gate.admin_url("/readyz")).await;
    assert_eq!(ready().await.status, 200);
    for file in std::fs::read_dir(folder).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    eventually("the process is not ready", async || {
        ready().await.status == 503
    })
    .await;
    let folder = ready().await.json()["profiles_folder"].to_string();
    assert!(folder.contains("every profile file is gone"), "{folder}");
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
fn secret_in(gate: &TestGatehouse, file: &Path) {
    let path = gate.profile_path(KIND);
    let old = format!("{{ value = \"{}\" }}", simulator::CLIENT_SECRET);
    let new = format!("{{ file = \"{}\" }}", file.display());
    replace(&path, &text(&path).replace(&old, &new));
}

// proves: D66
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_file_that_changes_is_read_again_and_an_empty_one_is_not_believed() {
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
    let told = gate.readiness("entra-id").await;
    assert!(!told["problems"].as_array().unwrap().is_empty(), "{told}");
    gate.sign_in(&Browser::new(), KIND, "grace").await;
    assert!(gate.is_signed_in(&browser, KIND).await);
}

// proves: D66
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_file_that_is_emptied_or_gone_before_its_first_use_stops_no_sign_in() {
    records::record();
    let gate = Plan::default().start().await;
    let file = gate.folder.path().join("client-secret");
    std::fs::write(&file, format!("{}\n", simulator::CLIENT_SECRET)).unwrap();
    secret_in(&gate, &file);
    gate.live.reload().unwrap();
    for content in ["", " \n\t", "gone"] {
        if content == "gone" {
            std::fs::remove_file(&file).unwrap();
        } else {
            replace(&file, content);
        }
        gate.live.reload().unwrap();
        let told = gate.readiness("entra-id").await;
        assert_eq!(told["serving"], true, "{content:?}: {told}");
        assert!(!told["problems"].as_array().unwrap().is_empty(), "{told}");
        let broken = records::metric("gatehouse_profiles", &["state=\"broken\""]);
        assert!(broken >= 1.0, "{content:?}: {broken}");
        gate.sign_in(&Browser::new(), KIND, "ada").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_authority_ends_the_old_sessions_on_every_replica_and_a_title_ends_none() {
    let gate = Plan::default().start().await;
    let replica = gate.replica().await;
    let browser = gate.browser_of(KIND, "ada").await;
    assert!(replica.is_signed_in(&gate, &browser, KIND).await);
    let path = gate.profile_path(KIND);
    let good = text(&path);
    replace(&path, &good.replace("Contoso entra-id", "Renamed"));
    eventually("the title shows on both", async || {
        let there = replica.get(&gate, &browser, KIND, "/").await.text;
        there.contains("Renamed") && gate.title_is(&browser, KIND, "Renamed").await
    })
    .await;
    assert!(gate.is_signed_in(&browser, KIND).await);
    assert!(replica.is_signed_in(&gate, &browser, KIND).await);
    replace(&path, &gate.moved(KIND, Kind::ExternalId));
    eventually("the session is over on both", async || {
        !gate.is_signed_in(&browser, KIND).await
            && !replica.is_signed_in(&gate, &browser, KIND).await
    })
    .await;
    // A move that was a mistake, taken back: what the old authority said is worth what it was.
    replace(&path, &good);
    eventually("it counts again", async || {
        gate.is_signed_in(&browser, KIND).await && replica.is_signed_in(&gate, &browser, KIND).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_host_serves_at_the_new_name_and_d65_is_unknown_at_the_old_one() {
    let gate = Plan::default().start().await;
    let (browser, other) = (Browser::new(), Browser::new());
    gate.sign_in(&browser, KIND, "ada").await;
    gate.sign_in(&other, Kind::Oidc, "ada").await;
    let path = gate.profile_path(KIND);
    let good = text(&path);
    replace(&path, &good.replace("entra.localhost", "renamed.localhost"));
    let home = format!("http://renamed.localhost:{}/", gate.port);
    eventually("the new name serves", async || {
        browser.get(&home).await.status == 200
    })
    .await;
    assert_eq!(browser.get(gate.url(KIND, "/")).await.status, 404);
    assert!(gate.is_signed_in(&other, Kind::Oidc).await);
    // The browser keeps cookies by host; the session is the profile's.
    let cookie = browser.cookie(host(KIND), "gatehouse").unwrap();
    browser.set_cookie("renamed.localhost", "gatehouse", &cookie);
    let session = browser.get(format!("{home}auth/session")).await;
    assert_eq!(session.status, 200, "{}", session.text);
    replace(&path, &good);
    eventually("it is taken back", async || {
        browser.get(gate.url(KIND, "/")).await.status == 200
    })
    .await;
    assert!(gate.is_signed_in(&browser, KIND).await);
    assert_eq!(browser.get(&home).await.status, 404);
}

// proves: D63
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_files_that_claim_one_address_keep_what_served_before() {
    let gate = Plan::default().start().await;
    let (staff, shop) = (Browser::new(), Browser::new());
    gate.sign_in(&staff, KIND, "ada").await;
    gate.sign_in(&shop, Kind::Oidc, "ada").await;
    let (entra, oidc) = (gate.profile_path(KIND), gate.profile_path(Kind::Oidc));
    let (good_entra, good_oidc) = (text(&entra), text(&oidc));
    // Both in one reading: the shop takes the staff's address, a third file takes it, too.
    let greedy = good_oidc.replace("oidc.localhost", "entra.localhost");
    replace(&oidc, &greedy);
    replace(&gate.profiles_folder().join("third.toml"), &greedy);
    eventually("all are told", async || {
        !gate.problems("oidc").await.is_empty() && !gate.problems("third").await.is_empty()
    })
    .await;
    assert_eq!(gate.readiness("third").await["serving"], false);
    assert!(gate.title_is(&staff, KIND, "Contoso entra-id").await);
    assert!(gate.title_is(&shop, Kind::Oidc, "Contoso oidc").await);
    assert!(gate.is_signed_in(&staff, KIND).await);
    assert!(gate.is_signed_in(&shop, Kind::Oidc).await);
    // They change places: in the middle both claim one address, at the end neither does.
    std::fs::remove_file(gate.profiles_folder().join("third.toml")).unwrap();
    replace(
        &entra,
        &good_entra.replace("entra.localhost", "oidc.localhost"),
    );
    eventually("they have changed places", async || {
        gate.title_is(&staff, Kind::Oidc, "Contoso entra-id").await
            && gate.title_is(&shop, KIND, "Contoso oidc").await
    })
    .await;
    assert!(gate.problems("oidc").await.is_empty());
}

/// When the version that serves was loaded, in seconds since the test began.
async fn loaded_at(gate: &TestGatehouse, kind: Kind) -> i64 {
    let told = gate.readiness(kind.name()).await;
    let at: chrono::DateTime<chrono::Utc> = told["last_good"].as_str().unwrap().parse().unwrap();
    (at - beginning()).num_seconds()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_shows_when_the_served_version_was_loaded() {
    let gate = Plan::default().start().await;
    let (entra, oidc) = (gate.profile_path(KIND), gate.profile_path(Kind::Oidc));
    let good = text(&oidc);
    gate.turn(60);
    replace(&oidc, &good.replace("Contoso oidc", "Edited"));
    eventually("the edited one is new", async || {
        loaded_at(&gate, Kind::Oidc).await == 60
    })
    .await;
    assert_eq!(loaded_at(&gate, KIND).await, 0, "the others are not");
    gate.turn(60);
    replace(&oidc, "not = [toml");
    eventually("the broken file is told", async || {
        !gate.problems("oidc").await.is_empty()
    })
    .await;
    assert_eq!(
        loaded_at(&gate, Kind::Oidc).await,
        60,
        "it is as old as it was"
    );
    gate.turn(60);
    replace(
        &entra,
        &text(&entra).replace("Contoso entra-id", "Edited, too"),
    );
    eventually("another edit changes the other", async || {
        loaded_at(&gate, KIND).await == 180
    })
    .await;
    assert_eq!(loaded_at(&gate, Kind::Oidc).await, 60);
    gate.turn(60);
    replace(&oidc, &good);
    eventually("the mended one is new", async || {
        loaded_at(&gate, Kind::Oidc).await == 240
    })
    .await;
    assert_eq!(loaded_at(&gate, KIND).await, 180);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_fetched_for_profiles_that_are_gone_is_forgotten() {
    let gate = Plan::default().start().await;
    let (browser, folder) = (Browser::new(), gate.profiles_folder());
    let good = text(&gate.profile_path(KIND));
    let remembered = || gate.app.authorities.remembered();
    gate.sign_in(&browser, Kind::Oidc, "ada").await;
    for number in 0..5 {
        let host = format!("t{number}.localhost");
        replace(
            &folder.join(format!("t{number}.toml")),
            &good.replace("entra.localhost", &host),
        );
        let address = format!("http://{host}:{}/auth/sign_in", gate.port);
        eventually("it serves", async || {
            browser.get(&address).await.status == 303
        })
        .await;
    }
    assert_eq!(remembered(), 6);
    for number in 0..5 {
        std::fs::remove_file(folder.join(format!("t{number}.toml"))).unwrap();
    }
    eventually("they are forgotten", async || remembered() == 1).await;
}

// proves: D69
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_begun_before_an_edit_completes_on_a_replica_that_has_loaded_it() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, KIND, "ada", "/auth/token_details")
        .await;
    let path = gate.profile_path(KIND);
    replace(&path, &text(&path).replace("Contoso entra-id", "Renamed"));
    let replica = gate.replica().await;
    let address = callback.location();
    let asked = format!("{}?{}", address.path(), address.query().unwrap());
    let done = replica.get(&gate, &browser, KIND, &asked).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(done.location().path(), "/auth/token_details");
    assert!(replica.is_signed_in(&gate, &browser, KIND).await);
    assert!(gate.is_signed_in(&browser, KIND).await);
}
