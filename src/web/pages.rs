//! Pages: one typed context for each template, its samples, and the assets that pages name.
//!
//! Built-in templates are part of the program; a folder of templates with the same names overrides them. Every
//! template is checked when it is loaded, so that a broken override fails the start and not a sign-in.

use std::path::Path;

use serde::Serialize;
use tera::{Context, Tera};

use crate::seal::{hex, sha256};

const TEMPLATES: [(&str, &str); 8] = [
    ("base.html", include_str!("../../templates/base.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("token_details.html", include_str!("../../templates/token_details.html")),
    ("api_result.html", include_str!("../../templates/api_result.html")),
    ("problem.html", include_str!("../../templates/problem.html")),
    ("sign_out.html", include_str!("../../templates/sign_out.html")),
    ("signed_out.html", include_str!("../../templates/signed_out.html")),
    ("sessions.html", include_str!("../../templates/sessions.html")),
];
const STYLE: &str = include_str!("../../templates/assets/style.css");
const ICON: &str = include_str!("../../templates/assets/icon.svg");

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
        Self { name: format!("{stem}-{short}.{extension}"), content_type, text }
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
    #[error("{0} overrides nothing; built-in templates are {names}", names = TEMPLATES.map(|(name, _)| name).join(", "))]
    Unknown(String),
    /// A template is wrong, or does not fit its context.
    #[error("{0}")]
    Template(#[from] tera::Error),
}

/// What every page has around its content.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    /// The page's own title.
    pub title: String,
    /// The profile's title.
    pub profile_title: String,
    /// Who is signed in.
    pub account: Option<String>,
    /// Whether to offer sign-in when nobody is.
    pub sign_in: bool,
    /// The profile's path prefix.
    pub base: String,
    /// The accent's word.
    pub accent: &'static str,
    /// The profile's logo.
    pub logo: Option<String>,
    /// Where people get help.
    pub support: Option<String>,
    /// The language of the texts.
    pub lang: &'static str,
    /// The name of the style sheet.
    pub style: String,
    /// The name of the icon.
    pub icon: String,
}

/// A page: a template and the context that it takes.
pub trait Page: Serialize {
    /// The template's name.
    const TEMPLATE: &'static str;
}

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident, $template:literal { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize)]
        pub struct $name {
            /// What stands around it.
            pub frame: Frame,
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        impl Page for $name {
            const TEMPLATE: &'static str = $template;
        }
    )+};
}

pages! {
    /// Home, signed in or not.
    Home, "home.html" {
        /// Whether somebody is signed in.
        signed_in: bool,
        /// Who.
        name: String,
        /// The APIs that can be called.
        apis: Vec<ApiLink>,
        /// Whether there is an edit-profile flow.
        edit_profile: bool,
        /// Whether there is a reset-password flow.
        reset_password: bool,
        /// The address to register, for a profile on loopback.
        redirect_uri: Option<String>,
    }
    /// The claims of the ID token.
    TokenDetails, "token_details.html" {
        /// Name and value of each.
        claims: Vec<Claim>,
    }
    /// The result of an API call.
    ApiResult, "api_result.html" {
        /// The API's title.
        api: String,
        /// The API's name.
        name: String,
        /// The address that was called.
        address: String,
        /// The status with its reason.
        status: String,
        /// Whether the status is a success.
        good: bool,
        /// The content type as sent.
        content_type: String,
        /// The body.
        text: String,
        /// Whether the body was cut.
        truncated: bool,
        /// Whether the body is no text.
        binary: bool,
        /// Bytes of the body.
        bytes: usize,
    }
    /// Something that did not work, and a way on.
    Problem, "problem.html" {
        /// The kind of problem in a few words.
        status: String,
        /// What happened.
        heading: String,
        /// What it means for the person.
        sentence: String,
        /// What to do about it.
        advice: String,
        /// Things by name, such as scopes.
        items: Vec<String>,
        /// Ways on, the first one preferred.
        actions: Vec<Action>,
        /// The request id and what a support team asks for.
        facts: Vec<Fact>,
    }
    /// Asks before signing out.
    SignOut, "sign_out.html" {
        /// The proof that the form came from here.
        csrf: String,
    }
    /// Says that the session ended.
    SignedOut, "signed_out.html" {
        /// What ended and what may not have.
        sentence: String,
    }
    /// The person's sessions.
    Sessions, "sessions.html" {
        /// Each of them.
        sessions: Vec<SessionRow>,
        /// Whether there are others than this one.
        others: bool,
        /// The proof that a form came from here.
        csrf: String,
    }
}

/// A link to an API.
#[derive(Debug, Clone, Serialize)]
pub struct ApiLink {
    /// Its name in the address.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its host.
    pub host: String,
}

/// One claim.
#[derive(Debug, Clone, Serialize)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Its value as text.
    pub value: String,
}

/// A way on.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// Where it leads: a local path.
    pub href: String,
    /// What it says.
    pub label: &'static str,
}

/// A detail for the support team.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// Its value.
    pub value: String,
}

/// One session of the list.
#[derive(Debug, Clone, Serialize)]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// The browser in a few words.
    pub browser: String,
    /// Whether it is this one.
    pub current: bool,
    /// When it began, for people.
    pub created: String,
    /// When it began, for machines.
    pub created_iso: String,
    /// When it was last used, for people.
    pub seen: String,
    /// When it was last used, for machines.
    pub seen_iso: String,
    /// When it ends, for people.
    pub expires: String,
    /// When it ends, for machines.
    pub expires_iso: String,
}

/// Templates and assets.
#[derive(Debug)]
pub struct Pages {
    tera: Tera,
    style: Asset,
    icon: Asset,
}

impl Pages {
    /// Loads the built-in templates and those of a folder that override them by name.
    ///
    /// # Errors
    /// Names the file, and for a template the line.
    pub fn load(overrides: Option<&Path>) -> Result<Self, PagesError> {
        let mut sources: Vec<(String, String)> =
            TEMPLATES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let (mut style, mut icon) = (STYLE.to_owned(), ICON.to_owned());
        for (name, text) in overrides.map(read_folder).transpose()?.unwrap_or_default() {
            match (name.as_str(), sources.iter_mut().find(|(built_in, _)| *built_in == name)) {
                (_, Some((_, built_in))) => *built_in = text,
                ("style.css", None) => style = text,
                ("icon.svg", None) => icon = text,
                _ => return Err(PagesError::Unknown(name)),
            }
        }
        let mut tera = Tera::default();
        tera.add_raw_templates(sources)?;
        Ok(Self {
            tera,
            style: Asset::new("style", "css", "text/css; charset=utf-8", style),
            icon: Asset::new("icon", "svg", "image/svg+xml", icon),
        })
    }

    /// Renders a page.
    ///
    /// # Errors
    /// When an overriding template asks for what its context does not have.
    pub fn render<P: Page>(&self, page: &P) -> Result<String, PagesError> {
        Ok(self.tera.render(P::TEMPLATE, &Context::from_serialize(page)?)?)
    }

    /// The asset of this name.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        [&self.style, &self.icon].into_iter().find(|asset| asset.name == name)
    }

    /// The names of style sheet and icon, for a [`Frame`].
    pub fn asset_names(&self) -> (String, String) {
        (self.style.name.clone(), self.icon.name.clone())
    }
}

fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, PagesError> {
    let unreadable = |path: &Path, cause| PagesError::Unreadable { path: path.display().to_string(), cause };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|cause| unreadable(folder, cause))? {
        let path = entry.map_err(|cause| unreadable(folder, cause))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_file() && !name.starts_with('.') {
            found.push((name, std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, cause))?));
        }
    }
    Ok(found)
}

/// A text from outside as a page may show it: of a sensible length, without what no reader can see.
pub fn shown(text: &str) -> String {
    let visible = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let mut cut: String = text.chars().filter(visible).take(LONGEST_TEXT).collect();
    if text.chars().count() > LONGEST_TEXT {
        cut.push('…');
    }
    cut
}
