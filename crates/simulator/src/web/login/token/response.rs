//! The token answer in the recorded shape of each kind (microsoft-identity.md §2.1), and the faults in it.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::directory::{Person, stable_guid};
use crate::encoding::{Members, base64url, object};
use crate::faults::{Fault, Point};
use crate::kind::Kind;
use crate::realm::{Realm, Version};
use crate::scopes::{Api, Scopes};
use crate::state::Grant;
use crate::tokens::access_token::{self, Delegated};
use crate::tokens::id_token;
use crate::tokens::issuance::IdTokenInput;
use crate::web::incoming::Incoming;
use crate::web::login::v1;
use crate::web::response;

/// Everything that a token answer is made from.
pub(super) struct Issue {
    pub grant: Grant,
    pub person: Person,
    pub scopes: Scopes,
    pub api: Option<Api>,
    pub refresh_token: Option<String>,
    pub refreshed: bool,
    pub client_info: bool,
}

/// The answer, with the faults that are active.
pub(super) fn answer(incoming: &Incoming<'_>, realm: &Realm, issue: &Issue) -> HttpResponse {
    let platform = incoming.platform;
    let kind = Some(realm.kind);
    let mut of_id_token = platform.faults.take(Point::IdToken, kind);
    let of_refresh = if issue.refreshed {
        platform.faults.take(Point::Refresh, kind)
    } else {
        Vec::new()
    };
    of_id_token.extend(of_refresh.iter().cloned());

    let mut body = members(incoming, realm, issue, &of_id_token);
    for fault in &of_refresh {
        match fault {
            Fault::RefreshWithoutIdToken => drop(body.remove("id_token")),
            Fault::RefreshWithoutRefreshToken => drop(body.remove("refresh_token")),
            _ => {}
        }
    }
    finish(incoming, realm, body)
}

/// Carries out the faults in the body of an answer.
pub(super) fn finish(incoming: &Incoming<'_>, realm: &Realm, mut body: Members) -> HttpResponse {
    for fault in incoming
        .platform
        .faults
        .take(Point::TokenBody, Some(realm.kind))
    {
        match fault {
            Fault::TokenTruncated => return response::truncated(&Value::Object(body)),
            Fault::TokenHuge => return response::huge(),
            Fault::TokenAnswerLost => return response::broken_off(),
            fault => apply(&fault, &mut body),
        }
    }
    response::json(200, &Value::Object(body))
}

fn members(incoming: &Incoming<'_>, realm: &Realm, issue: &Issue, faults: &[Fault]) -> Members {
    let Issue {
        grant,
        person,
        scopes,
        ..
    } = issue;
    let platform = incoming.platform;
    let access_token = issue.api.as_ref().map(|api| {
        let names = names_in_token(realm.kind, scopes, api);
        let token = Delegated {
            realm,
            grant,
            person,
            api: api.clone(),
            names,
        };
        access_token::issue(platform, &token)
    });
    let input = IdTokenInput {
        platform,
        realm,
        grant,
        person,
        scopes,
        access_token: access_token.as_deref(),
        code: None,
        by_front_channel: false,
        with_nonce: !issue.refreshed,
    };
    let mut body = match realm.kind {
        Kind::B2c => b2c(incoming, realm, issue),
        _ => entra(incoming, realm, issue),
    };
    if let Some(token) = &access_token {
        body.insert("access_token".to_owned(), token.clone().into());
    }
    if scopes.openid || realm.kind == Kind::B2c {
        body.insert(
            "id_token".to_owned(),
            id_token::issue(&input, faults).into(),
        );
    }
    if let Some(token) = &issue.refresh_token {
        body.insert("refresh_token".to_owned(), token.clone().into());
    }
    if realm.version == Version::V1 {
        let api = issue.api.as_ref().unwrap_or(&Api::Graph);
        let resource = api.audience(realm.kind, &grant.client_id);
        v1::reshape(&mut body, &resource, platform.now());
    }
    if issue.client_info && realm.kind != Kind::Oidc {
        body.insert("client_info".to_owned(), client_info(realm, issue).into());
    }
    body
}

fn names_in_token(kind: Kind, scopes: &Scopes, api: &Api) -> Vec<String> {
    let mut names = scopes.names(api);
    if kind == Kind::Oidc || *api == Api::Graph {
        names.extend(basic_names(scopes).map(str::to_owned));
    }
    names
}

fn basic_names(scopes: &Scopes) -> impl Iterator<Item = &'static str> {
    [
        ("openid", scopes.openid),
        ("profile", scopes.profile),
        ("email", scopes.email),
    ]
    .into_iter()
    .filter_map(|(name, wanted)| wanted.then_some(name))
}

/// The scopes as the answer tells them: `offline_access` is never among Microsoft's (azure-docs #68619).
fn echo(realm: &Realm, issue: &Issue) -> String {
    let Issue { grant, scopes, .. } = issue;
    let api = issue.api.as_ref().unwrap_or(&Api::Own);
    let mut words: Vec<String> = scopes
        .names(api)
        .into_iter()
        .map(|name| api.echoed(realm.kind, &grant.client_id, &name))
        .collect();
    if realm.kind == Kind::Oidc || *api == Api::Graph {
        words.extend(basic_names(scopes).map(str::to_owned));
    }
    if realm.kind == Kind::Oidc && scopes.offline {
        words.push("offline_access".to_owned());
    }
    words.join(" ")
}

fn entra(incoming: &Incoming<'_>, realm: &Realm, issue: &Issue) -> Members {
    let settings = incoming.platform.settings();
    let mut body = object(json!({
        "token_type": "Bearer",
        "scope": echo(realm, issue),
        "expires_in": incoming.platform.access_token_lifetime(),
    }));
    if realm.kind.is_microsoft() {
        body.insert(
            "ext_expires_in".to_owned(),
            incoming.platform.access_token_lifetime().into(),
        );
    }
    if let Some(seconds) = settings.refresh_in {
        body.insert("refresh_in".to_owned(), seconds.into());
    }
    body
}

/// Without an API there is neither `access_token` nor `expires_in` (azure-docs #64582, openid-client #717).
fn b2c(incoming: &Incoming<'_>, realm: &Realm, issue: &Issue) -> Members {
    let settings = incoming.platform.settings();
    let now = incoming.platform.now();
    let mut body = object(json!({
        "token_type": "Bearer",
        "not_before": now,
        "scope": "",
        "id_token_expires_in": settings.id_token_lifetime,
        "profile_info": base64url(json!({"ver": "1.0", "tid": issue.grant.tenant.id, "sub": Value::Null, "name": issue.person.name, "preferred_username": Value::Null, "idp": Value::Null}).to_string().as_bytes()),
    }));
    if let Some(api) = &issue.api {
        body.extend(object(json!({
            "scope": echo(realm, issue),
            "expires_in": incoming.platform.access_token_lifetime(),
            "expires_on": now + incoming.platform.access_token_lifetime(),
            "resource": stable_guid(&api.audience(realm.kind, &issue.grant.client_id)),
        })));
        if let Some(seconds) = settings.refresh_in {
            body.insert("refresh_in".to_owned(), seconds.into());
        }
    }
    if issue.refresh_token.is_some() {
        body.insert(
            "refresh_token_expires_in".to_owned(),
            settings.refresh_token_lifetime.into(),
        );
    }
    body
}

/// base64url of `{uid, utid}` (microsoft-identity.md §2.6): home object and home tenant.
fn client_info(realm: &Realm, issue: &Issue) -> String {
    let Issue { grant, person, .. } = issue;
    let home = person.home.as_ref().unwrap_or(&grant.tenant);
    let object_id = person.object_id(home);
    let uid = match &realm.policy {
        Some(policy) => format!("{object_id}-{}", policy.in_addresses()),
        None => object_id,
    };
    base64url(json!({"uid": uid, "utid": home.id}).to_string().as_bytes())
}

fn apply(fault: &Fault, body: &mut Members) {
    match fault {
        Fault::TokenStringNumbers => {
            for value in body.values_mut().filter(|value| value.is_number()) {
                *value = value.to_string().into();
            }
        }
        Fault::TokenTrailingSpaceAfterJwt => {
            if let Some(Value::String(token)) = body.get_mut("id_token") {
                token.push_str("  ");
            }
        }
        Fault::TokenWithoutIdToken => drop(body.remove("id_token")),
        Fault::TokenWithoutAccessToken => drop(body.remove("access_token")),
        Fault::TokenWithoutType => drop(body.remove("token_type")),
        Fault::TokenTypeOddCase => drop(body.insert("token_type".to_owned(), "bEARER".into())),
        Fault::TokenWithoutExpiresIn => {
            for name in ["expires_in", "ext_expires_in", "expires_on"] {
                body.remove(name);
            }
        }
        Fault::ScopeMissing => drop(body.remove("scope")),
        Fault::ScopeEmpty => drop(body.insert("scope".to_owned(), "".into())),
        Fault::ScopeDropped(name) => {
            change_scope(body, |word| {
                (!word.eq_ignore_ascii_case(name)).then(|| word.to_owned())
            });
        }
        Fault::ScopeUpperCase => change_scope(body, |word| Some(word.to_uppercase())),
        Fault::ScopeWithGraphPrefix => change_scope(body, |word| {
            let basic = ["openid", "profile", "email", "offline_access"].contains(&word);
            let prefixed = !basic && !word.contains("://");
            Some(if prefixed {
                format!("https://graph.microsoft.com/{word}")
            } else {
                word.to_owned()
            })
        }),
        _ => {}
    }
}

fn change_scope(body: &mut Members, change: impl Fn(&str) -> Option<String>) {
    if let Some(Value::String(scope)) = body.get_mut("scope") {
        let words: Vec<_> = scope.split_whitespace().filter_map(change).collect();
        *scope = words.join(" ");
    }
}
