//! Environment: variables by name, as an argument, so that tests can set their own.

use std::sync::Arc;

/// Reads a variable; `None` if it is not set or not text.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The variables of this process. The one place where they are read one by one.
pub fn process_environment() -> Environment {
    Arc::new(|name| std::env::var(name).ok())
}
