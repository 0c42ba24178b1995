//! `SearchTexts`: how a person or a `sid` may stand in rows, and the SQL that compares a column with them.

/// The texts that stand for one person or one `sid`: the keyed hash under each server key, newest first, then the clear
/// text, which rows of earlier releases hold until they are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct SearchTexts(Vec<String>);

impl SearchTexts {
    pub(in crate::store) fn new(hashes: impl Iterator<Item = String>, clear: &str) -> Self {
        // No database of ours can hold a NUL character in a text.
        let clear = (!clear.contains('\0')).then(|| clear.to_owned());
        Self(hashes.chain(clear).collect())
    }

    /// What new rows hold.
    pub(in crate::store) fn newest(&self) -> String {
        self.0.first().cloned().unwrap_or_default()
    }

    /// As Postgres takes them.
    pub(in crate::store) fn array(&self) -> &[String] {
        &self.0
    }

    /// As SQLite takes them.
    pub(in crate::store) fn json(&self) -> String {
        serde_json::json!(self.0).to_string()
    }
}

/// Whether a column holds one of the texts of a parameter.
macro_rules! among {
    (postgres, $column:literal, $parameter:literal) => {
        concat!($column, " = ANY(", $parameter, ")")
    };
    (sqlite, $column:literal, $parameter:literal) => {
        concat!(
            $column,
            " IN (SELECT value FROM json_each(",
            $parameter,
            "))"
        )
    };
}
pub(in crate::store) use among;
