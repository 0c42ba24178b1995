//! Words that the project gave up, each with the field's own term, and names that mean one thing only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{
    Attribute, Field, Ident, ItemEnum, ItemFn, ItemStruct, ItemTrait, ItemType, Signature, Variant,
};

use crate::source::{files, parse, product_files, root, rust_files, shown};
use crate::vocabulary::{FILES, NAMES, PHRASES, SEVERAL_MEANINGS, TYPES, Word};
use crate::{Finding, check};

/// Every name that a file defines, with its line.
#[derive(Default)]
struct Definitions {
    types: Vec<(String, usize)>,
    others: Vec<(String, usize)>,
    /// The type whose fields or variants are visited.
    owner: String,
}

impl Definitions {
    fn of(file: &syn::File) -> Self {
        let mut definitions = Self::default();
        definitions.visit_file(file);
        definitions
    }

    fn add_type(&mut self, name: &Ident) {
        self.types.push(defined(name));
    }

    /// Adds a name twice: alone, and as `Owner::name` for the words that only one type gave up.
    fn add(&mut self, name: &Ident) {
        let (name, line) = defined(name);
        self.others.push((format!("{}::{name}", self.owner), line));
        self.others.push((name, line));
    }
}

fn defined(name: &Ident) -> (String, usize) {
    (name.to_string(), name.span().start().line)
}

impl<'ast> Visit<'ast> for Definitions {
    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.add_type(&item.ident);
        self.owner = item.ident.to_string();
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        self.add_type(&item.ident);
        self.owner = item.ident.to_string();
        visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.add_type(&item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        self.add_type(&item.ident);
    }

    fn visit_field(&mut self, field: &'ast Field) {
        field.ident.iter().for_each(|name| self.add(name));
    }

    fn visit_variant(&mut self, variant: &'ast Variant) {
        self.add(&variant.ident);
        visit::visit_variant(self, variant);
    }

    fn visit_signature(&mut self, signature: &'ast Signature) {
        self.add(&signature.ident);
    }
}

/// Those of some names that a table gave up.
fn given_up(
    rule: &'static str,
    table: &[Word],
    path: &Path,
    names: &[(String, usize)],
) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, line) in names {
        if let Some((_, new, why)) = table.iter().find(|(old, ..)| old == name) {
            let text = format!("{name} -> {new}: {why}");
            found.push(Finding::new(rule, path, *line, text));
        }
    }
    found
}

fn old_types(path: &Path, file: &syn::File) -> Vec<Finding> {
    given_up("types", TYPES, path, &Definitions::of(file).types)
}

fn old_names(path: &Path, file: &syn::File) -> Vec<Finding> {
    given_up("names", NAMES, path, &Definitions::of(file).others)
}

fn parsed(text: &str) -> syn::File {
    syn::parse_file(text).unwrap()
}

#[test]
fn types_have_the_names_of_the_field() {
    let files = rust_files(&["src", "tests", "benches"]);
    let findings = files.iter().flat_map(|path| old_types(path, &parse(path)));
    check(&findings.collect::<Vec<_>>());
    let count = |text| old_types(Path::new("a.rs"), &parsed(text)).len();
    assert_eq!(
        count("struct Lane; enum Told {} type Room = u8; trait Means {}"),
        4
    );
    assert_eq!(count("fn f() { struct Lane; }"), 1);
    assert_eq!(
        count("enum Lease { Held } use a::Lane; struct Bulkhead;"),
        0
    );
}

#[test]
fn fields_variants_and_functions_have_the_names_of_the_field() {
    let files = rust_files(&["src"]);
    let findings = files.iter().flat_map(|path| old_names(path, &parse(path)));
    check(&findings.collect::<Vec<_>>());
    let count = |text| old_names(Path::new("a.rs"), &parsed(text)).len();
    assert_eq!(
        count("struct A { rests: u8 } enum B { StillExchanging } impl A { fn unheeded() {} }"),
        3
    );
    assert_eq!(
        count(
            "struct WebError { over: u8 } struct A { idle: u8 } enum AuthorityError { A { idle: u8 } }"
        ),
        2
    );
    assert_eq!(count("fn f() { let over = interests.iter().over(); }"), 0);
}

fn old_file(path: &Path) -> Option<Finding> {
    let below = path.strip_prefix(root().join("src")).unwrap();
    let parts = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = parts
        .map(|part| part.trim_end_matches(".rs").to_owned())
        .collect();
    let is_part = |old: &str| parts.iter().any(|part| part == old);
    let (old, new, why) = FILES.iter().find(|(old, ..)| is_part(old))?;
    let text = format!("{old} -> {new}: {why}");
    Some(Finding::new("files", path, 1, text))
}

#[test]
fn files_have_the_names_of_the_field() {
    let files = rust_files(&["src"]);
    check(
        &files
            .iter()
            .filter_map(|path| old_file(path))
            .collect::<Vec<_>>(),
    );
    assert!(old_file(&root().join("src/oidc/lane.rs")).is_some());
    assert!(old_file(&root().join("src/lane/mod.rs")).is_some());
    assert!(old_file(&root().join("src/http/call.rs")).is_none());
}

/// The names of tests that are too long, or that begin with the number of a row instead of saying what holds.
#[derive(Default)]
struct TestNames(Vec<(String, usize)>);

impl<'ast> Visit<'ast> for TestNames {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        let last = |attribute: &Attribute| {
            attribute
                .path()
                .segments
                .last()
                .map(|it| it.ident.to_string())
        };
        if function
            .attrs
            .iter()
            .any(|it| last(it).as_deref() == Some("test"))
        {
            self.0.push(defined(&function.sig.ident));
        }
    }
}

fn odd_test_names(path: &Path, file: &syn::File) -> Vec<Finding> {
    let mut names = TestNames::default();
    names.visit_file(file);
    let is_number = |word: &str| word.len() > 1 && word[1..].bytes().all(|it| it.is_ascii_digit());
    let numbered = |name: &str| name.split('_').next().is_some_and(is_number);
    let odd = names
        .0
        .into_iter()
        .filter(|(name, _)| name.len() > 80 || numbered(name));
    let describe = |(name, line): (String, usize)| {
        let text = format!("{name}: a sentence of 80 characters; rows stand in `// proves:`");
        Finding::new("test names", path, line, text)
    };
    odd.map(describe).collect()
}

#[test]
fn the_name_of_a_test_is_a_sentence() {
    let files = rust_files(&["src", "crates", "tests"]);
    let findings = files
        .iter()
        .flat_map(|path| odd_test_names(path, &parse(path)));
    check(&findings.collect::<Vec<_>>());
    let count = |name: &str| {
        let text = format!("#[tokio::test(flavor = \"multi_thread\")]\nasync fn {name}() {{}}");
        odd_test_names(Path::new("a.rs"), &parsed(&text)).len()
    };
    assert_eq!(count("a_state_works_once"), 0);
    assert_eq!(count("b4_a_state_works_once"), 1);
    assert_eq!(count(&"long_".repeat(17)), 1);
    assert_eq!(
        odd_test_names(Path::new("a.rs"), &parsed("fn b4_f() {}")).len(),
        0
    );
}

/// Whether a line says a phrase, with no letter before or behind.
fn says(line: &str, phrase: &str) -> bool {
    let letter = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(phrase).any(|(at, _)| {
        !line[..at].ends_with(letter) && !line[at + phrase.len()..].starts_with(letter)
    })
}

fn old_phrases(path: &Path, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.to_lowercase();
        for (old, new, why) in PHRASES.iter().filter(|(old, ..)| says(&line, old)) {
            let text = format!("{old} -> {new}: {why}");
            found.push(Finding::new("phrases", path, index + 1, text));
        }
    }
    found
}

/// Everything that people read: sources, documents, pages, sample profiles.
fn prose() -> Vec<PathBuf> {
    let mut found = rust_files(&["src", "crates"]);
    found.extend(files("docs", Some("md")));
    found.extend(files("templates", None));
    found.extend(files("profiles", None));
    found.push(root().join("README.md"));
    found
}

#[test]
fn comments_and_pages_use_plain_words() {
    let files = prose();
    assert!(files.len() > 300, "{} files are read", files.len());
    let findings = files.iter().flat_map(|path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        old_phrases(path, &text)
    });
    check(&findings.collect::<Vec<_>>());
    let count = |text| old_phrases(Path::new("a.md"), text).len();
    assert_eq!(count("The gate opens.\nA lane, made anew."), 3);
    assert_eq!(count("The gatehouse, a plane, interesting."), 0);
}

fn same_names(defined: &[(PathBuf, Vec<(String, usize)>)]) -> Vec<Finding> {
    let mut places: BTreeMap<&str, Vec<(&Path, usize)>> = BTreeMap::new();
    for (path, types) in defined {
        for (name, line) in types {
            places.entry(name).or_default().push((path, *line));
        }
    }
    let several = places.into_iter().filter(|(name, places)| {
        places.len() > 1 && !SEVERAL_MEANINGS.iter().any(|(known, _)| known == name)
    });
    let describe = |(name, places): (&str, Vec<(&Path, usize)>)| {
        let all: Vec<String> = places
            .iter()
            .map(|(path, line)| format!("{}:{line}", shown(path)))
            .collect();
        let text = format!("{name} is {} types: {}", places.len(), all.join(", "));
        Finding::new("one meaning", places[0].0, places[0].1, text)
    };
    several.map(describe).collect()
}

#[test]
fn a_type_of_the_product_has_its_name_alone() {
    let defined: Vec<_> = product_files()
        .into_iter()
        .map(|path| {
            let types = Definitions::of(&parse(&path)).types;
            (path, types)
        })
        .collect();
    check(&same_names(&defined));
    let two = [("a.rs", 1), ("b.rs", 2)].map(|(path, line)| {
        let types = vec![("Row".to_owned(), line), (format!("Row{line}"), line)];
        (PathBuf::from(path), types)
    });
    assert_eq!(same_names(&two).len(), 1);
}

/// The words of the glossary in `docs/architecture.md` with the types that they name.
fn glossary(document: &str) -> Vec<(String, String)> {
    let table = document.split("## The words").nth(1).unwrap_or_default();
    let table = table.split("\n## ").next().unwrap_or_default();
    let rows = table.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, word, _, kind, _] = cells[..] else {
            return None;
        };
        let name = kind.strip_prefix('`')?.strip_suffix('`')?;
        Some((word.to_owned(), name.to_owned()))
    });
    rows.collect()
}

#[test]
fn a_word_of_the_glossary_names_one_thing() {
    let document = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let words = glossary(&document);
    assert!(words.len() >= 15, "{} words", words.len());
    let mut defined = BTreeMap::new();
    for path in product_files() {
        for (name, _) in Definitions::of(&parse(&path)).types {
            *defined.entry(name).or_insert(0) += 1;
        }
    }
    for (word, name) in &words {
        let same = |(one, other): &&(String, String)| one == word || other == name;
        assert_eq!(words.iter().filter(same).count(), 1, "{word} stands once");
        assert_eq!(defined.get(name), Some(&1), "{word} names the type {name}");
    }
}
