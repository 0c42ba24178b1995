//! The reverse proxy: gatehouse itself stands before an application.

mod bodies;
mod connections;
mod decisions;
mod headers;
mod https;
mod one_reading;
mod public_paths;
mod step_up;
mod tokens;
mod websockets;
