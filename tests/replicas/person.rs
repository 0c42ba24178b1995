//! A scripted person with a browser: signs in, works, signs out, and notices whatever is not right.

use std::sync::atomic::{AtomicU64, Ordering};

use simulator::Kind;

use crate::browser::{Browser, Page};
use crate::fleet::{Fleet, api};

/// Sign-ins that may be begun until one completes: a replica that dies takes a code with it.
const MOST_STARTS: usize = 4;

/// What all people together saw.
#[derive(Debug, Default)]
pub struct Seen {
    pub sign_ins: AtomicU64,
    /// Sign-ins that had to be begun again.
    pub restarts: AtomicU64,
    pub requests: AtomicU64,
    /// 503: come again.
    pub unknown: AtomicU64,
    /// Signed out without having asked for it.
    pub lost: AtomicU64,
    /// Somebody else's name.
    pub wrong: AtomicU64,
    /// Anything else that is not right.
    pub broken: AtomicU64,
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Seen {
    pub fn of(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }

    /// What must hold whatever happens.
    pub fn assert_right(&self) {
        let [lost, wrong, broken] = [&self.lost, &self.wrong, &self.broken].map(Self::of);
        assert_eq!(
            (lost, wrong, broken),
            (0, 0, 0),
            "lost sessions, wrong people, other faults: {self:?}"
        );
    }
}

/// A person at one profile.
pub struct Person {
    pub browser: Browser,
    pub kind: Kind,
    name: &'static str,
    full_name: &'static str,
}

const PEOPLE: [(&str, &str); 3] = [
    ("ada", "Ada Lovelace"),
    ("grace", "Grace Hopper"),
    ("gus", "Gus Gruppe"),
];

impl Person {
    pub fn new(fleet: &Fleet, number: usize) -> Self {
        let (name, full_name) = PEOPLE[number % PEOPLE.len()];
        let kind = if (number / PEOPLE.len()).is_multiple_of(2) {
            Kind::EntraId
        } else {
            Kind::Oidc
        };
        Self {
            browser: Browser::sharing(fleet.client.clone()),
            kind,
            name,
            full_name,
        }
    }

    /// From a begun attempt to the redirect that leads back to gatehouse.
    pub async fn choose(&self, fleet: &Fleet, begun: &Page) -> Option<Page> {
        let back = Some(fleet.balancer.port);
        let mut page = self.browser.follow(begun).await;
        for _ in 0..8 {
            if page.status.is_redirection() {
                if page.location().port() == back {
                    return Some(page);
                }
                page = self.browser.follow(&page).await;
            } else if page.text.contains("name=\"person\"") {
                page = self
                    .browser
                    .submit(
                        &page.form_with("person", Some(self.name)),
                        &[("person", self.name)],
                    )
                    .await;
            } else if page.text.contains("name=\"consent\"") {
                page = self
                    .browser
                    .submit(&page.form_with("consent", None), &[("consent", "accept")])
                    .await;
            } else {
                return None;
            }
        }
        None
    }

    /// Signs in, beginning again where a page says so.
    pub async fn sign_in(&self, fleet: &Fleet, seen: &Seen) -> bool {
        for start in 0..MOST_STARTS {
            if start > 0 {
                add(&seen.restarts);
            }
            let begun = self
                .browser
                .get(fleet.url(self.kind, "/auth/sign_in?return_to=/"))
                .await;
            if !begun.status.is_redirection() {
                continue;
            }
            let Some(callback) = self.choose(fleet, &begun).await else {
                continue;
            };
            let mut done = self.browser.follow(&callback).await;
            let back = Some(fleet.balancer.port);
            // A replica took the code with it when it died: the browser is sent round once more by itself.
            while done.status == 303 && done.location().port() != back {
                add(&seen.restarts);
                let Some(callback) = self.choose(fleet, &done).await else {
                    break;
                };
                done = self.browser.follow(&callback).await;
            }
            if done.status == 303 && done.location().port() == back {
                add(&seen.sign_ins);
                return true;
            }
        }
        eprintln!("{} cannot sign in", self.name);
        add(&seen.broken);
        false
    }

    /// Who am I? Counts every way in which the answer can be wrong.
    pub async fn look(&self, fleet: &Fleet, seen: &Seen) {
        add(&seen.requests);
        let page = self
            .browser
            .get(fleet.url(self.kind, "/auth/session"))
            .await;
        match page.status.as_u16() {
            200 if page.json()["name"] == self.full_name => {}
            200 => add(&seen.wrong),
            401 => {
                eprintln!("{} was signed out", self.name);
                add(&seen.lost);
            }
            503 => add(&seen.unknown),
            _ => self.odd(&page, seen),
        }
    }

    /// Calls the API.
    pub async fn work(&self, fleet: &Fleet, seen: &Seen) {
        add(&seen.requests);
        let url = fleet.url(self.kind, api(self.kind));
        let page = self
            .browser
            .get_with(url, &[("accept", "application/json")])
            .await;
        match page.status.as_u16() {
            200 if page.json()["status"] == 200 => {}
            401 => {
                eprintln!("{} was signed out: {}", self.name, page.text);
                add(&seen.lost);
            }
            503 => add(&seen.unknown),
            _ => self.odd(&page, seen),
        }
    }

    pub async fn sign_out(&self, fleet: &Fleet, seen: &Seen) {
        add(&seen.requests);
        let own = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
        ];
        let page = self
            .browser
            .get_with(fleet.url(self.kind, "/auth/sign_out"), &own)
            .await;
        match page.status.as_u16() {
            200 | 303 => {}
            503 => return add(&seen.unknown),
            _ => return self.odd(&page, seen),
        }
        let after = self
            .browser
            .get(fleet.url(self.kind, "/auth/session"))
            .await;
        if !matches!(after.status.as_u16(), 401 | 503) {
            self.odd(&after, seen);
        }
    }

    fn odd(&self, page: &Page, seen: &Seen) {
        eprintln!(
            "{} at {}: {} {}",
            self.name,
            page.url.path(),
            page.status,
            page.text.chars().take(300).collect::<String>()
        );
        add(&seen.broken);
    }
}
