//! Access tokens that were verified a moment ago, so that a caller who sends one with each request costs one hash.
//!
//! A remembered token counts only with the very metadata and key set that it was verified with: when either is fetched
//! anew, the signature is checked again, so a key that was withdrawn stops counting. Tokens are remembered by their hash
//! and never by their text.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use moka::sync::Cache;

use crate::domain::profile::ProfileId;
use crate::oidc::discovery::jwks::KeySet;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::tokens::access_token::ReadAccessToken;

/// Bytes, about: of all profiles together.
const LARGEST: u64 = 32 * 1024 * 1024;
/// Bytes of an entry beside its claims.
const ENTRY: usize = 512;
/// A token that nobody sends is forgotten.
const IDLE: Duration = Duration::from_mins(10);

/// The hash of a profile and a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash([u8; 32]);

impl TokenHash {
    pub(crate) fn of(profile: &ProfileId, token: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(profile.as_str().as_bytes());
        context.update(&[0]);
        context.update(token.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Self(hash)
    }
}

struct Verified {
    metadata: Arc<Metadata>,
    keys: Arc<KeySet>,
    token: Arc<ReadAccessToken>,
}

/// The tokens.
pub(crate) struct VerifiedTokens(Cache<TokenHash, Arc<Verified>>);

impl Default for VerifiedTokens {
    fn default() -> Self {
        let size = |_: &TokenHash, verified: &Arc<Verified>| {
            let claims = verified.token.caller.identity.claims_text().len();
            u32::try_from(claims + ENTRY).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .max_capacity(LARGEST)
                .weigher(size)
                .time_to_idle(IDLE)
                .build(),
        )
    }
}

impl VerifiedTokens {
    /// The token, if it was verified with this metadata and these keys. The caller compares its expiry with the time.
    pub(crate) fn find(
        &self,
        hash: &TokenHash,
        metadata: &Arc<Metadata>,
        keys: &Arc<KeySet>,
    ) -> Option<Arc<ReadAccessToken>> {
        let found = self.0.get(hash)?;
        let same = Arc::ptr_eq(&found.metadata, metadata) && Arc::ptr_eq(&found.keys, keys);
        same.then(|| Arc::clone(&found.token))
    }

    /// Remembers a token.
    pub(crate) fn remember(
        &self,
        hash: TokenHash,
        metadata: Arc<Metadata>,
        keys: Arc<KeySet>,
        token: Arc<ReadAccessToken>,
    ) {
        let verified = Verified {
            metadata,
            keys,
            token,
        };
        self.0.insert(hash, Arc::new(verified));
    }

    /// Forgets a token that has expired.
    pub(crate) fn forget(&self, hash: &TokenHash) {
        self.0.invalidate(hash);
    }
}
