//! `Invalidation`: cache invalidation between replicas, which sessions or tokens to forget. Its text travels by NOTIFY
//! (Postgres) or by the table `notices` (SQLite).

use crate::domain::session::HandleHash;
use crate::seal::hex;

/// Handles in one text: 65 bytes each, below Postgres' limit of 8000 bytes for a payload.
const HANDLES_PER_TEXT: usize = 100;
/// When more sessions than this end at once, everything is forgotten instead.
const MAX_HANDLES: usize = 10_000;

/// What a replica must forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Invalidation {
    /// These sessions ended, or their identities changed.
    Sessions(Vec<HandleHash>),
    /// The tokens of this session changed.
    Tokens(HandleHash),
    /// Anything may have changed.
    Everything,
}

impl Invalidation {
    /// The invalidations for sessions that ended together.
    pub(in crate::store) fn of_ended(hashes: &[HandleHash]) -> Vec<Self> {
        if hashes.len() > MAX_HANDLES {
            return vec![Self::Everything];
        }
        hashes
            .chunks(HANDLES_PER_TEXT)
            .map(|chunk| Self::Sessions(chunk.to_vec()))
            .collect()
    }

    /// The text that travels. `postgres/statements.rs` writes the text of one session in SQL.
    pub(in crate::store) fn to_text(&self) -> String {
        match self {
            Self::Sessions(hashes) => {
                let digits: Vec<String> = hashes.iter().map(|hash| hex(&hash.0)).collect();
                format!("s{}", digits.join(","))
            }
            Self::Tokens(hash) => format!("t{}", hex(&hash.0)),
            Self::Everything => "e".to_owned(),
        }
    }

    /// Reads a text. A text that cannot be read may mean anything, so it means everything.
    pub(in crate::store) fn parse(text: &str) -> Self {
        let all = |digits: &str| digits.split(',').map(hash_of).collect::<Option<Vec<_>>>();
        let read = match text.split_at_checked(1) {
            Some(("s", digits)) => all(digits).map(Self::Sessions),
            Some(("t", digits)) => hash_of(digits).map(Self::Tokens),
            _ => None,
        };
        read.unwrap_or(Self::Everything)
    }
}

fn hash_of(digits: &str) -> Option<HandleHash> {
    (digits.len() == 64 && digits.is_ascii()).then_some(())?;
    let mut hash = [0; 32];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(HandleHash(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_back_and_fits_into_a_payload() {
        let hashes: Vec<_> = (0..250).map(|n| HandleHash([n; 32])).collect();
        let invalidations = Invalidation::of_ended(&hashes);
        assert_eq!(invalidations.len(), 3);
        for invalidation in &invalidations {
            assert!(invalidation.to_text().len() < 8000);
            assert_eq!(&Invalidation::parse(&invalidation.to_text()), invalidation);
        }
        let tokens = Invalidation::Tokens(HandleHash([7; 32]));
        assert_eq!(Invalidation::parse(&tokens.to_text()), tokens);
    }

    #[test]
    fn a_text_that_cannot_be_read_means_everything() {
        for text in ["", "e", "x", "s", "sabc", "t12", "é", "s,"] {
            assert_eq!(
                Invalidation::parse(text),
                Invalidation::Everything,
                "{text}"
            );
        }
    }

    #[test]
    fn the_end_of_very_many_sessions_is_one_invalidation() {
        let hashes = vec![HandleHash([1; 32]); MAX_HANDLES + 1];
        assert_eq!(Invalidation::of_ended(&hashes), [Invalidation::Everything]);
    }
}
