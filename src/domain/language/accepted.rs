//! Which language a browser wants: `Accept-Language` (RFC 9110 §12.5.4), matched with the languages that there are.

pub use unic_langid::LanguageIdentifier as LanguageTag;

/// Ranges of one header that count. Browsers send fewer than ten.
const MOST_RANGES: usize = 32;

/// Bytes. BCP 47 asks for 35 at least; with variants a tag stays far below.
const LONGEST_TAG: usize = 64;

/// Reads a language tag (BCP 47), such as `de` or `zh-Hans`.
pub fn parse_tag(text: &str) -> Option<LanguageTag> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !plain || text.is_empty() || text.len() > LONGEST_TAG {
        return None;
    }
    let tag: LanguageTag = text.parse().ok()?;
    (!tag.language.is_empty()).then_some(tag)
}

/// The script in which people write a language, where a language has two that are not each other's fallback.
fn script(tag: &LanguageTag) -> Option<&str> {
    if let Some(script) = &tag.script {
        return Some(script.as_str());
    }
    let region = tag.region.map(|region| region.as_str().to_owned());
    match (tag.language.as_str(), region.as_deref()) {
        ("zh", Some("TW" | "HK" | "MO")) => Some("Hant"),
        ("zh", _) => Some("Hans"),
        ("sr", _) => Some("Cyrl"),
        _ => None,
    }
}

/// The place in `known` of the language that fits a wish best: the same region first, then none, then another one.
fn fitting(wish: &LanguageTag, known: &[LanguageTag]) -> Option<usize> {
    let fit = |tag: &LanguageTag| {
        let same = tag.language == wish.language && script(tag) == script(wish);
        same.then(|| match &tag.region {
            region if *region == wish.region => 0,
            None => 1,
            Some(_) => 2,
        })
    };
    let fits = known.iter().enumerate();
    fits.filter_map(|(place, tag)| Some((fit(tag)?, place)))
        .min()
        .map(|(_, place)| place)
}

/// The weight of a range in thousandths (RFC 9110 §12.4.2); `None` if it is not written right.
fn weight(parameter: Option<&str>) -> Option<u16> {
    let Some(parameter) = parameter else {
        return Some(1_000);
    };
    let (name, value) = parameter.trim().split_once('=')?;
    let value: f32 = value.trim().parse().ok()?;
    let in_range = name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&value);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is between 0 and 1000"
    )]
    in_range.then(|| (value * 1_000.0).round() as u16)
}

/// The place in `known` of the language that a browser wants most; `None` if it wants none of them, or anything.
pub fn accepted(header: &str, known: &[LanguageTag]) -> Option<usize> {
    let mut wishes = Vec::new();
    for range in header.split(',').take(MOST_RANGES) {
        let mut parts = range.splitn(2, ';');
        let text = parts.next().unwrap_or_default().trim();
        let (Some(weight), false) = (weight(parts.next()), text.is_empty()) else {
            continue;
        };
        if text == "*" {
            wishes.push((weight, None));
        } else if let Some(tag) = parse_tag(text) {
            wishes.push((weight, Some(tag)));
        }
    }
    let refused: Vec<usize> = wishes
        .iter()
        .filter(|(weight, _)| *weight == 0)
        .filter_map(|(_, tag)| fitting(tag.as_ref()?, known))
        .collect();
    wishes.retain(|(weight, _)| *weight > 0);
    // The sort is stable: of two equal weights the first counts.
    wishes.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    for (_, wish) in wishes {
        // "Any other" is what the profile prefers.
        let place = fitting(&wish?, known);
        if let Some(place) = place.filter(|place| !refused.contains(place)) {
            return Some(place);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(header: &str) -> Option<String> {
        let known: Vec<LanguageTag> = ["en", "de", "fr", "pt", "zh-Hans", "ar", "pt-BR"]
            .map(|tag| parse_tag(tag).unwrap())
            .to_vec();
        accepted(header, &known).map(|place| known[place].to_string())
    }

    #[test]
    fn the_heaviest_language_that_there_is_wins() {
        for (header, expected) in [
            ("de", Some("de")),
            ("de-AT,de;q=0.9,en;q=0.8", Some("de")),
            ("en;q=0.5, fr;q=0.9", Some("fr")),
            ("fr;q=0.5,de;q=0.5", Some("fr")),
            ("sv-SE,sv;q=0.9,ar-EG;q=0.3", Some("ar")),
            ("pt-BR", Some("pt-BR")),
            ("pt-PT", Some("pt")),
            ("pt", Some("pt")),
            ("DE-de", Some("de")),
            ("en;q=1.0,de", Some("en")),
            ("sv,*;q=0.5,de;q=0.1", None),
            ("sv", None),
            ("", None),
        ] {
            assert_eq!(choose(header).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn a_script_is_not_a_fallback_for_another() {
        for (header, expected) in [
            ("zh", Some("zh-Hans")),
            ("zh-CN", Some("zh-Hans")),
            ("zh-SG", Some("zh-Hans")),
            ("zh-Hans-HK", Some("zh-Hans")),
            ("zh-TW", None),
            ("zh-HK,en;q=0.1", Some("en")),
            ("zh-TW,zh;q=0.8,en-US;q=0.5", Some("zh-Hans")),
        ] {
            assert_eq!(choose(header).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn what_is_refused_or_written_wrong_does_not_count() {
        for (header, expected) in [
            ("de;q=0,en;q=0.5", Some("en")),
            ("de;q=0,de-AT", None),
            ("de;q=2,fr;q=0.1", Some("fr")),
            ("de;q=x,fr", Some("fr")),
            ("de;level=1,fr", Some("fr")),
            ("../../etc/passwd,fr", Some("fr")),
            ("<script>,fr", Some("fr")),
            ("de;q=NaN,fr;q=0.1", Some("fr")),
        ] {
            assert_eq!(choose(header).as_deref(), expected, "{header}");
        }
        assert_eq!(choose(&"xx,".repeat(100_000)), None);
        assert_eq!(choose(&format!("{}de", "xx,".repeat(40))), None);
    }
}
