//! What a profile adds to every authorization request.

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::toml_document::spanned::{Spanned, Text};
use crate::domain::api::{RESERVED_SCOPES, Scope};
use crate::domain::profile::{
    AuthorizeOptions, PassedParameter, Prompt, ResponseMode, SigningAlgorithm,
};
use crate::domain::public_url::PublicUrl;

/// Characters of a fixed parameter. Browsers and proxies limit the length of the authorization address.
const LONGEST_PARAMETER: usize = 512;

impl ProfileReader<'_, '_> {
    pub(super) fn authorize(
        &mut self,
        file: &ProfileFile,
        public_url: Option<&PublicUrl>,
    ) -> AuthorizeOptions {
        let prompts = Prompt::ALL.map(Prompt::as_str);
        AuthorizeOptions {
            prompt: self.word("prompt", &file.prompt, &prompts, Prompt::parse),
            login_hint: self.parameter("login_hint", &file.login_hint),
            domain_hint: self.parameter("domain_hint", &file.domain_hint),
            ui_locales: self.parameter("ui_locales", &file.ui_locales),
            max_age: self
                .duration("max_age", &file.max_age, "1h")
                .map(|age| age.as_secs()),
            acr_values: self.parameter("acr_values", &file.acr_values),
            extra_scopes: self.scopes("extra_scopes", file.extra_scopes.as_deref()),
            response_mode: self.response_mode(file, public_url),
            pass: self.passed(file),
        }
    }

    pub(super) fn signing_algorithms(&mut self, file: &ProfileFile) -> Vec<SigningAlgorithm> {
        let known = SigningAlgorithm::ALL.map(SigningAlgorithm::as_str);
        let key = "signing_algorithms";
        self.words(
            key,
            &file.signing_algorithms,
            &known,
            SigningAlgorithm::parse,
        )
    }

    fn parameter(&mut self, key: &str, text: &Text) -> Option<String> {
        let written = self.text(key, text)?;
        if written.get().len() > LONGEST_PARAMETER {
            let right = "at most 512 characters";
            self.problems
                .error(key, &written.span(), "is too long for an address", right);
            return None;
        }
        Some(written.get().clone())
    }

    fn passed(&mut self, file: &ProfileFile) -> Vec<PassedParameter> {
        let known = PassedParameter::ALL.map(PassedParameter::as_str);
        let key = "pass_parameters";
        self.words(key, &file.pass_parameters, &known, PassedParameter::parse)
    }

    fn response_mode(
        &mut self,
        file: &ProfileFile,
        public_url: Option<&PublicUrl>,
    ) -> ResponseMode {
        let known = ResponseMode::ALL.map(ResponseMode::as_str);
        let mode = self.word(
            "response_mode",
            &file.response_mode,
            &known,
            ResponseMode::parse,
        );
        let mode = mode.unwrap_or_default();
        if let (ResponseMode::FormPost, Some(url), Some(written)) =
            (mode, public_url, &file.response_mode)
            && !url.is_https()
        {
            self.problems.error(
                "response_mode",
                &written.span(),
                "needs an https public_url: browsers do not send the cookie of a sign-in with a cross-site POST to plain http",
                "response_mode = \"query\" while public_url is http",
            );
        }
        mode
    }

    /// Scopes, without those that the gateway adds itself.
    pub(super) fn scopes(&mut self, key: &str, texts: Option<&[Spanned<String>]>) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = Vec::new();
        for written in texts.unwrap_or_default() {
            if !self.is_usable(key, written, "a scope such as \"User.Read\"") {
                continue;
            }
            let span = written.span();
            let Some(scope) = Scope::parse(written.get()) else {
                let right = "one scope per item: [\"User.Read\", \"Mail.Read\"]";
                self.problems.error(
                    key,
                    &span,
                    "contains spaces or characters that are not allowed in a scope",
                    right,
                );
                continue;
            };
            if RESERVED_SCOPES.contains(&scope.as_str()) {
                let what = format!("{:?} is always requested", scope.as_str());
                self.problems.error(key, &span, what, "leave it out");
            } else if scopes.contains(&scope) {
                let what = format!("names {:?} twice", scope.as_str());
                self.problems.error(key, &span, what, "each scope once");
            } else {
                scopes.push(scope);
            }
        }
        scopes
    }
}
