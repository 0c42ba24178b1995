//! The stylesheet: readable in every accent, light and dark, and self-contained.

use std::collections::HashMap;

use gatehouse::domain::profile::{Accent, Colour, Scheme};

const STYLESHEET: &str = include_str!("../../templates/assets/style.css");

type Colours = HashMap<String, [f64; 3]>;

fn colours(declarations: &str) -> Colours {
    let pairs = declarations
        .split(';')
        .filter_map(|declaration| declaration.split_once(':'));
    pairs
        .filter_map(|(name, value)| {
            let digits = value
                .trim()
                .strip_prefix('#')
                .filter(|digits| digits.len() == 6)?;
            let channel =
                |at: usize| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
            Some((
                name.trim().trim_start_matches("--").to_owned(),
                [channel(0), channel(2), channel(4)],
            ))
        })
        .collect()
}

fn block<'a>(css: &'a str, selector: &str) -> &'a str {
    let start = css
        .find(&format!("{selector} {{"))
        .unwrap_or_else(|| panic!("{selector}"));
    let body = &css[start + selector.len() + 2..];
    &body[..body.find('}').unwrap()]
}

/// WCAG 2.2, "relative luminance" and "contrast ratio".
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let linear = colour.map(|c| {
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_has_a_contrast_of_at_least_four_and_a_half_to_one() {
    let (light, rest) = STYLESHEET
        .split_once("@media (prefers-color-scheme: dark) {\n")
        .unwrap();
    let (dark, _) = rest.split_once("\n}\n").unwrap();
    for (scheme, css) in [("light", light), ("dark", dark)] {
        for accent in Accent::ALL {
            let mut all = colours(block(css, ":root"));
            all.extend(colours(block(css, &format!(".accent-{}", accent.as_str()))));
            for (text, ground) in [
                ("text", "page"),
                ("text", "surface"),
                ("text", "inset"),
                ("muted", "page"),
                ("muted", "surface"),
                ("muted", "inset"),
                ("accent", "page"),
                ("accent", "surface"),
                ("accent", "inset"),
                ("accent", "soft"),
                ("on-accent", "accent"),
                ("good", "good-soft"),
                ("caution", "caution-soft"),
                ("bad", "bad-soft"),
                ("text", "good-soft"),
                ("text", "caution-soft"),
                ("text", "bad-soft"),
                ("text", "soft"),
            ] {
                let ratio = contrast(all[text], all[ground]);
                assert!(
                    ratio >= 4.5,
                    "{scheme} {}: {text} on {ground} has {ratio:.2}",
                    accent.as_str()
                );
            }
        }
    }
}

/// The shades of a profile's own colour are looked for against these grounds.
#[test]
fn the_grounds_of_an_own_colour_are_those_of_the_stylesheet() {
    let (light, rest) = STYLESHEET
        .split_once("@media (prefers-color-scheme: dark) {\n")
        .unwrap();
    for (css, scheme) in [(light, Scheme::LIGHT), (rest, Scheme::DARK)] {
        let root = block(css, ":root");
        let value = |name: &str| {
            let (_, after) = root.split_once(&format!("--{name}: ")).unwrap();
            Colour::parse(after.split(';').next().unwrap()).unwrap()
        };
        assert_eq!(scheme.grounds, ["page", "surface", "inset"].map(value));
        assert_eq!(
            (scheme.text, scheme.on_accent),
            (value("text"), value("on-accent"))
        );
    }
}

#[test]
fn the_stylesheet_loads_nothing() {
    for forbidden in ["url(", "@import", "@font-face", "expression(", "http"] {
        assert!(!STYLESHEET.contains(forbidden), "{forbidden}");
    }
}
