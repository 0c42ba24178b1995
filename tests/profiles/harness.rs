//! Reads profiles as the process would, with variables of the test's own.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gatehouse::config::profile::profile_reader::ReadContext;
use gatehouse::config::settings::options::DEFAULT_SESSION;
use gatehouse::config::trust_boundary::NO_BOUNDARY;
use gatehouse::config::{Loaded, load_files, load_folder};
use gatehouse::web::pages::PageCompiler;

static COMPILER: LazyLock<PageCompiler> = LazyLock::new(PageCompiler::default);

/// The variables that the test data name.
pub fn variable(name: &str) -> Option<String> {
    match name {
        "CONTOSO_CLIENT_SECRET" => Some("from the environment".to_owned()),
        "AZURE_FEDERATED_TOKEN_FILE" => Some("/var/run/secrets/token".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

/// What the test data are read against.
pub fn surroundings() -> ReadContext<'static> {
    ReadContext {
        variable: &variable,
        session: DEFAULT_SESSION,
        boundary: &NO_BOUNDARY,
        templates: &*COMPILER,
    }
}

/// A path below `tests/profiles`, relative so that reports are the same on every machine.
pub fn data(path: &str) -> PathBuf {
    Path::new("tests/profiles").join(path)
}

/// A folder of the test data.
pub fn folder(path: &str) -> Loaded {
    load_folder(&data(path), surroundings()).unwrap()
}

/// One profile text in a folder of its own.
pub fn text(text: &str) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("profile.toml");
    std::fs::write(&file, text).unwrap();
    load_files(&[file], surroundings())
}

/// Compares a text with the file that holds what is expected; `UPDATE=1` writes the file anew.
pub fn expect(file: &Path, actual: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(
        actual,
        expected,
        "{} (UPDATE=1 rewrites it)",
        file.display()
    );
}
