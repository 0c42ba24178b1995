//! Templates of pages that a profile has itself, and what judges them.
//!
//! Files are read by `config`; pages are made of them by `web`, which hands them over as a value that only it can read.

use std::any::Any;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// A file of a profile's folder of templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFile {
    /// Where it was read.
    pub path: PathBuf,
    /// Its name, which is that of the template in whose place it stands.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem {
    /// The file, as [`TemplateFile::path`] shows it; empty for what concerns no single file.
    pub file: String,
    /// Line and column, counted from 1.
    pub position: Option<(usize, usize)>,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub right: String,
    /// The word that nobody knows, and the words that are known in its place.
    pub misspelt: Option<(String, Vec<String>)>,
    /// Whether pages can be made all the same.
    pub is_warning: bool,
}

/// Judges the templates of a profile and makes pages of them.
pub trait TemplateCompiler: Send + Sync {
    /// The pages, with warnings; or everything that is wrong with the files.
    ///
    /// # Errors
    /// At least one problem that is no warning.
    fn compile(
        &self,
        files: &[TemplateFile],
    ) -> Result<(CompiledPages, Vec<TemplateProblem>), Vec<TemplateProblem>>;
}

/// Pages of a profile's own templates, for whoever made them.
#[derive(Clone)]
pub struct CompiledPages(Arc<dyn Any + Send + Sync>);

impl CompiledPages {
    /// Hands pages over.
    pub fn new<T: Any + Send + Sync>(pages: Arc<T>) -> Self {
        Self(pages)
    }

    /// The pages, if they are of this type.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.0).downcast().ok()
    }
}

impl fmt::Debug for CompiledPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CompiledPages").finish_non_exhaustive()
    }
}

/// The templates that a profile has itself.
#[derive(Debug, Clone)]
pub struct OwnTemplates {
    /// The names of its files.
    pub names: Vec<String>,
    /// What became of them.
    pub pages: CompiledPages,
}

/// Accepts every template, for a profile that is read but never serves.
#[derive(Debug, Clone, Copy)]
pub struct Unjudged;

/// The compiler that judges nothing.
pub static UNJUDGED: Unjudged = Unjudged;

impl TemplateCompiler for Unjudged {
    fn compile(
        &self,
        _: &[TemplateFile],
    ) -> Result<(CompiledPages, Vec<TemplateProblem>), Vec<TemplateProblem>> {
        Ok((CompiledPages::new(Arc::new(())), Vec::new()))
    }
}
