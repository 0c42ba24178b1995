//! Sign-out at the authority (microsoft-identity.md §4), and the notices to the applications.
//!
//! Owns the end-session endpoint. Logout tokens are made in `back_channel`.

use actix_web::HttpResponse;
use serde_json::json;

use crate::clients::Client;
use crate::encoding::object;
use crate::failure::{Cause, Failure};
use crate::faults::{Fault, Point};
use crate::kind::Kind;
use crate::realm::{Realm, Version};
use crate::state::Account;
use crate::tokens::id_token::opaque_login_hint;
use crate::tokens::issuance::ring;
use crate::tokens::jwt::Parts;
use crate::tokens::keys::KeyRing;
use crate::tokens::logout_token::{LogoutToken, deliver_all};
use crate::web::incoming::Incoming;
use crate::web::pages::{self, SignedOut};
use crate::web::response;

/// What a verified `id_token_hint` says.
struct Hint {
    client_id: String,
    subject: Option<String>,
    sid: Option<String>,
}

/// Answers GET and POST alike (RP-Initiated Logout §2).
pub(crate) async fn answer(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    let parameters = incoming.parameters();
    let hint = match parameters
        .text("id_token_hint")
        .map(|token| read_hint(incoming, realm, token))
    {
        Some(None) => return refuse(incoming, realm),
        Some(Some(hint)) => Some(hint),
        None if realm.kind == Kind::Oidc => return refuse(incoming, realm),
        None => None,
    };
    let browser = incoming.browser();
    let accounts: Vec<Account> = incoming
        .platform
        .state()
        .accounts(&browser)
        .iter()
        .filter(|account| realm.tenants.contains(&account.tenant))
        .cloned()
        .collect();
    let sid = match which(incoming, realm, hint.as_ref(), &accounts) {
        Which::One(sid) => Some(sid),
        Which::All => None,
        Which::Ask => return ask(incoming, realm, &accounts),
    };
    let mut out = incoming.platform.state().sign_out(&browser, sid.as_deref());
    let Ok(onward) = onward(incoming, realm, hint.as_ref(), &out) else {
        return refuse(incoming, realm);
    };
    if let Some(hint) = &hint {
        also_by_hint(incoming, realm, hint, &mut out);
    }
    if realm.kind == Kind::Oidc {
        notify(incoming, realm, &out, hint.as_ref()).await;
    }
    let frames = frames(incoming, realm, &out);
    match &onward {
        Some(address) if frames.is_empty() => response::redirect(incoming, address),
        onward => {
            let end = SignedOut {
                accounts: Vec::new(),
                frames,
                onward: onward.as_deref(),
                hidden: Vec::new(),
                action: "",
            };
            pages::signed_out(incoming, realm, &end)
        }
    }
}

fn refuse(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    let failure = Failure::of(&Cause::LogoutHint, realm.kind);
    pages::failure(
        incoming,
        realm,
        &failure.description(realm.kind, &incoming.platform.trace()),
    )
}

/// Signature, issuer and audience; not the expiry (RP-Initiated Logout §4).
fn read_hint(incoming: &Incoming<'_>, realm: &Realm, token: &str) -> Option<Hint> {
    let parts = Parts::read(token.trim())?;
    let kid = parts.header.get("kid")?.as_str()?;
    let shapes = incoming.platform.shapes();
    let tenant = parts.text("tid").unwrap_or_default();
    let own = ring(realm.kind, tenant, &shapes);
    let rings = if realm.kind == Kind::Oidc {
        vec![KeyRing::Oidc, KeyRing::OidcEc]
    } else {
        let client = parts.text("aud").unwrap_or_default();
        vec![own, KeyRing::of_application(client)]
    };
    let verify = |ring| {
        incoming
            .platform
            .keys
            .verify(ring, kid, parts.signed.as_bytes(), &parts.signature)
    };
    rings.into_iter().any(verify).then_some(())?;
    let client_id = parts.text("aud")?;
    incoming.platform.client(realm.kind, client_id)?;
    Some(Hint {
        client_id: client_id.to_owned(),
        subject: parts.text("sub").map(str::to_owned),
        sid: parts.text("sid").map(str::to_owned),
    })
}

enum Which {
    One(String),
    All,
    Ask,
}

fn which(
    incoming: &Incoming<'_>,
    realm: &Realm,
    hint: Option<&Hint>,
    accounts: &[Account],
) -> Which {
    let parameters = incoming.parameters();
    if let Some(sid) = parameters.text("account") {
        return Which::One(sid.to_owned());
    }
    if realm.kind == Kind::B2c {
        return Which::All;
    }
    if let Some(sid) = hint.and_then(|hint| hint.sid.clone()) {
        return Which::One(sid);
    }
    if let Some(wanted) = parameters.text("logout_hint") {
        let state = incoming.platform.state();
        let fits = |account: &&Account| {
            // The opaque `login_hint` claim, not the user name (MSAL.js #4450).
            let person = state.person(&account.tenant, &account.person);
            person.is_some_and(|person| opaque_login_hint(person) == wanted)
        };
        if let Some(account) = accounts.iter().find(fits) {
            return Which::One(account.sid.clone());
        }
    }
    match accounts {
        [] => Which::All,
        [one] => Which::One(one.sid.clone()),
        // Empirically the older endpoint signs out without asking (microsoft-identity.md W24).
        _ if realm.version == Version::V1 => Which::All,
        _ => Which::Ask,
    }
}

fn ask(incoming: &Incoming<'_>, realm: &Realm, accounts: &[Account]) -> HttpResponse {
    let listed = {
        let state = incoming.platform.state();
        let mail = |account: &Account| {
            state
                .person(&account.tenant, &account.person)
                .map(|person| person.mail.clone())
        };
        accounts
            .iter()
            .filter_map(|a| Some((a.sid.clone(), mail(a)?)))
            .collect()
    };
    let end = SignedOut {
        accounts: listed,
        frames: Vec::new(),
        onward: None,
        hidden: incoming.parameters().0,
        action: &incoming.path,
    };
    pages::signed_out(incoming, realm, &end)
}

/// Where the browser goes afterwards; an error where the authority refuses instead of staying put.
fn onward(
    incoming: &Incoming<'_>,
    realm: &Realm,
    hint: Option<&Hint>,
    out: &[Account],
) -> Result<Option<String>, Cause> {
    let parameters = incoming.parameters();
    let Some(address) = parameters.text("post_logout_redirect_uri") else {
        return Ok(None);
    };
    let allows = |client: &Client| {
        let known = client.post_logout_redirect_uris.allows(address);
        known || (realm.kind != Kind::Oidc && client.redirect_uris.allows(address))
    };
    let mut candidates: Vec<String> = Vec::new();
    candidates.extend(hint.map(|hint| hint.client_id.clone()));
    candidates.extend(parameters.text("client_id").map(str::to_owned));
    if candidates.is_empty() {
        candidates.extend(out.iter().flat_map(|account| account.clients.clone()));
        candidates.push(realm.kind.client_id().to_owned());
    }
    let registered = candidates
        .iter()
        .filter_map(|id| incoming.platform.client(realm.kind, id))
        .any(|c| allows(&c));
    match realm.kind {
        // Without a hint B2C follows any address, unless the user flow demands one.
        Kind::B2c if hint.is_none() => {}
        Kind::Oidc | Kind::B2c if !registered => {
            return Err(Cause::RedirectNotRegistered(address.to_owned()));
        }
        _ if !registered => return Ok(None),
        _ => {}
    }
    let mut state = parameters.text("state").map(str::to_owned);
    for fault in incoming
        .platform
        .faults
        .take(Point::Logout, Some(realm.kind))
    {
        match fault {
            Fault::LogoutStateChanged => state = Some("another-state".to_owned()),
            Fault::LogoutStateMissing => state = None,
            _ => {}
        }
    }
    let state: Vec<_> = state
        .map(|state| ("state".to_owned(), state))
        .into_iter()
        .collect();
    Ok(Some(response::with_query(address, &state)))
}

/// The browser may have lost its cookie; the hint still names a session.
fn also_by_hint(incoming: &Incoming<'_>, realm: &Realm, hint: &Hint, out: &mut Vec<Account>) {
    let Some(sid) = &hint.sid else { return };
    if out.iter().any(|account| &account.sid == sid) {
        return;
    }
    let mut state = incoming.platform.state();
    let found = state
        .signed_in()
        .find(|(host, account)| *host == incoming.host && &account.sid == sid)
        .map(|(_, account)| account.clone());
    if let Some(account) = found.filter(|account| realm.tenants.contains(&account.tenant)) {
        state.end_session(&incoming.host, sid);
        out.push(account);
    }
}

/// Front-channel addresses of every application that the accounts were signed in to.
fn frames(incoming: &Incoming<'_>, realm: &Realm, out: &[Account]) -> Vec<String> {
    let mut frames = Vec::new();
    for account in out {
        for client in account
            .clients
            .iter()
            .filter_map(|id| incoming.platform.client(realm.kind, id))
        {
            for url in &client.front_channel_logout {
                let mut parameters = Vec::new();
                if realm.kind == Kind::Oidc {
                    // Front-Channel Logout §3; Microsoft sends `sid` only (nginx-openid-connect #117).
                    parameters.push(("iss".to_owned(), realm.origin.clone()));
                }
                parameters.push(("sid".to_owned(), account.sid.clone()));
                frames.push(response::with_query(url, &parameters));
            }
        }
    }
    frames
}

/// Back-Channel Logout §2.5: told before the browser goes on.
async fn notify(incoming: &Incoming<'_>, realm: &Realm, out: &[Account], hint: Option<&Hint>) {
    let mut deliveries = Vec::new();
    for account in out {
        for client in account
            .clients
            .iter()
            .filter_map(|id| incoming.platform.client(realm.kind, id))
        {
            let subject =
                incoming
                    .platform
                    .subject(realm.kind, &account.tenant, &account.person, &client.id);
            let by_hint = hint.filter(|hint| hint.client_id == client.id);
            let subject = subject.or_else(|| by_hint?.subject.clone());
            let token = LogoutToken {
                client_id: client.id.clone(),
                sub: subject,
                sid: Some(account.sid.clone()),
                set: object(json!({"iss": realm.origin})),
                ..LogoutToken::default()
            };
            let token = token.encode(incoming.platform);
            deliveries.extend(
                client
                    .back_channel_logout
                    .iter()
                    .map(|url| (url.clone(), token.clone())),
            );
        }
    }
    drop(deliver_all(deliveries).await);
}
