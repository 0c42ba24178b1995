//! Profiles, settings and the offline commands, through their public doors.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "profiles/bad_files.rs"]
mod bad_files;
#[path = "profiles/good_files.rs"]
mod good_files;
#[path = "profiles/harness.rs"]
mod harness;
