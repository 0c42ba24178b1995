//! `EndFilter`: which sessions to end, and the SQL that finds them.
//!
//! A few sessions are deleted at once. When there are more than [`AT_ONCE`], a cutoff ends them all in one row, however
//! many there are: a session is over if a cutoff matches it and is newer than the newest cutoff at its beginning. The sweep
//! deletes the rows later. Neither needs a clock, so replicas whose clocks differ agree.

use crate::domain::profile::ProfileId;
use crate::domain::session::{HandleHash, SessionId};
use crate::store::row::rows::{SearchTexts, among};

/// How many sessions are deleted in the transaction that ends them; `DELETE` repeats the number.
pub(in crate::store) const AT_ONCE: usize = 1000;

/// Which sessions to end.
#[derive(Debug, Clone)]
pub(in crate::store) enum EndFilter {
    /// Sessions of one `sid`, of one person if the person is known.
    Sid(ProfileId, SearchTexts, Option<SearchTexts>),
    /// A person's sessions, except one.
    Person(ProfileId, SearchTexts, Option<SessionId>),
    /// One session, at one profile or wherever the session is.
    Id(Option<ProfileId>, SessionId),
    /// All sessions, at one profile or everywhere.
    All(Option<ProfileId>),
}

/// What became of the sessions that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum EndedRows {
    /// They were deleted, all of them.
    Deleted(Vec<HandleHash>),
    /// So many were deleted, and a cutoff ended the others.
    CutOff(u64),
}

macro_rules! delete {
    ($($matching:tt)+) => {
        concat!(
            "DELETE FROM sessions WHERE handle_hash IN (SELECT handle_hash FROM sessions WHERE ",
            $($matching)+,
            " LIMIT 1000) RETURNING handle_hash"
        )
    };
}

macro_rules! count {
    ($($matching:tt)+) => {
        concat!("SELECT count(*) FROM sessions WHERE ", $($matching)+)
    };
}

/// A statement for each filter. [`bind_filter`] gives the values.
macro_rules! statements {
    ($statement:ident, $database:ident, $filter:expr) => {
        match $filter {
            EndFilter::Sid(..) => $statement!(
                "profile = $1 AND ",
                among!($database, "sid", "$3"),
                " AND ($2 IS NULL OR ",
                among!($database, "person", "$2"),
                ")"
            ),
            EndFilter::Person(..) => $statement!(
                "profile = $1 AND ",
                among!($database, "person", "$2"),
                " AND ($4 IS NULL OR id <> $4)"
            ),
            EndFilter::Id(..) => $statement!("id = $4 AND ($1 IS NULL OR profile = $1)"),
            EndFilter::All(..) => $statement!("($1 IS NULL OR profile = $1)"),
        }
    };
}

/// The statements of one filter in the SQL of one database.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct EndStatements {
    /// Deletes at most [`AT_ONCE`] sessions that match.
    pub(in crate::store) delete: &'static str,
    /// Counts the rows that match.
    pub(in crate::store) count: &'static str,
}

impl EndFilter {
    pub(in crate::store) fn postgres(&self) -> EndStatements {
        EndStatements {
            delete: statements!(delete, postgres, self),
            count: statements!(count, postgres, self),
        }
    }

    pub(in crate::store) fn sqlite(&self) -> EndStatements {
        EndStatements {
            delete: statements!(delete, sqlite, self),
            count: statements!(count, sqlite, self),
        }
    }

    /// The persons and `sid`s of the cutoffs that together end what matches.
    pub(in crate::store) fn cutoffs(&self) -> Vec<(Option<&str>, Option<&str>)> {
        fn each(texts: Option<&SearchTexts>) -> Vec<Option<&str>> {
            texts.map_or(vec![None], |texts| {
                texts
                    .array()
                    .iter()
                    .map(|text| Some(text.as_str()))
                    .collect()
            })
        }
        let sids = each(self.sid());
        let pairs = each(self.person())
            .into_iter()
            .flat_map(|person| sids.iter().map(move |sid| (person, *sid)));
        pairs.collect()
    }

    pub(in crate::store) fn profile(&self) -> Option<&str> {
        match self {
            Self::Sid(profile, ..) | Self::Person(profile, ..) => Some(profile.as_str()),
            Self::Id(profile, _) | Self::All(profile) => profile.as_ref().map(ProfileId::as_str),
        }
    }

    pub(in crate::store) fn person(&self) -> Option<&SearchTexts> {
        match self {
            Self::Sid(_, _, person) => person.as_ref(),
            Self::Person(_, person, _) => Some(person),
            Self::Id(..) | Self::All(_) => None,
        }
    }

    pub(in crate::store) fn sid(&self) -> Option<&SearchTexts> {
        match self {
            Self::Sid(_, sid, _) => Some(sid),
            Self::Person(..) | Self::Id(..) | Self::All(_) => None,
        }
    }

    /// The one session that is meant, or that is spared.
    pub(in crate::store) fn id(&self) -> Option<&[u8]> {
        match self {
            Self::Person(_, _, id) => id.as_ref().map(|id| id.as_bytes().as_slice()),
            Self::Id(_, id) => Some(id.as_bytes()),
            Self::Sid(..) | Self::All(_) => None,
        }
    }
}

/// Ends the sessions that match and began before. A text that no row holds gets no cutoff, so that no clear text is
/// written that does not stand in the database already.
pub(in crate::store) const INSERT_CUTOFF: &str = "
INSERT INTO cutoffs (profile, person, sid, spared, at)
SELECT $1, $2, $3, $4, $5
WHERE EXISTS (SELECT 1 FROM sessions
              WHERE ($1 IS NULL OR profile = $1) AND ($2 IS NULL OR person = $2)
                AND ($3 IS NULL OR sid = $3))";

/// Binds the parameters of a filter's statements to a query of either database.
macro_rules! bind_filter {
    ($query:expr, $filter:expr, $texts:expr) => {{
        let filter: &$crate::store::end_filter::EndFilter = $filter;
        $query
            .bind(filter.profile())
            .bind(filter.person().map($texts))
            .bind(filter.sid().map($texts))
            .bind(filter.id())
    }};
}
pub(in crate::store) use bind_filter;
