//! A file is a noun or a journey, a function fits a screen, and what belongs together is passed together.

use std::fs;
use std::path::Path;

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, FnArg, ImplItemFn, Item, ItemFn, Signature, TraitItemFn};

use crate::source::{attributes, is_for_tests, parse, rust_files, shown};
use crate::{Finding, check};

const FOLDERS: [&str; 4] = ["src", "crates", "tests", "benches"];
const LINES_OF_A_FILE: usize = 400;
const LINES_OF_A_FUNCTION: usize = 60;
const PARAMETERS: usize = 5;

/// File names that say nothing about what the file owns.
const NO_NOUNS: [&str; 7] = [
    "util", "utils", "helpers", "common", "types", "models", "prelude",
];

/// The functions of a file: each with its first line, its number of lines and its number of parameters.
#[derive(Default)]
struct Functions(Vec<(String, usize, usize, usize)>);

impl Functions {
    fn of(file: &syn::File) -> Self {
        let mut functions = Self::default();
        functions.visit_file(file);
        functions
    }

    fn add(&mut self, signature: &Signature, start: Span, end: Span) {
        let first = start.start().line;
        let lines = end.end().line - first + 1;
        let parameters = signature.inputs.iter();
        let parameters = parameters.filter(|input| matches!(input, FnArg::Typed(_)));
        let name = signature.ident.to_string();
        self.0.push((name, first, lines, parameters.count()));
    }

    fn add_with_body(&mut self, signature: &Signature, body: &Block) {
        self.add(signature, signature.fn_token.span, body.span());
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add_with_body(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add_with_body(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        self.add(&function.sig, function.sig.fn_token.span, function.span());
        visit::visit_trait_item_fn(self, function);
    }
}

fn of_functions(path: &Path, file: &syn::File) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, line, lines, parameters) in Functions::of(file).0 {
        if lines > LINES_OF_A_FUNCTION {
            let text = format!("{name} has {lines} lines; {LINES_OF_A_FUNCTION} are the most");
            found.push(Finding::new("lines of a function", path, line, text));
        }
        if parameters > PARAMETERS {
            let text = format!("{name} has {parameters} parameters; {PARAMETERS} are the most");
            found.push(Finding::new("parameters", path, line, text));
        }
    }
    found
}

#[test]
fn a_function_fits_a_screen_and_takes_few_parameters() {
    let files = rust_files(&FOLDERS);
    let findings = files
        .iter()
        .flat_map(|path| of_functions(path, &parse(path)));
    check(&findings.collect::<Vec<_>>());
}

#[test]
fn a_function_that_is_too_long_or_takes_too_much_is_found() {
    let count = |text: &str| of_functions(Path::new("a.rs"), &syn::parse_file(text).unwrap()).len();
    let body = |lines: usize| "    let _ = 1;\n".repeat(lines - 2);
    assert_eq!(count(&format!("fn f() {{\n{}}}\n", body(60))), 0);
    assert_eq!(count(&format!("fn f() {{\n{}}}\n", body(61))), 1);
    assert_eq!(
        count(&format!("/// Doc.\n#[test]\nfn f() {{\n{}}}\n", body(60))),
        0
    );
    let method = format!("impl A {{ fn f() {{\n{}}}\n}}\n", body(61));
    assert_eq!(count(&method), 1);
    let nested = format!("mod tests {{ fn f() {{ fn g() {{\n{}}} }} }}\n", body(61));
    assert_eq!(count(&nested), 2);
    assert_eq!(
        count("impl A { fn f(&self, a: A, b: A, c: A, d: A, e: A) {} }"),
        0
    );
    assert_eq!(
        count("impl A { fn f(&self, a: A, b: A, c: A, d: A, e: A, f: A) {} }"),
        1
    );
    assert_eq!(
        count("trait A { fn f(a: A, b: A, c: A, d: A, e: A, f: A); }"),
        1
    );
}

fn of_a_file(path: &Path, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > LINES_OF_A_FILE {
        let text = format!("{lines} lines; {LINES_OF_A_FILE} are the most");
        found.push(Finding::new("lines of a file", path, lines, text));
    }
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    if NO_NOUNS.contains(&stem.as_str()) {
        let text = format!("{stem} does not say what the file owns");
        found.push(Finding::new("nouns", path, 1, text));
    }
    found
}

#[test]
fn a_file_is_a_noun_or_a_journey() {
    let files = rust_files(&FOLDERS);
    assert!(files.len() > 400, "{} files are read", files.len());
    let findings = files
        .iter()
        .flat_map(|path| of_a_file(path, &fs::read_to_string(path).unwrap()));
    check(&findings.collect::<Vec<_>>());
    let lines = |count| of_a_file(Path::new("browser.rs"), &"\n".repeat(count)).len();
    assert_eq!((lines(400), lines(401)), (0, 1));
    assert_eq!(of_a_file(Path::new("web/util.rs"), "").len(), 1);
}

/// What a `mod.rs` holds beside its doc, its modules and its re-exports.
fn of_a_module_file(path: &Path, file: &syn::File) -> Vec<Finding> {
    let others = file.items.iter().filter(|item| {
        let listed = matches!(item, Item::Mod(module) if module.content.is_none())
            || matches!(item, Item::Use(_));
        !listed && !is_for_tests(attributes(item))
    });
    let Some(first) = others.clone().next() else {
        return Vec::new();
    };
    let text = format!(
        "{} items beside docs, `mod` and `use`: they belong into a file with a name",
        others.count()
    );
    vec![Finding::new(
        "mod.rs",
        path,
        first.span().start().line,
        text,
    )]
}

#[test]
fn a_mod_file_lists_the_files_of_its_folder_and_holds_nothing_else() {
    let files = rust_files(&["src"]);
    let module_files = files.iter().filter(|path| path.ends_with("mod.rs"));
    let module_files: Vec<_> = module_files
        .filter(|path| !shown(path).contains("tests"))
        .collect();
    assert!(module_files.len() > 8, "{} files", module_files.len());
    let findings = module_files
        .iter()
        .flat_map(|path| of_a_module_file(path, &parse(path)));
    check(&findings.collect::<Vec<_>>());
    let count = |text| of_a_module_file(Path::new("mod.rs"), &syn::parse_file(text).unwrap()).len();
    assert_eq!(
        count("//! Owns.\nmod a;\npub use a::A;\n#[cfg(test)]\nmod tests {}"),
        0
    );
    assert_eq!(count("mod a;\npub struct A;\nfn a() {}"), 1);
}
