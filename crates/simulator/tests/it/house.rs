//! The rules of the house for this crate: sizes of files and functions, parameters, and no circles between files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 60;
const MOST_PARAMETERS: usize = 5;

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

fn is_function(line: &str) -> bool {
    let words: Vec<_> = line.split_whitespace().collect();
    let before = words.iter().take_while(|word| **word != "fn");
    let modifiers = ["pub", "pub(crate)", "pub(super)", "const", "async"];
    words.contains(&"fn") && before.into_iter().all(|word| modifiers.contains(word))
}

/// Each function of a file: its name, its signature and its number of lines.
fn functions(text: &str) -> Vec<(String, String, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let starts = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_function(line));
    starts
        .filter_map(|(start, line)| {
            let indent = line.len() - line.trim_start().len();
            let end = format!("{}}}", &line[..indent]);
            let length = lines[start..].iter().position(|line| *line == end)? + 1;
            let body = lines[start..start + length].join(" ");
            let signature = body.split(" {").next()?.to_owned();
            let name = signature
                .split("fn ")
                .nth(1)?
                .split(['(', '<'])
                .next()?
                .to_owned();
            Some((name, signature, length))
        })
        .collect()
}

#[test]
fn files_and_functions_are_short_and_take_few_parameters() {
    let mut faults = Vec::new();
    for path in sources("src").into_iter().chain(sources("tests")) {
        let text = fs::read_to_string(&path).unwrap();
        let file = path.display();
        if text.lines().count() > LONGEST_FILE {
            faults.push(format!("{file} is longer than {LONGEST_FILE} lines"));
        }
        for (name, signature, length) in functions(&text) {
            let parameters = signature.matches(": ").count();
            if length > LONGEST_FUNCTION {
                faults.push(format!("{file}: {name} has {length} lines"));
            }
            if parameters > MOST_PARAMETERS {
                faults.push(format!("{file}: {name} has {parameters} parameters"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn module(path: &Path) -> String {
    let below = path.strip_prefix("src").unwrap().with_extension("");
    let name = below.to_str().unwrap().replace('/', "::");
    name.strip_suffix("::mod").unwrap_or(&name).to_owned()
}

/// The modules that a file imports by `crate::`, each as the longest name that is a file.
fn imports(text: &str, known: &BTreeSet<String>) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    let code = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join(" ");
    let mut found = BTreeSet::new();
    for path in code.split("crate::").skip(1) {
        let end = path
            .find([';', ',', ')', '(', ' ', '>', '&'])
            .unwrap_or(path.len());
        let (stem, rest) = path.split_once('{').unwrap_or((&path[..end], ""));
        let grouped = rest.split('}').next().unwrap().split(',');
        for name in grouped {
            let name = name.split_whitespace().next().unwrap_or_default();
            let full = format!("{stem}{name}");
            let parts: Vec<_> = full.split("::").collect();
            let prefixes = (1..=parts.len())
                .rev()
                .map(|length| parts[..length].join("::"));
            found.extend(prefixes.into_iter().find(|prefix| known.contains(prefix)));
        }
    }
    found
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let files = sources("src");
    let known: BTreeSet<_> = files.iter().map(|path| module(path)).collect();
    let mut graph: BTreeMap<_, _> = files
        .iter()
        .map(|path| {
            let mut imports = imports(&fs::read_to_string(path).unwrap(), &known);
            imports.remove(&module(path));
            (module(path), imports)
        })
        .collect();
    assert!(graph["web::dispatch"].len() > 5, "the imports are not read");
    // Whatever is left when files without imports are taken away again and again is in a circle or above one.
    loop {
        let leaves: Vec<_> = graph
            .iter()
            .filter(|(_, imports)| imports.iter().all(|import| !graph.contains_key(import)))
            .map(|(module, _)| module.clone())
            .collect();
        if leaves.is_empty() {
            break;
        }
        graph.retain(|module, _| !leaves.contains(module));
    }
    assert!(graph.is_empty(), "{:#?}", graph.keys());
}
