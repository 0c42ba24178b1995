//! How a report is shown: as plain lines, for a terminal with the lines of the files, or as JSON.
//!
//! The caller chooses colour, because only the caller knows where the text goes.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use crate::config::report::problem::{Excerpt, Position, Problem, Severity};

/// Where a report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// One line for the fault and one for the help, no colour: for logs, files and other programs.
    Plain,
    /// A terminal: with the line of the file, and colour unless it is unwanted.
    Terminal {
        /// Whether colour is wanted.
        color: bool,
    },
}

/// The report as text, empty without problems.
pub fn text(problems: &[Problem], looks: Looks) -> String {
    let one = |problem: &Problem| match looks {
        Looks::Plain => plain(problem),
        Looks::Terminal { color } => {
            graphical(problem, color).unwrap_or_else(|fmt::Error| plain(problem))
        }
    };
    problems.iter().map(one).collect()
}

/// The report as a JSON value: a list of objects with `severity`, `file`, `line`, `column`, `key`, `what`, `right`.
pub fn json(problems: &[Problem]) -> serde_json::Value {
    serde_json::json!(problems)
}

/// `error: profiles/staff.toml:4:13: client_id: is missing` and the help, as compilers write it, so that editors
/// find the place.
fn plain(problem: &Problem) -> String {
    let severity = word(problem.severity);
    let position = problem
        .position
        .map(|Position { line, column }| format!(":{line}:{column}"))
        .unwrap_or_default();
    let what = headline(problem);
    format!(
        "{severity}: {file}{position}: {what}\n  help: {right}\n",
        file = problem.file,
        right = problem.right
    )
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn headline(problem: &Problem) -> String {
    if problem.key.is_empty() {
        problem.what.clone()
    } else {
        format!("{}: {}", problem.key, problem.what)
    }
}

fn graphical(problem: &Problem, color: bool) -> Result<String, fmt::Error> {
    let theme = if color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let mut out = String::new();
    GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        .with_links(false)
        .with_context_lines(0)
        .render_report(&mut out, &Shown(problem))?;
    out.push('\n');
    Ok(out)
}

/// A problem in the form that miette needs.
struct Shown<'a>(&'a Problem);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = self.0;
        let what = headline(problem);
        match (&problem.excerpt, problem.position) {
            (Some(_), _) => f.write_str(&what),
            (None, Some(Position { line, column })) => {
                write!(f, "{}:{line}:{column}: {what}", problem.file)
            }
            (None, None) => write!(f, "{}: {what}", problem.file),
        }
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.0.right))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.excerpt.as_ref().map(|_| self as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Excerpt { start, length, .. } = self.0.excerpt.as_ref()?;
        let label = LabeledSpan::new(None, *start, *length);
        Some(Box::new(std::iter::once(label)))
    }
}

/// The excerpt is the whole source: no other line of the file can be shown by accident.
impl SourceCode for Shown<'_> {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (Some(excerpt), Some(position)) = (&self.0.excerpt, self.0.position) else {
            return Err(MietteError::OutOfBounds);
        };
        let span = SourceSpan::from((0, excerpt.text.len()));
        let contents = MietteSpanContents::new_named(
            self.0.file.clone(),
            excerpt.text.as_bytes(),
            span,
            position.line.saturating_sub(1),
            position.column.saturating_sub(1),
            1,
        );
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem() -> Problem {
        Problem {
            position: Some(Position {
                line: 4,
                column: 13,
            }),
            excerpt: Some(Excerpt {
                text: "client_id = \"<client id>\"".into(),
                start: 12,
                length: 13,
            }),
            ..Problem::of("profiles/staff.toml", "is a placeholder", "write the id")
                .about("client_id")
        }
    }

    #[test]
    fn a_plain_report_names_file_line_column_and_key_on_one_line() {
        assert_eq!(
            text(&[problem()], Looks::Plain),
            "error: profiles/staff.toml:4:13: client_id: is a placeholder\n  help: write the id\n"
        );
    }

    #[test]
    fn a_terminal_shows_the_line_with_its_number_and_no_colour_when_unwanted() {
        let shown = text(&[problem()], Looks::Terminal { color: false });
        assert!(shown.contains("profiles/staff.toml:4:13"), "{shown}");
        assert!(shown.contains("client_id = \"<client id>\""), "{shown}");
        assert!(shown.contains("write the id"), "{shown}");
        assert!(!shown.contains('\u{1b}'), "{shown}");
        assert!(text(&[problem()], Looks::Terminal { color: true }).contains('\u{1b}'));
    }

    #[test]
    fn a_json_report_has_the_same_parts() {
        let value = json(&[problem()]);
        assert_eq!(value[0]["line"], 4);
        assert_eq!(value[0]["severity"], "error");
        assert_eq!(value[0]["key"], "client_id");
        assert!(value[0].get("excerpt").is_none());
    }
}
