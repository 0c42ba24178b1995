//! Single values of a profile: texts without placeholders, words of a list, durations.

use std::time::Duration;

use crate::config::longest_duration::{LONGEST_DURATION, LONGEST_DURATION_TEXT};
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::report::nearest::nearest;
use crate::config::report::placeholder::placeholder_in;
use crate::config::toml_document::spanned::{Spanned, Text, Texts};

/// The message for a placeholder. For secrets the value is not repeated.
pub(super) const PLACEHOLDER: &str = "is still the placeholder of a template";

impl ProfileReader<'_, '_> {
    /// A text that is not empty, holds no control characters and no placeholder.
    pub(super) fn text<'w>(&mut self, key: &str, text: &'w Text) -> Option<&'w Spanned<String>> {
        let written = text.as_ref()?;
        self.is_usable(
            key,
            written,
            "the value that your authority shows for this key",
        )
        .then_some(written)
    }

    /// A text for people: brackets in it are not a placeholder.
    pub(super) fn free_text(&mut self, key: &str, text: &Text, longest: usize) -> Option<String> {
        let written = text.as_ref()?;
        let value = written.get();
        let length = value.chars().count();
        let fits = !value.trim().is_empty() && length <= longest;
        if fits && !value.chars().any(char::is_control) {
            return Some(value.clone());
        }
        self.problems.error(
            key,
            &written.span(),
            "is empty, too long or contains control characters",
            format!("one line of at most {longest} characters, or leave the key out"),
        );
        None
    }

    /// Whether a text can be used. If not, the reason is reported.
    pub(super) fn is_usable(&mut self, key: &str, written: &Spanned<String>, right: &str) -> bool {
        let (value, span) = (written.get(), written.span());
        if value.trim().is_empty() {
            self.problems.error(key, &span, "is empty", right);
        } else if let Some(placeholder) = placeholder_in(value) {
            let what = format!("{PLACEHOLDER}: {placeholder:?}");
            self.problems.error(key, &span, what, right);
        } else if value.chars().any(char::is_control) {
            self.problems
                .error(key, &span, "contains control characters", right);
        } else {
            return true;
        }
        false
    }

    /// A word of a fixed list.
    pub(super) fn word<T>(
        &mut self,
        key: &str,
        text: &Text,
        known: &[&'static str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let written = text.as_ref()?;
        let parsed = parse(written.get());
        if parsed.is_none() {
            self.unknown_word(key, written, known);
        }
        parsed
    }

    /// Words of a fixed list, each at most once.
    pub(super) fn words<T: PartialEq>(
        &mut self,
        key: &str,
        texts: &Texts,
        known: &[&'static str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let mut words = Vec::new();
        for written in texts.iter().flatten() {
            match parse(written.get()) {
                Some(word) if words.contains(&word) => {
                    let span = written.span();
                    self.problems
                        .error(key, &span, "has the same word twice", "each word once");
                }
                Some(word) => words.push(word),
                None => self.unknown_word(key, written, known),
            }
        }
        words
    }

    fn unknown_word(&mut self, key: &str, written: &Spanned<String>, known: &[&'static str]) {
        let all = known.join(", ");
        let right = match nearest(written.get(), known.iter().copied()) {
            Some(meant) => format!("did you mean {meant:?}? Known: {all}"),
            None => format!("one of {all}"),
        };
        let what = match placeholder_in(written.get()) {
            Some(placeholder) => format!("{PLACEHOLDER}: {placeholder:?}"),
            None => format!("{:?} is not a known value", shortened(written.get())),
        };
        self.problems.error(key, &written.span(), what, right);
    }

    /// A list of texts, each usable.
    pub(super) fn texts(&mut self, key: &str, texts: &Texts) -> Vec<Spanned<String>> {
        let mut usable = Vec::new();
        for written in texts.iter().flatten() {
            if self.is_usable(key, written, "a value in each item, or leave the item out") {
                usable.push(written.clone());
            }
        }
        usable
    }

    /// A duration with its unit.
    pub(super) fn duration(&mut self, key: &str, text: &Text, example: &str) -> Option<Duration> {
        let written = text.as_ref()?;
        let parsed = humantime::parse_duration(written.get()).ok();
        if parsed.is_some_and(|duration| duration > LONGEST_DURATION) {
            let right = format!("at most \"{LONGEST_DURATION_TEXT}\"");
            self.problems
                .error(key, &written.span(), "is too long", right);
            return None;
        }
        if parsed.is_none() {
            let what = format!("{:?} is not a duration", shortened(written.get()));
            let right = format!("a number with a unit, such as {example:?}; units: s, m, h, d");
            self.problems.error(key, &written.span(), what, right);
        }
        parsed
    }
}

/// A value for a report, shortened to one line. The caller escapes it.
pub(super) fn shortened(value: &str) -> String {
    if value.chars().count() <= 80 {
        return value.to_owned();
    }
    value.chars().take(79).chain(['…']).collect()
}
