//! `check --online`: metadata, issuer, keys, clock and credential of each profile, each with a sentence.

use super::run::Answer;
use crate::app::run::with_causes;
use crate::domain::authority::Journey;
use crate::domain::profile::Profile;
use crate::oidc::{Authorities, CredentialProbe, Probe};

/// Journeys and how a report names them.
const JOURNEYS: [(Journey, &str); 3] = [
    (Journey::SignIn, "metadata"),
    (Journey::EditProfile, "metadata of edit_profile"),
    (Journey::ResetPassword, "metadata of reset_password"),
];

fn answer(question: &str, good: bool, sentence: impl Into<String>) -> Answer {
    Answer {
        question: question.to_owned(),
        good,
        sentence: sentence.into(),
    }
}

/// Asks one authority everything that keeps people from signing in.
pub async fn ask(authorities: &Authorities, profile: &Profile) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (journey, name) in JOURNEYS {
        if profile.authority.issuance(journey).is_none() {
            continue;
        }
        match authorities.probe(profile, journey).await {
            Ok(probe) => answers.extend(about(name, &probe, profile)),
            Err(error) => {
                let help =
                    "look at authority, tenant and network; nobody can sign in until this is right";
                answers.push(answer(
                    name,
                    false,
                    format!("{}; {help}", with_causes(&error)),
                ));
                return answers;
            }
        }
    }
    answers.push(credential(authorities, profile).await);
    answers
}

fn about(name: &str, probe: &Probe, profile: &Profile) -> Vec<Answer> {
    let trusted = &probe.metadata.trusted;
    let mut answers = vec![answer(name, true, "fetched and accepted")];
    let tenant = trusted
        .tenant
        .as_ref()
        .map(|tenant| format!(", tenant {tenant}"))
        .unwrap_or_default();
    answers.push(answer(
        "issuer",
        true,
        format!("{}{tenant}", trusted.issuer),
    ));
    let keys = match (probe.keys, probe.keys_skipped) {
        (0, _) => answer(
            "keys",
            false,
            "no key that can be used; the authority signs with none of RS256, PS256, ES256",
        ),
        (count, 0) => answer("keys", true, format!("{count} that can be used")),
        (count, skipped) => answer(
            "keys",
            true,
            format!("{count} that can be used, {skipped} of other kinds"),
        ),
    };
    answers.push(keys);
    if let Some(apart) = probe.metadata.clock_ahead {
        let allowed = i64::try_from(profile.clock_skew.as_secs()).unwrap_or(i64::MAX);
        let good = apart.abs() <= allowed;
        let words = if good {
            String::new()
        } else {
            "; set this machine's clock, or sign-ins will be refused".to_owned()
        };
        answers.push(answer(
            "clock",
            good,
            format!("{} s apart from the authority's{words}", apart.abs()),
        ));
    }
    answers
}

async fn credential(authorities: &Authorities, profile: &Profile) -> Answer {
    match authorities.probe_credential(profile).await {
        Ok(CredentialProbe::Accepted) => {
            answer("credential", true, "accepted by the token endpoint")
        }
        Ok(CredentialProbe::Refused(detail)) => answer(
            "credential",
            false,
            format!(
                "refused ({detail}); a common mistake is the id of a secret in the place of its value, or one that has expired"
            ),
        ),
        Ok(CredentialProbe::Unusable(problem)) => answer("credential", false, problem.to_string()),
        Ok(CredentialProbe::Unclear(said)) => answer(
            "credential",
            true,
            format!("the answer says nothing about it ({said})"),
        ),
        Err(error) => answer("credential", false, with_causes(&error)),
    }
}
