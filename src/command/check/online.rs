//! `check --online`: metadata, issuer, keys, clock and credential of each profile, each with a sentence.

use std::sync::Arc;

use serde::Serialize;

use crate::app::commands::authorities_of_command;
use crate::command::runtime::block_on;
use crate::command::terminal::{Failed, Terminal};
use crate::config::Settings;
use crate::domain::authority::UserFlowKind;
use crate::domain::causes::with_causes;
use crate::domain::profile::{Profile, ProfileId};
use crate::oidc::{
    Authorities, AuthorityErrorDetail, CredentialProbe, KeyCount, Misconfiguration, OidcError,
    Probe, Topic,
};

/// Journeys and how a report names them.
const USER_FLOWS: [(UserFlowKind, &str); 3] = [
    (UserFlowKind::SignIn, ""),
    (UserFlowKind::EditProfile, " of edit_profile"),
    (UserFlowKind::ResetPassword, " of reset_password"),
];

/// One question of `check --online`, answered.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// What was asked: `metadata`, `issuer`, `keys`, `clock`, `credential`.
    pub question: String,
    /// Whether all is well.
    pub good: bool,
    /// What was found, or what is wrong.
    pub sentence: String,
    /// What to do about it, if anything.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
}

/// Asks the authorities of these profiles; the answers of one profile stand together.
///
/// # Errors
/// One sentence that says why nobody can be asked at all.
pub(in crate::command) fn ask_all(
    settings: &Settings,
    terminal: &Terminal<'_>,
    profiles: &[Arc<Profile>],
) -> Result<Vec<(ProfileId, Vec<Answer>)>, Failed> {
    let inputs = terminal.system_inputs();
    block_on(async {
        let authorities = authorities_of_command(settings, &inputs)?;
        let mut all = Vec::new();
        for profile in profiles {
            all.push((profile.id.clone(), ask(&authorities, profile).await));
        }
        Ok(all)
    })
}

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

/// Asks one authority everything that keeps people from signing in.
async fn ask(authorities: &Authorities, profile: &Profile) -> Vec<Answer> {
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

/// An issuer that is refused is no fault of the document's way here.
fn no_metadata(of: &str, error: &OidcError) -> Vec<Answer> {
    match error {
        OidcError::Misconfigured(problem @ Misconfiguration::Issuer { .. }) => vec![
            good(format!("metadata{of}"), "fetched"),
            bad(
                format!("issuer{of}"),
                problem.to_string(),
                "look at kind, authority and tenant_id; only for an authority that deviates, name its issuer in the key issuer",
            ),
        ],
        error => vec![bad(
            format!("metadata{of}"),
            with_causes(error),
            "look at authority, tenant and network; nobody can sign in until this is right",
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
        let words = format!("{} s apart from the authority's", apart.abs());
        answers.push(if apart.abs() <= allowed {
            good("clock", words)
        } else {
            let help = "set this machine's clock, or sign-ins will be refused";
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
            "no key that can be used",
            "the authority signs with none of RS256, PS256, ES256",
        ),
        Ok(KeyCount { usable, skipped: 0 }) => good(question, format!("{usable} that can be used")),
        Ok(KeyCount { usable, skipped }) => good(
            question,
            format!("{usable} that can be used, {skipped} of other kinds"),
        ),
        Err(error) => bad(
            question,
            format!("{}: {}", probe.metadata.jwks_uri, with_causes(error)),
            "no token can be checked without them; nobody can sign in until this is right",
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
            "no proof could be made, so nothing was asked",
        ),
        Ok(CredentialProbe::NoAnswer(fault)) => bad(
            question,
            format!("not answered: {fault}"),
            "another server answers at the token endpoint's address, such as a proxy",
        ),
        Ok(CredentialProbe::Unclear(said)) => good(
            question,
            format!("the answer says nothing about it ({said})"),
        ),
        Err(error) => bad(
            question,
            with_causes(&error),
            "the token endpoint gave no answer about it; check again in a minute",
        ),
    }
}

/// What the operator should do about a refusal.
fn refusal(detail: &AuthorityErrorDetail) -> &'static str {
    match detail.topic() {
        Topic::SecretWrong => {
            "a common mistake is the id of a secret in the place of its value; copy the value, or make a new secret"
        }
        Topic::SecretExpired => {
            "the secret has expired: make a new one, and rotate it in with client_secret_next"
        }
        Topic::UnknownApplication => {
            "there is no such application in this tenant: look at client_id and authority"
        }
        Topic::UnknownTenant => {
            "there is no such tenant, or it is of another kind: look at authority"
        }
        Topic::ApplicationDisabled => "the application is disabled in its tenant: enable it there",
        Topic::RedirectUri => "register the redirect URI that `gatehouse check` prints",
        Topic::Scope => {
            "the client was known, a scope was not: look at client_id, and at the scopes of the registration"
        }
        Topic::AssertionTime => "the assertion is outside its time: set this machine's clock",
        Topic::AssertionKey => {
            "register this certificate, or the issuer and subject of the assertion, at the application"
        }
        Topic::ClientRejected => "compare client_id and the credential with the registration",
        _ => "compare client_id, authority and the credential with the registration",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: D9
    #[test]
    fn the_help_fits_the_code_of_the_refusal() {
        for (code, words) in [
            ("AADSTS7000215", "the id of a secret"),
            ("AADSTS7000222", "has ended"),
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
