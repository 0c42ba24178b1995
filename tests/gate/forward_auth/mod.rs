//! Forward auth: what a proxy asks, and what it is answered.

mod answers;
mod families;
mod identity;
mod lessons;
mod rules;
