//! No two files need each other, not even through others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::mentions::Mention;
use crate::modules::Modules;
use crate::source::{root, shown};
use crate::{Finding, check};

type Edges = BTreeMap<(PathBuf, PathBuf), Mention>;

/// The groups of files of which each reaches each other.
fn circles(edges: &Edges) -> Vec<Vec<PathBuf>> {
    let mut next: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for (from, to) in edges.keys() {
        next.entry(from).or_default().insert(to);
    }
    let reach = |from: &Path| {
        let mut reached: BTreeSet<&Path> = BTreeSet::new();
        let mut open: Vec<&Path> = next.get(from).into_iter().flatten().copied().collect();
        while let Some(file) = open.pop() {
            if reached.insert(file) {
                open.extend(next.get(file).into_iter().flatten());
            }
        }
        reached
    };
    let reached: BTreeMap<&Path, BTreeSet<&Path>> =
        next.keys().map(|file| (*file, reach(file))).collect();
    let mut found: Vec<Vec<PathBuf>> = Vec::new();
    for (file, reaches) in &reached {
        let together = reaches
            .iter()
            .filter(|other| reached.get(**other).is_some_and(|back| back.contains(file)));
        let group: Vec<PathBuf> = together.map(|file| file.to_path_buf()).collect();
        if !group.is_empty() && !found.contains(&group) {
            found.push(group);
        }
    }
    found
}

fn findings(rule: &'static str, edges: &Edges) -> Vec<Finding> {
    let describe = |group: Vec<PathBuf>| {
        let inside = edges
            .iter()
            .filter(|((from, to), _)| group.contains(from) && group.contains(to));
        let uses: Vec<String> = inside
            .map(|((from, to), mention)| {
                let path = mention.segments.join("::");
                let from = format!("{}:{}", shown(from), mention.line);
                format!("\n    {from} uses {} ({path})", shown(to))
            })
            .collect();
        let text = format!("{} files need each other:{}", group.len(), uses.concat());
        Finding::new(rule, &group[0], 1, text)
    };
    circles(edges).into_iter().map(describe).collect()
}

#[test]
fn no_files_of_the_product_need_each_other() {
    let edges = Modules::read(&root().join("src/lib.rs")).edges();
    assert!(edges.len() > 500, "{} edges: files are read", edges.len());
    check(&findings("circles", &edges));
}

#[test]
fn no_files_of_the_simulator_need_each_other() {
    let edges = Modules::read(&root().join("crates/simulator/src/lib.rs")).edges();
    assert!(edges.len() > 50, "{} edges: files are read", edges.len());
    check(&findings("circles of the simulator", &edges));
}

#[test]
fn a_circle_is_found_and_a_line_is_none() {
    use crate::sample::sample;
    let in_a_row = sample(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "pub struct C;"),
    ]);
    assert!(circles(&in_a_row.edges()).is_empty());
    let around = sample(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub fn a() {}"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "pub struct C; fn c() { super::a::a() }"),
    ]);
    let found = findings("circles", &around.edges());
    assert_eq!(found.len(), 1);
    assert!(found[0].text.starts_with("3 files"), "{}", found[0].text);
    let parent_and_child = sample(&[
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b; pub struct A; fn a() { b::b() }"),
        ("a/b.rs", "use super::A; pub fn b() {}"),
    ]);
    assert_eq!(circles(&parent_and_child.edges()).len(), 1);
}
