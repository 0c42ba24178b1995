//! What is wrong with a profile's own template, at which line, and what would be right.

use std::path::Path;

use tera::Value;

use crate::domain::own_path::OwnPath;
use crate::domain::profile::{TemplateFile, TemplateProblem};
use crate::web::pages::page::Sample;
use crate::web::pages::renderer::{BUILT_IN, templates};

/// Functions that templates can call.
const FUNCTIONS: [&str; 5] = ["fill", "inline_style", "range", "super", "throw"];

/// What the content security policy of pages makes void, and what to write instead. A word of the first column must stand
/// in a tag.
const VOID: [(&str, &str, &str); 5] = [
    (
        "<script",
        "holds a script, which no browser runs: the content security policy of pages allows none",
        "a page that needs no script",
    ),
    (
        "<style",
        "holds a style, which no browser applies: the content security policy of pages allows none in a page",
        "rules in a file style.css in this folder",
    ),
    (
        " style=",
        "has the attribute `style`, which no browser applies: the content security policy of pages allows none in a page",
        "a class, and a rule for it in a file style.css in this folder",
    ),
    (
        " onclick=",
        "has the attribute `onclick`, which no browser runs: the content security policy of pages allows no script",
        "a link or a form",
    ),
    (
        "javascript:",
        "has an address that is a script, which no browser runs: the content security policy of pages allows none",
        "a link or a form",
    ),
];

/// A problem of a file.
pub(super) fn problem(
    file: &TemplateFile,
    position: (usize, usize),
    what: String,
    right: String,
) -> TemplateProblem {
    TemplateProblem {
        file: file.path.display().to_string(),
        position: Some(position),
        what,
        right,
        misspelt: None,
        is_warning: false,
    }
}

/// The problems that an error of Tera tells. It is one report or several, each with its message and its place.
pub(super) fn faults(error: &tera::Error) -> Vec<TemplateProblem> {
    let text = error.to_string();
    let mut found = Vec::new();
    let mut message = None;
    for line in text.lines() {
        if let Some(told) = line.strip_prefix("error: ") {
            message = Some(told);
        } else if let Some(place) = line.trim_start().strip_prefix("--> ")
            && let Some(told) = message.take()
        {
            found.push(fault(told, place));
        }
    }
    if found.is_empty() {
        let first = text.lines().next().unwrap_or_default().to_owned();
        found.push(TemplateProblem {
            file: String::new(),
            position: None,
            what: format!("names templates that cannot be put together: {first}"),
            right: "templates that extend and include what there is".to_owned(),
            misspelt: None,
            is_warning: false,
        });
    }
    found
}

/// One report: a message, and `file:line:column`.
fn fault(message: &str, place: &str) -> TemplateProblem {
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next().and_then(|it| it.parse().ok());
    let line = parts.next().and_then(|it| it.parse().ok());
    let file = parts.next().unwrap_or_default();
    let (what, right, misspelt) = explained(message);
    if file.starts_with(BUILT_IN) {
        // The built-in template does not fit an overridden one that it extends or includes.
        return TemplateProblem {
            file: String::new(),
            position: None,
            what: format!("does not fit {place}: {what}"),
            right: format!("every block and variable that {file} uses"),
            misspelt: None,
            is_warning: false,
        };
    }
    TemplateProblem {
        file: file.to_owned(),
        position: line.zip(column),
        what,
        right,
        misspelt,
        is_warning: false,
    }
}

type Explained = (String, String, Option<(String, Vec<String>)>);

/// What is wrong and what would be right, from Tera's own message.
fn explained(message: &str) -> Explained {
    let quoted = message.split('`').nth(1).unwrap_or_default().to_owned();
    let listed = message.split_once(": ").map_or("", |(_, list)| list);
    let split = |list: &str| list.split(", ").map(str::to_owned).collect::<Vec<_>>();
    let known = if message.contains("is not defined. Available") {
        let mut known = split(listed);
        known.sort_unstable();
        known
    } else if message.starts_with("Variable `") {
        Vec::new()
    } else if message.starts_with("Unknown function") {
        FUNCTIONS.map(str::to_owned).to_vec()
    } else if message.starts_with("Unknown template") {
        templates().map(|(name, _)| name.to_owned()).collect()
    } else if message.starts_with("Block `") {
        blocks()
    } else {
        let right = if message.starts_with("Unknown filter") {
            "a filter of Tera, such as `upper` or `truncate`"
        } else {
            "a template of Tera as docs/recipes/branding.md describes it"
        };
        return (message.to_owned(), right.to_owned(), None);
    };
    let what = message.split(". Available").next().unwrap_or(message);
    (what.to_owned(), String::new(), Some((quoted, known)))
}

/// The blocks of the built-in templates.
fn blocks() -> Vec<String> {
    let of_text = |text: &str| {
        let after = text.split("{% block ").skip(1);
        let names = after.filter_map(|rest| rest.split_whitespace().next().map(str::to_owned));
        names.collect::<Vec<_>>()
    };
    let mut all: Vec<String> = templates().flat_map(|(_, text)| of_text(text)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Words below `frame` and `text` that no page has, in whatever branch they stand: Tera takes an unknown word in a
/// condition for one that is not set.
pub(super) fn unknown_words(file: &TemplateFile, samples: &[Sample]) -> Vec<TemplateProblem> {
    let Some(sample) = samples.first() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (at, path) in paths(&file.text) {
        let mut steps = path.split('.');
        let root = steps.next().unwrap_or_default();
        let (true, Some(mut value)) = (["frame", "text"].contains(&root), sample.context.get(root))
        else {
            continue;
        };
        let mut walked = root.to_owned();
        for step in steps {
            let Some(fields) = value.as_map() else { break };
            let keys = || fields.keys().filter_map(|key| key.as_str());
            let next = keys()
                .any(|key| key == step)
                .then(|| value.get_from_path(step));
            let Some(Some(below)) = next else {
                let mut known: Vec<String> = keys().map(str::to_owned).collect();
                known.sort_unstable();
                let what = format!("`{walked}` has no `{step}`");
                let at = at + walked.len() + 1;
                let mut one = problem(file, place(&file.text, at), what, String::new());
                one.misspelt = Some((step.to_owned(), known));
                found.push(one);
                break;
            };
            walked = format!("{walked}.{step}");
            value = below;
        }
    }
    found
}

/// Words with dots in `{{ … }}` and `{% … %}`, outside of quotes, each with its byte offset.
fn paths(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut inside, mut quote, mut start) = (None, None, None);
    let in_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().copied().enumerate() {
        let next = bytes.get(at + 1).copied();
        match (inside, quote) {
            (None, _) => {
                if byte == b'{' && matches!(next, Some(b'{' | b'%')) {
                    inside = next;
                }
            }
            (Some(_), Some(open)) => {
                if byte == open {
                    quote = None;
                }
            }
            (Some(opened), None) => {
                if in_word(byte) {
                    start.get_or_insert(at);
                    continue;
                }
                if let Some(word) = start.take().and_then(|it| Some((it, text.get(it..at)?))) {
                    found.push(word);
                }
                let closes = if opened == b'{' { b'}' } else { b'%' };
                if matches!(byte, b'"' | b'\'' | b'`') {
                    quote = Some(byte);
                } else if byte == closes && next == Some(b'}') {
                    inside = None;
                }
            }
        }
    }
    found
}

/// A form without the proof that it came from this page is refused when it is sent.
pub(super) fn missing_proof(
    files: &[TemplateFile],
    sample: &Sample,
    html: &str,
) -> Option<TemplateProblem> {
    let proof = sample.context.get("csrf").and_then(Value::as_str)?;
    let file = files.iter().find(|file| file.name == sample.template)?;
    let needs = !proof.is_empty() && html.contains("method=\"post\"") && posts_elsewhere(html);
    if !needs || html.contains(proof) {
        return None;
    }
    let what = "has a form without the field `csrf`, so the form is refused when it is sent";
    let right = "<input type=\"hidden\" name=\"csrf\" value=\"{{ csrf }}\"> in the form";
    Some(problem(file, (1, 1), what.to_owned(), right.to_owned()))
}

/// Whether a form is not the choice of a language, which needs no proof.
fn posts_elsewhere(html: &str) -> bool {
    let forms = html.split("<form").skip(1);
    let mut tags = forms.filter_map(|rest| rest.split('>').next());
    tags.any(|tag| !tag.contains(OwnPath::Language.pattern()))
}

/// What browsers ignore, because of the policy of pages.
pub(super) fn frozen(file: &TemplateFile) -> Vec<TemplateProblem> {
    let text = file.text.to_ascii_lowercase();
    let of_word = |(word, what, right): &(&str, &str, &str)| {
        let at = text.find(word)?;
        let in_tag = text.get(..at)?.rfind('<') > text.get(..at)?.rfind('>');
        (word.starts_with('<') || in_tag).then(|| TemplateProblem {
            is_warning: true,
            ..problem(
                file,
                place(&file.text, at),
                (*what).to_owned(),
                (*right).to_owned(),
            )
        })
    };
    let is_page = Path::new(&file.name).extension() == Some("html".as_ref());
    if !is_page {
        return Vec::new();
    }
    VOID.iter().filter_map(of_word).collect()
}

/// Line and column of a byte offset, counted from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let in_line = before.rsplit('\n').next().unwrap_or_default();
    (line, in_line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_tags_and_not_in_quotes_or_html() {
        let text = "<p>frame.a {{ frame.b }} {% if text.c and \"frame.d\" %}{{ fill(text=text.e, x='text.f') }}";
        let words: Vec<&str> = paths(text).into_iter().map(|(_, word)| word).collect();
        for (word, expected) in [
            ("frame.b", true),
            ("text.c", true),
            ("text.e", true),
            ("frame.a", false),
            ("frame.d", false),
            ("text.f", false),
        ] {
            assert_eq!(words.contains(&word), expected, "{word}: {words:?}");
        }
    }

    #[test]
    fn a_place_counts_lines_and_letters_from_one() {
        assert_eq!(place("äb\nc", 0), (1, 1));
        assert_eq!(place("äb\nc", "äb\nc".len()), (2, 2));
    }

    #[test]
    fn the_blocks_are_those_of_the_base() {
        let all = blocks();
        assert!(all.contains(&"main".to_owned()) && all.contains(&"current_home".to_owned()));
    }
}
