//! Host names: which service a name belongs to, and by which names a request reached the simulator.
//!
//! Owns both sets of names: those under `.localhost` with plain http, and the platform's true names with https. Answers use the set
//! by which they were asked. Does not know what a service answers.

mod audience;
mod clouds;
mod hosts;
mod service;
mod set;

pub(crate) use audience::{after_graph, is_openid};
pub(crate) use clouds::{CLOUDS, Cloud};
pub(crate) use service::{Service, is_simulated, resolve, split_port};
pub(crate) use set::Names;
