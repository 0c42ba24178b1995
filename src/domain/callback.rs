//! What the authority sent back to the redirect address: a code or a refusal, never both.

use crate::domain::secret::{AuthorizationCode, State};

/// The parameters of an authorization response (RFC 6749 §4.1.2, RFC 9207 §2), checked for shape only.
#[derive(Debug)]
pub struct CallbackAnswer {
    /// The `state` that names the attempt.
    pub state: State,
    /// The `iss` parameter, if sent (RFC 9207 §2).
    pub iss: Option<String>,
    /// The `session_state` parameter, if it has the form of Microsoft's session ids: the same value as the `sid` claim. It
    /// is not signed, so nothing else of it is kept.
    pub session_state: Option<String>,
    /// What happened.
    pub outcome: CallbackOutcome,
}

/// What the authority decided.
#[derive(Debug)]
pub enum CallbackOutcome {
    /// Signed in: a code to redeem.
    Code(AuthorizationCode),
    /// Not signed in: the error and its description, not yet trusted.
    Refused {
        /// The `error` code (RFC 6749 §4.1.2.1).
        error: String,
        /// The `error_description`, at most 2,000 characters kept.
        description: String,
    },
}

/// Why the parameters are no authorization response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackShapeError {
    /// Neither `code` nor `error`, or no `state`.
    #[error("the answer lacks a parameter that every answer has")]
    Incomplete,
    /// Both `code` and `error`, or a token in the front channel (OIDC Core §3.1.2.5, RFC 9700 §2.1.2).
    #[error("the answer says two things at once")]
    Contradictory,
    /// A parameter more than once (RFC 6749 §3.1).
    #[error("a parameter of the answer occurs twice")]
    Repeated,
    /// A parameter longer than any authority makes it, or not text.
    #[error("a parameter of the answer is malformed")]
    Malformed,
}

/// Bytes; the largest code seen from Microsoft is below 3,000.
const LONGEST_PARAMETER: usize = 16_384;

/// Parameters that only the implicit and hybrid flows send.
const FRONT_CHANNEL_TOKENS: [&str; 3] = ["access_token", "id_token", "token_type"];

impl CallbackAnswer {
    /// Reads the decoded parameters of a query or form. Unknown parameters are ignored (RFC 6749 §4.1.2).
    ///
    /// # Errors
    /// `Repeated`, `Contradictory`, `Incomplete` or `Malformed`, in this order of the checks.
    pub fn parse<'a>(
        parameters: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, CallbackShapeError> {
        const KNOWN: [&str; 6] = [
            "state",
            "code",
            "error",
            "error_description",
            "iss",
            "session_state",
        ];
        let mut values: [Option<String>; 6] = Default::default();
        for (name, value) in parameters {
            if FRONT_CHANNEL_TOKENS.contains(&name) {
                return Err(CallbackShapeError::Contradictory);
            }
            let Some(slot) = KNOWN
                .iter()
                .position(|known| *known == name)
                .and_then(|at| values.get_mut(at))
            else {
                continue;
            };
            if value.len() > LONGEST_PARAMETER {
                return Err(CallbackShapeError::Malformed);
            }
            if slot.replace(value.to_owned()).is_some() {
                return Err(CallbackShapeError::Repeated);
            }
        }
        let [state, code, error, description, iss, session_state] = values;
        let outcome = match (
            code.filter(|code| !code.is_empty()),
            error.filter(|error| !error.is_empty()),
        ) {
            (Some(_), Some(_)) => return Err(CallbackShapeError::Contradictory),
            (None, None) => return Err(CallbackShapeError::Incomplete),
            (Some(code), None) => CallbackOutcome::Code(AuthorizationCode::new(code)),
            (None, Some(error)) => CallbackOutcome::Refused {
                error,
                description: description
                    .unwrap_or_default()
                    .chars()
                    .take(2_000)
                    .collect(),
            },
        };
        let state = state
            .filter(|state| !state.is_empty())
            .ok_or(CallbackShapeError::Incomplete)?;
        Ok(Self {
            state: State::new(state),
            iss,
            session_state: session_state.filter(|text| is_session_id(text)),
            outcome,
        })
    }
}

/// Microsoft's session ids are GUIDs.
fn is_session_id(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| {
        if matches!(at, 8 | 13 | 18 | 23) {
            byte == b'-'
        } else {
            byte.is_ascii_hexdigit()
        }
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

/// Whether a browser returns from administrator consent (`admin_consent=True`), with or without an error. Such a return
/// is not signed and belongs to no attempt of ours, whatever `state` it carries.
pub fn is_return_from_administrator_consent<'a>(
    parameters: impl Iterator<Item = (&'a str, &'a str)>,
) -> bool {
    let names: Vec<&str> = parameters.map(|(name, _)| name).collect();
    names.contains(&"admin_consent") && !names.contains(&"code")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<CallbackAnswer, CallbackShapeError> {
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        CallbackAnswer::parse(
            pairs
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        )
    }

    #[test]
    fn a_session_state_counts_only_as_a_guid() {
        let kept = |value: &str| {
            let answer = parse(&format!("state=s&code=c&session_state={value}")).unwrap();
            answer.session_state
        };
        let guid = "7C1b1c1e-52f0-4a54-8f5c-62a1de09f4ad";
        assert_eq!(kept(guid).as_deref(), Some(guid));
        for other in [
            "",
            "s-1",
            "%00",
            &guid.replace('-', "a"),
            &format!("{guid}a"),
            &"-".repeat(36),
            &"x".repeat(36),
            &"a".repeat(16_000),
        ] {
            assert_eq!(kept(other), None, "{other}");
        }
    }

    // proves: B33
    #[test]
    fn code_and_error_together_is_refused() {
        assert_eq!(
            parse("state=s&code=c&error=e").unwrap_err(),
            CallbackShapeError::Contradictory
        );
    }

    // proves: B33
    #[test]
    fn a_doubled_parameter_is_an_error_and_not_last_wins() {
        for query in [
            "state=s&code=c&code=d",
            "state=s&state=t&code=c",
            "state=s&code=c&iss=a&iss=a",
        ] {
            assert_eq!(
                parse(query).unwrap_err(),
                CallbackShapeError::Repeated,
                "{query}"
            );
        }
    }

    // proves: B33
    #[test]
    fn neither_or_empty_is_refused() {
        for query in ["", "state=s", "state=s&code=", "code=c", "state=&code=c"] {
            assert_eq!(
                parse(query).unwrap_err(),
                CallbackShapeError::Incomplete,
                "{query}"
            );
        }
    }

    // proves: B14
    #[test]
    fn a_token_in_the_front_channel_is_refused() {
        for query in [
            "state=s&code=c&id_token=x",
            "state=s&access_token=x",
            "state=s&code=c&token_type=bearer",
        ] {
            assert_eq!(
                parse(query).unwrap_err(),
                CallbackShapeError::Contradictory,
                "{query}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn an_accepted_answer_has_one_state_one_outcome_and_bounded_parameters(
            names in proptest::collection::vec(
                "state|code|error|error_description|iss|session_state|id_token|access_token|token_type|other", 0..8,
            ),
            values in proptest::collection::vec("|x|\\PC{0,40}", 8),
            stretched in proptest::option::weighted(0.4, (0..8_usize, proptest::sample::select(vec![2_001, LONGEST_PARAMETER, LONGEST_PARAMETER + 1]))),
        ) {
            let mut sent: Vec<(String, String)> = names.into_iter().zip(values).collect();
            if let Some((at, length)) = stretched
                && let Some((_, value)) = sent.get_mut(at)
            {
                *value = "x".repeat(length);
            }
            let pairs = sent.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let Ok(answer) = CallbackAnswer::parse(pairs) else {
                return Ok(());
            };
            let count = |name: &str| sent.iter().filter(|(sent, _)| sent == name).count();
            proptest::prop_assert!(FRONT_CHANNEL_TOKENS.iter().all(|name| count(name) == 0));
            for name in ["state", "code", "error", "error_description", "iss", "session_state"] {
                proptest::prop_assert!(count(name) <= 1, "{} twice", name);
            }
            let bounded = |text: &str| !text.is_empty() && text.len() <= LONGEST_PARAMETER;
            proptest::prop_assert!(bounded(answer.state.expose()));
            match &answer.outcome {
                CallbackOutcome::Code(code) => proptest::prop_assert!(bounded(code.expose())),
                CallbackOutcome::Refused { error, description } => {
                    proptest::prop_assert!(bounded(error) && description.chars().count() <= 2_000);
                }
            }
        }
    }

    #[test]
    fn an_endless_parameter_is_refused_and_the_longest_is_read() {
        let query = |length: usize| format!("state=s&code={}", "c".repeat(length));
        assert!(parse(&query(LONGEST_PARAMETER)).is_ok());
        let refused = parse(&query(LONGEST_PARAMETER + 1)).unwrap_err();
        assert_eq!(refused, CallbackShapeError::Malformed);
    }

    #[test]
    fn only_a_return_without_a_code_is_one_from_administrator_consent() {
        let is = |query: &str| {
            let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
            is_return_from_administrator_consent(pairs.iter().map(|(a, b)| (&**a, &**b)))
        };
        assert!(is("admin_consent=True&tenant=t&state=s"));
        assert!(is("error=access_denied&admin_consent=True"));
        assert!(
            !is("admin_consent=True&code=c&state=s"),
            "a forged mark does not hide a code"
        );
        assert!(!is("state=s&error=access_denied"));
        assert!(!is("state=s&code=c"));
    }
}
