//! A message: what is to be said, before it is known in which language.

/// A value that a message holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A text from outside, such as a name.
    Text(String),
    /// A number, which also chooses the plural.
    Number(u64),
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Argument {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Argument {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self::Number(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

/// A message of the catalogues by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The id in the catalogues.
    pub id: &'static str,
    /// The attribute; `None` for the message itself.
    pub attribute: Option<&'static str>,
    /// The values of its variables.
    pub arguments: Vec<(&'static str, Argument)>,
}

impl Message {
    /// The message of this id.
    pub const fn new(id: &'static str) -> Self {
        Self {
            id,
            attribute: None,
            arguments: Vec::new(),
        }
    }

    /// An attribute of the same message, with the same values.
    #[must_use]
    pub fn attribute(&self, attribute: &'static str) -> Self {
        Self {
            attribute: Some(attribute),
            ..self.clone()
        }
    }

    /// The message with a value for one more variable.
    #[must_use]
    pub fn with(mut self, variable: &'static str, value: impl Into<Argument>) -> Self {
        self.arguments.push((variable, value.into()));
        self
    }
}
