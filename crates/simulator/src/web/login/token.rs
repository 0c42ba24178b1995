//! The token endpoint: authorization codes and refresh tokens become token answers.
//!
//! Owns the order of the checks. `token_response` owns the shape of the answer, `client_auth` the authentication of the application.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::clients::Client;
use crate::directory::Person;
use crate::encoding::sha256;
use crate::failure::{Cause, Failure};
use crate::faults::{Fault, Point};
use crate::kind::Kind;
use crate::realm::{Audience, Realm};
use crate::scopes::{Api, Consent, Scopes};
use crate::state::{Grant, State};
use crate::tokens::access_token::satisfies;
use crate::web::incoming::Incoming;
use crate::web::login::client_auth::authenticate;
use crate::web::login::interaction::missing_consents;
use crate::web::login::token_response::{self, Issue};
use crate::web::response;

/// Answers a token request, or carries a fault out.
pub(crate) async fn answer(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    for fault in incoming
        .platform
        .faults
        .take(Point::TokenTransport, Some(realm.kind))
    {
        match fault {
            Fault::TokenSlow(milliseconds) => response::wait(milliseconds).await,
            Fault::TokenHang => response::hang().await,
            Fault::TokenStatus(code) => return response::proxy_page(code),
            Fault::TokenHtml => return response::proxy_page(200),
            Fault::TokenThrottled(retry_after) => {
                let body = json!({"error": "temporarily_unavailable", "error_description": "too many requests"});
                return response::throttled(retry_after, &body);
            }
            _ => {}
        }
    }
    let result = redeem(incoming, realm);
    match result {
        Ok(issue) => token_response::answer(incoming, realm, &issue),
        Err(failure) => refuse(incoming, realm, &failure),
    }
}

fn refuse(incoming: &Incoming<'_>, realm: &Realm, failure: &Failure) -> HttpResponse {
    let body = failure.body(realm.kind, &realm.origin, &incoming.platform.trace());
    let mut response = response::json(failure.status, &body);
    if failure.status == 401 && incoming.authorization.is_some() {
        // RFC 6749 §5.2: the scheme that was used.
        let challenge = actix_web::http::header::HeaderValue::from_static("Basic realm=\"token\"");
        response
            .headers_mut()
            .insert(actix_web::http::header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn redeem(incoming: &Incoming<'_>, realm: &Realm) -> Result<Issue, Failure> {
    let of = |cause: Cause| Failure::of(&cause, realm.kind);
    let grant_type = incoming
        .form
        .text("grant_type")
        .ok_or_else(|| of(Cause::Parameter("grant_type")))?;
    let client = authenticate(incoming, realm).map_err(of)?;
    for fault in incoming
        .platform
        .faults
        .take(Point::TokenRefusal, Some(realm.kind))
    {
        if let Some(failure) = ordered_refusal(&fault, realm.kind) {
            return Err(failure);
        }
    }
    match grant_type {
        "authorization_code" => by_code(incoming, realm, &client).map_err(of),
        "refresh_token" => by_refresh_token(incoming, realm, &client).map_err(of),
        _ => Err(of(Cause::GrantType)),
    }
}

fn ordered_refusal(fault: &Fault, kind: Kind) -> Option<Failure> {
    let step_up = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    Some(match fault {
        Fault::InvalidGrant => Failure::of(&Cause::Revoked, kind),
        Fault::InvalidClient => Failure::of(&Cause::SecretWrong, kind),
        Fault::InteractionRequired => Failure {
            error: "interaction_required".to_owned(),
            ..Failure::of(&Cause::StepUp(step_up.to_owned()), kind)
        },
        Fault::ConsentRequired => Failure::of(&Cause::ConsentMissing, kind),
        Fault::MessageOnly => {
            Failure::new("invalid_grant", 53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
                .suberror("message_only")
        }
        // Recorded: AADSTS991 with code 90010 and without `error` (microsoft-identity.md §2.1).
        Fault::ErrorBodyWithoutError => Failure::new("", 90010, "The grant type is not supported over this endpoint."),
        Fault::TokenError { error, code, suberror, description } => Failure {
            suberror: suberror.clone(),
            ..Failure::new(error, *code, description.clone())
        },
        _ => return None,
    })
}

fn by_code(incoming: &Incoming<'_>, realm: &Realm, client: &Client) -> Result<Issue, Cause> {
    let form = &incoming.form;
    let code = form.text("code").ok_or(Cause::Parameter("code"))?;
    let now = incoming.platform.now();
    let grant = incoming.platform.state().grant_of_code(code, now)?;
    belongs_here(&grant, realm, client)?;
    if form.text("redirect_uri") != Some(grant.redirect_uri.as_str()) {
        return Err(Cause::RedirectDiffers);
    }
    check_verifier(&grant, form.text("code_verifier"), realm.kind)?;
    let wanted = wanted(incoming, realm, &grant)?;
    let person = admitted(&incoming.platform.state(), &grant, &wanted)?;
    let id = incoming.platform.state().use_code(code)?;
    finish(incoming, grant, person, wanted, id)
}

fn belongs_here(grant: &Grant, realm: &Realm, client: &Client) -> Result<(), Cause> {
    if grant.kind != realm.kind {
        return Err(Cause::CodeMalformed);
    }
    if grant.client_id != client.id {
        return Err(Cause::OtherClient);
    }
    if matches!(&realm.audience, Audience::One(tenant) if *tenant != grant.tenant) {
        return Err(Cause::OtherTenant);
    }
    match (&grant.policy, &realm.policy) {
        (Some(actual), Some(expected)) if actual != expected => Err(Cause::OtherPolicy {
            actual: actual.name.clone(),
            expected: expected.name.clone(),
        }),
        _ => Ok(()),
    }
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

fn by_refresh_token(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client: &Client,
) -> Result<Issue, Cause> {
    let token = incoming
        .form
        .text("refresh_token")
        .ok_or(Cause::Parameter("refresh_token"))?;
    let now = incoming.platform.now();
    // The plain provider detects reuse; Microsoft keeps the old token valid (microsoft-identity.md §2.4).
    let once = realm.kind == Kind::Oidc;
    let mut state = incoming.platform.state();
    let (id, grant) = state.grant_of_refresh_token(token, now, once)?;
    belongs_here(&grant, realm, client).map_err(|cause| match cause {
        Cause::CodeMalformed => Cause::RefreshUnknown,
        cause => cause,
    })?;
    let wanted = wanted(incoming, realm, &grant)?;
    let person = admitted(&state, &grant, &wanted)?;
    step_up(incoming, &grant)?;
    if once && !state.use_refresh_token(token) {
        state.end_grant(id);
        return Err(Cause::Revoked);
    }
    drop(state);
    finish(incoming, grant, person, wanted, id)
}

/// A refresh with `claims` that the sign-in did not satisfy needs the person (microsoft-identity.md §6.2).
fn step_up(incoming: &Incoming<'_>, grant: &Grant) -> Result<(), Cause> {
    let Some(text) = incoming.form.text("claims") else {
        return Ok(());
    };
    let claims: Value = serde_json::from_str(text).map_err(|_| Cause::Parameter("claims"))?;
    if satisfies(grant.claims.as_ref(), &claims) {
        Ok(())
    } else {
        Err(Cause::StepUp(text.to_owned()))
    }
}

/// What this request is for: its own `scope`, else the one of the grant.
fn wanted(incoming: &Incoming<'_>, realm: &Realm, grant: &Grant) -> Result<Scopes, Cause> {
    let granted = Scopes::parse(realm.kind, &grant.client_id, &grant.scope)?;
    let Some(text) = incoming.form.text("scope") else {
        return Ok(granted);
    };
    let mut scopes = Scopes::parse(realm.kind, &grant.client_id, text)?;
    if scopes.apis().len() > 1 {
        return Err(Cause::SeveralResources);
    }
    if realm.kind == Kind::Oidc {
        // RFC 6749 §6: no scope beyond the granted ones.
        scopes
            .of_apis
            .retain(|scope| granted.of_apis.contains(scope));
    }
    scopes.openid |= granted.openid;
    scopes.profile |= granted.profile;
    scopes.email |= granted.email;
    scopes.offline |= granted.offline;
    Ok(scopes)
}

fn admitted(state: &State, grant: &Grant, wanted: &Scopes) -> Result<Person, Cause> {
    let person = state
        .person(&grant.tenant, &grant.person)
        .ok_or(Cause::NotAdmitted)?;
    let missing = missing_consents(
        state,
        &grant.tenant,
        person,
        &grant.client_id,
        &wanted.of_apis,
    );
    match missing.first().map(|scope| scope.consent) {
        None => Ok(person.clone()),
        Some(Consent::Administrator) => Err(Cause::AdministratorConsentMissing),
        Some(_) => Err(Cause::ConsentMissing),
    }
}

fn finish(
    incoming: &Incoming<'_>,
    mut grant: Grant,
    person: Person,
    scopes: Scopes,
    id: u64,
) -> Result<Issue, Cause> {
    let platform = incoming.platform;
    if let Some(text) = incoming.form.text("claims") {
        let claims: Value = serde_json::from_str(text).map_err(|_| Cause::Parameter("claims"))?;
        grant.claims = Some(merged(grant.claims.take(), claims));
    }
    let refresh_token = scopes.offline.then(|| {
        let token = format!("1.{}{}", platform.handle(), platform.handle());
        let expires = platform.now() + platform.options.refresh_token_lifetime;
        platform
            .state()
            .add_refresh_token(token.clone(), id, expires);
        token
    });
    let api = match (scopes.apis().first(), grant.kind) {
        (Some(api), _) => Some(*api),
        (None, Kind::B2c) => None,
        (None, _) => Some(Api::Graph),
    };
    let refreshed = incoming.form.text("grant_type") == Some("refresh_token");
    let client_info = incoming.form.text("client_info") == Some("1");
    Ok(Issue {
        grant,
        person,
        scopes,
        api,
        refresh_token,
        refreshed,
        client_info,
    })
}

/// Requests for claims of the access token, together.
fn merged(first: Option<Value>, second: Value) -> Value {
    let Some(Value::Object(mut first)) = first else {
        return second;
    };
    let Value::Object(second) = second else {
        return Value::Object(first);
    };
    for (name, value) in second {
        match (first.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            (_, value) => drop(first.insert(name, value)),
        }
    }
    Value::Object(first)
}
