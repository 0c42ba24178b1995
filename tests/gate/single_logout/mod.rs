//! Sign-out at the authority reaches gatehouse, by a hidden frame (front channel) or a signed token (back channel).

mod back_channel;
mod front_channel;
mod session_state;
mod unknown_keys;
