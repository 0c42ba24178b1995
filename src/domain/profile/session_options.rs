//! How the sessions of a profile end: limits and sign-out.

use std::time::Duration;

/// How long a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// A session that is not used for this time ends.
    pub idle_timeout: Duration,
    /// A session ends after this time, used or not.
    pub lifetime: Duration,
}

/// What happens at the authority when a person signs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignOutOptions {
    /// The sign-out request has no hint, so that the authority asks which account to sign out.
    pub account_picker: bool,
}
