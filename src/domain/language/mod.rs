//! Languages of pages: messages, the choice of a language, and dates as people write them.
//!
//! Owns the catalogues (Fluent) that are built into the program, and the rules for further ones. It does not know pages
//! or requests. Catalogues are built at the start and at each load of a profile, never for a request.

mod accepted;
mod catalogue;
mod catalogues;
mod chosen;
mod dates;
mod judgement;
mod message;
mod prepared;
mod variables;

pub use accepted::{LanguageTag, accepted, parse_tag};
pub use catalogue::{Catalogue, CatalogueSource, PLACE_BEGIN, PLACE_END};
pub use catalogues::{BUILT_IN_SOURCES, Catalogues};
pub use chosen::{Language, LanguageOptions};
pub use judgement::{CatalogueProblem, judge, missing_messages};
pub use message::{Argument, Message};
pub use prepared::Prepared;
pub use variables::parts;
