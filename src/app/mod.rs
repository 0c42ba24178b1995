//! Composition root: settings in, running server out. The only place where things are constructed.

pub mod background;
pub mod certificate_expiry;
pub mod commands;
pub mod folder_watch;
pub mod live_profiles;
pub mod serve;
pub mod server_key;
pub mod shutdown;
pub mod stored_tenant_pins;
