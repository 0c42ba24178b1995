//! Output that cannot steer a terminal: control characters of people, files and authorities are written as escapes.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::config::report::rendering::Looks;

/// Writes text to a terminal or a pipe. Every control character except line feed and tab, and every character that
/// changes the direction of text, is written as `\u001b` and so on, which is also its escape in JSON. Colours pass if
/// they were asked for.
pub(in crate::command) struct Printable<'a> {
    to: &'a mut dyn Write,
    colours: bool,
}

impl<'a> Printable<'a> {
    pub(in crate::command) fn new(to: &'a mut dyn Write, looks: Looks) -> Self {
        let colours = matches!(looks, Looks::Terminal { color: true });
        Self { to, colours }
    }
}

impl Write for Printable<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let printed = printable(&text, self.colours);
        self.to.write_all(printed.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn printable(text: &str, colours: bool) -> String {
    let mut printed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(colour) = colour_at(rest).filter(|_| colours) {
            printed.push_str(colour);
            rest = rest.strip_prefix(colour).unwrap_or_default();
            continue;
        }
        if steers_a_terminal(letter) {
            // Writing to a String cannot fail.
            let _ = write!(printed, "\\u{:04x}", u32::from(letter));
        } else {
            printed.push(letter);
        }
        rest = rest.strip_prefix(letter).unwrap_or_default();
    }
    printed
}

/// C0 and C1 controls (ECMA-48), and the characters that embed, override or isolate a direction (Unicode UAX #9).
fn steers_a_terminal(letter: char) -> bool {
    let direction = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    direction || (letter.is_control() && letter != '\n' && letter != '\t')
}

/// The sequence of ECMA-48 §8.3.117 that begins here: a colour or a weight. It moves and hides nothing, except for
/// code 8, which is none of ours.
fn colour_at(text: &str) -> Option<&str> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let (codes, _) = parameters.split_once('m')?;
    let is_code = |code: &str| {
        let digits = code.len() <= 3 && code.bytes().all(|byte| byte.is_ascii_digit());
        digits && code != "8"
    };
    codes
        .split(';')
        .all(is_code)
        .then(|| text.get(..codes.len() + 3))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_written_as_an_escape() {
        let hostile = "ada\u{1b}]0;title\u{7}\u{9b}2J\r\u{202e}\u{7f}\u{1b}[2J\u{1b}[8m";
        for colours in [true, false] {
            assert_eq!(
                printable(hostile, colours),
                "ada\\u001b]0;title\\u0007\\u009b2J\\u000d\\u202e\\u007f\\u001b[2J\\u001b[8m"
            );
            assert_eq!(printable("a\tb\nZoë", colours), "a\tb\nZoë");
        }
    }

    #[test]
    fn colours_pass_only_where_they_were_asked_for() {
        let green = "\u{1b}[1;32m✓\u{1b}[0m";
        assert_eq!(printable(green, true), green);
        assert_eq!(printable(green, false), "\\u001b[1;32m✓\\u001b[0m");
    }

    #[test]
    fn an_escape_in_json_is_the_same_text_for_a_reader_of_json() {
        let json = serde_json::json!({ "person": "a\u{9b}2J\u{1b}\n" }).to_string();
        let printed = printable(&json, false);
        assert!(!printed.contains(char::is_control));
        let read: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(read["person"], "a\u{9b}2J\u{1b}\n");
    }
}
