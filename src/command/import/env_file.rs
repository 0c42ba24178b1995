//! A `.env` file as python-dotenv reads it: `KEY=VALUE`, quotes, comments, `export`, `${KEY}` of a line above.
//!
//! Every value may be a secret, so no error repeats a value.

use std::collections::BTreeMap;

/// Bytes of a value once its references are filled in. Without a limit, thirty lines that each double the line above
/// would fill the memory.
const LONGEST_VALUE: usize = 64 * 1024;

/// The variables of a file. If a key occurs twice, the last value counts, as in python-dotenv.
pub(in crate::command) fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut variables = BTreeMap::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (key, rest) = line
            .split_once('=')
            .ok_or_else(|| format!("line {} is not KEY=VALUE", at + 1))?;
        let key = key.trim();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
        if key.is_empty() || !key.bytes().all(allowed) {
            return Err(format!("line {} has no variable name before =", at + 1));
        }
        let value = value(rest.trim())
            .ok_or_else(|| format!("line {}: the quotes of {key} are not closed", at + 1))?;
        let value = filled(&value, &variables)
            .ok_or_else(|| format!("line {}: the value of {key} is too long", at + 1))?;
        variables.insert(key.to_owned(), value);
    }
    Ok(variables)
}

/// Replaces `${KEY}` and `${KEY:-default}` with the values of the lines above. A reference to a variable that is not set
/// is kept: it may be part of a secret, and other values are reported where they are used. `None` for a value that is
/// longer than [`LONGEST_VALUE`].
fn filled(value: &str, above: &BTreeMap<String, String>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = value;
    while let Some((before, reference)) = rest.split_once("${") {
        let Some((inner, after)) = reference.split_once('}') else {
            break;
        };
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        filled.push_str(before);
        match above.get(name).map(String::as_str).or(default) {
            Some(known) => filled.push_str(known),
            None => filled.extend(["${", inner, "}"]),
        }
        if filled.len() > LONGEST_VALUE {
            return None;
        }
        rest = after;
    }
    filled.push_str(rest);
    (filled.len() <= LONGEST_VALUE).then_some(filled)
}

/// The first `${KEY}` of a value that no line above sets.
pub(in crate::command) fn unset(value: &str) -> Option<&str> {
    let (_, reference) = value.split_once("${")?;
    let (name, _) = reference.split_once('}')?;
    Some(name)
}

/// A value without its quotes and without the comment behind it.
fn value(text: &str) -> Option<String> {
    match text.chars().next() {
        Some('\'') => {
            let (inner, after) = text.get(1..)?.split_once('\'')?;
            ends_here(after).then(|| inner.to_owned())
        }
        Some('"') => double_quoted(text.get(1..)?),
        _ => {
            // # begins a comment only after white space: secrets may contain it.
            let end = text
                .char_indices()
                .find(|(at, letter)| {
                    let before = text.get(..*at).and_then(|head| head.chars().next_back());
                    *letter == '#' && before.is_none_or(char::is_whitespace)
                })
                .map_or(text.len(), |(at, _)| at);
            text.get(..end).map(|value| value.trim_end().to_owned())
        }
    }
}

fn double_quoted(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return ends_here(letters.as_str()).then_some(value),
            '\\' => match letters.next()? {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                escaped @ ('"' | '\\' | '\'') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            letter => value.push(letter),
        }
    }
}

/// Whether only a comment follows.
fn ends_here(after: &str) -> bool {
    let after = after.trim_start();
    after.is_empty() || after.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_comments_export_and_a_sharp_inside_a_secret_are_read_as_python_reads_them() {
        let variables = parse(
            "\u{feff}# comment\nA=plain\nexport B = 'single # quoted'\nC=\"double \\\"q\\\"\" # c\n\nD=se#cret~x # c\nE=\nA=last\n",
        )
        .unwrap();
        for (key, value) in [
            ("A", "last"),
            ("B", "single # quoted"),
            ("C", "double \"q\""),
            ("D", "se#cret~x"),
            ("E", ""),
        ] {
            assert_eq!(variables.get(key).map(String::as_str), Some(value), "{key}");
        }
    }

    #[test]
    fn references_to_lines_above_are_filled_in_and_others_stay() {
        let variables = parse(
            "LATE=${BASE}/x\nBASE=http://localhost:5000\nA=${BASE}/redirect\nB=${NOWHERE:-b}${BASE\nC='${NOWHERE}'\n",
        )
        .unwrap();
        for (key, value) in [
            ("LATE", "${BASE}/x"),
            ("A", "http://localhost:5000/redirect"),
            ("B", "b${BASE"),
            ("C", "${NOWHERE}"),
        ] {
            assert_eq!(variables.get(key).map(String::as_str), Some(value), "{key}");
        }
        assert_eq!(unset(&variables["LATE"]), Some("BASE"));
        assert_eq!(unset("a$b{c}"), None);
    }

    #[test]
    fn a_fault_names_the_line_and_never_the_value() {
        for (text, line) in [
            ("A=1\nhunter2\n", "line 2"),
            ("A=\"hunter2\n", "line 1"),
            ("A='hunter2' tail\n", "line 1"),
            ("a b=hunter2\n", "line 1"),
        ] {
            let fault = parse(text).unwrap_err();
            assert!(
                fault.contains(line) && !fault.contains("hunter2"),
                "{fault}"
            );
        }
    }

    #[test]
    fn lines_that_double_the_line_above_do_not_fill_the_memory() {
        let lines = (1..64).map(|line| format!("A{line}=${{A{0}}}${{A{0}}}\n", line - 1));
        let fault = parse(&format!("A0=hunter2\n{}", lines.collect::<String>())).unwrap_err();
        assert_eq!(fault, "line 15: the value of A14 is too long");
        assert!(parse(&format!("A={}", "x".repeat(LONGEST_VALUE))).is_ok());
        assert!(parse(&format!("A={}", "x".repeat(LONGEST_VALUE + 1))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_plain_names_with_bounded_values_or_the_line_of_its_fault(
            lines in proptest::collection::vec(
                "(export )?[A-C. ]{0,2}=?(\\$\\{[A-C]\\}|\\$\\{|\\}|:-|\"|'|\\\\|#| |x|\\PC){0,8}|\\PC{0,20}", 0..12,
            ),
        ) {
            match parse(&lines.join("\n")) {
                Ok(variables) => for (name, value) in &variables {
                    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
                    proptest::prop_assert!(!name.is_empty() && name.bytes().all(plain));
                    proptest::prop_assert!(value.len() <= LONGEST_VALUE);
                    let _ = unset(value);
                },
                Err(fault) => proptest::prop_assert!(fault.starts_with("line "), "{}", fault),
            }
        }

        #[test]
        fn a_fault_never_repeats_the_secret_of_its_line(before in "[ -~]{0,12}", after in "[ -~]{0,12}") {
            let text = format!("A=1\n{before}x7Kq-do-not-show-9Zp{after}\n");
            if let Err(fault) = parse(&text) {
                proptest::prop_assert!(!fault.contains("do-not-show"), "{}", fault);
            }
        }
    }
}
