//! The colour of a profile, in the nearest shades that people can read on light and on dark pages.
//!
//! Hue and, as far as the screen has it, chroma stay; the lightness changes (Oklch), because equal steps of it look equal.

use std::fmt;

use palette::color_difference::Wcag21RelativeContrast as _;
use palette::convert::FromColorUnclamped as _;
use palette::{FromColor as _, LinSrgb, Oklch, Srgb};

/// The contrast of text with its ground (WCAG 2.2 §1.4.3). Links are text in the accent, so the 3:1 of borders and focus
/// (§1.4.11) is met with it.
pub const READABLE: f64 = 4.5;

/// Halvings of a distance in lightness or chroma: the rest is less than a step of eight bits.
const HALVINGS: usize = 12;

/// A colour of sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(Srgb<u8>);

impl Colour {
    const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self(Srgb::new(red, green, blue))
    }

    /// Reads `#rrggbb`, or `#rgb` as CSS does.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hexadecimal || !matches!(digits.len(), 3 | 6) {
            return None;
        }
        digits.parse().ok().map(Self)
    }

    /// The six digits, without `#`.
    pub fn digits(self) -> String {
        format!("{:x}", self.0)
    }

    /// WCAG 2.2, "contrast ratio": 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let exact = |colour: Self| colour.0.into_format::<f64>();
        exact(self).relative_contrast(exact(other))
    }

    fn oklch(self) -> Oklch<f64> {
        Oklch::from_color(self.0.into_format::<f64>().into_linear())
    }

    /// The same hue at another lightness (0 to 1), with as much of the chroma as sRGB has there.
    fn at_lightness(self, lightness: f64) -> Self {
        let own = self.oklch();
        let with = |chroma| {
            let shade = Oklch::new(lightness, chroma, own.hue);
            Srgb::from_linear(LinSrgb::from_color_unclamped(shade))
        };
        let (mut there, mut beyond) = (0.0, own.chroma);
        if is_in_srgb(with(beyond)) {
            there = beyond;
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(there, beyond);
            if is_in_srgb(with(middle)) {
                there = middle;
            } else {
                beyond = middle;
            }
        }
        Self(with(there).into_format())
    }

    /// This colour with so many hundredths of another.
    fn mixed(self, other: Self, hundredths: u16) -> Self {
        let mix = |one: u8, other: u8| {
            let sum = u16::from(one) * (100 - hundredths) + u16::from(other) * hundredths;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        let (one, other) = (self.0, other.0);
        Self::new(
            mix(one.red, other.red),
            mix(one.green, other.green),
            mix(one.blue, other.blue),
        )
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:x}", self.0)
    }
}

/// Whether a screen has the colour, but for errors of calculation.
fn is_in_srgb(colour: Srgb<f64>) -> bool {
    let channels = [colour.red, colour.green, colour.blue];
    channels
        .into_iter()
        .all(|it| (-0.0005..=1.0005).contains(&it))
}

/// What stands below and in the accent in one scheme, as `templates/assets/style.css` has it.
#[derive(Debug, Clone, Copy)]
pub struct Scheme {
    /// `--page`, `--surface` and `--inset`.
    pub grounds: [Colour; 3],
    /// `--text`.
    pub text: Colour,
    /// `--on-accent`: the text of a button in the accent.
    pub on_accent: Colour,
    surface: Colour,
    /// The lightness toward which shades are looked for: there every pair is readable.
    toward: f64,
    /// Hundredths of the accent in the soft ground.
    soft: u16,
}

const WHITE: Colour = Colour::new(0xff, 0xff, 0xff);
const NIGHT: Colour = Colour::new(0x17, 0x1a, 0x23);

impl Scheme {
    /// Light pages.
    pub const LIGHT: Self = Self {
        grounds: [
            Colour::new(0xf5, 0xf6, 0xfa),
            WHITE,
            Colour::new(0xf8, 0xf9, 0xfc),
        ],
        text: Colour::new(0x17, 0x1a, 0x24),
        on_accent: WHITE,
        surface: WHITE,
        toward: 0.0,
        soft: 10,
    };

    /// Dark pages.
    pub const DARK: Self = Self {
        grounds: [
            Colour::new(0x0f, 0x11, 0x18),
            NIGHT,
            Colour::new(0x12, 0x15, 0x1d),
        ],
        text: Colour::new(0xec, 0xee, 0xf5),
        on_accent: Colour::new(0x10, 0x12, 0x1a),
        surface: NIGHT,
        toward: 1.0,
        soft: 16,
    };
}

/// The colours of one scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shade {
    /// Buttons, links, focus.
    pub accent: Colour,
    /// The text on a button.
    pub on_accent: Colour,
    /// The ground of icons, in a breath of the accent.
    pub soft: Colour,
}

impl Shade {
    /// The nearest readable shade of a colour.
    fn of(written: Colour, scheme: &Scheme) -> Self {
        let as_written = Self::with(written, scheme);
        if as_written.is_readable(scheme) {
            return as_written;
        }
        let at = |lightness| Self::with(written.at_lightness(lightness), scheme);
        let (mut faint, mut readable) = (written.oklch().l, scheme.toward);
        let mut nearest = at(readable);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(faint, readable);
            let shade = at(middle);
            if shade.is_readable(scheme) {
                (readable, nearest) = (middle, shade);
            } else {
                faint = middle;
            }
        }
        nearest
    }

    fn with(accent: Colour, scheme: &Scheme) -> Self {
        Self {
            accent,
            on_accent: scheme.on_accent,
            soft: scheme.surface.mixed(accent, scheme.soft),
        }
    }

    /// Whether every pair that carries text has the contrast that it needs.
    pub fn is_readable(&self, scheme: &Scheme) -> bool {
        let near = [self.soft, self.on_accent];
        let mut grounds = scheme.grounds.iter().chain(&near);
        grounds.all(|ground| self.accent.contrast(*ground) >= READABLE)
            && scheme.text.contrast(self.soft) >= READABLE
    }
}

/// The shades of a colour that a profile names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccentShades {
    /// The colour in the profile.
    pub written: Colour,
    /// On light pages.
    pub light: Shade,
    /// On dark pages.
    pub dark: Shade,
}

impl AccentShades {
    /// The nearest shades of a colour with enough contrast. No colour has enough on both white and black pages.
    pub fn of(written: Colour) -> Self {
        Self {
            written,
            light: Shade::of(written, &Scheme::LIGHT),
            dark: Shade::of(written, &Scheme::DARK),
        }
    }

    /// Whether light pages have another colour than the written one.
    pub fn is_changed(&self) -> bool {
        self.light.accent != self.written
    }
}

impl fmt::Display for AccentShades {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (light, dark) = (self.light.accent, self.dark.accent);
        write!(f, "{light} on light pages and {dark} on dark pages")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_readable(written: Colour) {
        let shades = AccentShades::of(written);
        for (shade, scheme) in [(shades.light, Scheme::LIGHT), (shades.dark, Scheme::DARK)] {
            let near = [shade.soft, shade.on_accent];
            for ground in scheme.grounds.iter().chain(&near) {
                let ratio = shade.accent.contrast(*ground);
                assert!(
                    ratio >= READABLE,
                    "{written}: {shade:?} on {ground}: {ratio:.2}"
                );
            }
            assert!(
                scheme.text.contrast(shade.soft) >= READABLE,
                "{written}: {shade:?}"
            );
        }
    }

    /// The distance of two hues in degrees.
    fn turned(one: Colour, other: Colour) -> f64 {
        let hue = |colour: Colour| colour.oklch().hue.into_positive_degrees();
        let distance = (hue(one) - hue(other)).abs();
        distance.min(360.0 - distance)
    }

    proptest! {
        #[test]
        fn every_colour_becomes_readable_on_light_and_dark_pages(
            (red, green, blue) in any::<(u8, u8, u8)>()
        ) {
            assert_readable(Colour::new(red, green, blue));
        }

        #[test]
        fn a_readable_colour_stays_as_it_is((red, green, blue) in any::<(u8, u8, u8)>()) {
            let written = Colour::new(red, green, blue);
            let shades = AccentShades::of(written);
            for (shade, scheme) in [(shades.light, Scheme::LIGHT), (shades.dark, Scheme::DARK)] {
                let needs_none = Shade::with(written, &scheme).is_readable(&scheme);
                prop_assert_eq!(needs_none, shade.accent == written);
            }
        }

        #[test]
        fn a_changed_colour_is_no_further_than_it_must_be((red, green, blue) in any::<(u8, u8, u8)>()) {
            let written = Colour::new(red, green, blue);
            let light = AccentShades::of(written).light;
            // A little lighter is no longer readable: eight bits are a step of about 1/400.
            let lighter = written.at_lightness(light.accent.oklch().l + 0.012);
            let readable = Shade::with(lighter, &Scheme::LIGHT).is_readable(&Scheme::LIGHT);
            prop_assert!(light.accent == written || !readable, "{written}: {light:?}, {lighter}");
        }
    }

    #[test]
    fn black_white_and_the_corners_of_srgb_become_readable() {
        for red in [0, 255] {
            for green in [0, 255] {
                for blue in [0, 255] {
                    assert_readable(Colour::new(red, green, blue));
                }
            }
        }
    }

    #[test]
    fn a_brand_keeps_its_hue() {
        for text in [
            "#0a5fb4", "#e30613", "#ffd400", "#00a651", "#7b2d8e", "#ff6600",
        ] {
            let shades = AccentShades::of(Colour::parse(text).unwrap());
            for shade in [shades.light, shades.dark] {
                let turned = turned(shades.written, shade.accent);
                assert!(
                    turned < 4.0,
                    "{text}: {} is turned by {turned}",
                    shade.accent
                );
            }
        }
        let blue = AccentShades::of(Colour::parse("#0A5FB4").unwrap());
        assert_eq!(blue.light.accent.to_string(), "#0a5fb4");
        assert!(!blue.is_changed() && blue.dark.accent != blue.written);
        assert!(AccentShades::of(Colour::parse("#ffd400").unwrap()).is_changed());
    }

    #[test]
    fn the_contrast_is_that_of_wcag() {
        let black = Colour::new(0, 0, 0);
        assert!((black.contrast(WHITE) - 21.0).abs() < 0.001);
        // The example of WCAG's own technique G18 family: #767676 on white has 4.54.
        let grey = Colour::parse("#767676").unwrap();
        assert!((grey.contrast(WHITE) - 4.54).abs() < 0.005);
        assert_eq!(Colour::parse("#fa0"), Colour::parse("#FFAA00"));
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for text in [
            "",
            "#",
            "#ff",
            "3f51d1",
            "#3f51d",
            "#3f51d1a",
            "#+f51d1",
            "#ggg000",
            "# ff000",
            "#3f51d1ff",
        ] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }
}
