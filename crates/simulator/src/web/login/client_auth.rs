//! How an application proves at the token endpoint who it is (microsoft-identity.md §5).
//!
//! Owns the choice of the method and the check of secrets. `assertions` checks assertions; `clients` owns registrations.

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::clients::{Client, Credential};
use crate::failure::Cause;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::state::Redeemer;
use crate::web::incoming::Incoming;
use crate::web::login::assertions;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the request says about its sender; nothing of it is proven.
struct Claimed {
    id: String,
    secret: Option<String>,
    by_header: bool,
    assertion: Option<String>,
}

impl Claimed {
    fn read(incoming: &Incoming<'_>) -> Result<Self, Cause> {
        let text = |name| incoming.form.text(name).map(str::to_owned);
        let (basic, in_body, assertion) = (
            incoming.basic(),
            text("client_secret"),
            text("client_assertion"),
        );
        let methods = [basic.is_some(), in_body.is_some(), assertion.is_some()];
        // RFC 6749 §2.3: one method per request.
        if methods.into_iter().filter(|used| *used).count() > 1 {
            return Err(Cause::Parameter("client_secret"));
        }
        match (basic, text("client_id")) {
            (Some((id, _)), Some(other)) if id != other => Err(Cause::UnknownClient(id)),
            (Some((id, secret)), _) => Ok(Self {
                id,
                secret: Some(secret),
                by_header: true,
                assertion,
            }),
            (None, Some(id)) => Ok(Self {
                id,
                secret: in_body,
                by_header: false,
                assertion,
            }),
            (None, None) => Err(Cause::Parameter("client_id")),
        }
    }
}

/// The application that sends this token request, if it proves to be it.
pub(crate) fn authenticate(incoming: &Incoming<'_>, realm: &Realm) -> Result<Client, Cause> {
    let claimed = Claimed::read(incoming)?;
    let client = incoming
        .platform
        .client(realm.kind, &claimed.id)
        .ok_or_else(|| Cause::UnknownClient(claimed.id.clone()))?;
    let in_body = claimed.secret.is_some() && !claimed.by_header;
    let basic_only = realm.kind == Kind::Oidc && incoming.platform.shapes().oidc_basic_only;
    if in_body && basic_only {
        return Err(Cause::SecretMissing);
    }
    let proves_nothing = claimed.secret.is_none() && claimed.assertion.is_none();
    if proves_nothing && needs_no_credential(incoming, &client) {
        return Ok(client);
    }
    check(incoming, realm, (&client.id, &client.credential), &claimed)?;
    Ok(client)
}

/// Device code and password of an application that allows public flows, and what a script or such a flow was granted.
fn needs_no_credential(incoming: &Incoming<'_>, client: &Client) -> bool {
    let form = &incoming.form;
    let granted = |name| {
        let code_or_token = form.text(name).unwrap_or_default();
        incoming.platform.state().redeemer(code_or_token)
    };
    match form.text("grant_type") {
        Some("authorization_code") => granted("code") == Some(Redeemer::SinglePage),
        Some("refresh_token") => matches!(
            granted("refresh_token"),
            Some(Redeemer::SinglePage | Redeemer::PublicFlow)
        ),
        Some("password" | "device_code" | "urn:ietf:params:oauth:grant-type:device_code") => {
            client.public_flows
        }
        _ => false,
    }
}

fn check(
    incoming: &Incoming<'_>,
    realm: &Realm,
    (id, credential): (&str, &Credential),
    claimed: &Claimed,
) -> Result<(), Cause> {
    match (credential, &claimed.secret, &claimed.assertion) {
        (Credential::Any(credentials), ..) => {
            let mut refused = Cause::SecretMissing;
            for credential in credentials {
                match check(incoming, realm, (id, credential), claimed) {
                    Ok(()) => return Ok(()),
                    Err(cause) => refused = cause,
                }
            }
            Err(refused)
        }
        (Credential::Secrets(known), Some(secret), None) => by_secret(known, secret),
        (Credential::Certificates(registered), None, Some(assertion)) => {
            check_type(incoming)?;
            assertions::by_certificate(incoming, realm, id, registered, assertion)
        }
        (Credential::Federation(federation), None, Some(assertion)) => {
            check_type(incoming)?;
            assertions::federated(incoming, federation, assertion)
        }
        (Credential::Public, None, None) => Ok(()),
        (Credential::Public, ..) | (_, Some(_), _) => Err(Cause::SecretWrong),
        (_, None, Some(_)) => Err(Cause::AssertionSignature),
        (_, None, None) => Err(Cause::SecretMissing),
    }
}

fn by_secret(known: &[String], secret: &str) -> Result<(), Cause> {
    let same = |known: &String| verify_slices_are_equal(known.as_bytes(), secret.as_bytes());
    if known.iter().any(|known| same(known).is_ok()) {
        Ok(())
    } else {
        Err(Cause::SecretWrong)
    }
}

fn check_type(incoming: &Incoming<'_>) -> Result<(), Cause> {
    // RFC 7521 §4.2
    match incoming.form.text("client_assertion_type") {
        Some(ASSERTION_TYPE) => Ok(()),
        _ => Err(Cause::Parameter("client_assertion_type")),
    }
}
