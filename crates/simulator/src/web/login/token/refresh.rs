//! Refresh tokens (RFC 6749 §6).

use serde_json::Value;

use crate::clients::Client;
use crate::failure::Cause;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::state::Grant;
use crate::tokens::access_token::satisfies;
use crate::web::incoming::Incoming;
use crate::web::login::token::requested::{admitted, belongs_here, finish, wanted};
use crate::web::login::token::response::Issue;

/// Turns a refresh token into tokens.
pub(super) fn redeem(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client: &Client,
) -> Result<Issue, Cause> {
    let token = incoming
        .form
        .text("refresh_token")
        .ok_or(Cause::Parameter("refresh_token"))?;
    let now = incoming.platform.now();
    // The plain provider detects reuse; Microsoft keeps the old token valid (microsoft-identity.md §2.4).
    let once = realm.kind == Kind::Oidc;
    let mut state = incoming.platform.state();
    let (id, grant) = state.grant_of_refresh_token(token, now, once)?;
    belongs_here(&grant, realm, client).map_err(|cause| match cause {
        Cause::CodeMalformed => Cause::RefreshUnknown,
        cause => cause,
    })?;
    let wanted = wanted(incoming, realm, &grant)?;
    let person = admitted(&state, &grant, &wanted)?;
    step_up(incoming, &grant)?;
    if once && !state.use_refresh_token(token) {
        state.end_grant(id);
        return Err(Cause::Revoked);
    }
    drop(state);
    finish(incoming, grant, person, wanted, id)
}

/// A refresh with `claims` that the sign-in did not satisfy needs the person (microsoft-identity.md §6.2).
fn step_up(incoming: &Incoming<'_>, grant: &Grant) -> Result<(), Cause> {
    let Some(text) = incoming.form.text("claims") else {
        return Ok(());
    };
    let claims: Value = serde_json::from_str(text).map_err(|_| Cause::Parameter("claims"))?;
    if satisfies(grant.claims.as_ref(), &claims) {
        Ok(())
    } else {
        Err(Cause::StepUp(text.to_owned()))
    }
}
