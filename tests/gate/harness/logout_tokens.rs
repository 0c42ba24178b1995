//! Logout tokens of the plain provider, and the back channel that takes them.

use simulator::{LogoutSignature, LogoutToken};

use super::browser::{Browser, Page};
use super::{Kind, TestGatehouse};

/// The kind whose authority sends logout tokens.
pub const OIDC: Kind = Kind::Oidc;

impl TestGatehouse {
    /// The `sid` of a person's session at the authority.
    pub fn sid_of(&self, person: &str) -> String {
        let accounts = self.sim.signed_in().into_iter();
        let mut of_person = accounts.filter(|account| account.person == person);
        of_person.next().unwrap().sid
    }

    /// A logout token for Ada's session that is right in everything.
    pub fn right_logout_token(&self) -> LogoutToken {
        LogoutToken {
            sub: self.sim.subject(OIDC, "ada", OIDC.client_id()),
            sid: Some(self.sid_of("ada")),
            ..LogoutToken::default()
        }
    }

    /// What a stranger can make: right in everything but its key, which is published nowhere.
    pub fn strangers_logout_token(&self) -> String {
        self.sim.logout_token(&LogoutToken {
            signature: LogoutSignature::UnknownKey,
            ..self.right_logout_token()
        })
    }

    /// Sends a logout token to the back channel, with a field that gatehouse does not know.
    pub async fn post_logout_token(&self, token: &str) -> Page {
        let url = self.url(OIDC, "/auth/back_channel_logout");
        let fields = [("logout_token", token), ("unknown", "field")];
        Browser::new().post(url, &fields).await
    }
}
