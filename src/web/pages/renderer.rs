//! Loads and renders templates.
//!
//! Built-in templates are part of the program; a folder of templates with the same names overrides them, and a profile's own
//! folder overrides both. Every template is checked when it is loaded, by rendering every sample of every page, so that a
//! broken override fails the start and not a sign-in.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tera::{Kwargs, State, Tera, Value};

use crate::domain::language::LanguageOptions;
use crate::domain::profile::CompiledPages;
use crate::seal::sha256;
use crate::web::pages::account::ACCOUNT_PAGES;
use crate::web::pages::assets::Asset;
use crate::web::pages::filled_text::fill;
use crate::web::pages::layout::{AssetNames, SampleSite};
use crate::web::pages::outcome::OUTCOME_PAGES;
use crate::web::pages::page::{Page, PageGroup, context_of};

/// The built-in templates stand below this name, so that an override can begin with
/// `{% extends "builtin/home.html" %}`.
pub(super) const BUILT_IN: &str = "builtin/";

pub(super) const GROUPS: [PageGroup; 2] = [ACCOUNT_PAGES, OUTCOME_PAGES];

macro_rules! built_in {
    ($($name:literal,)+) => { [$(($name, include_str!(concat!("../../../templates/", $name)))),+] };
}

/// Templates that the templates of pages extend or include.
const PARTS: [(&str, &str); 4] =
    built_in!["_gate.html", "_icon.html", "_sessions.html", "base.html",];

const STYLE_FILE: &str = "style.css";
const STYLE: &str = include_str!("../../../templates/assets/style.css");
const ICON_FILE: &str = "icon.svg";
const ICON: &str = include_str!("../../../templates/assets/icon.svg");

/// Names and texts of the built-in templates.
pub(super) fn templates() -> impl Iterator<Item = (&'static str, &'static str)> {
    let pages = GROUPS.iter().flat_map(|group| group.templates);
    PARTS.iter().chain(pages).copied()
}

pub(super) fn template_names() -> String {
    let mut names: Vec<&str> = templates().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.join(", ")
}

/// Whether a file of this name overrides something, or can be included by one that does.
pub(super) fn overrides_something(name: &str) -> bool {
    let built_in = templates().any(|(known, _)| known == name);
    let part = name.starts_with('_') && Path::new(name).extension() == Some("html".as_ref());
    built_in || part || [STYLE_FILE, ICON_FILE].contains(&name)
}

/// Files that take the place of built-in ones by name.
#[derive(Debug, Clone)]
pub(super) struct Overrides {
    /// What Tera's errors have before the names of templates: the folder and a slash.
    pub(super) prefix: String,
    /// Names and texts.
    pub(super) files: Vec<(String, String)>,
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
        names = template_names()
    )]
    Unknown(PathBuf),
    /// A template is wrong, or does not fit its context.
    #[error("{0}")]
    Template(#[from] tera::Error),
}

/// Templates and assets.
#[derive(Debug)]
pub struct Pages {
    pub(super) tera: Tera,
    style: Asset,
    icon: Asset,
    unbranded_policy: String,
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
        let shared = overrides.map(read_folder).transpose()?;
        let pages = Self::unjudged(shared.as_slice())?;
        pages.samples()?;
        Ok(pages)
    }

    /// The same with these overrides, the ones that count most first, before any sample is rendered.
    pub(super) fn unjudged(layers: &[Overrides]) -> tera::TeraResult<Self> {
        let mut sources: Vec<(String, &str)> = templates()
            .map(|(name, text)| (format!("{BUILT_IN}{name}"), text))
            .collect();
        let (mut style, mut icon) = (STYLE, ICON);
        let mut prefixes: Vec<String> = layers.iter().map(|it| it.prefix.clone()).collect();
        prefixes.push(BUILT_IN.to_owned());
        for layer in layers.iter().rev() {
            for (name, text) in &layer.files {
                match name.as_str() {
                    STYLE_FILE => style = text,
                    ICON_FILE => icon = text,
                    // The path is part of the template's name: Tera's errors then say which file it is.
                    _ => sources.push((format!("{}{name}", layer.prefix), text)),
                }
            }
        }
        let mut tera = Tera::default();
        // Whatever a file is called.
        tera.autoescape_on([""]);
        tera.register_filter("safe", refuse_safe);
        tera.register_function("fill", fill);
        tera.register_function("inline_style", inline_style);
        tera.set_fallback_prefixes(prefixes)?;
        tera.add_raw_templates(sources)?;
        Ok(Self {
            tera,
            style: Asset::style(style.to_owned()),
            icon: Asset::icon(icon.to_owned()),
            unbranded_policy: unbranded_policy(),
        })
    }

    /// The content security policy of a page that holds its own style and nothing else.
    pub fn unbranded_policy(&self) -> &str {
        &self.unbranded_policy
    }

    /// Renders a page, with the profile's own templates if it has some. What they cannot render, ours do: a sample can lack
    /// what a person's page has.
    ///
    /// # Errors
    /// When an overriding template asks for what its context does not have.
    pub fn render<P: Page>(&self, page: &P) -> Result<String, PagesError> {
        let context = context_of(page)?;
        let own = page.frame().own_pages.as_ref();
        if let Some(own) = own.and_then(CompiledPages::get::<Self>) {
            match own.tera.render(P::TEMPLATE, &context) {
                Ok(html) => return Ok(html),
                Err(error) => {
                    tracing::error!(template = P::TEMPLATE, error = %error, "a profile's own template could not be rendered");
                }
            }
        }
        Ok(self.tera.render(P::TEMPLATE, &context)?)
    }

    /// The asset of this file name.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        [&self.style, &self.icon]
            .into_iter()
            .find(|asset| asset.name == name)
    }

    /// The file names of the style sheet and the icon.
    pub fn asset_names(&self) -> AssetNames {
        AssetNames {
            style: self.style.name.clone(),
            icon: self.icon.name.clone(),
        }
    }

    /// Every sample of every page: together they reach every branch of the templates.
    ///
    /// # Errors
    /// For the first template that does not fit its context.
    pub fn samples(&self) -> Result<Vec<RenderedSample>, PagesError> {
        self.samples_in("en")
    }

    /// The site of samples, in a language.
    pub fn sample_site(&self, tag: &str) -> SampleSite {
        SampleSite {
            assets: self.asset_names(),
            language: LanguageOptions::default().choose(Some(tag), None),
            developer: true,
        }
    }

    /// The same samples in another language.
    ///
    /// # Errors
    /// For the first template that does not fit its context.
    pub fn samples_in(&self, tag: &str) -> Result<Vec<RenderedSample>, PagesError> {
        self.samples_of_site(&self.sample_site(tag))
    }

    /// The same samples as a site shows them whose profile has no developer pages.
    ///
    /// # Errors
    /// For the first template that does not fit its context.
    pub fn public_samples_in(&self, tag: &str) -> Result<Vec<RenderedSample>, PagesError> {
        let site = SampleSite {
            developer: false,
            ..self.sample_site(tag)
        };
        self.samples_of_site(&site)
    }

    fn samples_of_site(&self, site: &SampleSite) -> Result<Vec<RenderedSample>, PagesError> {
        let mut all = Vec::new();
        for group in GROUPS {
            for sample in (group.samples)(site)? {
                all.push(RenderedSample {
                    template: sample.template,
                    sample: sample.name,
                    html: self.tera.render(sample.template, &sample.context)?,
                });
            }
        }
        Ok(all)
    }
}

/// The built-in style sheet within the page, for addresses that have no other file.
fn inline_style(_: Kwargs, _: &State) -> Value {
    Value::safe_string(&format!("<style>{STYLE}</style>"))
}

/// CSP 3 §2.3.1: the style is allowed by its hash.
fn unbranded_policy() -> String {
    let hash = BASE64.encode(sha256(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'none'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// A claim printed with `safe` would be markup of whoever chose the claim, so no template may use the filter.
fn refuse_safe(_: Value, _: Kwargs, _: &State) -> tera::TeraResult<Value> {
    Err(tera::Error::message(
        "the filter `safe` is not available: every value is escaped",
    ))
}

/// Reads the files that override something. Hidden files are skipped: editors leave them.
pub(super) fn read_folder(folder: &Path) -> Result<Overrides, PagesError> {
    let unreadable = |path: &Path, cause| PagesError::Unreadable {
        path: path.display().to_string(),
        cause,
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|cause| unreadable(folder, cause))? {
        let path = entry.map_err(|cause| unreadable(folder, cause))?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if name.starts_with('.') || path.is_dir() {
            continue;
        }
        if !overrides_something(&name) {
            return Err(PagesError::Unknown(path));
        }
        found.push((
            name,
            std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, cause))?,
        ));
    }
    Ok(Overrides {
        prefix: format!("{}/", folder.display()),
        files: found,
    })
}
