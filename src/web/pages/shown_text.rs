//! Texts from outside, made fit to be shown.

/// Characters of a text from outside that a page shows.
const LONGEST_TEXT: usize = 2_000;

/// A text of a sensible length, without characters that make a reader see something else than what is there. Those
/// (control characters, and the direction overrides of UAX #9 §2.1–2.4) become U+FFFD.
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
