//! Crates that exist in memory only, to show that the rules can fail.

use std::path::Path;

use crate::modules::Modules;

/// A crate of files that exist in memory only, below `/sample`.
pub fn sample(files: &[(&str, &str)]) -> Modules {
    let read = |path: &Path| {
        let found = files
            .iter()
            .find(|(name, _)| Path::new("/sample").join(name) == path);
        found.map(|(_, text)| (*text).to_owned())
    };
    Modules::read_with(Path::new("/sample/lib.rs"), &read)
}

/// Edges of a sample, as `from -> to`.
pub fn edges(files: &[(&str, &str)]) -> Vec<String> {
    let edges = sample(files).edges();
    let name = |path: &Path| path.strip_prefix("/sample").unwrap().display().to_string();
    let shown = edges
        .keys()
        .map(|(from, to)| format!("{} -> {}", name(from), name(to)));
    shown.collect()
}

#[test]
fn an_edge_leads_to_the_file_that_defines_the_name() {
    const ROOT: (&str, &str) = ("lib.rs", "pub mod oidc; pub mod flow;");
    const OIDC: (&str, &str) = ("oidc/mod.rs", "mod a; mod b; pub use b::X;");
    let use_of = |a, b, flow| {
        let files = [
            ROOT,
            OIDC,
            ("oidc/a.rs", a),
            ("oidc/b.rs", b),
            ("flow.rs", flow),
        ];
        let mut edges = edges(&files);
        edges.retain(|edge| edge != "oidc/mod.rs -> oidc/b.rs");
        edges
    };
    let b = "pub struct X;";
    assert_eq!(
        use_of("use crate::oidc::X;", b, ""),
        ["oidc/a.rs -> oidc/b.rs"],
        "a re-export is followed"
    );
    assert_eq!(
        use_of("use super::X as Y;", b, ""),
        ["oidc/a.rs -> oidc/b.rs"]
    );
    assert_eq!(
        use_of("fn f() { log!(\"{}\", super::X::new()) }", b, ""),
        ["oidc/a.rs -> oidc/b.rs"],
        "tokens of macros are read"
    );
    assert_eq!(
        use_of("", b, "use crate::oidc; fn f(_: &oidc::X) {}"),
        ["flow.rs -> oidc/b.rs"],
        "a module that is only named is no edge; what is used of it is one"
    );
    assert_eq!(
        use_of(
            "",
            b,
            "use crate::oidc::*; #[cfg(test)] mod tests { use crate::oidc::X; }"
        ),
        Vec::<String>::new()
    );
    assert_eq!(
        use_of("use crate::oidc::{X, Z};", b, ""),
        ["oidc/a.rs -> oidc/b.rs", "oidc/a.rs -> oidc/mod.rs"],
        "what nothing defines is looked for where it is imported from"
    );
}
