//! Chooses the refusal for a cause by the kind of the authority.

use super::cause::Cause;
use super::error_response::Failure;
use super::{b2c, entra, openid};
use crate::kind::Kind;

impl Failure {
    /// The refusal that this kind of authority gives for a cause.
    pub(crate) fn of(cause: &Cause, kind: Kind) -> Self {
        match kind {
            Kind::B2c => b2c::of(cause),
            Kind::Oidc => openid::of(cause),
            _ => entra::of(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Trace;
    use serde_json::json;

    fn trace() -> Trace {
        Trace::new("t".to_owned(), "c".to_owned(), 1_704_067_200)
    }

    #[test]
    fn entra_sends_codes_suberror_and_claims_beside_the_text() {
        let failure = Failure::of(&Cause::StepUp("{}".to_owned()), Kind::EntraId);
        let body = failure.body(Kind::EntraId, "http://x", &trace());
        assert_eq!(body.get("error_codes").unwrap(), &json!([50076]));
        assert_eq!(body.get("suberror").unwrap(), "basic_action");
        assert_eq!(body.get("timestamp").unwrap(), "2024-01-01 00:00:00Z");
        assert!(
            body.get("error_description")
                .unwrap()
                .as_str()
                .unwrap()
                .starts_with("AADSTS50076: ")
        );
    }

    #[test]
    fn b2c_has_its_code_in_the_text_only() {
        let failure = Failure::of(&Cause::PasswordForgotten, Kind::B2c);
        let body = failure.body(Kind::B2c, "http://x", &trace());
        assert!(body.get("error_codes").is_none());
        assert!(
            body.get("error_description")
                .unwrap()
                .as_str()
                .unwrap()
                .starts_with("AADB2C90118: ")
        );
    }
}
