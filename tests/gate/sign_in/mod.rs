//! Sign-in up to the authority: what the request says, many tabs at once, and who may enter afterwards.

mod access;
mod authorization_request;
mod edited_rules;
mod outgoing_requests;
mod tabs;
mod tenants;
