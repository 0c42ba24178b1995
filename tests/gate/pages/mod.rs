//! The pages, their addresses and methods.

mod languages;
mod own_paths;
mod routes;
mod samples;
mod unbranded;
