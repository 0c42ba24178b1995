//! The look of a profile: its colour, its pictures, its links; and what a hostile picture or path cannot do.

use std::path::Path;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse, eventually};

const KIND: Kind = Kind::EntraId;

pub const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path d=\"M0 0h8v8H0z\"/></svg>";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB`\x82";

/// Adds a table to the profile and reads it again.
fn brand(gate: &TestGatehouse, lines: &str) {
    gate.edit(KIND, |text| format!("{text}\n[branding]\n{lines}\n"));
}

fn write(gate: &TestGatehouse, name: &str, content: impl AsRef<[u8]>) {
    let path = gate.profiles_folder().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

async fn home(gate: &TestGatehouse) -> Page {
    let mut page = Browser::new().get(gate.url(KIND, "/")).await;
    page.text = page.text.replace("&#x2F;", "/");
    page
}

/// The address of an asset on a page, from the beginning of its name.
fn asset(page: &Page, beginning: &str) -> String {
    let from = format!("/auth/assets/{beginning}-");
    let mut rests = page.text.split(&from).skip(1);
    let rest = rests
        .find(|rest| !rest.starts_with("dark-"))
        .unwrap_or_else(|| panic!("no {beginning} in {}", page.text));
    format!("{from}{}", rest.split('"').next().unwrap())
}

async fn get(gate: &TestGatehouse, path: &str) -> Page {
    Browser::new().get(gate.url(KIND, path)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_has_a_colour_of_its_own_in_a_style_sheet_of_its_own() {
    let gate = Plan::default().start().await;
    brand(&gate, "accent = \"#ffd400\"");
    let page = home(&gate).await;
    assert!(page.text.contains("class=\"accent-own\""), "{}", page.text);
    let path = asset(&page, "accent");
    let sheet = get(&gate, &path).await;
    assert_eq!(sheet.status, 200);
    assert_eq!(
        sheet.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert!(sheet.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(sheet.header("x-content-type-options"), Some("nosniff"));
    let (light, dark) = sheet.text.split_once("prefers-color-scheme: dark").unwrap();
    assert!(
        !light.contains("--accent: #ffd400"),
        "yellow on white: {light}"
    );
    assert!(
        dark.contains("--accent: #ffd400"),
        "yellow on black: {dark}"
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("style-src 'self';"), "{policy}");
    let elsewhere = Browser::new().get(gate.url(Kind::B2c, &path)).await;
    assert_eq!(elsewhere.status, 404, "another profile has another colour");
    assert_eq!(
        get(&gate, "/auth/assets/accent-ffffff-000000.css")
            .await
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logos_and_favicon_are_served_from_the_profiles_folder() {
    let gate = Plan::default().start().await;
    write(&gate, "contoso/logo.svg", SVG);
    write(&gate, "contoso/dark.png", PNG);
    write(
        &gate,
        "favicon.ico",
        b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x02\0\0\0\x16\0\0\0xx",
    );
    brand(
        &gate,
        "logo = \"contoso/logo.svg\"\nlogo_dark = \"contoso/dark.png\"\nfavicon = \"./favicon.ico\"",
    );
    let page = home(&gate).await;
    for (name, content_type) in [
        ("logo", "image/svg+xml"),
        ("logo-dark", "image/png"),
        ("favicon", "image/vnd.microsoft.icon"),
    ] {
        let served = get(&gate, &asset(&page, name)).await;
        assert_eq!(served.status, 200, "{name}");
        assert_eq!(served.header("content-type"), Some(content_type));
        assert_eq!(served.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            served.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        assert!(served.sets_cookies().is_empty());
    }
    assert!(page.text.contains("media=\"(prefers-color-scheme: dark)\""));
    let logo = asset(&page, "logo");
    let served = get(&gate, &logo).await;
    assert_eq!(served.text, SVG);
    let tag = served.header("etag").unwrap().to_owned();
    let again = [("if-none-match", tag.as_str())];
    let again = Browser::new().get_with(gate.url(KIND, &logo), &again).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let other = [("if-none-match", "\"logo-0000000000000000.svg\"")];
    let other = Browser::new().get_with(gate.url(KIND, &logo), &other).await;
    assert_eq!(other.status, 200);
    let stranger = Browser::new().get(gate.url(Kind::B2c, &logo)).await;
    assert_eq!(stranger.status, 404, "a picture belongs to one profile");
}

// Attack: a tenant's logo is an SVG with a script, and a person is led to its address on the gateway's own origin.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_in_a_logo_cannot_run_on_our_origin() {
    let gate = Plan::default().start().await;
    let evil = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(2)</script></svg>";
    write(&gate, "logo.svg", evil);
    brand(&gate, "logo = \"logo.svg\"");
    let served = get(&gate, &asset(&home(&gate).await, "logo")).await;
    assert_eq!(
        served.header("content-security-policy"),
        Some("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    );
    assert_eq!(served.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        served.header("cross-origin-resource-policy"),
        Some("same-origin")
    );
}

// Attack: a profile names a file outside of its folder, so that the gateway shows it to everybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_path_of_a_picture_leaves_the_profiles_folder() {
    let gate = Plan::default().start().await;
    let outside = gate.folder.path().join("outside.svg");
    std::fs::write(&outside, SVG).unwrap();
    write(&gate, "contoso/own.svg", SVG);
    let folder = gate.profiles_folder();
    std::os::unix::fs::symlink(&outside, folder.join("contoso/link.svg")).unwrap();
    std::os::unix::fs::symlink(gate.folder.path(), folder.join("contoso/up")).unwrap();
    let absolute = outside.display().to_string();
    let good = std::fs::read_to_string(gate.profile_path(KIND)).unwrap();
    for path in [
        "../outside.svg",
        "contoso/../../outside.svg",
        "contoso/link.svg",
        "contoso/up/outside.svg",
        &absolute,
    ] {
        for key in ["logo", "favicon"] {
            let text = format!("{good}\n[branding]\n{key} = \"{path}\"\n");
            std::fs::write(gate.profile_path(KIND), text).unwrap();
            gate.live.reload().unwrap();
            let problems = gate.problems(KIND.name()).await;
            assert_eq!(problems.len(), 1, "{path}: {problems:?}");
            assert!(
                problems[0].contains("leads out of the profile's folder"),
                "{problems:?}"
            );
        }
    }
    for path in [
        "/auth/assets/..%2F..%2Foutside.svg",
        "/auth/assets/logo.svg",
        "/auth/assets/contoso%2Fown.svg",
        "/auth/assets/%2e%2e/entra-id.toml",
    ] {
        assert_ne!(get(&gate, path).await.status, 200, "{path}");
    }
}

// Attack: a profile names a file with a secret of another profile as its logo.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_picture_is_not_served_as_one() {
    let gate = Plan::default().start().await;
    write(&gate, "secret.svg", "client_secret = \"hunter2\"");
    write(&gate, "secret.png", "client_secret = \"hunter2\"");
    write(&gate, "large.svg", SVG.replace("M0", &"M0 ".repeat(80_000)));
    write(&gate, "note.txt", "hello");
    let good = std::fs::read_to_string(gate.profile_path(KIND)).unwrap();
    for (name, told) in [
        ("secret.svg", "is not a whole svg"),
        ("secret.png", "is not a whole png"),
        ("large.svg", "is larger than 200 kB"),
        ("note.txt", "whose ending is of no picture"),
        ("b2c.toml", "leads out of the profile's folder"),
        ("missing.png", "does not exist"),
        ("http://contoso.example/logo.svg", "is not an address"),
    ] {
        let text = format!("{good}\n[branding]\nlogo = \"{name}\"\n");
        std::fs::write(gate.profile_path(KIND), text).unwrap();
        gate.live.reload().unwrap();
        let problems = gate.problems(KIND.name()).await;
        assert_eq!(problems.len(), 1, "{name}: {problems:?}");
        assert!(problems[0].contains(told), "{problems:?}");
        assert!(!problems[0].contains("hunter2"), "{problems:?}");
        assert_eq!(
            home(&gate).await.status,
            200,
            "the last good version serves"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_logo_shows_by_itself_and_a_broken_one_keeps_the_last_good() {
    let gate = Plan::default().start().await;
    write(&gate, "contoso/logo.svg", SVG);
    brand(&gate, "logo = \"contoso/logo.svg\"");
    let first = asset(&home(&gate).await, "logo");
    let changed = SVG.replace("M0 0h8", "M1 1h6");
    write(&gate, "contoso/logo.svg", &changed);
    eventually("the changed logo shows", async || {
        asset(&home(&gate).await, "logo") != first
    })
    .await;
    let second = asset(&home(&gate).await, "logo");
    assert_eq!(get(&gate, &second).await.text, changed);
    assert_eq!(get(&gate, &first).await.status, 404);
    write(&gate, "contoso/logo.svg", &changed[..changed.len() / 2]);
    eventually("the broken logo is told", async || {
        !gate.problems(KIND.name()).await.is_empty()
    })
    .await;
    assert_eq!(asset(&home(&gate).await, "logo"), second);
    assert_eq!(get(&gate, &second).await.text, changed);
    write(&gate, "contoso/logo.svg", SVG);
    eventually("the first logo is back", async || {
        asset(&home(&gate).await, "logo") == first && gate.problems(KIND.name()).await.is_empty()
    })
    .await;
}

/// A volume of Kubernetes: files are links to `..data/`, which is a link to the newest folder.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_within_the_profiles_folder_are_followed() {
    let gate = Plan::default().start().await;
    let folder = gate.profiles_folder();
    write(&gate, "..2026/logo.svg", SVG);
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(Path::new(to), folder.join(name)).unwrap();
    };
    link("..2026", "..data");
    link("..data/logo.svg", "logo.svg");
    brand(&gate, "logo = \"logo.svg\"");
    let page = home(&gate).await;
    assert_eq!(get(&gate, &asset(&page, "logo")).await.text, SVG);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_elsewhere_are_allowed_by_their_origin_alone() {
    let gate = Plan::default().start().await;
    brand(
        &gate,
        "logo = \"https://cdn.contoso.example/logo.svg\"\nlogo_dark = \"https://cdn.contoso.example/dark.svg\"\n\
         favicon = \"/favicon.png\"",
    );
    let page = home(&gate).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("img-src 'self' https://cdn.contoso.example;"),
        "{policy}"
    );
    assert!(
        page.text
            .contains("src=\"https://cdn.contoso.example/logo.svg\"")
    );
    assert!(page.text.contains("rel=\"icon\" href=\"/favicon.png\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_notice_and_the_words_about_gatehouse_stand_on_every_page() {
    let gate = Plan::default().start().await;
    let plain = home(&gate).await;
    assert!(
        plain.text.contains("Guarded by gatehouse"),
        "{}",
        plain.text
    );
    brand(
        &gate,
        "support = \"mailto:help@contoso.example\"\nimprint = \"https://contoso.example/imprint\"\n\
         privacy = \"/privacy\"\nterms = \"/terms\"\nnotice = \"Closed <today> & \\\"tomorrow\\\".\"\nguarded_by = false",
    );
    for path in ["/", "/auth/token_details", "/nowhere"] {
        let page = get(&gate, path).await;
        let text = page.text.replace("&#x2F;", "/");
        for link in [
            "href=\"mailto:help@contoso.example\"",
            "href=\"https://contoso.example/imprint\"",
            "href=\"/privacy\"",
            "href=\"/terms\"",
            "Closed &lt;today&gt; &amp; ",
        ] {
            assert!(text.contains(link), "{path}: {link} in {text}");
        }
        assert!(!text.contains("Guarded by gatehouse"), "{path}");
    }
}
