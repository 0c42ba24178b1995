//! Calls of web APIs on a person's behalf: tokens, consent, step-up, and whatever the API answers.

mod answers;
mod consent;
mod refused_api;
mod retry_after;
mod step_up;
mod tokens;
