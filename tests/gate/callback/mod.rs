//! The callback: every shape of an answer, every check that it must pass, and what an error becomes.

mod attacks;
mod id_token;
mod issuer_and_state;
mod issuers;
mod outage;
mod refusals;
mod shapes;
