//! The pages, their addresses and methods.

mod own_paths;
mod routes;
mod samples;
