//! Composition root: settings in, running server out.
//!
//! Owns construction, reload, start and stop: what flows and handlers share is constructed here and handed to them.
//! Knows no flow and no page from inside.

pub mod background;
pub mod certificate_expiry;
pub mod commands;
mod database_address;
mod file_permissions;
pub mod folder_watch;
pub mod listener;
pub mod live_profiles;
pub mod page_compiler;
pub mod profile_changes;
pub mod running;
pub mod serve;
pub mod server_key;
mod service_manager;
pub mod services;
pub mod shutdown;
pub mod start_check;
pub mod start_error;
pub mod stored_tenant_pins;
pub mod traces;
