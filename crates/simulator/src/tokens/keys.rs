//! The signing keys of each authority and their rotation.
//!
//! Keys are made when first needed, shared by all simulators of a process (an RSA key takes a tenth of a second) and never written
//! anywhere. What a key set says about them is `key_set`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::encoding::sha256;
use crate::tokens::signing_key::SigningKey;

/// Whose keys: authorities do not share any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum KeyRing {
    Entra,
    /// Personal accounts sign with a key that says so by its `issuer`.
    Personal,
    Customers,
    B2c,
    Oidc,
    OidcEc,
    /// The key of one application, by the hash of its id.
    Application(u64),
    /// Published nowhere.
    Stranger,
}

impl KeyRing {
    /// The keys of an application with claims of its own.
    pub(crate) fn of_application(client_id: &str) -> Self {
        let hash = sha256(client_id.as_bytes());
        let number = hash
            .bytes()
            .take(8)
            .fold(0, |sum, byte| (sum << 8) | u64::from(byte));
        Self::Application(number)
    }
}

type Pool = Mutex<HashMap<(KeyRing, u32), Arc<SigningKey>>>;

fn pool() -> &'static Pool {
    static POOL: OnceLock<Pool> = OnceLock::new();
    POOL.get_or_init(Pool::default)
}

/// The keys of one simulator: a position in the process's pool.
#[derive(Default)]
pub(crate) struct Keys {
    current: AtomicU32,
    /// The oldest generation that is still published.
    oldest: AtomicU32,
}

impl Keys {
    /// New keys sign from now on; the former stay published, as in a planned roll-over.
    pub(crate) fn rotate(&self) {
        self.current.fetch_add(1, Ordering::SeqCst);
    }

    /// Only the newest keys stay published, as after an emergency.
    pub(crate) fn withdraw_old(&self) {
        self.oldest
            .store(self.current.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    pub(crate) fn current(&self, ring: KeyRing) -> Arc<SigningKey> {
        Self::of_generation(ring, self.current.load(Ordering::SeqCst))
    }

    fn of_generation(ring: KeyRing, generation: u32) -> Arc<SigningKey> {
        let mut pool = pool().lock().unwrap_or_else(PoisonError::into_inner);
        let key = pool.entry((ring, generation)).or_insert_with(|| {
            let made = if ring == KeyRing::OidcEc {
                SigningKey::ec()
            } else {
                SigningKey::rsa()
            };
            #[expect(
                clippy::expect_used,
                reason = "key generation fails only without memory; nothing can be simulated then"
            )]
            Arc::new(made.expect("a signing key"))
        });
        Arc::clone(key)
    }

    pub(super) fn published(&self, ring: KeyRing) -> impl Iterator<Item = Arc<SigningKey>> {
        let newest = self.current.load(Ordering::SeqCst);
        let oldest = self
            .oldest
            .load(Ordering::SeqCst)
            .max(newest.saturating_sub(2));
        (oldest..=newest)
            .rev()
            .map(move |generation| Self::of_generation(ring, generation))
    }

    /// Whether one of the authority's keys, also a withdrawn one, signed this.
    pub(crate) fn verify(
        &self,
        ring: KeyRing,
        kid: &str,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        (0..=self.current.load(Ordering::SeqCst))
            .map(|generation| Self::of_generation(ring, generation))
            .any(|key| key.kid() == kid && key.verify(message, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::signing_key::RsaScheme;

    #[test]
    fn a_signature_of_one_authority_is_none_of_another() {
        let keys = Keys::default();
        let signed = keys.current(KeyRing::Entra).sign(b"text", RsaScheme::Pkcs1);
        let kid = keys.current(KeyRing::Entra).kid().to_owned();
        assert!(keys.verify(KeyRing::Entra, &kid, b"text", &signed));
        assert!(!keys.verify(KeyRing::B2c, &kid, b"text", &signed));
    }
}
