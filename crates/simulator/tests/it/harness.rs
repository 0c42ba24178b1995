//! A browser with a cookie per host, and an application with PKCE. Neither follows a redirect by itself.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::digest;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::{Map, Value};
use simulator::{CLIENT_SECRET, Kind, Options, Simulator};
use url::Url;

pub const REDIRECT: &str = "http://localhost:5000/redirect";
pub const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-0123456789";
/// 1 January 2026, 00:00 UTC.
pub const NOW: i64 = 1_767_225_600;

/// Every name is loopback, as RFC 6761 has it for those under `.localhost`.
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(std::iter::once(SocketAddr::from(([127, 0, 0, 1], 0))));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

pub fn http() -> Client {
    Client::builder()
        .redirect(Policy::none())
        .dns_resolver(Arc::new(Loopback))
        .no_proxy()
        .build()
        .unwrap()
}

/// A simulator whose clock stands still until it is turned.
pub struct World {
    pub sim: Simulator,
    pub now: Arc<AtomicI64>,
    pub http: Client,
}

pub fn world() -> World {
    world_with(Options::default())
}

pub fn world_with(options: Options) -> World {
    let now = Arc::new(AtomicI64::new(NOW));
    let clock = Arc::clone(&now);
    let options = Options {
        clock: Arc::new(move || clock.load(Ordering::SeqCst)),
        ..options
    };
    World {
        sim: Simulator::start(options).unwrap(),
        now,
        http: http(),
    }
}

/// What came back to the application.
pub type Callback = HashMap<String, String>;

impl World {
    pub fn later(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Metadata as a relying party of this kind asks for it; B2C at the sign-in policy.
    pub async fn metadata(&self, kind: Kind) -> Value {
        self.json(&self.metadata_url(kind)).await
    }

    pub fn metadata_url(&self, kind: Kind) -> String {
        let authority = self.sim.authority(kind);
        let tail = match kind {
            Kind::EntraId | Kind::ExternalId => "/v2.0",
            Kind::B2c => "/B2C_1_susi/v2.0",
            Kind::ExternalIdCustomDomain | Kind::Oidc => "",
        };
        format!("{authority}{tail}/.well-known/openid-configuration")
    }

    pub async fn json(&self, url: &str) -> Value {
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub fn application(&self, kind: Kind) -> Application<'_> {
        Application {
            world: self,
            kind,
            metadata: None,
            authorize: HashMap::new(),
        }
    }

    /// Signs somebody in and redeems the code.
    pub async fn tokens(&self, kind: Kind, person: &str, scope: &str) -> Value {
        let mut browser = Browser::new(self);
        let mut application = self.application(kind).with("scope", scope);
        let callback = application.sign_in(&mut browser, person).await;
        application.redeem(&callback).await.1
    }
}

pub struct Application<'a> {
    pub world: &'a World,
    pub kind: Kind,
    pub metadata: Option<String>,
    pub authorize: HashMap<String, String>,
}

impl Application<'_> {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.authorize.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn at(mut self, metadata: &str) -> Self {
        self.metadata = Some(metadata.to_owned());
        self
    }

    pub async fn endpoint(&self, name: &str) -> String {
        let url = self
            .metadata
            .clone()
            .unwrap_or_else(|| self.world.metadata_url(self.kind));
        let metadata = self.world.json(&url).await;
        metadata[name].as_str().expect("an endpoint").to_owned()
    }

    pub async fn authorize_url(&self) -> String {
        let challenge =
            URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()).as_ref());
        let mut parameters: HashMap<String, String> = [
            ("client_id", self.kind.client_id()),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("scope", "openid profile offline_access"),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        parameters.extend(self.authorize.clone());
        parameters.retain(|_, value| !value.is_empty());
        let mut url = Url::parse(&self.endpoint("authorization_endpoint").await).unwrap();
        url.query_pairs_mut().extend_pairs(&parameters);
        url.into()
    }

    /// Picks the person, agrees to everything, and reads what comes back.
    pub async fn sign_in(&mut self, browser: &mut Browser<'_>, person: &str) -> Callback {
        let mut page = browser.get(&self.authorize_url().await).await;
        for _ in 0..3 {
            if page.callback().is_some() {
                break;
            }
            page = if page.text.contains("name=\"person\"") {
                browser.press(&page, "person", person).await
            } else {
                browser.press(&page, "consent", "accept").await
            };
        }
        page.callback()
            .unwrap_or_else(|| panic!("no callback: {}", page.text))
    }

    pub async fn redeem(&self, callback: &Callback) -> (u16, Value) {
        self.redeem_with(callback, &[]).await
    }

    pub async fn redeem_with(&self, callback: &Callback, changes: &[(&str, &str)]) -> (u16, Value) {
        let code = callback.get("code").cloned().unwrap_or_default();
        let mut form: HashMap<&str, &str> = HashMap::from([
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ]);
        form.extend(changes.iter().copied());
        self.token(&form).await
    }

    pub async fn refresh(&self, refresh_token: &str, changes: &[(&str, &str)]) -> (u16, Value) {
        let mut form: HashMap<&str, &str> = HashMap::from([
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ]);
        form.extend(changes.iter().copied());
        self.token(&form).await
    }

    /// A token request with the built-in secret, unless the form says otherwise; empty values are left out.
    async fn token(&self, form: &HashMap<&str, &str>) -> (u16, Value) {
        let mut all: HashMap<&str, &str> = HashMap::from([
            ("client_id", self.kind.client_id()),
            ("client_secret", CLIENT_SECRET),
            ("client_info", "1"),
        ]);
        all.extend(form);
        all.retain(|_, value| !value.is_empty());
        let url = self.endpoint("token_endpoint").await;
        let response = self.world.http.post(url).form(&all).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    }
}

/// One answer, as a browser shows it.
pub struct Page {
    pub status: u16,
    pub url: String,
    pub location: Option<String>,
    pub text: String,
}

impl Page {
    /// Parameters that go to the application: by redirect or by the form that posts itself.
    pub fn callback(&self) -> Option<Callback> {
        if let Some(location) = &self.location {
            let url = Url::parse(&location.replacen('#', "?", 1)).ok()?;
            return location
                .starts_with(REDIRECT)
                .then(|| url.query_pairs().into_owned().collect());
        }
        self.text
            .contains(&format!("action=\"{}\"", REDIRECT.replace('/', "&#x2F;")))
            .then(|| self.hidden())
            .or_else(|| {
                self.text
                    .contains(&format!("action=\"{REDIRECT}\""))
                    .then(|| self.hidden())
            })
    }

    pub fn hidden(&self) -> HashMap<String, String> {
        self.text
            .split("<input type=\"hidden\" name=\"")
            .skip(1)
            .filter_map(|rest| {
                let (name, rest) = rest.split_once("\" value=\"")?;
                let (value, _) = rest.split_once('"')?;
                Some((unescaped(name), unescaped(value)))
            })
            .collect()
    }

    fn action(&self) -> String {
        let (_, rest) = self.text.split_once("action=\"").expect("a form");
        unescaped(rest.split_once('"').unwrap().0)
    }
}

fn unescaped(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

pub struct Browser<'a> {
    world: &'a World,
    cookies: HashMap<String, String>,
}

impl<'a> Browser<'a> {
    pub fn new(world: &'a World) -> Self {
        Self {
            world,
            cookies: HashMap::new(),
        }
    }

    pub async fn get(&mut self, url: &str) -> Page {
        self.send(url, None).await
    }

    /// Presses a button: all hidden fields, and the button's name and value.
    pub async fn press(&mut self, page: &Page, name: &str, value: &str) -> Page {
        self.fill(page, &[(name, value)]).await
    }

    pub async fn fill(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let mut form: Vec<(String, String)> = page.hidden().into_iter().collect();
        form.extend(
            fields
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
        );
        let target = Url::parse(&page.url).unwrap().join(&page.action()).unwrap();
        self.send(target.as_str(), Some(form)).await
    }

    async fn send(&mut self, url: &str, form: Option<Vec<(String, String)>>) -> Page {
        let host = Url::parse(url).unwrap().host_str().unwrap().to_owned();
        let mut request = match form {
            None => self.world.http.get(url),
            Some(form) => self.world.http.post(url).form(&form),
        };
        if let Some(cookie) = self.cookies.get(&host) {
            request = request.header(COOKIE, cookie);
        }
        let response: Response = request.send().await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookies.insert(host.clone(), pair.to_owned());
        }
        let header = |name| {
            let value: Option<&reqwest::header::HeaderValue> = response.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        let location = header(LOCATION);
        assert!(
            location.is_some() || header(CONTENT_TYPE).is_some(),
            "an answer says what it is"
        );
        Page {
            status: response.status().as_u16(),
            url: url.to_owned(),
            location,
            text: response.text().await.unwrap(),
        }
    }
}

fn part(token: &str, index: usize) -> Map<String, Value> {
    let part = token.trim().split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

pub fn header(token: &Value) -> Map<String, Value> {
    part(token.as_str().expect("a token"), 0)
}

pub fn claims(token: &Value) -> Map<String, Value> {
    part(token.as_str().expect("a token"), 1)
}

/// Whether a key of this set signed the token with RS256.
pub fn is_signed_by(token: &Value, keys: &Value) -> bool {
    let token = token.as_str().unwrap();
    let kid = part(token, 0).get("kid").cloned().unwrap_or_default();
    let decode = |value: &Value| URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap();
    let Some(key) = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == kid)
    else {
        return false;
    };
    let (signed, signature) = token.rsplit_once('.').unwrap();
    RsaPublicKeyComponents {
        n: decode(&key["n"]),
        e: decode(&key["e"]),
    }
    .verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &URL_SAFE_NO_PAD.decode(signature).unwrap(),
    )
    .is_ok()
}

/// The key set that the metadata names.
pub async fn keys(world: &World, kind: Kind) -> Value {
    let metadata = world.metadata(kind).await;
    world.json(metadata["jwks_uri"].as_str().unwrap()).await
}
