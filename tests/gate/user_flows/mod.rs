//! The user flows of Azure AD B2C beside sign-in, and the flash message at their end.

mod b2c;
mod ended_session;
mod flash_messages;
mod policy_claims;
