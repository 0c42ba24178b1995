//! The modules of a crate: which file defines a name, and which names each file uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::Item;

use crate::mentions::{Mention, Names};
use crate::source::{attributes, is_for_tests};

/// One module: a file, or a part of one in braces.
#[derive(Debug, Default)]
pub struct Module {
    pub file: PathBuf,
    /// Its path below the root of the crate.
    pub path: Vec<String>,
    parent: usize,
    children: BTreeMap<String, usize>,
    names: Names,
}

/// What a path leads to, by the index of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Module(usize),
    ItemOf(usize),
}

/// All modules of a crate that exist outside of tests.
pub struct Modules(Vec<Module>);

/// How the text of a file is had; `None` where no file is.
type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

impl Modules {
    /// Reads a crate from its root file.
    pub fn read(root: &Path) -> Self {
        Self::read_with(root, &|path| fs::read_to_string(path).ok())
    }

    pub fn read_with(root: &Path, read: Read<'_>) -> Self {
        let mut modules = Self(Vec::new());
        let text = read(root).unwrap_or_else(|| panic!("no file {}", root.display()));
        let folder = root.parent().unwrap();
        let items = syn::parse_file(&text).unwrap().items;
        modules.add((root, folder), &[], 0, &items, read);
        modules
    }

    /// Adds a module; `place` is its file and the folder of its children.
    fn add(
        &mut self,
        place: (&Path, &Path),
        path: &[String],
        parent: usize,
        items: &[Item],
        read: Read<'_>,
    ) -> usize {
        let (file, folder) = place;
        let index = self.0.len();
        let mut module = Module {
            file: file.to_path_buf(),
            path: path.to_vec(),
            parent,
            ..Module::default()
        };
        for item in items
            .iter()
            .filter(|item| !is_for_tests(attributes(item)) && !matches!(item, Item::Mod(_)))
        {
            module.names.add(item);
        }
        self.0.push(module);
        for item in items {
            let Item::Mod(child) = item else { continue };
            if is_for_tests(&child.attrs) {
                continue;
            }
            let name = child.ident.to_string();
            let mut path = path.to_vec();
            path.push(name.clone());
            let below = folder.join(&name);
            let added = if let Some((_, items)) = &child.content {
                self.add((file, &below), &path, index, items, read)
            } else {
                let candidates = [folder.join(format!("{name}.rs")), below.join("mod.rs")];
                let found = candidates.iter().find_map(|file| Some((file, read(file)?)));
                let (file, text) =
                    found.unwrap_or_else(|| panic!("no file for the module {path:?}"));
                let items = syn::parse_file(&text).unwrap().items;
                self.add((file, &below), &path, index, &items, read)
            };
            self.0[index].children.insert(name, added);
        }
        index
    }

    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|module| module.file.as_path())
    }

    /// Each module with the paths that it writes, imports included.
    pub fn mentions(&self) -> impl Iterator<Item = (&Module, &Mention)> {
        let of = |module| Module::mentions(module).map(move |mention| (module, mention));
        self.0.iter().flat_map(of)
    }

    /// The file that defines what a path leads to, seen from a module. `None` for another crate, and for a module that is
    /// only named: what is used of it is named elsewhere.
    fn definition(&self, from: usize, segments: &[String]) -> Option<usize> {
        match self.resolve(from, segments, &mut BTreeSet::new())? {
            Target::ItemOf(module) => Some(module),
            Target::Module(_) => None,
        }
    }

    fn resolve(
        &self,
        from: usize,
        segments: &[String],
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Option<Target> {
        let (mut at, mut anchored) = (from, false);
        for (index, segment) in segments.iter().enumerate() {
            match segment.as_str() {
                "crate" => (at, anchored) = (0, true),
                "self" => anchored = true,
                "super" => (at, anchored) = (self.0[at].parent, true),
                name => match self.look_up(at, name, seen) {
                    Some(Target::Module(next)) => (at, anchored) = (next, true),
                    Some(item) => return Some(item),
                    // Made by a macro, or below a type: the last module that is known defines it.
                    None => return (anchored || index > 0).then_some(Target::ItemOf(at)),
                },
            }
        }
        Some(Target::Module(at))
    }

    fn look_up(
        &self,
        at: usize,
        name: &str,
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Option<Target> {
        if !seen.insert((at, name.to_owned())) {
            return None;
        }
        let module = &self.0[at];
        if let Some(child) = module.children.get(name) {
            return Some(Target::Module(*child));
        }
        if module.names.defined.contains(name) {
            return Some(Target::ItemOf(at));
        }
        let named = module
            .names
            .imports
            .iter()
            .find(|import| import.name.as_deref() == Some(name));
        if let Some(import) = named {
            return self.resolve(at, &import.target.segments, seen);
        }
        for import in module
            .names
            .imports
            .iter()
            .filter(|import| import.name.is_none())
        {
            let source = self.resolve(at, &import.target.segments, seen);
            if let Some(Target::Module(source)) = source
                && let Some(found) = self.look_up(source, name, seen)
            {
                return Some(found);
            }
        }
        None
    }

    /// Which file uses something of which other file, with the first line that says so.
    pub fn edges(&self) -> BTreeMap<(PathBuf, PathBuf), Mention> {
        let mut edges = BTreeMap::new();
        for (index, module) in self.0.iter().enumerate() {
            for mention in module.mentions() {
                let Some(target) = self.definition(index, &mention.segments) else {
                    continue;
                };
                let to = &self.0[target].file;
                if *to != module.file {
                    edges
                        .entry((module.file.clone(), to.clone()))
                        .or_insert_with(|| mention.clone());
                }
            }
        }
        edges
    }
}

impl Module {
    fn mentions(&self) -> impl Iterator<Item = &Mention> {
        self.names.mentions()
    }

    /// A path from the root of the crate, where it is written as one; `None` for other crates and for local names.
    pub fn path_from_root(&self, mention: &Mention) -> Option<Vec<String>> {
        let mut path = match mention.segments.first()?.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.path.clone(),
            _ => return None,
        };
        for segment in &mention.segments {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => drop(path.pop()),
                name => path.push(name.to_owned()),
            }
        }
        Some(path)
    }
}
