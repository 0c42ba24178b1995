//! An error as one line of text, with everything that caused it.

use std::error::Error;

/// The causes of an error, outermost first, joined by colons; empty for an error without a cause.
pub fn causes(error: &dyn Error) -> String {
    let mut text = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
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
    }
}
