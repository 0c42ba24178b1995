//! Errors as people and scripts see them.
//!
//! Owns the one mapping from an error to a status, and the texts of error pages. It does not know where an error came
//! from.

pub mod authority_error_texts;
pub mod gateway_answers;
pub mod interaction;
pub mod mapping;
pub mod outage_age;
mod outage_texts;
mod problem_response;
pub mod problem_text;
pub mod texts;
pub mod unbranded;
