//! Device codes (RFC 8628 §3.4) become tokens when the person has decided.

use crate::clients::Client;
use crate::failure::Cause;
use crate::realm::Realm;
use crate::web::incoming::Incoming;
use crate::web::login::token::requested::{admitted, belongs_here, finish, wanted};
use crate::web::login::token::response::Issue;

/// Turns an approved device code into tokens, once.
pub(super) fn redeem(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client: &Client,
) -> Result<Issue, Cause> {
    let code = incoming
        .form
        .text("device_code")
        .ok_or(Cause::Parameter("device_code"))?;
    let now = incoming.platform.now();
    let grant = incoming
        .platform
        .state()
        .take_device(code, &client.id, now)?;
    belongs_here(&grant, realm, client)?;
    let wanted = wanted(incoming, realm, &grant)?;
    let person = admitted(&incoming.platform.state(), &grant, &wanted)?;
    let id = incoming.platform.state().add_grant(grant.clone());
    finish(incoming, grant, person, wanted, id)
}
