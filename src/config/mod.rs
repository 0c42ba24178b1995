//! Layer 1: files, variables and flags become domain values, or a report of everything that is wrong with them.
//!
//! Owns settings, profile files and the report. It uses no network; time and environment are arguments. It does not decide
//! when files are read again.

mod candidate;
mod conflicts;
pub mod content_hash;
pub mod folder;
mod longest_duration;
pub mod profile;
pub mod report;
pub mod settings;
mod text_file;
pub mod toml_document;
pub mod trust_boundary;
mod unread_files;

pub use candidate::is_reserved;
pub use content_hash::ContentHash;
pub use folder::{Broken, FolderError, Loaded, Settled, load_files, load_folder};
pub use profile::file::ProfileFile;
pub use report::placeholder::placeholder_in;
pub use report::problem::{Position, Problem, Severity};
pub use settings::file::SettingsFile;
pub use settings::in_force::{SettingInForce, settings_in_force};
pub use settings::layers::{FileText, Layer, Sources, variable};
pub use settings::options::{DatabaseKind, ForProfiles, Settings};
pub use settings::secret_text::read_secret;
pub use toml_document::document::{position_of_key, value_of_key};
pub use toml_document::key_path::Step;
pub use toml_document::schema::{Schema, in_toml};
