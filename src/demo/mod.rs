//! `gatehouse demo`: two replicas of the gateway, the simulator and a profile of each kind on loopback, in one process.
//!
//! Owns the profiles of the demo, its landing page and what a visitor can break there. The gateway is the real one, with an
//! embedded SQLite database in a temporary folder that is removed at the end. A production build (`--no-default-features`) does not contain this
//! folder.

mod breakage;
mod echo;
mod landing;
mod ports;
mod profiles;
mod replica_state;
mod run;
mod sample_application;

pub use ports::Ports;
pub use run::run;
