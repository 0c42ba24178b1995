//! An error as one line of text, with everything that caused it.

use std::error::Error;

/// The causes of an error, outermost first, joined by colons; empty for an error without a cause. A cause that the text
/// before it ends with already is not repeated.
pub fn causes(error: &dyn Error) -> String {
    let mut text = String::new();
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !said.ends_with(&more) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&more);
            said = more;
        }
        next = cause.source();
    }
    text
}

/// The error itself and its causes, joined by colons.
pub fn with_causes(error: &dyn Error) -> String {
    joined(error.to_string(), error.source())
}

/// Appends the causes. Some libraries repeat the cause in the error's own text; such a cause is not said twice.
fn joined(mut text: String, mut next: Option<&(dyn Error + 'static)>) -> String {
    while let Some(cause) = next {
        let said = cause.to_string();
        if text.is_empty() {
            text = said;
        } else if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct LinkedError {
        text: &'static str,
        #[source]
        source: Option<Box<LinkedError>>,
    }

    fn layer(text: &'static str, source: Option<LinkedError>) -> LinkedError {
        let source = source.map(Box::new);
        LinkedError { text, source }
    }

    #[test]
    fn an_error_is_one_line_with_its_causes_from_outside_to_inside() {
        let alone = layer("no answer", None);
        assert_eq!(with_causes(&alone), "no answer");
        assert_eq!(causes(&alone), "");
        let deep = layer("outer", Some(layer("middle", Some(layer("inner", None)))));
        assert_eq!(with_causes(&deep), "outer: middle: inner");
        assert_eq!(causes(&deep), "middle: inner");
        let repeated = layer("outer: inner", Some(layer("inner", None)));
        assert_eq!(with_causes(&repeated), "outer: inner");
    }

    #[test]
    fn a_cause_that_was_said_already_is_not_repeated() {
        let deep = layer("inner", Some(layer("inner", None)));
        let wrapped = layer("outer", Some(layer("not accepted: inner", Some(deep))));
        assert_eq!(with_causes(&wrapped), "outer: not accepted: inner");
        let ended = layer("outer: inner", Some(layer("inner", None)));
        assert_eq!(with_causes(&ended), "outer: inner");
    }
}
