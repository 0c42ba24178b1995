//! `Notice`: what replicas tell one another to forget. Its text travels by NOTIFY, or by SQLite's `notices`.

use crate::domain::session::HandleHash;
use crate::seal::hex;

/// Handles per notice: 65 bytes each, below Postgres' limit of 8000 for a payload.
const HANDLES_PER_NOTICE: usize = 100;
/// Beyond so many ended at once, everything is forgotten instead.
const HANDLES_AT_MOST: usize = 10_000;

/// Something that other replicas must not go on believing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Notice {
    /// These sessions ended, or who they are has changed.
    Sessions(Vec<HandleHash>),
    /// The tokens of this session changed.
    Tokens(HandleHash),
    /// Anything may have changed.
    Everything,
}

impl Notice {
    /// The notices for sessions that ended together.
    pub(in crate::store) fn of_ended(hashes: &[HandleHash]) -> Vec<Self> {
        if hashes.len() > HANDLES_AT_MOST {
            return vec![Self::Everything];
        }
        hashes
            .chunks(HANDLES_PER_NOTICE)
            .map(|chunk| Self::Sessions(chunk.to_vec()))
            .collect()
    }

    /// The text that travels.
    pub(in crate::store) fn text(&self) -> String {
        match self {
            Self::Sessions(hashes) => {
                let digits: Vec<String> = hashes.iter().map(|hash| hex(&hash.0)).collect();
                format!("s{}", digits.join(","))
            }
            Self::Tokens(hash) => format!("t{}", hex(&hash.0)),
            Self::Everything => "e".to_owned(),
        }
    }

    /// Reads what travelled. What cannot be read may mean anything, so it means everything.
    pub(in crate::store) fn read(text: &str) -> Self {
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
    fn what_is_said_is_what_is_heard_and_fits_into_a_payload() {
        let hashes: Vec<_> = (0..250).map(|n| HandleHash([n; 32])).collect();
        let notices = Notice::of_ended(&hashes);
        assert_eq!(notices.len(), 3);
        for notice in &notices {
            assert!(notice.text().len() < 8000);
            assert_eq!(&Notice::read(&notice.text()), notice);
        }
        let tokens = Notice::Tokens(HandleHash([7; 32]));
        assert_eq!(Notice::read(&tokens.text()), tokens);
    }

    #[test]
    fn a_notice_that_cannot_be_read_means_everything() {
        for text in ["", "e", "x", "s", "sabc", "t12", "é", "s,"] {
            assert_eq!(Notice::read(text), Notice::Everything, "{text}");
        }
    }

    #[test]
    fn a_very_large_end_is_one_notice() {
        let hashes = vec![HandleHash([1; 32]); HANDLES_AT_MOST + 1];
        assert_eq!(Notice::of_ended(&hashes), [Notice::Everything]);
    }
}
