//! Steps that several flows share: sign-in and sign-out, buttons at the authority, calls of an API, edited profiles.

use std::sync::Arc;

use super::browser::{Browser, Page};
use super::{Endpoint, Kind, Simulator, TestGatehouse, api_of, eventually};

/// The variables of the process, as far as profiles and the managed identity read them.
pub fn environment(
    sim: &Simulator,
    in_app_service: bool,
    more: Vec<(&'static str, String)>,
) -> gatehouse::domain::environment::Environment {
    let endpoint = format!("{}/msi/token", sim.managed_identity());
    Arc::new(move |name| match name {
        "IDENTITY_ENDPOINT" if in_app_service => Some(endpoint.clone()),
        "IDENTITY_HEADER" if in_app_service => Some(simulator::IDENTITY_HEADER.to_owned()),
        _ => {
            let set = more.iter().find(|(set, _)| *set == name);
            set.map(|(_, value)| value.clone())
        }
    })
}

/// The page shows the answer of an API that accepted the call: its status, and the body that the simulator's APIs send.
pub fn shows_an_answer(page: &Page, why: &str) {
    assert_eq!(page.status, 200, "{why}: {} {}", page.url, page.text);
    for part in ["Result of the API call", "200 OK", "&quot;"] {
        assert!(page.text.contains(part), "{why}: {part} in {}", page.text);
    }
}

impl TestGatehouse {
    /// A new browser in which this person is signed in.
    pub async fn browser_of(&self, kind: Kind, person: &str) -> Browser {
        let browser = Browser::new();
        self.sign_in(&browser, kind, person).await;
        browser
    }

    /// Begins a sign-in; the authority is not visited yet.
    pub async fn begin(&self, browser: &Browser, kind: Kind) -> Page {
        let begun = browser.get(self.url(kind, "/auth/sign_in")).await;
        assert_eq!(begun.status, 303, "{}", begun.text);
        begun
    }

    /// Signs out by a link of our own page; the authority is not visited yet.
    pub async fn sign_out(&self, browser: &Browser, kind: Kind) -> Page {
        let own = [("sec-fetch-site", "same-origin")];
        let page = browser
            .get_with(self.url(kind, "/auth/sign_out"), &own)
            .await;
        assert_eq!(page.status, 303, "{}", page.text);
        page
    }

    /// Calls an API of a profile by its name.
    pub async fn call_named(&self, browser: &Browser, kind: Kind, api: &str) -> Page {
        let path = format!("/auth/call_api/{api}");
        browser.get(self.url(kind, &path)).await
    }

    /// Calls the API that every profile of this kind has.
    pub async fn call(&self, browser: &Browser, kind: Kind) -> Page {
        self.call_named(browser, kind, api_of(kind)).await
    }

    /// The API is called, with a token that it accepts, and the page shows its answer.
    pub async fn api_answers(&self, browser: &Browser, kind: Kind, why: &str) {
        let before = self.api_calls();
        let page = self.call(browser, kind).await;
        shows_an_answer(&page, why);
        assert!(self.api_calls() > before, "{why}: the API was not called");
    }

    /// How many calls reached the APIs of the simulator.
    pub fn api_calls(&self) -> u64 {
        self.sim.count(Endpoint::GraphMe) + self.sim.count(Endpoint::Orders)
    }

    /// How many times the token endpoint was asked to refresh.
    pub fn refreshes(&self) -> u64 {
        self.sim.count(Endpoint::Refresh)
    }

    /// Waits until the token endpoint is asked to refresh for the first time.
    pub async fn first_refresh(&self) {
        eventually("a refresh begins", async || self.refreshes() == 1).await;
    }

    /// Begins a sign-in and chooses a person at the authority; gives the redirect to the callback, not yet followed.
    pub async fn answer(
        &self,
        browser: &Browser,
        kind: Kind,
        person: &str,
        return_to: &str,
    ) -> Page {
        let mut start = url::Url::parse(&self.url(kind, "/auth/sign_in")).unwrap();
        start.query_pairs_mut().append_pair("return_to", return_to);
        let begun = browser.get(start).await;
        assert_eq!(begun.status, 303, "{}", begun.text);
        self.choose(browser, &begun, person).await
    }

    /// The same for a browser whose authority knows somebody already: the person is chosen again.
    pub async fn answer_as_other(&self, browser: &Browser, kind: Kind, person: &str) -> Page {
        let begun = browser
            .get(self.url(kind, "/auth/sign_in?other_account=1"))
            .await;
        self.choose(browser, &begun, person).await
    }

    /// Goes to the authority and chooses a person there, consenting if asked. Rests before the callback.
    pub async fn choose(&self, browser: &Browser, begun: &Page, person: &str) -> Page {
        let mut page = browser.follow(begun).await;
        for _ in 0..8 {
            if page.status.is_redirection() {
                if page.location().port() == Some(self.port) {
                    return page;
                }
                page = browser.follow(&page).await;
            } else if page.text.contains("name=\"consent\"") {
                page = browser
                    .submit(&page.form_with("consent", None), &[("consent", "accept")])
                    .await;
            } else {
                page = browser
                    .submit(
                        &page.form_with("person", Some(person)),
                        &[("person", person)],
                    )
                    .await;
            }
        }
        panic!("the authority leads nowhere: {} {}", page.status, page.url);
    }

    /// A callback whose attempt is not in this browser: a new attempt begins by itself, nobody is signed in, and the code
    /// that came is not redeemed. Gives the redirect to the authority.
    pub async fn begins_again(&self, browser: &Browser, kind: Kind, callback: &url::Url) -> Page {
        let redeemed = self.sim.count(Endpoint::Token);
        let page = browser.get(callback).await;
        let state = Self::asked(&page, "state").unwrap();
        assert_ne!(page.location().port(), Some(self.port), "to the authority");
        assert!(!callback.as_str().contains(&state), "a new attempt");
        assert_eq!(self.sim.count(Endpoint::Token), redeemed);
        assert!(!self.is_signed_in(browser, kind).await);
        page
    }

    /// Follows a redirect to the authority, which knows the person already, and the callback after it. Another redirect
    /// stays as it is.
    pub async fn on(&self, browser: &Browser, page: Page) -> Page {
        if page.location().port() == Some(self.port) {
            return page;
        }
        let callback = self.at_authority(browser, &page).await;
        browser.follow(&callback).await
    }

    /// Signs a person in and rests on the page that the callback leads to.
    pub async fn sign_in(&self, browser: &Browser, kind: Kind, person: &str) -> Page {
        let callback = self.answer(browser, kind, person, "/").await;
        let done = browser.follow(&callback).await;
        assert_eq!(done.status, 303, "{}\n{}", done.url, done.text);
        browser.rest(done).await
    }

    /// What `/auth/session` says.
    pub async fn session(&self, browser: &Browser, kind: Kind) -> serde_json::Value {
        browser.get(self.url(kind, "/auth/session")).await.json()
    }

    pub async fn is_signed_in(&self, browser: &Browser, kind: Kind) -> bool {
        self.session(browser, kind).await["signed_in"] == true
    }

    /// What a stranger gets under a host name of their choice.
    pub async fn at_host(&self, named: &str, path: &str) -> Page {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        Browser::new().get_with(url, &[("host", named)]).await
    }

    /// Changes a profile's file and loads it.
    pub fn edit(&self, kind: Kind, change: impl FnOnce(String) -> String) {
        let path = self.profile_path(kind);
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = change(text.clone());
        assert_ne!(text, changed, "the edit changes something");
        std::fs::write(&path, changed).unwrap();
        self.live.reload().unwrap();
    }

    /// Follows redirects at the authority until it shows a page, or returns the redirect that leads back to gatehouse.
    pub async fn at_authority(&self, browser: &Browser, begun: &Page) -> Page {
        let mut page = browser.follow(begun).await;
        while page.status.is_redirection() && page.location().port() != Some(self.port) {
            page = browser.follow(&page).await;
        }
        page
    }

    /// Presses a button of the authority's page, and follows it as far as [`Self::at_authority`] does.
    pub async fn press(
        &self,
        browser: &Browser,
        page: &Page,
        button: (&str, &str),
        more: &[(&str, &str)],
    ) -> Page {
        let form = page.form_with(button.0, Some(button.1));
        let mut fields = vec![button];
        fields.extend_from_slice(more);
        let next = browser.submit(&form, &fields).await;
        if next.status.is_redirection() && next.location().port() != Some(self.port) {
            return self.at_authority(browser, &next).await;
        }
        next
    }

    /// Answers the authority's question for consent, which a redirect leads to; gives what the callback says.
    pub async fn consents(&self, browser: &Browser, begun: &Page, answer: &str) -> Page {
        let page = self.at_authority(browser, begun).await;
        assert!(page.text.contains("Permissions requested"), "{}", page.text);
        let back = self.press(browser, &page, ("consent", answer), &[]).await;
        browser.follow(&back).await
    }

    /// Parameters of the authority's address that a redirect leads to.
    pub fn asked(begun: &Page, name: &str) -> Option<String> {
        assert_eq!(begun.status, 303, "{}", begun.text);
        begun.location_parameter(name)
    }
}
