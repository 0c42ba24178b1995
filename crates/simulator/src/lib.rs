//! An offline stand-in for the Microsoft identity platform and for a plain `OpenID` provider.
//!
//! It answers on one loopback port and tells its rooms apart by `Host`: names under `.localhost` are loopback
//! (RFC 6761 §6.3); a client whose resolver does not know that connects to 127.0.0.1 and sends the `Host`.
//! It is for demonstrations and tests: it checks what the platform checks, but it knows no passwords.
//!
//! ```no_run
//! # fn main() -> Result<(), simulator::StartError> {
//! use simulator::{Fault, Kind, Options, Simulator};
//!
//! let sim = Simulator::start(Options::default())?;
//! let authority = sim.authority(Kind::EntraId);
//! sim.fault(Fault::BadSignature.times(1));
//! # Ok(())
//! # }
//! ```
//!
//! Modules in layers, imports go down only: `command` → `server` → `web` → `tokens` → `platform` → `state`, `templates`, `tls` → `scopes`, `realm` →
//! `failure`, `faults`, `calls` → `options` → `clients` → `kind` → `directory`, `certificates`, `encoding`.

mod authorities;
mod calls;
mod certificates;
mod clients;
pub mod command;
pub mod config;
mod directory;
mod encoding;
mod failure;
mod faults;
mod kind;
mod names;
mod options;
mod platform;
mod realm;
mod scopes;
mod server;
mod shapes;
mod state;
mod templates;
mod tls;
mod tokens;
mod web;

pub use calls::{Call, Endpoint};
pub use clients::{CLIENT_SECRET, Client, Credential, Federation, Registered};
pub use directory::{CONTOSO, CONTOSO_B2C, CONTOSO_CUSTOMERS, FABRIKAM, PERSONAL_ACCOUNTS};
pub use faults::{Fault, Injection};
pub use kind::Kind;
pub use options::{Clock, Options, Random};
pub use platform::SignedIn;
pub use server::{Simulator, StartError};
pub use shapes::{ChallengeForm, Shapes};
pub use tls::error::AuthorityError;
pub use tokens::logout_token::{Delivery, LogoutSignature, LogoutToken};
pub use web::managed_identity::IDENTITY_HEADER;
