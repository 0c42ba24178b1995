//! The session: what it is worth, how long it lasts, its cookies, and how a person sees and ends it.

mod cookie_suffix;
mod cookies;
mod foreign_handles;
mod key_rotation;
mod lifetime;
mod my_sessions;
mod names;
mod you;
