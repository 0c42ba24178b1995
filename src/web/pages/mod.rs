//! Pages: one typed context for each template, its samples, and the assets that pages name.
//!
//! Built-in templates are part of the program; a folder of templates with the same names overrides them. Every
//! template is checked when it is loaded, by rendering every sample of every page, so that a broken override fails
//! the start and not a sign-in.

pub mod assets;
mod claim;
mod contexts;
pub mod layout;
mod samples;

use std::path::{Path, PathBuf};

use tera::{Context, Kwargs, State, Tera, Value};

use crate::seal::{hex, sha256};
pub use claim::Claim;
pub use contexts::{
    Action, ApiLink, ApiResult, Fact, Frame, Home, News, Page, Problem, SessionRow, Sessions,
    SignOut, SignedOut, TokenDetails,
};
pub use samples::Sampled;

/// The built-in templates stand below this name, so that an override can begin with
/// `{% extends "builtin/home.html" %}`.
const BUILT_IN: &str = "builtin/";

macro_rules! built_in {
    ($($name:literal,)+) => { [$(($name, include_str!(concat!("../../../templates/", $name)))),+] };
}

const TEMPLATES: [(&str, &str); 10] = built_in![
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
const STYLE: &str = include_str!("../../../templates/assets/style.css");
const ICON: &str = include_str!("../../../templates/assets/icon.svg");

/// Characters of a text from outside that a page shows.
const LONGEST_TEXT: usize = 2_000;

/// A file that pages name. Its name holds a hash of its content.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The name in its address.
    pub name: String,
    /// The content type.
    pub content_type: &'static str,
    /// The content.
    pub text: String,
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, text: String) -> Self {
        let mut short = hex(&sha256(text.as_bytes()));
        short.truncate(16);
        Self {
            name: format!("{stem}-{short}.{extension}"),
            content_type,
            text,
        }
    }
}

/// Why pages cannot be loaded or rendered.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// The folder of overrides, or a file in it, cannot be read.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// A file in the folder overrides nothing.
    #[error(
        "{path} overrides nothing: it must have the name of a built-in file ({names}, style.css, icon.svg), or begin \
         with \"_\" and end in \".html\" to be included by another",
        path = .0.display(),
        names = TEMPLATES.map(|(name, _)| name).join(", ")
    )]
    Unknown(PathBuf),
    /// A template is wrong, or does not fit its context.
    #[error("{0}")]
    Template(#[from] tera::Error),
}

/// Templates and assets.
#[derive(Debug)]
pub struct Pages {
    tera: Tera,
    style: Asset,
    icon: Asset,
}

/// A sample of a page, rendered.
#[derive(Debug, Clone)]
pub struct RenderedSample {
    /// The template's name.
    pub template: &'static str,
    /// The sample's name.
    pub sample: &'static str,
    /// The page.
    pub html: String,
}

impl Pages {
    /// Loads the built-in templates and those of a folder that override them by name.
    ///
    /// # Errors
    /// Names the file, and for a template the line.
    pub fn load(overrides: Option<&Path>) -> Result<Self, PagesError> {
        let mut sources: Vec<(String, String)> = TEMPLATES
            .iter()
            .map(|(name, text)| (format!("{BUILT_IN}{name}"), (*text).to_owned()))
            .collect();
        let (mut style, mut icon) = (STYLE.to_owned(), ICON.to_owned());
        let mut prefixes = vec![BUILT_IN.to_owned()];
        if let Some(folder) = overrides {
            for (name, text) in read_folder(folder)? {
                match name.as_str() {
                    "style.css" => style = text,
                    "icon.svg" => icon = text,
                    // The path is part of the template's name: Tera's errors then say which file it is.
                    _ => sources.push((format!("{}/{name}", folder.display()), text)),
                }
            }
            prefixes.insert(0, format!("{}/", folder.display()));
        }
        let mut tera = Tera::default();
        tera.register_filter("safe", refuse_safe);
        tera.set_fallback_prefixes(prefixes)?;
        tera.add_raw_templates(sources)?;
        let style = Asset::new("style", "css", "text/css; charset=utf-8", style);
        let icon = Asset::new("icon", "svg", "image/svg+xml", icon);
        let pages = Self { tera, style, icon };
        pages.samples()?;
        Ok(pages)
    }

    /// Renders a page.
    ///
    /// # Errors
    /// When an overriding template asks for what its context does not have.
    pub fn render<P: Page>(&self, page: &P) -> Result<String, PagesError> {
        Ok(self
            .tera
            .render(P::TEMPLATE, &Context::from_serialize(page)?)?)
    }

    /// The asset of this name.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        [&self.style, &self.icon]
            .into_iter()
            .find(|asset| asset.name == name)
    }

    /// The names of style sheet and icon, for a [`Frame`].
    pub fn asset_names(&self) -> (String, String) {
        (self.style.name.clone(), self.icon.name.clone())
    }

    /// Every sample of every page: together they reach every branch of the templates.
    ///
    /// # Errors
    /// For the first template that does not fit its context.
    pub fn samples(&self) -> Result<Vec<RenderedSample>, PagesError> {
        let mut all = Vec::new();
        self.samples_of::<Home>(&mut all)?;
        self.samples_of::<TokenDetails>(&mut all)?;
        self.samples_of::<ApiResult>(&mut all)?;
        self.samples_of::<Problem>(&mut all)?;
        self.samples_of::<SignOut>(&mut all)?;
        self.samples_of::<SignedOut>(&mut all)?;
        self.samples_of::<Sessions>(&mut all)?;
        Ok(all)
    }

    fn samples_of<P: Sampled>(&self, all: &mut Vec<RenderedSample>) -> Result<(), PagesError> {
        for (sample, page) in P::samples(self.asset_names()) {
            all.push(RenderedSample {
                template: P::TEMPLATE,
                sample,
                html: self.render(&page)?,
            });
        }
        Ok(())
    }
}

/// A claim printed with `safe` would be markup of whoever chose the claim, so no template may use it.
fn refuse_safe(_: Value, _: Kwargs, _: &State) -> tera::TeraResult<Value> {
    Err(tera::Error::message(
        "the filter `safe` is not available: every value is escaped",
    ))
}

/// Reads the files that override something. Hidden files are not looked at: editors leave them.
fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, PagesError> {
    let unreadable = |path: &Path, cause| PagesError::Unreadable {
        path: path.display().to_string(),
        cause,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|cause| unreadable(folder, cause))? {
        let path = entry.map_err(|cause| unreadable(folder, cause))?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if name.starts_with('.') || path.is_dir() {
            continue;
        }
        let built_in = TEMPLATES.iter().any(|(known, _)| *known == name)
            || ["style.css", "icon.svg"].contains(&&*name);
        // Tera escapes what ends in `.html` and nothing else.
        let part = name.starts_with('_') && path.extension().is_some_and(|ending| ending == "html");
        if !built_in && !part {
            return Err(PagesError::Unknown(path));
        }
        found.push((
            name,
            std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, cause))?,
        ));
    }
    Ok(found)
}

/// A text from outside as a page may show it: of a sensible length, and without characters that make a reader see
/// something else than what is there. Those (control characters, and the direction overrides of UAX #9 §2.1–2.4)
/// become U+FFFD.
pub fn shown(text: &str) -> String {
    let visible = |letter: char| match letter {
        '\n' | '\t' => letter,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        other if other.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    let mut cut: String = text.chars().map(visible).take(LONGEST_TEXT).collect();
    if text.chars().nth(LONGEST_TEXT).is_some() {
        cut.push('…');
    }
    cut
}
