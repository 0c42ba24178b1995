//! Forward auth: what a proxy asks, and what it is answered.

mod answers;
mod easyauth;
mod families;
mod identity;
mod lessons;
mod rules;
mod step_up;
mod tenants;
