//! Randomness as an argument, so that tests can say what is drawn.

use std::fmt::Debug;

/// A source of unpredictable bytes.
pub trait Random: Send + Sync + Debug {
    /// Fills `bytes` with unpredictable values.
    fn fill(&self, bytes: &mut [u8]);
}

/// 256 random bits, the size of every secret that the gateway makes.
pub fn random_256(random: &dyn Random) -> [u8; 32] {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    bytes
}
