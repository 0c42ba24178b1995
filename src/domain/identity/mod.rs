//! Who signed in: the verified claims of a person, and the key that identifies the person.
//!
//! Owns which claims are kept, which are shown and how values are read from them. It does not know tokens: `oidc` verifies
//! claims before they come here.

mod account_names;
mod claims;
mod identifier;
mod judged;
mod subject_key;
mod verified;

pub use account_names::folded;
pub use claims::{Claims, authenticated_at, is_about_person};
pub use identifier::{LONGEST_IDENTIFIER, is_identifier};
pub use judged::JudgedClaims;
pub use subject_key::{PersonBy, SubjectKey, object_of, subject_of};
pub use verified::{Groups, Identity};
