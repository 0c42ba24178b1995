//! Files of the profiles folder that look like profiles and are not read.

use std::path::Path;

use crate::config::report::problem::{Problem, source_name};

/// Endings, in lower case, of files that somebody may have meant as profiles.
const LIKE_PROFILES: [&str; 6] = [".toml", ".yaml", ".yml", ".json", ".tml", ".toml.txt"];

/// The warning about a file that is not read although its name looks like that of a profile.
pub(in crate::config) fn warning(path: &Path) -> Option<Problem> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let folded = name.to_ascii_lowercase();
    if name.starts_with('.') || name.strip_suffix(".toml").is_some() {
        return None;
    }
    let ending = LIKE_PROFILES
        .iter()
        .filter(|ending| folded.ends_with(*ending))
        .max_by_key(|ending| ending.len())?;
    let stem = folded.strip_suffix(ending)?;
    let what = "is not read: a profile is a file whose name ends in .toml, in lower case";
    let right = if ending.starts_with(".toml") {
        format!("rename it to {stem}.toml")
    } else {
        format!("write it as TOML in {stem}.toml, or remove it")
    };
    Some(Problem::of(source_name(path), what, right).as_warning())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_profile_is_told() {
        let right = |name: &str| warning(Path::new(name)).map(|problem| problem.right);
        for (name, remedy) in [
            ("p/staff.TOML", "rename it to staff.toml"),
            ("p/staff.toml.txt", "rename it to staff.toml"),
            (
                "p/staff.yaml",
                "write it as TOML in staff.toml, or remove it",
            ),
            (
                "p/staff.YML",
                "write it as TOML in staff.toml, or remove it",
            ),
        ] {
            assert_eq!(right(name).as_deref(), Some(remedy), "{name}");
        }
        for name in [
            "p/staff.toml",
            "p/README.md",
            "p/.staff.yaml",
            "p/staff-secret",
        ] {
            assert_eq!(right(name), None, "{name}");
        }
    }
}
