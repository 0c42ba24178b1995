//! Our own pages: templates, their typed contexts, and the stylesheet.
//!
//! A page is a struct of plain data that implements [`Page`]; [`Pages::render`] makes HTML of it.
//! Who may see a page, with which status and headers, is not decided here. The only user of `tera`.
//!
//! Templates are part of the program. A folder of files with the same names overrides some of them;
//! whatever is wrong with it is found when it is loaded, by rendering every sample of every page.

mod api_result;
mod assets;
mod frame;
mod home;
mod problem;
mod sessions;
mod shown;
mod sign_out;
mod token_details;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, Value};

pub use api_result::{ApiResult, BodyView, StatusView};
pub use assets::Asset;
use assets::{Assets, ICON_NAME, STYLESHEET_NAME};
pub use frame::{Frame, Tone};
pub use home::{ApiLink, DeveloperHint, Home};
pub use problem::{Action, Fact, Look, PLAIN_FALLBACK, Problem};
pub use sessions::{SessionRow, Sessions, browser_name};
pub use shown::{BodyText, ClaimText, Label, Sentence, Shown, When};
pub use sign_out::{SignOut, SignedOut};
pub use token_details::{ClaimView, TokenDetails};

/// The built-in templates stand under this prefix, so that an override can say
/// `{% extends "builtin/home.html" %}`.
const BUILTIN: &str = "builtin/";

macro_rules! builtin_templates {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),+]
    };
}

const TEMPLATES: &[(&str, &str)] = builtin_templates![
    "_gate.html",
    "_icon.html",
    "api_result.html",
    "base.html",
    "home.html",
    "problem.html",
    "sessions.html",
    "sign_out.html",
    "signed_out.html",
    "token_details.html",
];

/// A page: what its template is told.
pub trait Page: Serialize {
    /// The file name of its template.
    const TEMPLATE: &'static str;

    /// Named examples that between them reach every branch of the template.
    fn samples() -> Vec<(&'static str, Self)>
    where
        Self: Sized;
}

/// A sample of a page, rendered.
#[derive(Debug, Clone)]
pub struct RenderedSample {
    /// The template's file name without `.html`.
    pub page: &'static str,
    /// The sample's name.
    pub sample: &'static str,
    /// The page.
    pub html: String,
}

/// Why pages could not be loaded, or one could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// The folder of overrides, or a file in it, cannot be read.
    #[error("cannot read the template {path}", path = .path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file in the folder of overrides would never be used.
    #[error(
        "{path} overrides nothing: a file has the name of a built-in one ({known}), or begins \
         with \"_\" and ends in \".html\" to be included by another",
        path = .path.display(),
        known = known_names()
    )]
    OverridesNothing {
        /// The file.
        path: PathBuf,
    },
    /// A template is wrong; the text names file, line and column.
    #[error("{0}")]
    Template(#[from] tera::Error),
}

fn known_names() -> String {
    let templates = TEMPLATES.iter().map(|(name, _)| *name);
    let names: Vec<&str> = templates.chain([STYLESHEET_NAME, ICON_NAME]).collect();
    names.join(", ")
}

/// All templates, checked, and the assets.
pub struct Pages {
    tera: Tera,
    assets: Assets,
}

impl Pages {
    /// Loads the built-in files and those that stand in `overrides`.
    ///
    /// # Errors
    /// [`PagesError::Unreadable`] if the folder or a file cannot be read, [`PagesError::OverridesNothing`]
    /// for a file whose name no page asks for, [`PagesError::Template`] for a template that cannot be
    /// parsed or that fails on a sample of its page.
    pub fn load(overrides: Option<&Path>) -> Result<Self, PagesError> {
        let mut tera = Tera::new();
        // A claim printed with `safe` would be markup of whoever chose the claim.
        tera.register_filter("safe", refuse_safe);
        let mut templates: Vec<(String, String)> = TEMPLATES
            .iter()
            .map(|(name, source)| (format!("{BUILTIN}{name}"), (*source).to_owned()))
            .collect();
        let mut prefixes = vec![BUILTIN.to_owned()];
        let (mut stylesheet, mut icon) = (None, None);
        if let Some(folder) = overrides {
            // The folder's own path is the prefix: Tera's messages then name the file.
            let prefix = format!("{}/", folder.display());
            for (name, source) in read_folder(folder)? {
                match name.as_str() {
                    STYLESHEET_NAME => stylesheet = Some(source),
                    ICON_NAME => icon = Some(source),
                    _ => templates.push((format!("{prefix}{name}"), source)),
                }
            }
            prefixes.insert(0, prefix);
        }
        tera.set_fallback_prefixes(prefixes)?;
        tera.add_raw_templates(templates)?;
        let pages = Self {
            tera,
            assets: Assets::new(stylesheet, icon),
        };
        pages.samples()?;
        Ok(pages)
    }

    /// Makes HTML of a page.
    ///
    /// # Errors
    /// [`PagesError::Template`], which a loaded template never gives for a page like its samples; answer with [`PLAIN_FALLBACK`].
    pub fn render<P: Page>(&self, page: &P) -> Result<String, PagesError> {
        let mut context = Context::from_serialize(page)?;
        context.insert("assets", &self.assets);
        Ok(self.tera.render(P::TEMPLATE, &context)?)
    }

    /// The asset for the last segment of a path below `/auth/assets/`.
    pub fn asset(&self, file_name: &str) -> Option<Asset> {
        self.assets.find(file_name)
    }

    /// Renders every sample of every page: a proof that the templates fit their contexts.
    ///
    /// # Errors
    /// [`PagesError::Template`] for the first that fails.
    pub fn samples(&self) -> Result<Vec<RenderedSample>, PagesError> {
        let mut rendered = Vec::new();
        self.sample_of::<Home>(&mut rendered)?;
        self.sample_of::<TokenDetails>(&mut rendered)?;
        self.sample_of::<ApiResult>(&mut rendered)?;
        self.sample_of::<Problem>(&mut rendered)?;
        self.sample_of::<SignOut>(&mut rendered)?;
        self.sample_of::<SignedOut>(&mut rendered)?;
        self.sample_of::<Sessions>(&mut rendered)?;
        Ok(rendered)
    }

    fn sample_of<P: Page>(&self, rendered: &mut Vec<RenderedSample>) -> Result<(), PagesError> {
        for (sample, page) in P::samples() {
            let html = self.render(&page)?;
            let page = P::TEMPLATE.trim_end_matches(".html");
            rendered.push(RenderedSample { page, sample, html });
        }
        Ok(())
    }
}

impl std::fmt::Debug for Pages {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Pages").finish_non_exhaustive()
    }
}

fn refuse_safe(_value: Value, _arguments: Kwargs, _state: &State) -> tera::TeraResult<Value> {
    Err(tera::Error::message(
        "the filter `safe` is not available: every value is escaped",
    ))
}

/// Reads the overrides by name. Hidden files are not looked at: editors leave them.
fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, PagesError> {
    let unreadable = |path: &Path, source| PagesError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| unreadable(folder, source))? {
        let path = entry.map_err(|source| unreadable(folder, source))?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        let is_known = TEMPLATES.iter().any(|(known, _)| *known == name)
            || [STYLESHEET_NAME, ICON_NAME].contains(&name);
        // Tera escapes names in ".html" only: anything else would print claims raw.
        let is_partial = name.starts_with('_') && path.extension() == Some(OsStr::new("html"));
        if !is_known && !is_partial {
            return Err(PagesError::OverridesNothing { path });
        }
        let source = std::fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
        found.push((name.to_owned(), source));
    }
    Ok(found)
}
