//! Layer 0: the values and rules of the gateway.
//!
//! Owns what a profile, an authority, an attempt, a session and a token set *are*, and the rules that need
//! nothing but these values. No I/O, no async, no framework: time, randomness and the environment arrive as arguments,
//! and [`clock`] and [`environment`] are the only places where the machine's are read.

pub mod access_rule;
pub mod api;
pub mod attempt;
pub mod authority;
pub mod bearer_rule;
pub mod callback;
pub mod caller;
pub mod causes;
pub mod client_network;
pub mod clock;
pub mod credential;
pub mod destination;
pub mod environment;
pub mod flash;
pub mod forward_auth;
pub mod header_names;
pub mod identity;
pub mod issuer;
pub mod language;
pub mod log_format;
pub mod nearest_profile;
pub mod outbound_proxy;
pub mod own_path;
pub mod profile;
pub mod profile_state;
pub mod profiles;
pub mod protected_resource;
pub mod public_url;
pub mod random;
pub mod rate_limit;
pub mod request_target;
pub mod return_to;
pub mod route;
pub mod secret;
pub mod session;
pub mod session_name;
pub mod token_set;
pub mod version;
