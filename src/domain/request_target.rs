//! The canonical request: what a request asks for, read once, in the only way that gatehouse and an upstream agree on.
//!
//! Rules, routing and logs use the canonical form; the upstream gets the bytes as sent. A target that two readers could
//! understand differently is refused and never repaired.

use std::borrow::Cow;

/// Why a request target is refused (400).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetRefusal {
    /// The path does not begin with exactly one slash.
    #[error("the path does not begin with exactly one slash")]
    NoPath,
    /// A byte that RFC 3986 §3.3 does not allow: a control, a blank, a backslash, `#`, or anything beyond ASCII.
    #[error("the path holds a byte that must be percent-encoded")]
    RawByte,
    /// `%` without two hexadecimal digits (RFC 3986 §2.1).
    #[error("the path holds a broken percent-encoding")]
    BrokenEncoding,
    /// A slash or backslash that is percent-encoded: one reader splits there, another does not.
    #[error("the path holds an encoded slash or backslash")]
    EncodedSlash,
    /// NUL or another control character, percent-encoded.
    #[error("the path holds an encoded control character")]
    EncodedControl,
    /// A percent sign that is encoded and begins another encoding, such as `%252e`.
    #[error("the path is encoded twice")]
    DoubleEncoding,
    /// Percent-encoded bytes that are not UTF-8, overlong forms included.
    #[error("the path is not UTF-8 once it is decoded")]
    NotUtf8,
    /// `.` or `..` as a segment, in any spelling, also before a path parameter (`..;x`).
    #[error("the path holds a dot segment")]
    DotSegment,
    /// Two readings of the path lead to different rules.
    #[error("the path can be read in two ways that lead to different rules")]
    Ambiguous,
}

/// A path in canonical form: unreserved characters are decoded, all other encodings are upper-case (RFC 3986 §6.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalPath<'a>(Cow<'a, str>);

impl<'a> CanonicalPath<'a> {
    /// Reads the path of a request line, without its query.
    ///
    /// # Errors
    /// Every variant of [`TargetRefusal`] but `Ambiguous`.
    pub fn parse(raw: &'a str) -> Result<Self, TargetRefusal> {
        if !raw.starts_with('/') || raw.starts_with("//") {
            return Err(TargetRefusal::NoPath);
        }
        if raw.bytes().any(|byte| !is_path_byte(byte)) {
            return Err(TargetRefusal::RawByte);
        }
        let path = if raw.contains('%') {
            Cow::Owned(decode_unreserved(raw)?)
        } else {
            Cow::Borrowed(raw)
        };
        if path.split('/').any(is_dot_segment) {
            return Err(TargetRefusal::DotSegment);
        }
        Ok(Self(path))
    }

    /// The path; it begins with one slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Asks `rule_for` under every reading that an upstream may have, and answers only if all of them agree.
    ///
    /// Some upstreams ignore case, path parameters (`/admin;x`) or doubled slashes. Prefixes of rules are compared
    /// with the path as it is and with the path after folding all three; rules must not differ in these only.
    ///
    /// # Errors
    /// `Ambiguous` when the readings lead to different rules.
    pub fn agreed<T: PartialEq>(&self, rule_for: impl Fn(&str) -> T) -> Result<T, TargetRefusal> {
        let rule = rule_for(&self.0);
        match self.folded() {
            Some(folded) if rule_for(&folded) != rule => Err(TargetRefusal::Ambiguous),
            _ => Ok(rule),
        }
    }

    /// The path in lower case, without path parameters and doubled slashes; `None` when that changes nothing.
    fn folded(&self) -> Option<String> {
        let path = &*self.0;
        let plain = !path.contains(';')
            && !path.contains("%3B")
            && !path.contains("//")
            && !path.bytes().any(|byte| byte.is_ascii_uppercase());
        if plain {
            return None;
        }
        let mut folded = String::with_capacity(path.len());
        for segment in path.split('/').map(without_parameters) {
            if !segment.is_empty() {
                folded.push('/');
                folded.push_str(&segment.to_ascii_lowercase());
            }
        }
        if path.ends_with('/') || folded.is_empty() {
            folded.push('/');
        }
        Some(folded)
    }
}

/// Whether `path` lies below `prefix`, at the border of a segment: `/app` covers `/app` and `/app/x`, never `/apple`.
pub fn is_below(path: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTarget<'a> {
    /// The method as sent; methods are case-sensitive (RFC 9110 §9.1).
    pub method: &'a str,
    /// Whether the person's side speaks https.
    pub https: bool,
    /// Host and port as sent, one value that names no user.
    pub host: &'a str,
    /// The path that rules are judged by.
    pub path: CanonicalPath<'a>,
    /// Path and query as sent: what the upstream gets.
    pub path_and_query: &'a str,
}

impl<'a> RequestTarget<'a> {
    /// Reads a target in origin form (RFC 9112 §3.2.1) for a host that was found unambiguous.
    ///
    /// # Errors
    /// As [`CanonicalPath::parse`]; `RawByte` also for a fragment or a control character in the query.
    pub fn parse(
        method: &'a str,
        https: bool,
        host: &'a str,
        path_and_query: &'a str,
    ) -> Result<Self, TargetRefusal> {
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, query),
            None => (path_and_query, ""),
        };
        let printable = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
        if !query.bytes().all(printable) {
            return Err(TargetRefusal::RawByte);
        }
        Ok(Self {
            method,
            https,
            host,
            path: CanonicalPath::parse(path)?,
            path_and_query,
        })
    }

    /// The query as sent, without its question mark.
    pub fn query(&self) -> Option<&'a str> {
        self.path_and_query.split_once('?').map(|(_, query)| query)
    }
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'?')
}

/// RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn is_dot_segment(segment: &str) -> bool {
    matches!(without_parameters(segment), "." | "..")
}

/// A segment up to its first parameter. Tomcat and its relatives cut there, an encoded semicolon included.
fn without_parameters(segment: &str) -> &str {
    let end = [segment.find(';'), segment.find("%3B")]
        .into_iter()
        .flatten()
        .min();
    end.and_then(|end| segment.get(..end)).unwrap_or(segment)
}

fn decode_unreserved(raw: &str) -> Result<String, TargetRefusal> {
    let mut canonical = String::with_capacity(raw.len());
    let mut decoded = Vec::with_capacity(raw.len());
    let mut pieces = raw.split('%');
    let first = pieces.next().unwrap_or_default();
    canonical.push_str(first);
    decoded.extend_from_slice(first.as_bytes());
    for piece in pieces {
        let (digits, rest) = piece
            .split_at_checked(2)
            .ok_or(TargetRefusal::BrokenEncoding)?;
        let byte = hex_byte(digits).ok_or(TargetRefusal::BrokenEncoding)?;
        match byte {
            b'/' | b'\\' => return Err(TargetRefusal::EncodedSlash),
            0..=0x1f | 0x7f => return Err(TargetRefusal::EncodedControl),
            byte if is_unreserved(byte) => canonical.push(char::from(byte)),
            _ => {
                canonical.push('%');
                canonical.push_str(&digits.to_ascii_uppercase());
            }
        }
        canonical.push_str(rest);
        decoded.push(byte);
        decoded.extend_from_slice(rest.as_bytes());
    }
    let decoded = std::str::from_utf8(&decoded).map_err(|_| TargetRefusal::NotUtf8)?;
    let mut after_percent = decoded.split('%').skip(1).filter_map(|rest| rest.get(..2));
    if after_percent.any(|digits| hex_byte(digits).is_some()) {
        return Err(TargetRefusal::DoubleEncoding);
    }
    Ok(canonical)
}

/// Two hexadecimal digits; `u8::from_str_radix` alone would take `+f`.
fn hex_byte(digits: &str) -> Option<u8> {
    digits
        .bytes()
        .all(|digit| digit.is_ascii_hexdigit())
        .then(|| u8::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(raw: &str) -> Result<String, TargetRefusal> {
        CanonicalPath::parse(raw).map(|path| path.as_str().to_owned())
    }

    #[test]
    fn plain_paths_and_encoded_letters_have_one_canonical_form() {
        for (raw, expected) in [
            ("/", "/"),
            ("/orders/7", "/orders/7"),
            ("/%61dmin/%7euser", "/admin/~user"),
            ("/caf%c3%a9", "/caf%C3%A9"),
            ("/100%25", "/100%25"),
            ("/100%25/off", "/100%25/off"),
            ("/a%20b", "/a%20b"),
            ("/a//b", "/a//b"),
            ("/...", "/..."),
            ("/.well-known/x", "/.well-known/x"),
        ] {
            assert_eq!(canonical(raw).as_deref(), Ok(expected), "{raw}");
        }
    }

    #[test]
    fn a_path_that_two_readers_understand_differently_is_refused() {
        use TargetRefusal as Refusal;
        for (raw, refusal) in [
            ("", Refusal::NoPath),
            ("*", Refusal::NoPath),
            ("http://evil.example/", Refusal::NoPath),
            ("//evil.example/", Refusal::NoPath),
            ("/\\evil.example", Refusal::RawByte),
            ("/a b", Refusal::RawByte),
            ("/a#b", Refusal::RawByte),
            ("/caf\u{e9}", Refusal::RawByte),
            ("/a\u{0}", Refusal::RawByte),
            ("/a%", Refusal::BrokenEncoding),
            ("/a%2", Refusal::BrokenEncoding),
            ("/a%zz", Refusal::BrokenEncoding),
            ("/a%+f", Refusal::BrokenEncoding),
            ("/public%2f..%2fprivate", Refusal::EncodedSlash),
            ("/public%5C..", Refusal::EncodedSlash),
            ("/a%00", Refusal::EncodedControl),
            ("/a%0d%0aSet-Cookie:x", Refusal::EncodedControl),
            ("/%252e%252e/private", Refusal::DoubleEncoding),
            ("/%25%32%65", Refusal::DoubleEncoding),
            ("/%252%65", Refusal::DoubleEncoding),
            ("/%c0%ae%c0%ae/private", Refusal::NotUtf8),
            ("/%ff", Refusal::NotUtf8),
            ("/public/../private", Refusal::DotSegment),
            ("/public/%2e%2E/private", Refusal::DotSegment),
            ("/public/.%2e/private", Refusal::DotSegment),
            ("/public/./private", Refusal::DotSegment),
            ("/public/..;x/private", Refusal::DotSegment),
            ("/public/..%3bx/private", Refusal::DotSegment),
            ("/public/..", Refusal::DotSegment),
        ] {
            assert_eq!(canonical(raw), Err(refusal), "{raw}");
        }
    }

    #[test]
    fn a_fragment_or_a_control_in_the_query_is_refused() {
        for target in ["/a?b#c", "/a?b\u{7f}", "/a?b c", "/a#b?c"] {
            let read = RequestTarget::parse("GET", true, "app.example", target);
            assert_eq!(read, Err(TargetRefusal::RawByte), "{target}");
        }
        let read = RequestTarget::parse("GET", true, "app.example", "/%61?x=%2F..%2F&y").unwrap();
        assert_eq!(
            (read.path.as_str(), read.query()),
            ("/a", Some("x=%2F..%2F&y"))
        );
        assert_eq!(read.path_and_query, "/%61?x=%2F..%2F&y");
    }

    #[test]
    fn a_spelling_that_a_lenient_upstream_takes_for_another_route_is_refused() {
        let rule = |path: &str| is_below(path, "/admin");
        for (raw, expected) in [
            ("/admin/users", Ok(true)),
            ("/%61dmin", Ok(true)),
            ("/orders;v=1", Ok(false)),
            ("/Orders//7", Ok(false)),
            ("/ADMIN", Err(TargetRefusal::Ambiguous)),
            ("/admin;x", Err(TargetRefusal::Ambiguous)),
            ("/admin%3bx/users", Err(TargetRefusal::Ambiguous)),
            ("/x;y/../admin", Err(TargetRefusal::DotSegment)),
        ] {
            let path = CanonicalPath::parse(raw);
            assert_eq!(path.and_then(|path| path.agreed(rule)), expected, "{raw}");
        }
    }

    #[test]
    fn a_prefix_covers_whole_segments_only() {
        assert!(is_below("/app", "/app") && is_below("/app/x", "/app/") && is_below("/x", "/"));
        assert!(!is_below("/apple", "/app") && !is_below("/", "/app"));
    }

    /// Decodes as the most lenient upstream would: again and again, until nothing changes.
    fn decode_fully(path: &str) -> String {
        let mut text = path.to_owned();
        loop {
            let next = String::from_utf8_lossy(&percent_decode(&text)).into_owned();
            if next == text {
                return text;
            }
            text = next;
        }
    }

    fn percent_decode(text: &str) -> Vec<u8> {
        let mut pieces = text.split('%');
        let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
        for piece in pieces {
            if let Some(byte) = piece.get(..2).and_then(hex_byte) {
                bytes.push(byte);
                bytes.extend_from_slice(&piece.as_bytes()[2..]);
            } else {
                bytes.push(b'%');
                bytes.extend_from_slice(piece.as_bytes());
            }
        }
        bytes
    }

    proptest! {
        #[test]
        fn an_accepted_path_never_climbs_however_often_it_is_decoded(
            raw in "(/|\\.|%2e|%2E|%25|%2f|%5c|;|%3b|2|e|a|B|%32|%65|%c3%a9|%00|//){1,12}"
        ) {
            if let Ok(path) = CanonicalPath::parse(&raw) {
                let decoded = decode_fully(path.as_str());
                prop_assert!(!decoded.contains('\\') && !decoded.bytes().any(|byte| byte < 0x20));
                prop_assert_eq!(decoded.matches('/').count(), raw.matches('/').count());
                let dots = decoded.split('/').any(|segment| {
                    matches!(segment.split(';').next(), Some("." | ".."))
                });
                prop_assert!(!dots, "{}", decoded);
                prop_assert_eq!(decode_fully(&raw), decoded, "decoding agrees with the bytes as sent");
            }
        }

        #[test]
        fn the_canonical_form_of_a_canonical_form_is_itself(raw in "/[!-~]{0,24}") {
            if let Ok(path) = CanonicalPath::parse(&raw) {
                let again = CanonicalPath::parse(path.as_str()).map(|again| again.as_str().to_owned());
                prop_assert_eq!(again.as_deref(), Ok(path.as_str()));
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(raw in "\\PC{0,40}") {
            let _ = RequestTarget::parse("GET", true, "app.example", &raw);
        }
    }
}

#[cfg(test)]
mod folding;
