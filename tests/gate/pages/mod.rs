//! The pages, their addresses and methods.

mod authority_language;
mod branding;
mod languages;
mod own_paths;
mod own_templates;
mod routes;
mod samples;
mod unbranded;
