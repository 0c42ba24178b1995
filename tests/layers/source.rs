//! Reads Rust files: their syntax, their module tree, and which parts exist for tests only.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned as _;
use syn::{Attribute, Item, ItemMod};

/// The folder of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file's path below the repository, as findings print it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// All files below a folder of the repository that end with `.extension`, in order; every file without one.
pub fn files(folder: &str, extension: Option<&str>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if extension.is_none_or(|wanted| path.extension().is_some_and(|it| it == wanted))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The Rust files below several folders.
pub fn rust_files(folders: &[&str]) -> Vec<PathBuf> {
    folders
        .iter()
        .flat_map(|folder| files(folder, Some("rs")))
        .collect()
}

/// The syntax of a file.
pub fn parse(path: &Path) -> syn::File {
    let text = fs::read_to_string(path).unwrap();
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether an item exists for tests only.
pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|flag| flag.is_ident("test"))
    })
}

/// The attributes of an item, where the kind of item has a name that others can import.
pub fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The text of a file without the lines of comments and of items that exist for tests only.
pub fn code(text: &str) -> String {
    let syntax = syn::parse_file(text).unwrap();
    let mut skipped = Vec::new();
    lines_for_tests(&syntax.items, &mut skipped);
    let kept = text.lines().enumerate().filter(|(index, line)| {
        let in_test = skipped.iter().any(|range| range.contains(&(index + 1)));
        !in_test && !line.trim_start().starts_with("//")
    });
    kept.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

fn lines_for_tests(items: &[Item], skipped: &mut Vec<RangeInclusive<usize>>) {
    for item in items {
        if is_for_tests(attributes(item)) {
            let span = item.span();
            let first = attributes(item)[0].span().start().line;
            skipped.push(first.min(span.start().line)..=span.end().line);
        } else if let Item::Mod(ItemMod {
            content: Some((_, items)),
            ..
        }) = item
        {
            lines_for_tests(items, skipped);
        }
    }
}

/// The files of `src` that belong to the product: those that the library reaches without `#[cfg(test)]`, and `main.rs`.
pub fn product_files() -> Vec<PathBuf> {
    let source = root().join("src");
    let modules = crate::modules::Modules::read(&source.join("lib.rs"));
    let mut files: BTreeSet<PathBuf> = modules.files().map(Path::to_path_buf).collect();
    files.insert(source.join("main.rs"));
    files.into_iter().collect()
}

/// The room of a file of `src`: its folder, or its own name.
pub fn room(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str();
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn the_reader_of_sources_leaves_out_tests_and_nothing_else() {
    let text = "use a;\n#[cfg(test)]\nmod testing;\nuse b;\n#[cfg(test)]\nmod tests {\n    use c;\n}\nuse d;\n// use e;\n";
    assert_eq!(code(text), "use a;\nuse b;\nuse d;");
    let files = product_files();
    for (path, expected) in [
        ("src/oidc/testing.rs", false),
        ("src/lib.rs", true),
        ("src/main.rs", true),
    ] {
        assert_eq!(files.contains(&root().join(path)), expected, "{path}");
    }
}
