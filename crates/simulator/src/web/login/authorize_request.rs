//! The authorization request: read, checked, and answered at the address that is registered.
//!
//! Owns what the parameters mean and the two ways back. Who is signed in is decided in `interaction`.

use actix_web::HttpResponse;
use serde_json::Value;

use crate::clients::Client;
use crate::failure::{Cause, Failure};
use crate::faults::{Fault, Point};
use crate::kind::Kind;
use crate::realm::Realm;
use crate::scopes::Scopes;
use crate::web::incoming::{Incoming, Parameters};
use crate::web::pages;
use crate::web::response;

/// Where the answer goes, and how.
#[derive(Clone, Debug)]
pub(crate) struct WayBack {
    redirect_uri: String,
    form_post: bool,
    state: Option<String>,
}

/// A request that may be answered at its redirect address.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizeRequest {
    pub client: Client,
    pub way_back: WayBack,
    pub scope: String,
    pub scopes: Scopes,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    pub prompt: Vec<String>,
    pub login_hint: Option<String>,
    pub domain_hint: Option<String>,
    pub max_age: Option<i64>,
    pub claims: Option<Value>,
}

/// Why a request is not one.
pub(crate) enum Refused {
    /// Nothing may be sent to the address it names (RFC 6749 §4.1.2.1).
    OnThisPage(Cause),
    AtTheApplication(WayBack, Cause),
}

impl AuthorizeRequest {
    pub(crate) fn read(incoming: &Incoming<'_>, realm: &Realm) -> Result<Self, Refused> {
        let parameters = incoming.parameters();
        let kind = realm.kind;
        let client_id = parameters
            .text("client_id")
            .ok_or(Refused::OnThisPage(Cause::Parameter("client_id")))?;
        let client = incoming
            .platform
            .client(kind, client_id)
            .ok_or_else(|| Refused::OnThisPage(Cause::UnknownClient(client_id.to_owned())))?;
        let redirect_uri = parameters
            .text("redirect_uri")
            .ok_or(Refused::OnThisPage(Cause::Parameter("redirect_uri")))?
            .to_owned();
        if !client.redirect_uris.allows(&redirect_uri) {
            return Err(Refused::OnThisPage(Cause::RedirectNotRegistered(
                redirect_uri,
            )));
        }
        let way_back = WayBack {
            redirect_uri,
            form_post: parameters.text("response_mode") == Some("form_post"),
            state: parameters.text("state").map(str::to_owned),
        };
        match Self::read_rest(&parameters, kind, client, way_back.clone()) {
            Ok(request) => Ok(request),
            Err(cause) => Err(Refused::AtTheApplication(way_back, cause)),
        }
    }

    fn read_rest(
        parameters: &Parameters,
        kind: Kind,
        client: Client,
        way_back: WayBack,
    ) -> Result<Self, Cause> {
        let text = |name| parameters.text(name).map(str::to_owned);
        match text("response_type").as_deref() {
            Some("code") => {}
            other => return Err(Cause::ResponseType(other.unwrap_or_default().to_owned())),
        }
        if matches!(parameters.text("response_mode"), Some(mode) if !matches!(mode, "query" | "form_post"))
        {
            return Err(Cause::Parameter("response_mode"));
        }
        let scope = text("scope").ok_or(Cause::Parameter("scope"))?;
        let scopes = Scopes::parse(kind, &client.id, &scope)?;
        if kind == Kind::Oidc && !scopes.openid {
            return Err(Cause::ScopeNotSupported(scope));
        }
        if kind == Kind::B2c && scopes.apis().len() > 1 {
            return Err(Cause::SeveralResources);
        }
        let prompt: Vec<String> = parameters
            .text("prompt")
            .map(|all| all.split(' ').map(str::to_owned).collect())
            .unwrap_or_default();
        check_prompt(&prompt)?;
        let claims = text("claims")
            .map(|json| serde_json::from_str(&json).map_err(|_| Cause::Parameter("claims")))
            .transpose()?;
        let max_age = text("max_age")
            .map(|seconds| seconds.parse().map_err(|_| Cause::Parameter("max_age")))
            .transpose()?;
        Ok(Self {
            challenge: challenge(parameters)?,
            client,
            way_back,
            scope,
            scopes,
            nonce: text("nonce"),
            prompt,
            login_hint: text("login_hint"),
            domain_hint: text("domain_hint"),
            max_age,
            claims,
        })
    }

    pub(crate) fn wants(&self, prompt: &str) -> bool {
        self.prompt.iter().any(|word| word == prompt)
    }

    pub(crate) fn redirect_uri(&self) -> &str {
        &self.way_back.redirect_uri
    }
}

fn check_prompt(prompt: &[String]) -> Result<(), Cause> {
    let known = ["none", "login", "consent", "select_account", "create"];
    let wrong = prompt.iter().find(|word| !known.contains(&word.as_str()));
    // OIDC Core §3.1.2.1: `none` with anything else is an error.
    let torn = prompt.len() > 1 && prompt.iter().any(|word| word == "none");
    match wrong {
        Some(word) => Err(Cause::Prompt(word.clone())),
        None if torn => Err(Cause::Prompt(prompt.join(" "))),
        None => Ok(()),
    }
}

/// RFC 7636 §4.3; `plain` is refused everywhere.
fn challenge(parameters: &Parameters) -> Result<Option<String>, Cause> {
    match (
        parameters.text("code_challenge"),
        parameters.text("code_challenge_method"),
    ) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) if challenge.len() == 43 => Ok(Some(challenge.to_owned())),
        _ => Err(Cause::ChallengeMethod),
    }
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
            apply(&fault, &mut parameters);
        }
        if self.form_post {
            pages::form_post(incoming, &self.redirect_uri, &parameters)
        } else {
            response::redirect(
                incoming,
                &response::with_query(&self.redirect_uri, &parameters),
            )
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
            without(parameters, "code");
            without(parameters, "session_state");
            parameters.push(("error".to_owned(), error.clone()));
            parameters.push(("error_description".to_owned(), description.clone()));
        }
        _ => {}
    }
}
