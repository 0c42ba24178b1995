//! How the Entra ID profile authenticates, and what its authority knows of it.

use simulator::{CLIENT_SECRET, Call, Client, Credential};

use super::browser::{Browser, Page};
use super::{Endpoint, Kind, TestGatehouse};

/// The profile whose credentials are exchanged.
pub const ENTRA: Kind = Kind::EntraId;
/// A certificate with its key, and its successor with a key of its own.
pub const OLD: &str = include_str!("../../profiles/secrets/old.pem");
pub const NEW: &str = include_str!("../../profiles/secrets/new.pem");
pub const NEW_KEY: &str = include_str!("../../profiles/secrets/new-key.pem");

pub fn secrets(known: &str) -> Credential {
    Credential::Secrets(vec![known.to_owned()])
}

pub fn certificates(known: &str) -> Credential {
    Credential::Certificates(vec![known.to_owned()])
}

impl TestGatehouse {
    /// Puts lines into the profile in place of its secret.
    pub fn replace_secret(&self, lines: &str) {
        let secret = format!("client_secret = {{ value = \"{CLIENT_SECRET}\" }}");
        self.edit(ENTRA, |text| text.replace(&secret, lines));
    }

    /// The profile's credential instead of its secret, and what the authority knows of it.
    pub fn authenticate_by(&self, lines: &str, known: Credential) {
        self.replace_secret(lines);
        self.register(known);
    }

    /// What the authority knows of the client from now on.
    pub fn register(&self, known: Credential) {
        self.sim.register(Client {
            kind: Some(ENTRA),
            credential: known,
            ..Client::with_secret(ENTRA.client_id(), "")
        });
    }

    /// Writes a file beside the profiles; gives its path.
    pub fn put(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// A sign-in as far as the callback's answer.
    async fn tries(&self) -> (Browser, Page) {
        let browser = Browser::new();
        let callback = self.answer(&browser, ENTRA, "ada", "/").await;
        let page = browser.follow(&callback).await;
        (browser, page)
    }

    /// The authority accepts the credential.
    pub async fn signs_in(&self, why: &str) -> Browser {
        let (browser, page) = self.tries().await;
        assert_eq!(page.status, 303, "{why}: {}", page.text);
        assert!(self.is_signed_in(&browser, ENTRA).await, "{why}");
        browser
    }

    /// The credential does not count; the page says that it is the operator's task.
    pub async fn is_not_set_up_right(&self, why: &str) {
        let (browser, page) = self.tries().await;
        assert_eq!(page.status, 502, "{why}: {}", page.text);
        for part in ["not set up right", "Request id"] {
            assert!(page.text.contains(part), "{why}: {part} in {}", page.text);
        }
        assert!(!self.is_signed_in(&browser, ENTRA).await, "{why}");
    }

    /// What the token endpoint was asked last.
    pub fn last_token_request(&self) -> Call {
        let calls = self.sim.calls().into_iter();
        let mut asked = calls.filter(|call| call.endpoint == Endpoint::Token);
        asked.next_back().unwrap()
    }
}
