//! Composition root: settings in, running server out. The only place where things are constructed.

pub mod background;
pub mod expiry;
pub mod keys;
pub mod pins;
pub mod profiles;
pub mod run;
pub mod server;
pub mod shutdown;
pub mod watch;
