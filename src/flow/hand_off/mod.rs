//! The hand-off: a further host of a profile takes over the session that the browser has at `public_url`.
//!
//! 1. The host keeps a sealed attempt in the browser and leads to `public_url` with a sealed request (`request.rs`).
//! 2. `public_url` signs the person in, or knows the session already, and leads back with a sealed ticket (`ticket.rs`).
//! 3. The host takes the ticket once, beside the attempt that it answers, and gives its own cookie the same handle
//!    (`landing.rs`). There is one row, so a sign-out anywhere ends the session everywhere.
//!
//! Nothing is written to the store before the ticket is used.

mod landing;
mod request;
mod ticket;

pub use landing::{Landed, land};
pub use request::{BegunHandOff, HandOffOptions, HandOffRequest, ask, open_request, step_up_of};
pub use ticket::{Ticket, open_ticket, ticket_for};
