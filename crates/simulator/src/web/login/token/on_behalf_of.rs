//! On-behalf-of: an API exchanges the access token of its caller for one of another API.

use crate::clients::Client;
use crate::failure::Cause;
use crate::realm::Realm;
use crate::state::{Grant, Redeemer};
use crate::tokens::access_token::{Unacceptable, check};
use crate::web::incoming::Incoming;
use crate::web::login::token::requested::{admitted, belongs_here, finish, wanted};
use crate::web::login::token::response::Issue;
use crate::web::login::v1;

/// Turns the token of a caller into tokens for the same person.
pub(super) fn redeem(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client: &Client,
) -> Result<Issue, Cause> {
    let form = &incoming.form;
    if form.text("requested_token_use") != Some("on_behalf_of") {
        return Err(Cause::Parameter("requested_token_use"));
    }
    let assertion = form
        .text("assertion")
        .ok_or(Cause::Parameter("assertion"))?;
    let uris: Vec<String> = client.apis().collect();
    let ours = |audience: &str| audience == client.id || uris.iter().any(|uri| uri == audience);
    let bearer = check(incoming.platform, assertion, ours).map_err(|why| match why {
        Unacceptable::Audience => Cause::OtherAudience,
        Unacceptable::Revoked => Cause::Revoked,
        Unacceptable::Expired => Cause::CodeExpired,
        Unacceptable::Malformed | Unacceptable::Signature => Cause::AssertionSignature,
    })?;
    // Without a person there is nobody on whose behalf.
    let person = bearer.person.ok_or(Cause::OtherAudience)?;
    let grant = Grant {
        kind: realm.kind,
        tenant: bearer.tenant,
        person: person.id.clone(),
        client_id: client.id.clone(),
        scope: v1::scope(realm, form).ok_or(Cause::Parameter("scope"))?,
        redirect_uri: String::new(),
        nonce: None,
        challenge: None,
        policy: None,
        sid: incoming.platform.guid(),
        auth_time: incoming.platform.now(),
        max_age: false,
        acr: None,
        claims: None,
        revocations: person.revocations,
        redeemer: Redeemer::Web,
    };
    belongs_here(&grant, realm, client)?;
    let wanted = wanted(incoming, realm, &grant)?;
    let person = admitted(&incoming.platform.state(), &grant, &wanted)?;
    let id = incoming.platform.state().add_grant(grant.clone());
    finish(incoming, grant, person, wanted, id)
}
