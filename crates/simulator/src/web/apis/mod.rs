//! The web APIs that access tokens are for: Microsoft Graph, as much as a gateway calls, and a sample API.
//!
//! Owns what an API checks and answers. Does not know how tokens are issued.

pub(crate) mod checks;
pub(crate) mod graph;
pub(crate) mod orders;
