//! The authorization endpoint: a request in; a page, a code or an error out.

use actix_web::HttpResponse;

use crate::failure::Failure;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::state::Grant;
use crate::web::incoming::Incoming;
use crate::web::login::authorize_request::{AuthorizeRequest, Refused};
use crate::web::login::interaction::{self, Next};
use crate::web::pages::{self, Frame};
use crate::web::response;

/// Answers requests and the forms of the pages alike.
pub(crate) fn answer(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    let request = match AuthorizeRequest::read(incoming, realm) {
        Ok(request) => request,
        Err(Refused::OnThisPage(cause)) => {
            let failure = Failure::of(&cause, realm.kind);
            let text = failure.description(realm.kind, &incoming.platform.trace());
            return pages::failure(incoming, realm, &text);
        }
        Err(Refused::AtTheApplication(way_back, cause)) => {
            return way_back.refuse(incoming, realm, &cause);
        }
    };
    let frame = Frame::new(incoming, realm, &request.client.id);
    let response = match interaction::next(incoming, realm, &request) {
        Next::Grant(grant) => send_code(incoming, realm, &request, *grant),
        Next::No(cause) => request.way_back.refuse(incoming, realm, &cause),
        Next::Pick => frame.pick(&interaction::choices(incoming, realm, &request)),
        Next::SignUp => frame.sign_up(),
        Next::Consent {
            person,
            account,
            scopes,
        } => frame.consent(&person, &account, &scopes),
        Next::EditProfile { person, account } => frame.edit_profile(&person, &account),
        Next::NewPassword { person, account } => frame.new_password(&person, &account),
    };
    response::with_cookie(incoming, response)
}

fn send_code(
    incoming: &Incoming<'_>,
    realm: &Realm,
    request: &AuthorizeRequest,
    grant: Grant,
) -> HttpResponse {
    let platform = incoming.platform;
    let code = format!("1.{}", platform.handle());
    let mut parameters = vec![("code".to_owned(), code.clone())];
    if !matches!(realm.kind, Kind::B2c | Kind::Oidc) {
        // Microsoft sends the session id here too (o365-moodle #2560).
        parameters.push(("session_state".to_owned(), grant.sid.clone()));
    }
    let now = platform.now();
    platform
        .state()
        .add_code(code, grant, now, now + platform.options.code_lifetime);
    request.way_back.answer(incoming, realm, parameters)
}
