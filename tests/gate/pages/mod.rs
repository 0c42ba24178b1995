//! The pages, their addresses and methods.

mod routes;
mod samples;
