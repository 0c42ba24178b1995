//! `check --online`: metadata, issuer, keys, clock and credential of each profile, each with a sentence.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::app::commands::authorities_of_command;
use crate::command::check::answer::{Answer, bad, good};
use crate::command::check::network::Network;
use crate::command::runtime::block_on;
use crate::command::terminal::{Failed, Terminal};
use crate::config::Settings;
use crate::domain::authority::{TidClaim, UserFlowKind};
use crate::domain::causes::with_causes;
use crate::domain::issuer::TenantGuid;
use crate::domain::profile::{Profile, ProfileId};
use crate::oidc::{
    Authorities, AuthorityErrorDetail, CredentialProbe, KeyCount, Misconfiguration, OidcError,
    Probe, Topic,
};

/// User flows and how a report names them.
const USER_FLOWS: [(UserFlowKind, &str); 3] = [
    (UserFlowKind::SignIn, ""),
    (UserFlowKind::EditProfile, " of edit_profile"),
    (UserFlowKind::ResetPassword, " of reset_password"),
];

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
        let network = Network {
            proxy: settings.http.proxy.as_ref(),
            variables: &terminal.variables,
        };
        for profile in profiles {
            let mut answers: Vec<Answer> = network.about(profile).into_iter().collect();
            answers.extend(ask(&authorities, profile).await);
            for answer in answers.iter_mut().filter(|answer| !answer.good) {
                network.add_help(profile, answer);
            }
            all.push((profile.id.clone(), answers));
        }
        Ok(all)
    })
}

/// Asks one authority about everything that can prevent people from signing in.
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

/// A refused issuer is not a fault of the connection.
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
    answers.extend(strange_tenants(probe, profile));
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

/// The tenant behind a domain is known only now: a list that names another one admits nobody by it.
fn strange_tenants(probe: &Probe, profile: &Profile) -> Option<Answer> {
    let only = probe.metadata.trusted.tenant.as_ref()?;
    if profile.authority.tid_claim() != TidClaim::Always {
        return None;
    }
    let of_routes = profile.routes.written().map(|route| &route.allow);
    let lists = std::iter::once(&profile.allow).chain(of_routes);
    let named = lists.flat_map(|rule| &rule.tenants);
    let strange: BTreeSet<_> = named.filter(|tenant| *tenant != only).collect();
    let strange: Vec<_> = strange.into_iter().map(TenantGuid::as_str).collect();
    (!strange.is_empty()).then(|| {
        bad(
            "tenants",
            format!(
                "allow.tenants names {}, but the authority is the tenant {only}",
                strange.join(", ")
            ),
            "name that tenant, or leave the list out; no request would match the others",
        )
    })
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
    match detail.topic() {
        Topic::SecretWrong => {
            "a common mistake is to use the id of a secret instead of its value; copy the value, or create a new secret"
        }
        Topic::SecretExpired => {
            "the secret has expired: create a new one, and rotate it with client_secret_next"
        }
        Topic::UnknownApplication => {
            "this tenant has no such application: check client_id and authority"
        }
        Topic::UnknownTenant => "this tenant does not exist or is of another kind: check authority",
        Topic::ApplicationDisabled => "the application is disabled in its tenant: enable it",
        Topic::RedirectUri => "register the redirect URI that `gatehouse check` prints",
        Topic::Scope => {
            "the client is known, but a scope is not: check client_id and the scopes of the registration"
        }
        Topic::AssertionTime => {
            "the assertion is expired or not valid yet: set the clock of this machine"
        }
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
