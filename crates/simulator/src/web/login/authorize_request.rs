//! The authorization request: read, checked, and answered at the address that is registered.
//!
//! Owns what the parameters mean. `way_back` sends answers; who is signed in is decided in `interaction`.

use serde_json::Value;

use crate::clients::{Client, Registered};
use crate::failure::Cause;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::scopes::{Catalog, Scopes};
use crate::state::Redeemer;
use crate::web::incoming::{Incoming, Parameters};
use crate::web::login::v1;
use crate::web::login::way_back::{ResponseMode, WayBack};

/// A request that may be answered at its redirect address.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizeRequest {
    pub client: Client,
    pub redeemer: Redeemer,
    pub response_type: ResponseType,
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
    pub acr_values: Option<String>,
}

/// What the authorization endpoint issues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResponseType {
    pub code: bool,
    pub id_token: bool,
    pub token: bool,
}

impl ResponseType {
    /// Tokens are issued here only to applications that allow it, and not by the plain provider.
    fn parse(text: &str, kind: Kind, client: &Client) -> Result<Self, Cause> {
        let unsupported = || Cause::ResponseType(text.to_owned());
        let mut found = Self::default();
        for word in text.split_whitespace() {
            match word {
                "code" => found.code = true,
                "id_token" => found.id_token = true,
                "token" => found.token = true,
                _ => return Err(unsupported()),
            }
        }
        let allowed = client.implicit && kind.is_microsoft();
        if found == Self::default() || (found.has_token() && !allowed) {
            return Err(unsupported());
        }
        Ok(found)
    }

    pub(crate) const fn has_token(self) -> bool {
        self.id_token || self.token
    }
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
        let allows = |registered: &Registered| {
            let any_port = kind.is_microsoft() && registered.allows_any_port(&redirect_uri);
            any_port || registered.allows(&redirect_uri)
        };
        let redeemer = if allows(&client.spa_redirect_uris) {
            Redeemer::SinglePage
        } else if allows(&client.redirect_uris) {
            Redeemer::Web
        } else {
            return Err(Refused::OnThisPage(Cause::RedirectNotRegistered(
                redirect_uri,
            )));
        };
        let asked = parameters.text("response_type").unwrap_or_default();
        let response_type = ResponseType::parse(asked, kind, &client);
        let has_token = response_type.as_ref().is_ok_and(|asked| asked.has_token());
        let mode = ResponseMode::parse(parameters.text("response_mode"), has_token);
        let way_back = WayBack {
            redirect_uri,
            mode: mode.clone().unwrap_or(ResponseMode::Query),
            state: parameters.text("state").map(str::to_owned),
        };
        let refused = |cause| Refused::AtTheApplication(way_back.clone(), cause);
        let response_type = response_type.map_err(refused)?;
        mode.map_err(refused)?;
        let catalog = incoming.platform.catalog(kind, client_id);
        let scope = v1::scope(realm, &parameters).ok_or(Cause::Parameter("scope"));
        let request = scope
            .and_then(|scope| Self::read_rest(&parameters, &catalog, scope, way_back.clone()))
            .map_err(refused)?;
        if response_type.id_token && request.nonce.is_none() {
            return Err(refused(Cause::Parameter("nonce")));
        }
        Ok(Self {
            client,
            redeemer,
            response_type,
            ..request
        })
    }

    fn read_rest(
        parameters: &Parameters,
        catalog: &Catalog,
        scope: String,
        way_back: WayBack,
    ) -> Result<Self, Cause> {
        let text = |name| parameters.text(name).map(str::to_owned);
        let scopes = Scopes::parse(catalog, &scope)?;
        if catalog.kind == Kind::Oidc && !scopes.openid {
            return Err(Cause::ScopeNotSupported(scope));
        }
        if catalog.kind == Kind::B2c && scopes.apis().len() > 1 {
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
            client: Client::with_secret(&catalog.client_id, ""),
            redeemer: Redeemer::Web,
            response_type: ResponseType::default(),
            way_back,
            scope,
            scopes,
            nonce: text("nonce"),
            prompt,
            login_hint: text("login_hint"),
            domain_hint: text("domain_hint"),
            max_age,
            claims,
            acr_values: text("acr_values"),
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
    let contradictory = prompt.len() > 1 && prompt.iter().any(|word| word == "none");
    match wrong {
        Some(word) => Err(Cause::Prompt(word.clone())),
        None if contradictory => Err(Cause::Prompt(prompt.join(" "))),
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
