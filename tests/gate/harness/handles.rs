//! The handle of a browser's session: only who has the server's keys can read it, or put it where it does not belong.

use actix_web::cookie::{Cookie, CookieJar, Key};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use gatehouse::domain::session::SessionHandle;
use gatehouse::seal::KeyRing;
use sqlx::Connection as _;

use super::browser::Browser;
use super::{Kind, TestGate, host};

const NAME: &str = "gatehouse";

impl TestGate {
    fn cookie_key(&self) -> Key {
        let ring = KeyRing::parse(&self.keys).unwrap();
        let newest = ring.cookie_keys().next().unwrap();
        Key::from(&newest)
    }

    /// The handle of the browser's session at a profile.
    pub fn handle(&self, browser: &Browser, kind: Kind) -> SessionHandle {
        let sealed = browser.cookie(host(kind), NAME).unwrap();
        let mut jar = CookieJar::new();
        jar.add_original(Cookie::parse_encoded(format!("{NAME}={sealed}")).unwrap());
        let opened = jar.private(&self.cookie_key()).get(NAME).unwrap();
        let state: serde_json::Value = serde_json::from_str(opened.value()).unwrap();
        let handle: String = serde_json::from_str(state[kind.name()].as_str().unwrap()).unwrap();
        let handle = handle.split('.').next().unwrap();
        let bytes = BASE64.decode(handle).unwrap();
        SessionHandle::from_bytes(bytes.try_into().unwrap())
    }

    /// Puts a handle into the browser's cookie at a profile, whosever it is.
    pub fn plant(&self, browser: &Browser, kind: Kind, handle: &SessionHandle) {
        let handle = format!("\"{}\"", BASE64.encode(handle.expose()));
        let state = serde_json::json!({ kind.name(): handle }).to_string();
        let mut jar = CookieJar::new();
        jar.private_mut(&self.cookie_key())
            .add(Cookie::new(NAME, state));
        let sealed = jar.get(NAME).unwrap().encoded().to_string();
        let (_, value) = sealed.split_once('=').unwrap();
        browser.set_cookie(host(kind), NAME, value);
    }

    /// Does something to the database behind the gateway's back; on SQLite.
    pub async fn at_database(&self, statement: &'static str) {
        let mut connection = sqlx::SqliteConnection::connect(&self.database_url)
            .await
            .unwrap();
        sqlx::raw_sql(statement)
            .execute(&mut connection)
            .await
            .unwrap();
    }
}
