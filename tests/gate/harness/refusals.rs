//! Refusals of an authority, with words that no page of ours may repeat.

use super::browser::{Browser, Page};
use super::{Fault, Kind, TestGatehouse};

/// What an authority, or an attacker, might write for people.
pub const ITS_WORDS: &str = "The user ada@contoso.example <b>must</b> call 0800-EVIL";
pub const CORRELATION: &str = "7f3c1b0e-2a4d-4c5e-8f60-718293a4b5c6";

/// A description as Entra ID and Azure AD B2C write it.
pub fn described(code: &str) -> String {
    format!(
        "{code}: {ITS_WORDS}. Trace ID: 0a0b0c0d-1111-4222-8333-444455556666 Correlation ID: {CORRELATION} Timestamp: 2026-11-21 11:59:59Z"
    )
}

/// An error of the token endpoint.
pub fn token_error(error: &str, code: u32, suberror: Option<&str>) -> Fault {
    Fault::TokenError {
        error: error.to_owned(),
        code,
        suberror: suberror.map(str::to_owned),
        description: ITS_WORDS.to_owned(),
    }
}

impl TestGatehouse {
    /// The authority answers the authorization request with an error.
    pub async fn refused_at_authorize(&self, kind: Kind, error: &str, description: &str) -> Page {
        let browser = Browser::new();
        self.sim.clear_faults();
        self.sim.fault(Fault::AuthorizeError {
            error: error.to_owned(),
            description: description.to_owned(),
        });
        let callback = self
            .answer(&browser, kind, "ada", "/auth/token_details")
            .await;
        let page = browser.follow(&callback).await;
        assert!(!self.is_signed_in(&browser, kind).await);
        page
    }

    /// The authority answers the code with an error.
    pub async fn refused_at_token(&self, kind: Kind, fault: Fault) -> Page {
        let browser = Browser::new();
        self.sim.clear_faults();
        let callback = self
            .answer(&browser, kind, "ada", "/auth/token_details")
            .await;
        self.sim.fault(fault);
        let page = browser.follow(&callback).await;
        assert!(!self.is_signed_in(&browser, kind).await);
        page
    }
}
