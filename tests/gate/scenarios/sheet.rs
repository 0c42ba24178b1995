//! The contact sheet: every sample page in four languages, light and dark, on a phone and on a desk, whole. `make
//! screenshots` names the folder by `SHEET`; otherwise the first page shows that it can be made.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use gatehouse::web::pages::Pages;
use serde_json::json;

use super::chromium::{Driver, Look, Window};

const TAGS: [&str; 4] = ["en", "de", "ar", "ja"];
const SCREENS: [(&str, u32, u32); 2] = [("phone", 390, 844), ("desktop", 1280, 800)];

const HEAD: &str = "<!doctype html><meta charset=\"utf-8\"><title>Contact sheet</title>\
    <style>figure{display:inline-block;margin:.5rem;vertical-align:top}img{height:20rem;border:1px solid}</style>";

/// Photographs a page in both schemes on both screens, and gives the figures for the sheet.
async fn photographed(window: &Window, folder: &Path, page: &str) -> String {
    let address = format!("file://{}", folder.join(page).display());
    window.open(&address).await;
    let mut figures = String::new();
    for scheme in ["light", "dark"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
        let media = json!({ "features": features });
        window.devtools("Emulation.setEmulatedMedia", media).await;
        for (screen, width, height) in SCREENS {
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": screen == "phone" });
            window
                .devtools("Emulation.setDeviceMetricsOverride", metrics)
                .await;
            let whole = "return Math.max(innerHeight, document.documentElement.scrollHeight)";
            let height = window.run(whole, vec![]).await;
            let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
            let wanted = json!({ "captureBeyondViewport": true, "clip": clip });
            let picture = window.devtools("Page.captureScreenshot", wanted).await;
            let bytes = BASE64.decode(picture["data"].as_str().unwrap()).unwrap();
            let name = page.replace(".html", &format!("-{scheme}-{screen}.png"));
            std::fs::write(folder.join(&name), bytes).unwrap();
            let _ = writeln!(
                figures,
                "<figure><a href=\"{name}\"><img src=\"{name}\" alt=\"\"></a><figcaption>{name}</figcaption></figure>"
            );
        }
    }
    figures
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_sheet_of_every_page_can_be_made() {
    let temporary = tempfile::TempDir::new().unwrap();
    let named = std::env::var_os("SHEET");
    let folder = named.as_deref().map_or(temporary.path(), Path::new);
    std::fs::create_dir_all(folder).unwrap();
    let pages = Pages::load(None).unwrap();
    let assets = pages.asset_names();
    let style = pages.asset(&assets.style).unwrap().text();
    std::fs::write(folder.join("style.css"), style).unwrap();
    let driver = Driver::start().await;
    let window = driver.window(Look::Desktop).await;
    let mut sheet = HEAD.to_owned();
    for tag in TAGS {
        let samples = pages.samples_in(tag).unwrap();
        let wanted = if named.is_some() { samples.len() } else { 1 };
        for sample in samples.into_iter().take(wanted) {
            let style = format!("/staff/auth/assets/{}", assets.style);
            // A page about an outage would load itself again while it is photographed.
            let html = sample.html.replace(&style, "style.css");
            let html = html.replace("http-equiv=\"refresh\"", "name=\"refresh\"");
            let name = format!(
                "{}-{}-{tag}.html",
                sample.template.trim_end_matches(".html"),
                sample.sample
            );
            std::fs::write(folder.join(&name), html).unwrap();
            sheet.push_str(&photographed(&window, folder, &name).await);
        }
    }
    window.close().await;
    std::fs::write(folder.join("index.html"), &sheet).unwrap();
    let pictures = sheet.matches("<figure>").count();
    assert!(pictures >= 4 * TAGS.len(), "{pictures}");
    assert_eq!(named.is_some(), pictures > 300, "{pictures}");
}
