//! Sessions by the thousand, written through the store as a sign-in writes them, with the cookies that browsers hold.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::{Cookie, CookieJar};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use gatehouse::domain::clock::{Clock as _, SystemClock};
use gatehouse::domain::identity::{Identity, PersonBy};
use gatehouse::domain::profile::Profile;
use gatehouse::domain::secret::{AccessToken, IdToken, RefreshToken, SecretUrl};
use gatehouse::domain::session::{Session, SessionHandle, SessionId};
use gatehouse::domain::token_set::{AccessGrant, StatedLifetime, TokenSet};
use gatehouse::seal::{KeyRing, OsRandom};
use gatehouse::store::{NewSession, SessionStore, StoreOptions};
use gatehouse::web::cookies::cookie::SESSION;
use gatehouse::web::cookies::session::CookieKeys;

/// How many are written at a time.
const AT_ONCE: usize = 10;

/// Claims of the size that Entra ID sends.
fn identity(number: usize) -> Identity {
    let claims = serde_json::json!({
        "ver": "2.0", "iss": "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
        "sub": format!("AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bb{number:06}"), "aud": "6cb04018-a3f5-46a7-b995-940c78f5aef3",
        "exp": 1_836_361_411, "iat": 1_836_274_711, "nbf": 1_836_274_711, "name": "Ada Lovelace",
        "preferred_username": "ada.lovelace@contoso.example", "email": "ada.lovelace@contoso.example",
        "oid": format!("00000000-0000-0000-66f3-3332ec{number:06}"), "tid": "72f988bf-86f1-41af-91ab-2d7cd011db47",
        "roles": ["Orders.Read", "Orders.Write"], "sid": "0082ffb4-6e61-4e01-b2f9-bb3f5e1b8a51",
        "nonce": "123523", "aio": "Df2UVXL1ix!lMCWMSOJBcFatzcGfvFGhjKv8q5g0x732dR5MB5BisvGQO7YWByjd8iQDLq!eGbIDakyp5mnOrcdqHeYSnltepQmRp6AIZ8jY", "uti": "qOdZtkvTqkyyTVGGPUvUAA", "rh": "0.AQMA",
    });
    let serde_json::Value::Object(claims) = claims else {
        unreachable!("an object")
    };
    Identity::from_claims(&claims, PersonBy::Object).expect("claims that identify")
}

fn tokens() -> TokenSet {
    let now = SystemClock.now();
    let grant = AccessGrant::new(
        None,
        AccessToken::new("a".repeat(1_800)),
        vec!["User.Read".to_owned()],
        now,
        StatedLifetime {
            expires_in: Some(Duration::from_hours(1)),
            refresh_in: None,
        },
    );
    TokenSet {
        id_token: IdToken::new("i".repeat(1_300)),
        refresh: Some(RefreshToken::new("r".repeat(1_200))),
        access: vec![grant],
    }
}

/// Writes `count` sessions and gives the cookie header of each.
pub async fn make(database: &str, key: &str, profile: &Profile, count: usize) -> Vec<String> {
    let keys = Arc::new(KeyRing::parse([key]).expect("a key"));
    let cookie_keys = CookieKeys::new(keys.cookie_keys(), "");
    let (clock, random) = (Arc::new(SystemClock), Arc::new(OsRandom));
    let store = SessionStore::connect(
        &SecretUrl::new(database),
        StoreOptions::default(),
        keys,
        clock,
        random,
    )
    .expect("an address");
    store.ensure_migrated().await.expect("a schema");
    let writers = (0..AT_ONCE).map(|writer| {
        let (store, profile, cookie_keys) = (store.clone(), profile.clone(), cookie_keys.clone());
        tokio::spawn(async move {
            let mut cookies = Vec::new();
            for number in (writer..count).step_by(AT_ONCE) {
                let handle = SessionHandle::generate(&OsRandom);
                store
                    .create(begun(&profile, number, &handle))
                    .await
                    .expect("a session is written");
                cookies.push(cookie(&cookie_keys, &profile, &handle));
            }
            cookies
        })
    });
    let mut all = Vec::with_capacity(count);
    for writer in writers.collect::<Vec<_>>() {
        all.extend(writer.await.expect("a writer"));
    }
    store.close().await;
    all
}

fn begun(profile: &Profile, number: usize, handle: &SessionHandle) -> NewSession {
    let now = SystemClock.now();
    let session = Session {
        id: SessionId::generate(&OsRandom),
        profile: profile.id.clone(),
        fingerprint: profile.fingerprint,
        identity: identity(number),
        created_at: now,
        seen_at: now,
        idle_until: now + Duration::from_hours(8),
        expires_at: now + Duration::from_hours(24),
    };
    NewSession {
        handle: handle.clone(),
        session,
        tokens: tokens(),
        sid: Some("0082ffb4-6e61-4e01-b2f9-bb3f5e1b8a51".to_owned()),
        user_agent: Some("Mozilla/5.0 (bench) Firefox/140.0".to_owned()),
        network: None,
        ended: None,
    }
}

/// The cookie as actix-session writes it.
fn cookie(keys: &CookieKeys, profile: &Profile, handle: &SessionHandle) -> String {
    let text = serde_json::to_string(&BASE64.encode(handle.expose())).expect("text");
    let state = serde_json::to_string(&HashMap::from([(profile.id.as_str(), text)]))
        .expect("a map of texts");
    let mut jar = CookieJar::new();
    jar.private_mut(keys.newest().expect("a key"))
        .add(Cookie::new(SESSION.over(false), state));
    jar.get(SESSION.over(false))
        .expect("just added")
        .encoded()
        .to_string()
}
