//! Authorization codes (RFC 6749 §4.1.3, RFC 7636 §4.6).

use crate::clients::Client;
use crate::encoding::sha256;
use crate::failure::Cause;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::state::{Grant, Redeemer};
use crate::web::incoming::Incoming;
use crate::web::login::token::requested::{admitted, belongs_here, finish, wanted};
use crate::web::login::token::response::Issue;

/// Turns a code into tokens, once.
pub(super) fn redeem(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client: &Client,
) -> Result<Issue, Cause> {
    let form = &incoming.form;
    let code = form.text("code").ok_or(Cause::Parameter("code"))?;
    let now = incoming.platform.now();
    let grant = incoming.platform.state().grant_of_code(code, now)?;
    belongs_here(&grant, realm, client)?;
    if form.text("redirect_uri") != Some(grant.redirect_uri.as_str()) {
        return Err(Cause::RedirectDiffers);
    }
    check_origin(incoming, &grant)?;
    check_verifier(&grant, form.text("code_verifier"), realm.kind)?;
    let wanted = wanted(incoming, realm, &grant)?;
    let person = admitted(&incoming.platform.state(), &grant, &wanted)?;
    let id = incoming.platform.state().use_code(code)?;
    finish(incoming, grant, person, wanted, id)
}

/// RFC 7636 §4.6, and RFC 9700 §4.8.2: a verifier without a challenge is a downgrade.
fn check_verifier(grant: &Grant, verifier: Option<&str>, kind: Kind) -> Result<(), Cause> {
    match (&grant.challenge, verifier) {
        (Some(challenge), Some(verifier)) if sha256(verifier.as_bytes()) == *challenge => Ok(()),
        (Some(_), Some(_)) => Err(Cause::VerifierWrong),
        (Some(_), None) => Err(Cause::VerifierMissing),
        (None, Some(_)) if kind == Kind::Oidc => Err(Cause::VerifierWrong),
        (None, _) => Ok(()),
    }
}

/// The codes of single page applications are for scripts, all others are not.
fn check_origin(incoming: &Incoming<'_>, grant: &Grant) -> Result<(), Cause> {
    let by_script = incoming.header("origin").is_some();
    match grant.redeemer {
        Redeemer::SinglePage if !by_script => Err(Cause::OnlyCrossOrigin),
        Redeemer::Web if by_script && grant.kind.is_microsoft() => Err(Cause::NotCrossOrigin),
        _ => Ok(()),
    }
}
