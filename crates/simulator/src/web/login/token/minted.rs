//! Token answers for tests, without a browser and without a code. Consents count as given.

use actix_web::HttpResponse;

use crate::clients::Client;
use crate::failure::{Cause, Failure};
use crate::realm::Realm;
use crate::scopes::Scopes;
use crate::state::Grant;
use crate::web::incoming::Incoming;
use crate::web::login::token::application;
use crate::web::login::token::requested::finish;
use crate::web::login::token::response::{self as token_response, Issue};
use crate::web::response;

/// What a test asks for.
pub(crate) enum Minted {
    Person(Box<Grant>),
    Application { client: Box<Client>, scope: String },
}

/// The answer of the token endpoint.
pub(crate) fn answer_minted(
    incoming: &Incoming<'_>,
    realm: &Realm,
    minted: Minted,
) -> HttpResponse {
    let answered = match minted {
        Minted::Person(grant) => of_person(incoming, realm, *grant)
            .map(|issue| token_response::answer(incoming, realm, &issue)),
        Minted::Application { client, scope } => {
            application::token(incoming, realm, &client, &scope)
                .map(|body| token_response::finish(incoming, realm, body))
        }
    };
    answered.unwrap_or_else(|cause| {
        let failure = Failure::of(&cause, realm.kind);
        let body = failure.body(realm.kind, &realm.origin, &incoming.platform.trace());
        response::json(400, &body)
    })
}

fn of_person(incoming: &Incoming<'_>, realm: &Realm, grant: Grant) -> Result<Issue, Cause> {
    let platform = incoming.platform;
    let catalog = platform.catalog(realm.kind, &grant.client_id);
    let scopes = Scopes::parse(&catalog, &grant.scope)?;
    let person = {
        let mut state = platform.state();
        let client = grant.client_id.clone();
        state.consent(&grant.tenant, &grant.person, &client, &scopes.of_apis);
        state.person(&grant.tenant, &grant.person).cloned()
    };
    let person = person.ok_or(Cause::NotAdmitted)?;
    let id = platform.state().add_grant(grant.clone());
    finish(incoming, grant, person, scopes, id)
}
