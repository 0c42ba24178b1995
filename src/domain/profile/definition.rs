//! `Profile`: one tenant of the gateway, as values that cannot be invalid.

use std::time::Duration;

use crate::domain::access_rule::AccessRule;
use crate::domain::api::{Api, ApiName};
use crate::domain::authority::Authority;
use crate::domain::credential::{ClientId, Credential, SecretMethod};
use crate::domain::language::LanguageOptions;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::authorize_options::AuthorizeOptions;
use crate::domain::profile::branding::Branding;
use crate::domain::profile::fingerprint::AuthorityFingerprint;
use crate::domain::profile::id::ProfileId;
use crate::domain::profile::session_options::{SessionLimits, SignOutOptions};
use crate::domain::profile::signing_algorithm::SigningAlgorithm;
use crate::domain::public_url::PublicUrl;
use crate::domain::request_target::{CanonicalPath, TargetRefusal};
use crate::domain::route::{Route, Routes, StepUp};

/// The gateway's registration as a client of the authority.
#[derive(Debug, Clone)]
pub struct Client {
    /// `client_id`
    pub id: ClientId,
    /// The client's credential.
    pub credential: Credential,
    /// How a secret is sent; `None` leaves it to the dialect and the metadata.
    pub secret_method: Option<SecretMethod>,
}

/// One tenant of the gateway: who signs people in, where, and what they may use.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The id: the name of the profile's file.
    pub id: ProfileId,
    /// Where people reach the profile. At a further host, that host ([`Self::at_host`]).
    pub public_url: PublicUrl,
    /// Further origins behind the same sign-in; none has a path prefix.
    pub hosts: Vec<PublicUrl>,
    /// At a further host, where people sign in: the `public_url` of the file. `None` there.
    pub signs_in_at: Option<PublicUrl>,
    /// The name of the profile on pages.
    pub title: String,
    /// The path below `public_url` to which the authority returns the browser; begins with a slash.
    pub redirect_path: String,
    /// Who signs people in.
    pub authority: Authority,
    /// The gateway's registration at the authority.
    pub client: Client,
    /// Accepted signature algorithms of ID tokens. An empty list accepts those of [`SigningAlgorithm::ALL`] that the metadata
    /// announces.
    pub signing_algorithms: Vec<SigningAlgorithm>,
    /// Tolerance for the authority's clock in either direction.
    pub clock_skew: Duration,
    /// Options of every authorization request.
    pub authorize: AuthorizeOptions,
    /// Downstream APIs. The scopes of the first are requested at sign-in.
    pub apis: Vec<Api>,
    /// Who is admitted.
    pub allow: AccessRule,
    /// Rules for the applications that a proxy guards.
    pub routes: Routes,
    /// The rule for a path of this host that no route matches.
    pub unlisted: Route,
    /// How long sessions live.
    pub session: SessionLimits,
    /// Whether a session keeps the network from which its person signed in, for the list of sessions.
    pub show_network: bool,
    /// Sign-out at the authority.
    pub sign_out: SignOutOptions,
    /// How pages look.
    pub branding: Branding,
    /// In which languages pages speak.
    pub language: LanguageOptions,
    /// The fingerprint that sessions and attempts depend on.
    pub fingerprint: AuthorityFingerprint,
}

impl Profile {
    /// The `public_url` of the profile's file, at every host: where people sign in, and where the authority returns them.
    pub fn main_url(&self) -> &PublicUrl {
        self.signs_in_at.as_ref().unwrap_or(&self.public_url)
    }

    /// The same profile for requests to one of its further hosts: cookies, links and rules are those of that host, and
    /// people still sign in at [`Self::main_url`].
    #[must_use]
    pub fn at_host(&self, host: &PublicUrl) -> Self {
        Self {
            public_url: host.clone(),
            unlisted: Route::guarding(host.authority()),
            signs_in_at: Some(self.main_url().clone()),
            ..self.clone()
        }
    }

    /// Whether this is the profile as a further host has it.
    pub fn is_at_further_host(&self) -> bool {
        self.signs_in_at.is_some()
    }

    /// Every address at which people reach the profile, the one of the file first.
    pub fn addresses(&self) -> impl Iterator<Item = &PublicUrl> {
        std::iter::once(self.main_url()).chain(&self.hosts)
    }

    /// The redirect URI to register.
    pub fn redirect_uri(&self) -> String {
        self.main_url().join(&self.redirect_path)
    }

    /// The front-channel logout URL to register.
    pub fn front_channel_logout_uri(&self) -> String {
        OwnPath::FrontChannelLogout.url(self.main_url())
    }

    /// The back-channel logout URL to register.
    pub fn back_channel_logout_uri(&self) -> String {
        OwnPath::BackChannelLogout.url(self.main_url())
    }

    /// The post-logout redirect URI to register. At Microsoft it is registered as a redirect URI.
    pub fn post_logout_uri(&self) -> String {
        OwnPath::Home.url(self.main_url())
    }

    /// What the route of a path demands of the sign-in that leads to it, at the host that this is. A path of ours, a public
    /// one and one that is spelled in a doubtful way demand nothing; a request to them is judged by itself.
    pub fn step_up_of(&self, path: &str) -> Option<StepUp> {
        let below = self.public_url.strip(path).unwrap_or(path);
        if OwnPath::is_below_auth(below) {
            return None;
        }
        let path = CanonicalPath::parse(path).ok()?;
        let (route, public) = self
            .routes
            .find(self.public_url.authority(), &path)
            .ok()??;
        route.step_up.clone().filter(|_| !public)
    }

    /// The route of a path at the host that this is, and whether the path is public there. Where no route of the profile
    /// matches, a session suffices.
    ///
    /// # Errors
    /// `Ambiguous`, as [`Routes::find`].
    pub fn route_of(&self, path: &CanonicalPath<'_>) -> Result<(&Route, bool), TargetRefusal> {
        let found = self.routes.find(self.public_url.authority(), path)?;
        Ok(found.unwrap_or((&self.unlisted, false)))
    }

    /// The API of this name.
    pub fn api(&self, name: &ApiName) -> Option<&Api> {
        self.apis.iter().find(|api| api.name == *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::domain::profile::testing::entra;

    #[test]
    fn people_sign_in_at_one_address_whichever_host_they_came_to() {
        let main = entra();
        let host = PublicUrl::parse("https://orders.example").unwrap();
        let there = main.at_host(&host);
        assert!(!main.is_at_further_host() && there.is_at_further_host());
        assert_eq!(there.public_url, host);
        assert_eq!(there.unlisted.host, "orders.example");
        for profile in [&main, &there] {
            let expected = "https://app.example/auth/redirect";
            assert_eq!(profile.main_url(), &main.public_url);
            assert_eq!(profile.redirect_uri(), expected);
            assert_eq!(profile.post_logout_uri(), "https://app.example/");
            for uri in [
                profile.front_channel_logout_uri(),
                profile.back_channel_logout_uri(),
            ] {
                assert!(uri.starts_with("https://app.example/auth/"), "{uri}");
            }
        }
        assert_ne!(
            main.front_channel_logout_uri(),
            main.back_channel_logout_uri()
        );
    }

    #[test]
    fn a_sign_in_for_a_guarded_path_cannot_skip_its_step_up() {
        let mut profile = entra();
        let mut route = Route::guarding("app.example");
        route.path = "/vault".to_owned();
        route.public = vec!["/vault/public".to_owned()];
        let step_up = StepUp {
            acr: vec!["strong".to_owned()],
            max_age: None,
        };
        route.step_up = Some(step_up.clone());
        profile.routes = Routes::new(vec![route]);
        assert_eq!(profile.step_up_of("/vault/a"), Some(step_up));
        for path in ["/vault/public/a", "/", "/auth/sign_in"] {
            assert_eq!(profile.step_up_of(path), None, "{path}");
        }
        let name = ApiName::parse("graph").unwrap();
        assert!(profile.api(&name).is_none());
    }
}
