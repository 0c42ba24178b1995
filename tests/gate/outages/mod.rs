//! Outages of the store, of an authority and of our own credentials: nobody is signed out, and all mends by itself.

mod authority;
mod credentials;
mod error_pages;
mod refresh;
mod store;
mod waiting;
