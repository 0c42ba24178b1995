//! Profile: one tenant of the gateway, as values that cannot be invalid.

use std::fmt;
use std::time::Duration;

use crate::domain::access_rule::AccessRule;
use crate::domain::api::{Api, ApiName, Scope};
use crate::domain::authority::Authority;
use crate::domain::credential::{ClientId, Credential, SecretMethod};
use crate::domain::public_url::PublicUrl;

/// The id of a profile: its file's name. Lower-case letters, digits and hyphens, at most 63.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileId(String);

impl ProfileId {
    /// Accepts an id; a hyphen may stand neither first nor last.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let shape = (1..=63).contains(&text.len()) && text.bytes().all(allowed);
        (shape && !text.starts_with('-') && !text.ends_with('-')).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a session depends on: kind, authority, tenant, client and user flow, hashed. Editing one of these ends the
/// profile's old sessions and attempts; editing anything else does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuthorityFingerprint(pub [u8; 32]);

/// How the authority returns the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResponseMode {
    /// Parameters in the address (OAuth 2.0 Multiple Response Types §2.1).
    #[default]
    Query,
    /// Parameters in a cross-site POST; needs https for its `SameSite=None` cookie.
    FormPost,
}

impl ResponseMode {
    /// Every response mode.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// The value of `response_mode`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// Reads the value of `response_mode`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// The `prompt` parameter (OIDC Core §3.1.2.1); `none` is not offered: it cannot sign anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Ask for the password again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Ask which account.
    SelectAccount,
    /// Begin with sign-up (External ID).
    Create,
}

impl Prompt {
    /// Every prompt.
    pub const ALL: [Self; 4] = [
        Self::Login,
        Self::Consent,
        Self::SelectAccount,
        Self::Create,
    ];

    /// The parameter's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::Create => "create",
        }
    }

    /// Reads the parameter's value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prompt| prompt.as_str() == text)
    }
}

/// Parameters of the authorization request that may be passed on from the sign-in link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PassedParameter {
    /// `prompt`
    Prompt,
    /// `login_hint`
    LoginHint,
    /// `domain_hint`
    DomainHint,
    /// `ui_locales`
    UiLocales,
    /// `max_age`
    MaxAge,
    /// `acr_values`
    AcrValues,
}

impl PassedParameter {
    /// Every parameter.
    pub const ALL: [Self; 6] = [
        Self::Prompt,
        Self::LoginHint,
        Self::DomainHint,
        Self::UiLocales,
        Self::MaxAge,
        Self::AcrValues,
    ];

    /// The parameter's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::LoginHint => "login_hint",
            Self::DomainHint => "domain_hint",
            Self::UiLocales => "ui_locales",
            Self::MaxAge => "max_age",
            Self::AcrValues => "acr_values",
        }
    }

    /// Reads the parameter's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|parameter| parameter.as_str() == text)
    }
}

/// What a profile adds to every authorization request.
#[derive(Debug, Clone, Default)]
pub struct AuthorizeOptions {
    /// `prompt`, fixed.
    pub prompt: Option<Prompt>,
    /// `login_hint`, fixed.
    pub login_hint: Option<String>,
    /// `domain_hint`, fixed.
    pub domain_hint: Option<String>,
    /// `ui_locales`, fixed.
    pub ui_locales: Option<String>,
    /// `max_age` in seconds; `auth_time` is then checked.
    pub max_age: Option<u64>,
    /// `acr_values`, fixed.
    pub acr_values: Option<String>,
    /// Scopes beyond the reserved ones and those of the APIs.
    pub extra_scopes: Vec<Scope>,
    /// How the answer comes back.
    pub response_mode: ResponseMode,
    /// Parameters that a sign-in link may set.
    pub pass: Vec<PassedParameter>,
}

/// How long a session may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Ends a session that nobody used for so long.
    pub idle_timeout: Duration,
    /// Ends a session whatever happens.
    pub lifetime: Duration,
}

/// The shades that a profile may choose for its buttons; a fixed list, so that no style comes from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Accent {
    /// Blue, the default.
    #[default]
    Blue,
    /// Teal.
    Teal,
    /// Green.
    Green,
    /// Purple.
    Purple,
    /// Red.
    Red,
    /// Orange.
    Orange,
    /// Grey.
    Grey,
}

impl Accent {
    /// Every accent.
    pub const ALL: [Self; 7] = [
        Self::Blue,
        Self::Teal,
        Self::Green,
        Self::Purple,
        Self::Red,
        Self::Orange,
        Self::Grey,
    ];

    /// The word in a profile file, also the style class.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Teal => "teal",
            Self::Green => "green",
            Self::Purple => "purple",
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Grey => "grey",
        }
    }

    /// Reads the word of a profile file.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|accent| accent.as_str() == text)
    }
}

/// How a profile's pages look.
#[derive(Debug, Clone, Default)]
pub struct Branding {
    /// Address of a logo: https, or a path on the profile's own host.
    pub logo: Option<String>,
    /// Colour of buttons and links.
    pub accent: Accent,
    /// Address or `mailto:` where people get help.
    pub support: Option<String>,
}

/// What happens at the authority when a person signs out here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignOutOptions {
    /// Leaves out the hint, so that the authority asks which account to sign out.
    pub account_picker: bool,
}

/// The gateway as the authority knows it.
#[derive(Debug, Clone)]
pub struct Client {
    /// `client_id`
    pub id: ClientId,
    /// How it proves itself.
    pub credential: Credential,
    /// How a secret is sent; `None` takes it from the dialect and the metadata.
    pub secret_method: Option<SecretMethod>,
}

/// A signature algorithm of tokens (RFC 7518 §3.1). Nothing else is ever accepted: no `none`, no HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl SigningAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Ps256, Self::Es256];

    /// The value of `alg`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
        }
    }

    /// Reads the value of `alg`, case counts.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == text)
    }
}

/// One tenant of the gateway: who signs people in, where, and what they may use.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The file's name.
    pub id: ProfileId,
    /// Where people reach it.
    pub public_url: PublicUrl,
    /// What pages call it.
    pub title: String,
    /// The path below `public_url` to which the authority returns the browser; begins with a slash.
    pub redirect_path: String,
    /// Who signs people in.
    pub authority: Authority,
    /// The gateway at the authority.
    pub client: Client,
    /// Signature algorithms of ID tokens; empty accepts what the metadata announces of [`SigningAlgorithm::ALL`].
    pub signing_algorithms: Vec<SigningAlgorithm>,
    /// Tolerance for the authority's clock in either direction.
    pub clock_skew: Duration,
    /// What every authorization request holds.
    pub authorize: AuthorizeOptions,
    /// Downstream APIs, the first one's scopes are asked for at sign-in.
    pub apis: Vec<Api>,
    /// Who may enter at all.
    pub allow: AccessRule,
    /// How long sessions live.
    pub session: SessionLimits,
    /// Sign-out at the authority.
    pub sign_out: SignOutOptions,
    /// Looks.
    pub branding: Branding,
    /// What sessions and attempts depend on.
    pub binding: AuthorityFingerprint,
}

impl Profile {
    /// The address to register as redirect URI.
    pub fn redirect_uri(&self) -> String {
        self.public_url.join(&self.redirect_path)
    }

    /// The address to register as front-channel logout URL.
    pub fn front_channel_logout_uri(&self) -> String {
        self.public_url.join("/auth/front_channel_logout")
    }

    /// The address to register as back-channel logout URL.
    pub fn back_channel_logout_uri(&self) -> String {
        self.public_url.join("/auth/back_channel_logout")
    }

    /// Where the authority returns the browser after sign-out; also registered as a redirect URI at Microsoft.
    pub fn post_logout_uri(&self) -> String {
        self.public_url.join("/")
    }

    /// The API of this name.
    pub fn api(&self, name: &ApiName) -> Option<&Api> {
        self.apis.iter().find(|api| api.name == *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c119_a_profile_id_is_a_file_name_that_needs_no_escaping() {
        for good in ["a", "contoso-staff", "b2c2", &"x".repeat(63)] {
            assert!(ProfileId::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "A",
            "a.b",
            "a/b",
            "..",
            "ä",
            "a_b",
            "a\0",
            &"x".repeat(64),
        ] {
            assert!(ProfileId::parse(bad).is_none(), "{bad:?}");
        }
    }
}
