//! `gatehouse demo`: the gateway, the simulator and a profile of each kind on loopback, in one process.
//!
//! Owns the profiles of the demo and its landing page. The gateway is the real one, with an embedded SQLite database in a
//! temporary folder that is removed at the end. A production build (`--no-default-features`) does not contain this
//! folder.

mod echo;
mod landing;
mod ports;
mod profiles;
mod run;
mod sample_application;

pub use ports::Ports;
pub use run::run;
