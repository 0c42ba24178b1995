//! Names of sessions, which people give to their own. A name is sealed in the column `listed`, with what lists show besides.

use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::SessionId;
use crate::domain::session_name::SessionName;
use crate::store::database::ListFilter;
use crate::store::error::StoreError;
use crate::store::session_store::SessionStore;
use crate::store::shared::Operation;

/// Rows of a person among which the session is looked for: more than a person can have.
const ROWS: u32 = 10_000;
/// A replica that seals the row anew at the same moment can be faster once.
const TRIES: usize = 3;

impl SessionStore {
    /// Gives a live session of this person at this profile a name, or takes its name away. Another person's session keeps
    /// its name.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`; the session may have either name.
    pub async fn rename(
        &self,
        profile: &ProfileId,
        person: &SubjectKey,
        id: SessionId,
        name: Option<&SessionName>,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let lists = &shared.sealer.lists;
        let filter = ListFilter {
            profile: Some(profile.clone()),
            person: Some(lists.person_texts(person)),
            sid: None,
            limit: ROWS,
        };
        for _ in 0..TRIES {
            let rows = shared.database.list(&filter, shared.now_millis());
            let rows = shared.metrics.measured(Operation::List, rows).await?;
            let row = rows.iter().find(|row| row.id == id);
            let Some(renamed) = row.and_then(|row| lists.renamed(row, name)) else {
                return Ok(());
            };
            let stored = shared.database.seal_anew(&[renamed]).await;
            shared.metrics.count_error(stored)?;
        }
        Ok(())
    }
}
