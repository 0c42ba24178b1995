//! The authorization endpoint: a request in; a page, a code or an error out.

use actix_web::HttpResponse;

use crate::failure::Failure;
use crate::faults::Point;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::scopes::Api;
use crate::state::Grant;
use crate::tokens::access_token::{self, Delegated};
use crate::tokens::id_token;
use crate::tokens::issuance::IdTokenInput;
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
        Next::Grant(grant) => send(incoming, realm, &request, &grant),
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

/// Issues what the response type asks for.
fn send(
    incoming: &Incoming<'_>,
    realm: &Realm,
    request: &AuthorizeRequest,
    grant: &Grant,
) -> HttpResponse {
    let platform = incoming.platform;
    let now = platform.now();
    let mut parameters = Vec::new();
    let code = format!("1.{}", platform.handle());
    if request.response_type.code {
        parameters.push(("code".to_owned(), code.clone()));
        let expires = now + platform.settings().code_lifetime;
        let mut state = platform.state();
        state.add_code(code.clone(), grant.clone(), now, expires);
    }
    if request.response_type.has_token() {
        parameters.extend(tokens(incoming, realm, request, grant, &code));
    }
    if !matches!(realm.kind, Kind::B2c | Kind::Oidc) {
        // Microsoft sends the session id here too (o365-moodle #2560).
        parameters.push(("session_state".to_owned(), grant.sid.clone()));
    }
    request.way_back.answer(incoming, realm, parameters)
}

/// Hybrid and implicit flow (OIDC Core §3.2, §3.3).
fn tokens(
    incoming: &Incoming<'_>,
    realm: &Realm,
    request: &AuthorizeRequest,
    grant: &Grant,
    code: &str,
) -> Vec<(String, String)> {
    let platform = incoming.platform;
    let person = platform
        .state()
        .person(&grant.tenant, &grant.person)
        .cloned();
    let Some(person) = person else {
        return Vec::new();
    };
    let mut parameters = Vec::new();
    let mut push = |name: &str, value: String| parameters.push((name.to_owned(), value));
    let api = request.scopes.apis().into_iter().next();
    let token = request.response_type.token.then(|| {
        let api = api.unwrap_or(Api::Graph);
        let token = Delegated {
            realm,
            grant,
            person: &person,
            names: request.scopes.names(&api),
            api,
        };
        access_token::issue(platform, &token)
    });
    if let Some(token) = &token {
        push("access_token", token.clone());
        push("token_type", "Bearer".to_owned());
        push("expires_in", platform.access_token_lifetime().to_string());
        push("scope", grant.scope.clone());
    }
    if request.response_type.id_token {
        let input = IdTokenInput {
            platform,
            realm,
            grant,
            person: &person,
            scopes: &request.scopes,
            access_token: token.as_deref(),
            code: request.response_type.code.then_some(code),
            by_front_channel: true,
            with_nonce: true,
        };
        let faults = platform.faults.take(Point::IdToken, Some(realm.kind));
        push("id_token", id_token::issue(&input, &faults));
    }
    parameters
}
