//! Every address of ours, below the `public_url` of a profile. Routes, redirect paths, return addresses and links all
//! read this list, so that an address stands in one place.

use crate::domain::api::ApiName;
use crate::domain::public_url::PublicUrl;

/// The redirect path of a profile that names none.
pub const DEFAULT_REDIRECT_PATH: &str = "/auth/redirect";

/// Further addresses that no profile may take as its redirect path: those of later versions, and those that browsers
/// and crawlers ask for by themselves.
const RESERVED: [&str; 4] = ["/auth", "/.auth", "/favicon.ico", "/robots.txt"];

/// Everything below these is reserved: `/.auth/` is App Service's, `/.well-known/` belongs to RFC 8615.
const RESERVED_PREFIXES: [&str; 3] = ["/auth/check/", "/.auth/", "/.well-known/"];

/// The parameter of a pattern.
const NAME: &str = "{name}";

macro_rules! own_paths {
    ($(#[doc = $doc:literal] $path:ident, $key:literal, $pattern:literal;)+) => {
        /// An address of ours.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum OwnPath {
            $(#[doc = $doc] $path,)+
        }

        impl OwnPath {
            /// All of them.
            pub const ALL: [Self; [$($pattern),+].len()] = [$(Self::$path),+];

            /// The pattern for routing: the path, where `{name}` stands for one segment.
            pub const fn pattern(self) -> &'static str {
                match self {
                    $(Self::$path => $pattern,)+
                }
            }

            /// The name under which templates find the address: `frame.url.sign_in`.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$path => $key,)+
                }
            }
        }
    };
}

own_paths! {
    /// The home page.
    Home, "home", "/";
    /// Short name of [`Self::SignIn`].
    Login, "login", "/login";
    /// Short name of [`Self::SignOut`].
    Logout, "logout", "/logout";
    /// Short name of [`Self::CallApi`] for the profile's first API.
    CallFirstApi, "call_first_api", "/call_downstream_api";
    /// Begins a sign-in.
    SignIn, "sign_in", "/auth/sign_in";
    /// Where a further host of a profile sends a browser that has no session there.
    HandOff, "hand_off", "/auth/hand_off";
    /// Where a further host takes the session over.
    Landing, "landing", "/auth/landing";
    /// Ends the session.
    SignOut, "sign_out", "/auth/sign_out";
    /// Begins the edit-profile user flow.
    EditProfile, "edit_profile", "/auth/edit_profile";
    /// Begins the reset-password user flow.
    ResetPassword, "reset_password", "/auth/reset_password";
    /// The claims of the ID token.
    TokenDetails, "token_details", "/auth/token_details";
    /// Calls an API and shows its response.
    CallApi, "call_api", "/auth/call_api/{name}";
    /// The session as JSON, for scripts.
    Session, "session", "/auth/session";
    /// Who is signed in, and how.
    You, "you", "/auth/you";
    /// The person's sessions.
    Sessions, "sessions", "/auth/sessions";
    /// Ends sessions of the person.
    EndSessions, "end_sessions", "/auth/sessions/end";
    /// Names a session of the person.
    NameSession, "name_session", "/auth/sessions/name";
    /// Sets the language of pages.
    Language, "language", "/auth/language";
    /// Front-channel logout requests of the authority.
    FrontChannelLogout, "front_channel_logout", "/auth/front_channel_logout";
    /// Back-channel logout requests of the authority.
    BackChannelLogout, "back_channel_logout", "/auth/back_channel_logout";
    /// Forward auth: a proxy asks about a request. Below it, in path style, stands the original path.
    ForwardAuth, "forward_auth", "/auth/check";
    /// The public keys of assertions to upstreams.
    Jwks, "jwks", "/auth/jwks.json";
    /// App Service's address for who is signed in.
    EasyAuthMe, "easyauth_me", "/.auth/me";
    /// App Service's address that begins a sign-in.
    EasyAuthLogin, "easyauth_login", "/.auth/login/{name}";
    /// App Service's address that ends the session.
    EasyAuthLogout, "easyauth_logout", "/.auth/logout";
    /// Where a sign-out at App Service's address ends if it names no other.
    EasyAuthSignedOut, "easyauth_signed_out", "/.auth/logout/complete";
    /// App Service's address that refreshes the tokens.
    EasyAuthRefresh, "easyauth_refresh", "/.auth/refresh";
    /// The style sheet and the icon.
    Asset, "asset", "/auth/assets/{name}";
}

impl OwnPath {
    /// The path with the profile's prefix. A pattern with a `{name}` needs [`Self::named`] or [`Self::call_api`].
    pub fn under(self, profile: &PublicUrl) -> String {
        self.below(profile.prefix())
    }

    /// The path below a prefix, which is empty or begins with a slash and does not end with one.
    pub fn below(self, prefix: &str) -> String {
        format!("{prefix}{}", self.pattern())
    }

    /// The path below a prefix, with a name in place of `{name}`. The name must need no escaping.
    pub fn named(self, prefix: &str, name: &str) -> String {
        self.below(prefix).replace(NAME, name)
    }

    /// The complete URL.
    pub fn url(self, profile: &PublicUrl) -> String {
        profile.join(self.pattern())
    }

    /// The path with the profile's prefix and a query.
    pub fn with_query(self, profile: &PublicUrl, parameters: &[(&str, &str)]) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        format!("{}?{query}", self.under(profile))
    }

    /// The path of [`Self::CallApi`] for one API.
    pub fn call_api(profile: &PublicUrl, api: &ApiName) -> String {
        Self::CallApi.named(profile.prefix(), api.as_str())
    }

    /// The path of [`Self::CallApi`] for one API, with parameters.
    pub fn call_api_with(
        profile: &PublicUrl,
        api: &ApiName,
        parameters: &[(&str, &str)],
    ) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        format!("{}?{query}", Self::call_api(profile, api))
    }

    /// Whether the pattern has a `{name}`.
    pub fn is_parameterized(self) -> bool {
        self.pattern().ends_with(NAME)
    }

    /// Whether a visit begins or ends something, or is no page at all. Such an address is no target of a sign-in.
    pub const fn begins_a_flow(self) -> bool {
        match self {
            Self::Login
            | Self::Logout
            | Self::SignIn
            | Self::Landing
            | Self::SignOut
            | Self::EditProfile
            | Self::ResetPassword
            | Self::FrontChannelLogout
            | Self::BackChannelLogout
            | Self::ForwardAuth
            | Self::Language
            | Self::EasyAuthLogin
            | Self::EasyAuthLogout
            | Self::EasyAuthRefresh => true,
            Self::Home
            | Self::HandOff
            | Self::CallFirstApi
            | Self::TokenDetails
            | Self::CallApi
            | Self::Session
            | Self::You
            | Self::Sessions
            | Self::EndSessions
            | Self::NameSession
            | Self::Jwks
            | Self::EasyAuthMe
            | Self::EasyAuthSignedOut
            | Self::Asset => false,
        }
    }

    /// Whether the address answers at the further hosts of a profile, too. Any other answers at its `public_url` only.
    pub const fn is_at_every_host(self) -> bool {
        matches!(
            self,
            Self::Home
                | Self::SignIn
                | Self::Landing
                | Self::SignOut
                | Self::Session
                | Self::ForwardAuth
                | Self::Asset
        )
    }

    /// Whether a profile may not have this redirect path, because it is an address of ours or reserved. Upper and lower
    /// case are the same: a proxy or a person may write `/Auth/sign_in`.
    pub fn is_reserved(path: &str) -> bool {
        let folded = path.to_ascii_lowercase();
        let below = |prefix: &str| folded.starts_with(prefix);
        Self::ALL
            .iter()
            .any(|own| match own.pattern().strip_suffix(NAME) {
                Some(prefix) => below(prefix),
                None => folded == own.pattern(),
            })
            || RESERVED.contains(&folded.as_str())
            || RESERVED_PREFIXES.into_iter().any(below)
    }

    /// Whether a path is a page of ours that a route for the whole profile replaces: the home page and the short names.
    pub fn is_short_name(path: &str) -> bool {
        [Self::Home, Self::Login, Self::Logout, Self::CallFirstApi]
            .iter()
            .any(|own| own.pattern() == path)
    }

    /// Whether a path below a profile's prefix is answered here whatever the routes of the profile say.
    pub fn is_never_forwarded(path: &str) -> bool {
        let is_at = |own: &Self| match own.pattern().strip_suffix(NAME) {
            Some(prefix) => path.starts_with(prefix),
            None => path == own.pattern() && !Self::is_short_name(path),
        };
        Self::is_below_auth(path) || Self::ALL.iter().any(is_at)
    }

    /// Whether a path lies where our own addresses are, so that a proxy must send it here and no rule can guard it.
    pub fn is_below_auth(path: &str) -> bool {
        path == "/auth" || path.starts_with("/auth/")
    }

    /// Whether a path lies where App Service has its addresses.
    pub fn is_below_easyauth(path: &str) -> bool {
        path == "/.auth" || path.starts_with("/.auth/")
    }

    /// Whether a path, without the profile's prefix, may be a return address: any but those that begin a flow.
    pub fn may_return_to(path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let mut flows = Self::ALL.iter().filter(|own| own.begins_a_flow());
        flows.all(|own| match own.pattern().strip_suffix(NAME) {
            Some(prefix) => !path.starts_with(prefix),
            None => own.pattern() != path,
        })
    }
}

/// An address of the admin listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminPath {
    /// Whether the process lives.
    Live,
    /// Whether the process is ready for requests.
    Ready,
    /// Metrics for Prometheus.
    Metrics,
    /// Lists sessions.
    Sessions,
    /// Ends sessions.
    EndSessions,
}

impl AdminPath {
    /// The path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Live => "/livez",
            Self::Ready => "/readyz",
            Self::Metrics => "/metrics",
            Self::Sessions => "/sessions",
            Self::EndSessions => "/sessions/end",
        }
    }
}

#[cfg(test)]
mod tests;
