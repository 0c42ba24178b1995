//! The answer of the authorization endpoint: by query, fragment or form, at an address that is registered.

use actix_web::HttpResponse;

use crate::failure::{Cause, Failure, codes};
use crate::faults::{Fault, Point};
use crate::kind::Kind;
use crate::realm::Realm;
use crate::web::incoming::Incoming;
use crate::web::pages;
use crate::web::response;

/// How the answer reaches the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    /// Reads `response_mode`. Without one, tokens go into the fragment (OAuth 2.0 Multiple Response Types §5).
    pub(crate) fn parse(text: Option<&str>, has_token: bool) -> Result<Self, Cause> {
        match text {
            None if has_token => Ok(Self::Fragment),
            None => Ok(Self::Query),
            Some("query") if !has_token => Ok(Self::Query),
            Some("fragment") => Ok(Self::Fragment),
            Some("form_post") => Ok(Self::FormPost),
            Some(_) => Err(Cause::Parameter("response_mode")),
        }
    }
}

/// Where the answer goes, and how.
#[derive(Clone, Debug)]
pub(crate) struct WayBack {
    pub redirect_uri: String,
    pub mode: ResponseMode,
    pub state: Option<String>,
}

impl WayBack {
    /// Sends parameters to the application, with `state` and, from the plain provider, `iss` (RFC 9207 §2).
    pub(crate) fn answer(
        &self,
        incoming: &Incoming<'_>,
        realm: &Realm,
        mut parameters: Vec<(String, String)>,
    ) -> HttpResponse {
        if let Some(state) = &self.state {
            parameters.push(("state".to_owned(), state.clone()));
        }
        if realm.kind == Kind::Oidc {
            parameters.push(("iss".to_owned(), realm.origin.clone()));
        }
        for fault in incoming
            .platform
            .faults
            .take(Point::AuthorizeAnswer, Some(realm.kind))
        {
            match fault {
                Fault::AuthorizeCode(code) => {
                    if let Some(failure) = codes::failure(realm.kind, code) {
                        let description =
                            failure.description(realm.kind, &incoming.platform.trace());
                        replace_by_error(&mut parameters, &failure.error, &description);
                    }
                }
                fault => apply(&fault, &mut parameters),
            }
        }
        match self.mode {
            ResponseMode::FormPost => pages::form_post(incoming, &self.redirect_uri, &parameters),
            ResponseMode::Fragment => {
                let mut parts = url::form_urlencoded::Serializer::new(String::new());
                let fragment = parts.extend_pairs(&parameters).finish();
                let address = format!("{}#{fragment}", self.redirect_uri);
                response::redirect(incoming, &address)
            }
            ResponseMode::Query => response::redirect(
                incoming,
                &response::with_query(&self.redirect_uri, &parameters),
            ),
        }
    }

    /// Sends an error to the application.
    pub(crate) fn refuse(
        &self,
        incoming: &Incoming<'_>,
        realm: &Realm,
        cause: &Cause,
    ) -> HttpResponse {
        let failure = Failure::of(cause, realm.kind);
        let mut parameters = vec![
            ("error".to_owned(), failure.error.clone()),
            (
                "error_description".to_owned(),
                failure.description(realm.kind, &incoming.platform.trace()),
            ),
        ];
        if *cause == Cause::Cancelled && realm.kind != Kind::B2c && realm.kind != Kind::Oidc {
            parameters.push(("error_subcode".to_owned(), "cancel".to_owned()));
        }
        self.answer(incoming, realm, parameters)
    }
}

fn apply(fault: &Fault, parameters: &mut Vec<(String, String)>) {
    let without = |parameters: &mut Vec<(String, String)>, name: &str| {
        parameters.retain(|(n, _)| n != name);
    };
    let append = |parameters: &mut Vec<(String, String)>, name: &str| {
        for (_, value) in parameters.iter_mut().filter(|(n, _)| n == name) {
            value.push('x');
        }
    };
    let mut push = |name: &str, value: &str| parameters.push((name.to_owned(), value.to_owned()));
    match fault {
        Fault::CallbackIssWrong => append(parameters, "iss"),
        Fault::CallbackIssMissing => without(parameters, "iss"),
        Fault::CallbackStateWrong => append(parameters, "state"),
        Fault::CallbackStateMissing => without(parameters, "state"),
        Fault::CallbackWithoutCode => without(parameters, "code"),
        Fault::CallbackCodeAndError => push("error", "server_error"),
        Fault::AuthorizeError { error, description } => {
            replace_by_error(parameters, error, description);
        }
        _ => {}
    }
}

/// An error in place of everything that was to be issued.
fn replace_by_error(parameters: &mut Vec<(String, String)>, error: &str, description: &str) {
    let issued = ["code", "session_state", "id_token", "access_token"];
    parameters.retain(|(name, _)| !issued.contains(&name.as_str()));
    parameters.push(("error".to_owned(), error.to_owned()));
    parameters.push(("error_description".to_owned(), description.to_owned()));
}
