//! `check --online`: asks the authority of each profile about metadata, issuer, keys, clock and credential.

use crate::app::commands::with_causes;
use crate::command::runtime::Answer;
use crate::domain::authority::UserFlowKind;
use crate::domain::profile::Profile;
use crate::oidc::{
    Authorities, AuthorityErrorCode, AuthorityErrorDetail, CredentialProbe, KeyCount,
    Misconfiguration, OidcError, Probe,
};

/// The user flows, and their names in a report.
const USER_FLOWS: [(UserFlowKind, &str); 3] = [
    (UserFlowKind::SignIn, ""),
    (UserFlowKind::EditProfile, " of edit_profile"),
    (UserFlowKind::ResetPassword, " of reset_password"),
];

fn good(question: impl Into<String>, sentence: impl Into<String>) -> Answer {
    Answer {
        question: question.into(),
        good: true,
        sentence: sentence.into(),
        help: String::new(),
    }
}

fn bad(
    question: impl Into<String>,
    sentence: impl Into<String>,
    help: impl Into<String>,
) -> Answer {
    Answer {
        good: false,
        help: help.into(),
        ..good(question, sentence)
    }
}

/// Asks one authority about everything that can prevent people from signing in.
pub async fn ask(authorities: &Authorities, profile: &Profile) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (user_flow, of) in USER_FLOWS {
        if profile.authority.issuer_config(user_flow).is_none() {
            continue;
        }
        match authorities.probe(profile, user_flow).await {
            Ok(probe) => answers.extend(about(of, &probe, profile)),
            Err(error) => {
                answers.extend(no_metadata(of, &error));
                return answers;
            }
        }
    }
    answers.push(credential(authorities, profile).await);
    answers
}

/// The answers when the metadata cannot be used. If only its issuer is refused, the document itself was fetched.
fn no_metadata(of: &str, error: &OidcError) -> Vec<Answer> {
    match error {
        OidcError::Misconfigured(problem @ Misconfiguration::Issuer { .. }) => vec![
            good(format!("metadata{of}"), "fetched"),
            bad(
                format!("issuer{of}"),
                problem.to_string(),
                "check kind, authority and tenant_id; set the key issuer only for an authority that deviates from its kind",
            ),
        ],
        error => vec![bad(
            format!("metadata{of}"),
            with_causes(error),
            "check authority, tenant and network; nobody can sign in until this works",
        )],
    }
}

fn about(of: &str, probe: &Probe, profile: &Profile) -> Vec<Answer> {
    let trusted = &probe.metadata.trusted;
    let tenant = trusted
        .tenant
        .as_ref()
        .map(|tenant| format!(", tenant {tenant}"))
        .unwrap_or_default();
    let mut answers = vec![
        good(format!("metadata{of}"), "fetched and accepted"),
        good(format!("issuer{of}"), format!("{}{tenant}", trusted.issuer)),
        keys(format!("keys{of}"), probe),
    ];
    if let Some(apart) = probe.metadata.clock_ahead {
        let allowed = i64::try_from(profile.clock_skew.as_secs()).unwrap_or(i64::MAX);
        let words = format!("{} s different from the authority's clock", apart.abs());
        answers.push(if apart.abs() <= allowed {
            good("clock", words)
        } else {
            let help = "set the clock of this machine, or sign-ins will be refused";
            bad("clock", words, help)
        });
    }
    answers
}

fn keys(question: String, probe: &Probe) -> Answer {
    match &probe.keys {
        Ok(KeyCount {
            usable: 0,
            skipped: _,
        }) => bad(
            question,
            "no usable key",
            "the authority has no key for RS256, PS256 or ES256",
        ),
        Ok(KeyCount { usable, skipped: 0 }) => good(question, format!("{usable} usable")),
        Ok(KeyCount { usable, skipped }) => good(
            question,
            format!("{usable} usable, {skipped} of other algorithms"),
        ),
        Err(error) => bad(
            question,
            format!("{}: {}", probe.metadata.jwks_uri, with_causes(error)),
            "tokens cannot be verified without keys; nobody can sign in until this works",
        ),
    }
}

async fn credential(authorities: &Authorities, profile: &Profile) -> Answer {
    let question = "credential";
    match authorities.probe_credential(profile).await {
        Ok(CredentialProbe::Accepted) => good(question, "accepted by the token endpoint"),
        Ok(CredentialProbe::Refused(detail)) => {
            bad(question, format!("refused ({detail})"), refusal(&detail))
        }
        Ok(CredentialProbe::Unusable(problem)) => bad(
            question,
            problem.to_string(),
            "the credential cannot be used, so the authority was not asked",
        ),
        Ok(CredentialProbe::NoAnswer(fault)) => bad(
            question,
            format!("no usable answer: {fault}"),
            "another server answers at the address of the token endpoint, such as a proxy",
        ),
        Ok(CredentialProbe::Unclear(said)) => good(
            question,
            format!("the answer does not show whether it is accepted ({said})"),
        ),
        Err(error) => bad(
            question,
            with_causes(&error),
            "the token endpoint did not answer; check again in a minute",
        ),
    }
}

/// What to do about a refusal, by its error code.
fn refusal(detail: &AuthorityErrorDetail) -> &'static str {
    let of_code = detail.codes.iter().find_map(|code| match code {
        AuthorityErrorCode::Entra(code) => of_entra(*code),
        AuthorityErrorCode::B2c(90_079 | 90_081) => Some(WRONG_SECRET),
        AuthorityErrorCode::B2c(_) => None,
    });
    of_code.unwrap_or(match detail.error.as_str() {
        "invalid_client" => "compare client_id and the credential with the registration",
        "invalid_scope" | "invalid_resource" => SCOPE,
        _ => "compare client_id, authority and the credential with the registration",
    })
}

const WRONG_SECRET: &str = "a common mistake is to use the id of a secret instead of its value; copy the value, or create a new secret";
const SCOPE: &str =
    "the client is known, but a scope is not: check client_id and the scopes of the registration";

fn of_entra(code: u64) -> Option<&'static str> {
    Some(match code {
        7_000_215 => WRONG_SECRET,
        7_000_222 => {
            "the secret has expired: create a new one, and rotate it with client_secret_next"
        }
        700_016 => "this tenant has no such application: check client_id and authority",
        90_002 | 500_208 | 500_207 => {
            "this tenant does not exist or is of another kind: check authority"
        }
        7_000_112 => "the application is disabled in its tenant: enable it",
        50_011 => "register the redirect URI that `gatehouse check` prints",
        70_011 | 28_003 | 500_011 | 1_002_012 => SCOPE,
        700_024 => "the assertion is expired or not valid yet: set the clock of this machine",
        700_027 | 7_000_274 | 7_000_214 | 7_000_277 | 1_000_502 => {
            "register this certificate, or the issuer and subject of the assertion, at the application"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d9_the_help_fits_the_code_of_the_refusal() {
        for (code, words) in [
            ("AADSTS7000215", "the id of a secret"),
            ("AADSTS7000222", "has expired"),
            ("AADSTS700016", "client_id"),
            ("AADSTS50011", "redirect URI"),
            ("AADSTS1002012", "scope"),
            ("AADB2C90081", "the id of a secret"),
        ] {
            let detail =
                AuthorityErrorDetail::from_callback("invalid_client", &format!("{code}: no"));
            assert!(refusal(&detail).contains(words), "{code}");
        }
        let unknown = AuthorityErrorDetail::from_callback("invalid_client", "AADSTS1234567: no");
        assert!(refusal(&unknown).contains("registration"));
    }
}
