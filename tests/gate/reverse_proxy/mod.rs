//! The reverse proxy: gatehouse itself stands before an application.

mod bodies;
mod decisions;
mod headers;
mod one_reading;
mod step_up;
mod tokens;
mod websockets;
