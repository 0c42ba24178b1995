//! The machine's random source.

use aws_lc_rs::rand;

use crate::domain::random::Random;

/// Unpredictable bytes from the operating system by way of aws-lc's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // A machine without entropy must not make secrets, and nothing can answer instead.
        assert!(
            rand::fill(bytes).is_ok(),
            "the operating system's random source failed"
        );
    }
}
