//! Profiles, settings and the offline commands, through their public doors.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "profiles/bad_files.rs"]
mod bad_files;
#[path = "profiles/check.rs"]
mod check;
#[path = "profiles/commands.rs"]
mod commands;
#[path = "profiles/database_file.rs"]
mod database_file;
#[path = "profiles/database_refusal.rs"]
mod database_refusal;
#[path = "profiles/deploy_files.rs"]
mod deploy_files;
#[path = "profiles/deploy_observe.rs"]
mod deploy_observe;
#[path = "profiles/deploy_routes.rs"]
mod deploy_routes;
#[path = "profiles/deploy_texts.rs"]
mod deploy_texts;
#[path = "profiles/fingerprint.rs"]
mod fingerprint;
#[path = "profiles/folder.rs"]
mod folder;
#[path = "profiles/good_files.rs"]
mod good_files;
#[path = "profiles/harness.rs"]
mod harness;
#[path = "profiles/import.rs"]
mod import;
#[path = "profiles/local_port.rs"]
mod local_port;
#[path = "profiles/look.rs"]
mod look;
#[path = "profiles/metrics_page.rs"]
mod metrics_page;
#[path = "profiles/outbound_proxy.rs"]
mod outbound_proxy;
#[path = "profiles/own_resources.rs"]
mod own_resources;
#[path = "profiles/recipes.rs"]
mod recipes;
#[path = "profiles/reference.rs"]
mod reference;
#[path = "profiles/reference_of_commands.rs"]
mod reference_of_commands;
#[path = "profiles/release_files.rs"]
mod release_files;
#[path = "profiles/same_text.rs"]
mod same_text;
#[path = "profiles/schema.rs"]
mod schema;
#[path = "profiles/serve_words.rs"]
mod serve_words;
#[path = "profiles/service_manager.rs"]
mod service_manager;
#[path = "profiles/sessions_command.rs"]
mod sessions_command;
#[path = "profiles/settings.rs"]
mod settings;
#[path = "profiles/templates.rs"]
mod templates;
