//! Writes every sample of every page, with stylesheet and icon, as files that a static server can serve:
//! `cargo run --example render_pages -- FOLDER`, then serve `FOLDER` at `/`.

use std::path::{Path, PathBuf};

use gatehouse::web::pages::Pages;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("say where: render_pages FOLDER")?
        .into();
    let pages = Pages::load(None)?;
    for sample in pages.samples()? {
        write_assets(&pages, &folder, &sample.html)?;
        std::fs::write(
            folder.join(format!("{}-{}.html", sample.page, sample.sample)),
            sample.html,
        )?;
    }
    Ok(())
}

fn write_assets(pages: &Pages, folder: &Path, html: &str) -> std::io::Result<()> {
    for address in html
        .split('"')
        .filter(|text| text.contains("/auth/assets/"))
    {
        let path = folder.join(address.trim_start_matches('/'));
        let asset = path
            .file_name()
            .and_then(|name| pages.asset(&name.to_string_lossy()));
        if let (Some(asset), Some(parent)) = (asset, path.parent()) {
            std::fs::create_dir_all(parent)?;
            std::fs::write(path, asset.bytes)?;
        }
    }
    Ok(())
}
