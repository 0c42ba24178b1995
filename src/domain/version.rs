//! The version of this build.

/// The version of the release.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit that was built; `unknown` for a development build and for an archive that does not say it.
pub const COMMIT: &str = env!("BUILD_COMMIT");

/// The optional features of this build, separated by spaces; `none` without one.
pub const FEATURES: &str = env!("BUILD_FEATURES");

/// Version, commit and features in one line, as `--version` prints them.
pub const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (commit ",
    env!("BUILD_COMMIT"),
    ", features: ",
    env!("BUILD_FEATURES"),
    ")"
);
