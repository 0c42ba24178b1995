//! The pages, their addresses and methods.

mod branding;
mod languages;
mod own_paths;
mod own_templates;
mod routes;
mod samples;
mod unbranded;
