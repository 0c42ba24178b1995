//! The authorization endpoint: a request in; a page, a code or an error out.

use actix_web::HttpResponse;

use crate::failure::Failure;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::state::Grant;
use crate::web::answer;
use crate::web::asked::Asked;
use crate::web::authorize_request::{AuthorizeRequest, Refused};
use crate::web::journey::{self, Next};
use crate::web::pages::{self, Frame};

/// Answers requests and the forms of the pages alike.
pub(crate) fn answer(asked: &Asked<'_>, realm: &Realm) -> HttpResponse {
    let request = match AuthorizeRequest::read(asked, realm) {
        Ok(request) => request,
        Err(Refused::OnThisPage(cause)) => {
            let failure = Failure::of(&cause, realm.kind);
            let text = failure.description(realm.kind, &asked.world.trace());
            return pages::failure(asked, realm, &text);
        }
        Err(Refused::AtTheApplication(way_back, cause)) => {
            return way_back.refuse(asked, realm, &cause);
        }
    };
    let frame = Frame::new(asked, realm, &request);
    let response = match journey::next(asked, realm, &request) {
        Next::Grant(grant) => send_code(asked, realm, &request, *grant),
        Next::No(cause) => request.way_back.refuse(asked, realm, &cause),
        Next::Pick => frame.pick(&journey::choices(asked, realm, &request)),
        Next::SignUp => frame.sign_up(),
        Next::Consent {
            person,
            account,
            scopes,
        } => frame.consent(&person, &account, &scopes),
        Next::EditProfile { person, account } => frame.edit_profile(&person, &account),
        Next::NewPassword { person, account } => frame.new_password(&person, &account),
    };
    answer::with_cookie(asked, response)
}

fn send_code(
    asked: &Asked<'_>,
    realm: &Realm,
    request: &AuthorizeRequest,
    grant: Grant,
) -> HttpResponse {
    let world = asked.world;
    let code = format!("1.{}", world.handle());
    let mut parameters = vec![("code".to_owned(), code.clone())];
    if !matches!(realm.kind, Kind::B2c | Kind::Oidc) {
        // Microsoft sends the session id here too (o365-moodle #2560).
        parameters.push(("session_state".to_owned(), grant.sid.clone()));
    }
    let now = world.now();
    world
        .state()
        .add_code(code, grant, now, now + world.options.code_lifetime);
    request.way_back.answer(asked, realm, parameters)
}
