//! What a profile adds to every authorization request.

use crate::domain::api::Scope;

/// How the authority sends its response.
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

/// The parameter `prompt` (OIDC Core §3.1.2.1), without `none`, which cannot sign anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Ask for the password again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Ask for the account.
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

/// Parameters that a sign-in link may pass on to the authorization request.
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
    /// How the response is sent.
    pub response_mode: ResponseMode,
    /// The parameters that a sign-in link may set.
    pub pass: Vec<PassedParameter>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_not_exactly_one_of_an_authorization_request_is_refused() {
        let words = ResponseMode::ALL.map(ResponseMode::as_str);
        assert_eq!(words, ["query", "form_post"]);
        assert_eq!(words.map(ResponseMode::parse), ResponseMode::ALL.map(Some));
        let prompts = Prompt::ALL.map(Prompt::as_str);
        assert_eq!(prompts, ["login", "consent", "select_account", "create"]);
        assert_eq!(prompts.map(Prompt::parse), Prompt::ALL.map(Some));
        let passed = PassedParameter::ALL.map(PassedParameter::as_str);
        assert_eq!(
            passed.map(PassedParameter::parse),
            PassedParameter::ALL.map(Some)
        );
        for word in [
            "",
            "none",
            "Login",
            "fragment",
            "redirect_uri",
            "scope",
            "state",
        ] {
            assert_eq!(ResponseMode::parse(word), None, "{word}");
            assert_eq!(Prompt::parse(word), None, "{word}");
            assert_eq!(PassedParameter::parse(word), None, "{word}");
        }
    }
}
