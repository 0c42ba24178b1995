//! What an upper layer makes of a catalogue once and uses for every page.

use std::any::Any;
use std::sync::OnceLock;

/// A value that is made at its first use.
#[derive(Default)]
pub struct Prepared(OnceLock<Box<dyn Any + Send + Sync>>);

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Prepared")
            .field(&self.0.get().is_some())
            .finish()
    }
}

impl Prepared {
    /// The value, made now if nobody has made it yet. `None` if somebody made a value of another type.
    pub fn get_or_make<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Option<&T> {
        self.0.get_or_init(|| Box::new(make())).downcast_ref()
    }
}
