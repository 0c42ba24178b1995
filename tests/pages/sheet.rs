//! Writes every sample in four languages as a file that a browser can show: `SAMPLES=<folder>` names where.

use std::fs;
use std::path::Path;

use crate::pages;

const TAGS: [&str; 4] = ["en", "de", "ar", "ja"];

#[test]
fn samples_can_be_written_as_files_for_the_contact_sheet() {
    let temporary = tempfile::TempDir::new().unwrap();
    let named = std::env::var_os("SAMPLES");
    let folder = named.as_deref().map_or(temporary.path(), Path::new);
    let pages = pages();
    let assets = pages.asset_names();
    fs::create_dir_all(folder).unwrap();
    fs::write(
        folder.join("style.css"),
        &pages.asset(&assets.style).unwrap().text,
    )
    .unwrap();
    let mut written = 0;
    for tag in TAGS {
        for sample in pages.samples_in(tag).unwrap() {
            let html = sample
                .html
                .replace(&format!("/staff/auth/assets/{}", assets.style), "style.css");
            let styled = html.contains("href=\"style.css\"") || html.contains("<style>");
            assert!(styled, "{}", sample.template);
            let name = format!("{tag}-{}-{}", sample.sample, sample.template);
            fs::write(folder.join(name), html).unwrap();
            written += 1;
        }
    }
    assert!(written > 60, "{written}");
}
