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
    let causes = causes(error);
    if causes.is_empty() {
        error.to_string()
    } else {
        format!("{error}: {causes}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        #[source]
        source: Option<Box<Layer>>,
    }

    fn layer(text: &'static str, source: Option<Layer>) -> Layer {
        let source = source.map(Box::new);
        Layer { text, source }
    }

    #[test]
    fn an_error_is_one_line_with_its_causes_from_outside_to_inside() {
        let alone = layer("no answer", None);
        assert_eq!(with_causes(&alone), "no answer");
        assert_eq!(causes(&alone), "");
        let deep = layer("outer", Some(layer("middle", Some(layer("inner", None)))));
        assert_eq!(with_causes(&deep), "outer: middle: inner");
        assert_eq!(causes(&deep), "middle: inner");
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
