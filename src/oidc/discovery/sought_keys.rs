//! Key ids that were looked for in the newest key set in vain, so that a token with one of them is refused at once while
//! the budget for another fetch is spent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::oidc::discovery::jwks::KeySet;
use crate::oidc::tokens::jwt::Jwt;

/// How many key ids are remembered.
const MOST: usize = 32;

/// The key ids, each with the key set that lacks it.
#[derive(Default)]
pub(crate) struct SoughtKeys(Mutex<VecDeque<(Option<String>, Weak<KeySet>)>>);

impl SoughtKeys {
    /// Remembers that the key set has no key for the token.
    pub(crate) fn remember(&self, jwt: &Jwt<'_>, keys: &Arc<KeySet>) {
        let mut sought = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sought.len() >= MOST {
            sought.pop_front();
        }
        sought.push_back((jwt.key_id.clone(), Arc::downgrade(keys)));
    }

    /// Whether the key of the token was looked for in this key set.
    pub(crate) fn knows(&self, jwt: &Jwt<'_>, keys: &Arc<KeySet>) -> bool {
        let sought = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sought.iter().any(|(key_id, lacking)| {
            *key_id == jwt.key_id && std::ptr::eq(lacking.as_ptr(), Arc::as_ptr(keys))
        })
    }
}
