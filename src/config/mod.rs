//! Layer 1: files, variables and flags become domain values, or a report of everything that is wrong with them.
//!
//! Owns settings, profiles and the report. No network; what time it is and what the environment holds arrive as
//! arguments. Does not decide what becomes of a profile that is broken: see [`folder::Loaded`].

mod conflicts;
pub mod conversion;
mod document;
mod findings;
pub mod folder;
mod layers;
mod nearest;
mod placeholder;
pub mod problem;
pub mod profile_file;
pub mod report;
mod schema;
mod schema_rules;
pub mod settings;
pub mod settings_file;
mod settings_reader;
mod settings_values;
mod written;

pub use document::{Step, place_of_key};
pub use folder::{
    Broken, ContentHash, FolderError, Loaded, Settled, is_reserved, load_files, load_folder,
};
pub use layers::{FileText, Layer, Sources, variable};
pub use placeholder::placeholder_in;
pub use problem::{Place, Problem, Severity};
pub use profile_file::ProfileFile;
pub use schema::{Schema, in_toml};
pub use settings::Settings;
pub use settings_file::SettingsFile;
pub use settings_values::DatabaseKind;
