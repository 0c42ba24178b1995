//! How the pages of a profile look.

/// The colour of buttons and links. A fixed list, so that no style comes from a profile file.
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
    /// The address of a logo: https, or a path on the profile's own host.
    pub logo: Option<String>,
    /// The colour of buttons and links.
    pub accent: Accent,
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
