//! Starts the real application on port 0 with a fixed clock, against the simulator over HTTP, and offers the steps that
//! tests share: one file for each noun.

pub mod access_tokens;
mod admin;
pub mod api;
pub mod browser;
pub mod client_auth;
mod database;
pub mod folder;

mod handles;
pub mod logout_tokens;
mod plan;
mod profile;
pub mod records;
pub mod refusals;
pub mod replica;
mod server;
pub mod socket;
mod steps;
mod timing;
pub mod tls_upstream;
pub mod unknown;
pub mod upstream;
pub mod wire;

pub use database::postgres_is_there;
pub use plan::{On, Plan};
pub use profile::{add_profile, api_of, write_profile};
pub use replica::Replica;
pub use server::{TestGatehouse, beginning, eventually, host, means};
pub use simulator::{Endpoint, Fault, Kind, Simulator};
pub use steps::shows_an_answer;
pub use timing::assert_within;
