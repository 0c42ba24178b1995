//! What operators and the person read about a session without its handle: person, `sid`, browser, name and network, sealed
//! with a server key. Rows of earlier releases, and rows that an older key sealed, are sealed anew.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::client_network::ClientNetwork;
use crate::domain::identity::{Identity, SubjectKey};
use crate::domain::profile::ProfileId;
use crate::domain::random::Random;
use crate::domain::session::{HandleHash, SessionId};
use crate::domain::session_name::SessionName;
use crate::seal::{KeyRing, Purpose, SearchField};
use crate::store::row::rows::{ListedRow, NewRow, SearchTexts, SessionSummary};

/// How many characters of a `User-Agent` are kept.
const USER_AGENT_LENGTH: usize = 300;
const LISTED: Purpose = Purpose::new("listed");

/// The content of the column `listed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct SessionListing {
    person: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// Names of the account, which find the session and are not shown. Rows of earlier releases have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<String>,
    /// What the person calls the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The network from which the person signed in, if the profile keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    network: Option<String>,
}

/// The columns of a row that is sealed anew.
#[derive(Debug)]
pub(in crate::store) struct SealedAnew {
    pub(in crate::store) hash: HandleHash,
    /// What `person` held, so that a row that another replica has sealed meanwhile is left alone.
    pub(in crate::store) was: String,
    pub(in crate::store) person: String,
    pub(in crate::store) sid: Option<String>,
    pub(in crate::store) listed: Vec<u8>,
}

impl SessionListing {
    pub(in crate::store) fn new(
        who: &Identity,
        sid: Option<&str>,
        user_agent: Option<&str>,
        network: Option<ClientNetwork>,
    ) -> Self {
        Self {
            person: who.person().as_str().to_owned(),
            accounts: who.account_names(),
            sid: sid.map(str::to_owned),
            user_agent: user_agent.map(|text| printable(text, USER_AGENT_LENGTH)),
            name: None,
            network: network.map(|network| network.to_string()),
        }
    }
}

/// Hashes what rows are searched by, and seals what lists show.
#[derive(Debug, Clone)]
pub(in crate::store) struct ListSealer {
    pub(in crate::store) keys: Arc<KeyRing>,
    pub(in crate::store) random: Arc<dyn Random>,
}

impl ListSealer {
    /// How a person may stand in rows.
    pub(in crate::store) fn person_texts(&self, person: &SubjectKey) -> SearchTexts {
        self.texts(SearchField::Person, person.as_str())
    }

    /// How a `sid` may stand in rows.
    pub(in crate::store) fn sid_texts(&self, sid: &str) -> SearchTexts {
        self.texts(SearchField::Sid, sid)
    }

    fn texts(&self, field: SearchField, text: &str) -> SearchTexts {
        SearchTexts::new(self.keys.search_hashes(field, text), text)
    }

    pub(in crate::store) fn seal(
        &self,
        profile: &ProfileId,
        id: &SessionId,
        listed: &SessionListing,
    ) -> Vec<u8> {
        let text = serde_json::to_vec(listed).unwrap_or_default();
        self.keys
            .seal(LISTED, &aad(profile, id), &text, self.random.as_ref())
    }

    fn open(&self, row: &ListedRow) -> Option<SessionListing> {
        let Some(sealed) = &row.listed else {
            return Some(SessionListing {
                person: row.person.clone(),
                sid: row.sid.clone(),
                user_agent: row.user_agent.clone(),
                accounts: Vec::new(),
                name: None,
                network: None,
            });
        };
        let text = self
            .keys
            .open(LISTED, &aad(&row.profile, &row.id), sealed)?;
        serde_json::from_slice(&text).ok()
    }

    /// The summary of a row; `None` if its key is gone, and the session with it.
    pub(in crate::store) fn summary(&self, row: ListedRow) -> Option<SessionSummary> {
        let listed = self.open(&row)?;
        Some(SessionSummary {
            id: row.id,
            profile: row.profile,
            person: SubjectKey::stored(listed.person),
            sid: listed.sid,
            created_at: row.created_at,
            seen_at: row.seen_at,
            idle_until: row.idle_until,
            expires_at: row.expires_at,
            user_agent: listed.user_agent,
            accounts: listed.accounts,
            name: listed.name,
            network: listed.network,
        })
    }

    /// The row with hashes and seal of the newest key; `None` if its key is gone.
    pub(in crate::store) fn seal_anew(&self, row: &ListedRow) -> Option<SealedAnew> {
        Some(self.sealed(row, &self.open(row)?))
    }

    /// The same with another name; `None` as well if the row has this name already.
    pub(in crate::store) fn renamed(
        &self,
        row: &ListedRow,
        name: Option<&SessionName>,
    ) -> Option<SealedAnew> {
        let mut listed = self.open(row)?;
        let name = name.map(ToString::to_string);
        (listed.name != name).then(|| {
            listed.name = name;
            self.sealed(row, &listed)
        })
    }

    fn sealed(&self, row: &ListedRow, listed: &SessionListing) -> SealedAnew {
        let sid = listed
            .sid
            .as_deref()
            .map(|sid| self.sid_texts(sid).newest());
        SealedAnew {
            hash: row.hash,
            was: row.person.clone(),
            person: self.texts(SearchField::Person, &listed.person).newest(),
            sid,
            listed: self.seal(&row.profile, &row.id, listed),
        }
    }
}

/// A profile id holds no zero byte.
fn aad(profile: &ProfileId, id: &SessionId) -> Vec<u8> {
    [profile.as_str().as_bytes(), &[0], id.as_bytes()].concat()
}

impl NewRow {
    /// The person as the row holds it.
    pub(in crate::store) fn person_text(&self) -> String {
        self.person.newest()
    }

    /// The `sid` as the row holds it.
    pub(in crate::store) fn sid_text(&self) -> Option<String> {
        self.sid.as_ref().map(SearchTexts::newest)
    }
}

/// The text without control characters, at most `most` characters of it.
fn printable(text: &str, most: usize) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(most)
        .collect()
}
