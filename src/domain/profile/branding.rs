//! How the pages of a profile look.

use crate::domain::profile::accent_shades::AccentShades;
use crate::domain::profile::own_templates::OwnTemplates;
use crate::domain::profile::picture::{Picture, PictureFile};

/// The colour of buttons and links by a word, with shades that were chosen by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Accent {
    /// Blue, the default.
    #[default]
    Blue,
    /// Teal.
    Teal,
    /// Green.
    Green,
    /// Purple.
    Purple,
    /// Red.
    Red,
    /// Orange.
    Orange,
    /// Grey.
    Grey,
}

impl Accent {
    /// Every accent.
    pub const ALL: [Self; 7] = [
        Self::Blue,
        Self::Teal,
        Self::Green,
        Self::Purple,
        Self::Red,
        Self::Orange,
        Self::Grey,
    ];

    /// The word in a profile file, also the style class.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Teal => "teal",
            Self::Green => "green",
            Self::Purple => "purple",
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Grey => "grey",
        }
    }

    /// Reads the word of a profile file.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|accent| accent.as_str() == text)
    }
}

/// How a profile's pages look.
#[derive(Debug, Clone, Default)]
pub struct Branding {
    /// The logo at the top of pages.
    pub logo: Option<Picture>,
    /// The logo on dark pages.
    pub logo_dark: Option<Picture>,
    /// The icon of the browser's tab.
    pub favicon: Option<Picture>,
    /// The colour of buttons and links.
    pub accent: Accent,
    /// The shades of a colour that takes the place of the accent.
    pub shades: Option<AccentShades>,
    /// Templates that take the place of ours.
    pub templates: Option<OwnTemplates>,
    /// The address or `mailto:` where people get help.
    pub support: Option<String>,
    /// The address of the page about the operator.
    pub imprint: Option<String>,
    /// The address of the page about privacy.
    pub privacy: Option<String>,
    /// The address of the terms of use.
    pub terms: Option<String>,
    /// A line at the top of every page.
    pub notice: Option<String>,
    /// Whether pages do not say who guards them.
    pub hides_gatehouse: bool,
    /// Whether pages show what developers need.
    pub developer_pages: bool,
}

impl Branding {
    /// The pictures that there are, each with what it is for.
    pub fn pictures(&self) -> impl Iterator<Item = (&'static str, &Picture)> {
        let all = [
            ("logo", &self.logo),
            ("logo-dark", &self.logo_dark),
            ("favicon", &self.favicon),
        ];
        all.into_iter()
            .filter_map(|(role, picture)| Some((role, picture.as_ref()?)))
    }

    /// The pictures that are files of the profile.
    pub fn picture_files(&self) -> impl Iterator<Item = (&'static str, &PictureFile)> {
        self.pictures().filter_map(|(role, picture)| match picture {
            Picture::File(file) => Some((role, file)),
            Picture::Address(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accent_is_read_by_its_word_and_no_other_word_is_one() {
        let words = Accent::ALL.map(Accent::as_str);
        let expected = ["blue", "teal", "green", "purple", "red", "orange", "grey"];
        assert_eq!(words, expected);
        assert_eq!(words.map(Accent::parse), Accent::ALL.map(Some));
        for word in ["", "Blue", "gray", "blue\" onload=\"x"] {
            assert_eq!(Accent::parse(word), None, "{word}");
        }
    }
}
