//! The parameters of a query or of a posted form, decoded.

use actix_web::HttpRequest;

/// Decoded parameters, in the order in which they were sent.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes `application/x-www-form-urlencoded` text.
    pub fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The parameters of a request's query.
    pub fn of_query(request: &HttpRequest) -> Self {
        Self::parse(request.query_string().as_bytes())
    }

    /// The value of one parameter. A parameter that was sent twice has no value: neither the first nor the last wins.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut values = self
            .iter()
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        let first = values.next();
        if values.next().is_some() { None } else { first }
    }

    /// All parameters, repeated ones included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All parameters as pairs of name and value.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Whether no parameter was sent.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<(String, String)>> for Parameters {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: B190, C22
    #[test]
    fn a_parameter_that_occurs_twice_has_no_value() {
        let twice = Parameters::parse(b"a=1&b=2&a=1");
        assert_eq!(twice.value("a"), None);
        assert_eq!(twice.value("b"), Some("2"));
        assert_eq!(twice.iter().count(), 3);
    }
}
