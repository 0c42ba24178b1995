//! `gatehouse demo` as a process of its own, over HTTP: two replicas, and what a visitor breaks and mends.

mod breaking;
mod running;
mod seeing;
