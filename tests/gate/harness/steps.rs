//! Steps that several journeys share: buttons at the authority, and profiles that change while people are signed in.

use std::sync::Arc;

use super::browser::{Browser, Page};
use super::{Kind, Simulator, TestGate};

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

impl TestGate {
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

    /// Parameters of the authority's address that a redirect leads to.
    pub fn asked(begun: &Page, name: &str) -> Option<String> {
        assert_eq!(begun.status, 303, "{}", begun.text);
        begun.location_parameter(name)
    }
}
