//! What every page has around its content.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::domain::language::{Language, Message};
use crate::domain::own_path::OwnPath;
use crate::domain::profile::CompiledPages;
use crate::domain::public_url::PublicUrl;

/// The frame of a page.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    /// The page's own title.
    pub title: String,
    /// The profile's title.
    pub profile_title: String,
    /// Who is signed in.
    pub account: Option<String>,
    /// Whether to offer sign-in when nobody is signed in.
    pub sign_in: bool,
    /// Our addresses at this profile.
    pub url: Urls,
    /// The word for the accent color.
    pub accent: &'static str,
    /// The address of the style sheet of the profile's own colour.
    pub accent_style: Option<String>,
    /// The profile's logo.
    pub logo: Option<String>,
    /// The logo on dark pages.
    pub logo_dark: Option<String>,
    /// The icon of the browser's tab.
    pub favicon: Option<String>,
    /// Where people get help.
    pub support: Option<String>,
    /// The addresses of imprint, privacy and terms.
    pub imprint: Option<String>,
    /// See `imprint`.
    pub privacy: Option<String>,
    /// See `imprint`.
    pub terms: Option<String>,
    /// A line at the top of every page.
    pub notice: Option<String>,
    /// Whether to say who guards the site.
    pub guarded: bool,
    /// Whether to show what developers need.
    pub developer: bool,
    /// After how many seconds the page is loaded again.
    pub reload: Option<u64>,
    /// Path and query of the page, to which the choice of a language leads back.
    pub here: String,
    /// The language of the texts, and those that can be chosen.
    pub language: PageLanguage,
    /// Pages of the profile's own templates.
    #[serde(skip)]
    pub own_pages: Option<CompiledPages>,
}

/// The language of a page as templates get it: `tag` and `direction`.
#[derive(Debug, Clone)]
pub struct PageLanguage(pub Language);

impl Serialize for PageLanguage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (language, current) = (&self.0, self.0.catalogue());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("tag", &language.tag())?;
        map.serialize_entry("direction", current.direction())?;
        map.end()
    }
}

/// File names of the style sheet and the icon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetNames {
    /// The style sheet.
    pub style: String,
    /// The icon.
    pub icon: String,
}

/// Our addresses as templates name them: `frame.url.sign_in`, one for each [`OwnPath`] without a parameter, and
/// `frame.url.style` and `frame.url.icon`.
#[derive(Debug, Clone)]
pub struct Urls {
    prefix: String,
    /// Before addresses that answer at `public_url` only: the prefix, or at a further host the whole `public_url`.
    main: String,
    assets: AssetNames,
}

impl Urls {
    /// The addresses below the path prefix of a profile.
    pub fn new(prefix: impl Into<String>, assets: AssetNames) -> Self {
        let prefix = prefix.into();
        let main = prefix.clone();
        Self {
            prefix,
            main,
            assets,
        }
    }

    /// The same at a further host of a profile whose `public_url` is `main`.
    #[must_use]
    pub fn at_further_host(self, main: &PublicUrl) -> Self {
        Self {
            main: main.to_string(),
            ..self
        }
    }

    /// The path of the home page.
    pub fn home(&self) -> String {
        OwnPath::Home.below(&self.prefix)
    }
}

impl Serialize for Urls {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for own in OwnPath::ALL.iter().filter(|own| !own.is_parameterized()) {
            let everywhere = own.is_at_every_host();
            let before = if everywhere { &self.prefix } else { &self.main };
            map.serialize_entry(own.key(), &own.below(before))?;
        }
        for (key, name) in [("style", &self.assets.style), ("icon", &self.assets.icon)] {
            map.serialize_entry(key, &OwnPath::Asset.named(&self.prefix, name))?;
        }
        map.end()
    }
}

/// The path prefix of the profile in samples.
pub(super) const SAMPLE_PREFIX: &str = "/staff";

/// The site and the language of samples.
#[derive(Debug, Clone)]
pub struct SampleSite {
    /// Style sheet and icon.
    pub assets: AssetNames,
    /// The language.
    pub language: Language,
    /// Whether its pages show what developers need.
    pub developer: bool,
}

impl SampleSite {
    /// The frame of a page that is shown to nobody in particular.
    pub(super) fn signed_out(&self, title: &'static str) -> Frame {
        Frame {
            title: self.language.text(&Message::new(title)),
            profile_title: "Contoso staff".to_owned(),
            account: None,
            sign_in: true,
            url: Urls::new(SAMPLE_PREFIX, self.assets.clone()),
            accent: "blue",
            accent_style: None,
            logo: None,
            logo_dark: None,
            favicon: None,
            support: Some("https://help.contoso.example/".to_owned()),
            imprint: None,
            privacy: None,
            terms: None,
            notice: None,
            guarded: true,
            developer: self.developer,
            reload: None,
            here: OwnPath::Home.below(SAMPLE_PREFIX),
            language: PageLanguage(self.language.clone()),
            own_pages: None,
        }
    }

    /// The frame of a page of a person who is signed in.
    pub(super) fn signed_in(&self, title: &'static str) -> Frame {
        Frame {
            account: Some("Ada Lovelace".to_owned()),
            logo: Some("/logo.svg".to_owned()),
            support: None,
            ..self.signed_out(title)
        }
    }

    /// The frame of a page of a public site, with everything that a profile can add.
    pub(super) fn public(&self, title: &'static str) -> Frame {
        let link = |page: &str| Some(format!("https://contoso.example/{page}"));
        Frame {
            accent_style: Some(OwnPath::Asset.named(SAMPLE_PREFIX, "accent-sample.css")),
            logo_dark: Some("/logo-dark.svg".to_owned()),
            favicon: Some("/favicon.ico".to_owned()),
            imprint: link("imprint"),
            privacy: link("privacy"),
            terms: link("terms"),
            support: link("help"),
            notice: Some("Maintenance on Sunday.".to_owned()),
            guarded: false,
            developer: false,
            ..self.signed_in(title)
        }
    }

    /// The text of a message.
    pub(super) fn text(&self, id: &'static str) -> String {
        self.language.say(id)
    }
}
