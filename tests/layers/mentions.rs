//! What a module defines, imports and mentions.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, UseTree, Visibility};

/// A path as a file writes it, such as `crate::oidc::Authorities` or `super::Page`.
#[derive(Debug, Clone)]
pub struct Mention {
    pub segments: Vec<String>,
    pub line: usize,
}

/// A name that a module brings in by `use`; without a name, everything in the target.
#[derive(Debug)]
pub struct Import {
    pub name: Option<String>,
    pub target: Mention,
}

/// The names of one module.
#[derive(Debug, Default)]
pub struct Names {
    pub defined: BTreeSet<String>,
    pub imports: Vec<Import>,
    written: Vec<Mention>,
}

impl Names {
    /// Takes in an item that is no module.
    pub fn add(&mut self, item: &Item) {
        self.defined.extend(name(item));
        self.visit_item(item);
    }

    /// Every path that the module writes, those of its imports first.
    pub fn mentions(&self) -> impl Iterator<Item = &Mention> {
        let imported = self.imports.iter().map(|import| &import.target);
        imported.chain(&self.written)
    }

    fn import(&mut self, tree: &UseTree, before: &[String]) {
        let target = |segments: Vec<String>, line| Mention { segments, line };
        let with = |name: &syn::Ident| {
            let mut segments = before.to_vec();
            if name != "self" || before.is_empty() {
                segments.push(name.to_string());
            }
            (segments, name.span().start().line)
        };
        match tree {
            UseTree::Path(path) => self.import(&path.tree, &with(&path.ident).0),
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.import(tree, before)),
            UseTree::Name(name) => {
                let (segments, line) = with(&name.ident);
                self.imports.push(Import {
                    name: segments.last().cloned(),
                    target: target(segments, line),
                });
            }
            UseTree::Rename(rename) => {
                let (segments, line) = with(&rename.ident);
                self.imports.push(Import {
                    name: Some(rename.rename.to_string()),
                    target: target(segments, line),
                });
            }
            UseTree::Glob(glob) => self.imports.push(Import {
                name: None,
                target: target(before.to_vec(), glob.star_token.spans[0].start().line),
            }),
        }
    }

    /// Paths in the tokens of a macro, which have no syntax tree.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut line = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 || path.is_empty() => {
                    if path.is_empty() {
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                    colons = 0;
                    continue;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => {
                    self.mention(&mut path, line);
                    self.scan(group.stream());
                }
                TokenTree::Ident(ident) => {
                    self.mention(&mut path, line);
                    line = ident.span().start().line;
                    path.push(ident.to_string());
                }
                _ => self.mention(&mut path, line),
            }
            colons = 0;
        }
        self.mention(&mut path, line);
    }

    fn mention(&mut self, path: &mut Vec<String>, line: usize) {
        let segments = std::mem::take(path);
        if segments.len() > 1 {
            self.written.push(Mention { segments, line });
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&item.tree, &[]);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter();
            let mut segments = segments.map(|segment| segment.ident.to_string()).collect();
            let line = path.segments[0].ident.span().start().line;
            self.mention(&mut segments, line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.scan(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// The name that an item defines.
fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
