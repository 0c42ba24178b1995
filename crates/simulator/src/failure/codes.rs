//! The platform's error codes on demand, for tests of what a relying party does with each. The table is `codes.tsv`.

use super::error_response::Failure;
use crate::kind::Kind;

const TABLE: &str = include_str!("codes.tsv");
/// Codes whose token answers come with `claims`.
const WITH_CLAIMS: [u32; 5] = [50076, 50079, 50158, 53000, 53001];
const CLAIMS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

/// The columns of a row: product, code, `error`, `suberror`, text.
fn rows() -> impl Iterator<Item = (&'static str, u32, &'static str, &'static str, &'static str)> {
    TABLE.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let (product, code) = (columns.next()?, columns.next()?.parse().ok()?);
        Some((
            product,
            code,
            columns.next()?,
            columns.next()?,
            columns.next()?,
        ))
    })
}

/// The refusal with a code of this kind, if the kind has it.
pub(crate) fn failure(kind: Kind, code: u32) -> Option<Failure> {
    let product = if kind == Kind::B2c {
        "AADB2C"
    } else {
        "AADSTS"
    };
    let (_, _, error, suberror, text) = rows().find(|row| (row.0, row.1) == (product, code))?;
    Some(Failure {
        suberror: (suberror != "-").then(|| suberror.to_owned()),
        claims: WITH_CLAIMS.contains(&code).then(|| CLAIMS.to_owned()),
        ..Failure::new(error, code, text)
    })
}

/// Whether a code is known at some kind of authority.
pub(crate) fn is_known(code: u32) -> bool {
    rows().any(|row| row.1 == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_belongs_to_its_product() {
        assert_eq!(failure(Kind::B2c, 90118).unwrap().error, "access_denied");
        assert_eq!(failure(Kind::EntraId, 90118), None);
        assert!(failure(Kind::EntraId, 50076).unwrap().claims.is_some());
        assert!(is_known(700_082) && !is_known(1));
    }

    #[test]
    fn every_line_of_the_table_is_a_row() {
        assert_eq!(rows().count(), TABLE.lines().count() - 1);
    }
}
