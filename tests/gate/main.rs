//! The journeys, through the public door: the real application over HTTP against the simulator.

mod api_answers;
mod api_call;
mod attacks;
mod authorize;
mod b2c;
mod chromium;
mod credentials;
mod entry;
mod errors;
mod harness;
mod id_token;
mod logout;
mod logs;
mod notices;
mod refresh;
mod scenarios;
mod screens;
mod tabs;
