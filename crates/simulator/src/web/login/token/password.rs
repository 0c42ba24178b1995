//! Resource owner password (RFC 6749 §4.3), which Entra ID still has.
//!
//! The simulator knows no passwords: any is right but `wrong`.

use std::sync::Arc;

use crate::clients::Client;
use crate::failure::Cause;
use crate::realm::Realm;
use crate::state::{Grant, Redeemer};
use crate::web::incoming::Incoming;
use crate::web::login::token::requested::{admitted, finish, wanted};
use crate::web::login::token::response::Issue;
use crate::web::login::v1;

/// Tokens for whoever the user name names.
pub(super) fn redeem(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client: &Client,
) -> Result<Issue, Cause> {
    let form = &incoming.form;
    let name = form.text("username").ok_or(Cause::Parameter("username"))?;
    let password = form.text("password").ok_or(Cause::Parameter("password"))?;
    let platform = incoming.platform;
    let found = {
        let state = platform.state();
        let mut tenants = realm.tenants.iter();
        tenants.find_map(|tenant| {
            let person = state.person(tenant, name)?;
            Some((Arc::clone(tenant), person.clone()))
        })
    };
    let (tenant, person) = found.ok_or_else(|| Cause::UnknownPerson(name.to_owned()))?;
    // Personal accounts cannot sign in by this grant (v2-oauth-ropc).
    if password == "wrong" || tenant.is_personal_accounts() {
        return Err(Cause::PasswordWrong);
    }
    let grant = Grant {
        kind: realm.kind,
        tenant,
        person: person.id,
        client_id: client.id.clone(),
        scope: v1::scope(realm, form).ok_or(Cause::Parameter("scope"))?,
        redirect_uri: String::new(),
        nonce: None,
        challenge: None,
        policy: None,
        sid: platform.guid(),
        auth_time: platform.now(),
        max_age: false,
        acr: None,
        claims: None,
        revocations: person.revocations,
        redeemer: Redeemer::PublicFlow,
    };
    let wanted = wanted(incoming, realm, &grant)?;
    let person = admitted(&platform.state(), &grant, &wanted)?;
    let id = platform.state().add_grant(grant.clone());
    finish(incoming, grant, person, wanted, id)
}
