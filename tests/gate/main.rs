//! The journeys, through the public door: the real application over HTTP against the simulator.

mod attacks;
mod chromium;
mod harness;
mod id_token;
mod scenarios;
mod screens;
