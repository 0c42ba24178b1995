//! The profiles in the README and in `docs/`: each is accepted without a remark, as it is printed there.

use std::path::{Path, PathBuf};

use gatehouse::config::load_files;
use gatehouse::config::profile::profile_reader::ReadContext;

use crate::harness::surroundings;

/// Every Markdown file that people read.
fn documents() -> Vec<PathBuf> {
    let mut open = vec![PathBuf::from("README.md"), PathBuf::from("docs")];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|it| it.unwrap().path()),
            );
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The blocks of a document that begin with `# profiles/NAME.toml`, with that name.
fn profiles(text: &str) -> Vec<(String, String)> {
    let blocks = text.split("```toml\n").skip(1);
    blocks
        .filter_map(|block| {
            let block = block.split("```").next()?;
            let name = block.strip_prefix("# profiles/")?.split(".toml").next()?;
            Some((name.to_owned(), block.to_owned()))
        })
        .collect()
}

/// Takes the placeholders of the README for an operator's own values.
fn filled_in(text: &str) -> String {
    text.replace("TENANT_GUID", "72f988bf-86f1-41af-91ab-2d7cd011db47")
        .replace("<client id>", "6731de76-14a6-49ae-97bc-6eba6914391e")
        .replace("<object id>", "0a5d1e5c-0b0e-4d52-9d6c-2f0d1b8f1f11")
}

/// The files that the profile of `docs/recipes/branding.md` names.
fn beside(folder: &Path) {
    let own = folder.join("contoso/templates");
    std::fs::create_dir_all(&own).unwrap();
    for (from, to) in [
        ("logo.svg", "logo.svg"),
        ("logo-dark.svg", "logo-dark.svg"),
        ("templates/home.html", "templates/home.html"),
        ("templates/_welcome.html", "templates/_welcome.html"),
    ] {
        let from = Path::new("tests/profiles/good/branding").join(from);
        std::fs::copy(from, folder.join("contoso").join(to)).unwrap();
    }
    let icon = b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x02\0\0\0\x16\0\0\0xx";
    std::fs::write(folder.join("contoso/favicon.ico"), icon).unwrap();
}

#[test]
fn every_profile_of_the_documents_is_accepted_without_a_remark() {
    let variable = |_: &str| Some("from the environment".to_owned());
    let mut seen = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for (name, profile) in profiles(&text) {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join(format!("{name}.toml"));
            beside(folder.path());
            let certificate = Path::new("tests/profiles/secrets/old.pem");
            let absolute = std::path::absolute(certificate).unwrap();
            let profile = filled_in(&profile)
                .replace("../secrets/contoso.pem", &absolute.display().to_string());
            std::fs::write(&file, profile).unwrap();
            let surroundings = ReadContext {
                variable: &variable,
                ..surroundings()
            };
            let problems = load_files(&[file], surroundings).problems();
            assert!(
                problems.is_empty(),
                "{} {name}: {problems:#?}",
                document.display()
            );
            seen += 1;
        }
    }
    assert!(seen >= 10, "the profiles are found");
}
