//! The path to a value in a document, such as `api[0].endpoint`.

/// One step of a path into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A table's key.
    Key(String),
    /// A list's item, counted from 0.
    Item(usize),
}

/// `api[0].endpoint`
pub fn dotted(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Step::Item(at) => {
                text.push('[');
                text.push_str(&at.to_string());
                text.push(']');
            }
        }
    }
    text
}
