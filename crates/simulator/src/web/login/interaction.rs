//! The interaction of a person with the sign-in pages: who signs in, do they consent, and which page comes next.
//!
//! Owns the decisions behind the authorization endpoint. The pages keep nothing on the server: each form carries
//! the whole request, so a person may leave, come back and press any button again.

use std::sync::Arc;

use crate::directory::{Person, Tenant, UserFlow};
use crate::failure::Cause;
use crate::kind::Kind;
use crate::realm::Realm;
use crate::scopes::{Api, Consent, Scope};
use crate::state::{Account, Grant, Redeemer, State};
use crate::tokens::id_token::opaque_login_hint;
use crate::web::incoming::Incoming;
use crate::web::login::authorize_request::AuthorizeRequest;

/// What happens next.
pub(crate) enum Next {
    /// A code for this grant.
    Grant(Box<Grant>),
    /// No, and why; told to the application.
    No(Cause),
    /// A page.
    Pick,
    SignUp,
    Consent {
        person: Person,
        account: Account,
        scopes: Vec<Scope>,
    },
    EditProfile {
        person: Person,
        account: Account,
    },
    NewPassword {
        person: Person,
        account: Account,
    },
}

/// Decides by the request, the browser's session and the button that was pressed.
pub(crate) fn next(incoming: &Incoming<'_>, realm: &Realm, request: &AuthorizeRequest) -> Next {
    if incoming.form.has("cancel") {
        return Next::No(Cause::Cancelled);
    }
    if incoming.form.has("forgot") && realm.is_flow(UserFlow::SignIn) {
        return Next::No(Cause::PasswordForgotten);
    }
    if incoming.form.text("consent") == Some("decline") {
        return Next::No(Cause::ConsentDeclined);
    }
    let account = match who(incoming, realm, request) {
        Ok(account) => account,
        Err(next) => return *next,
    };
    let Some(person) = incoming
        .platform
        .state()
        .person(&account.tenant, &account.person)
        .cloned()
    else {
        return Next::Pick;
    };
    match realm.policy.as_ref().map(|policy| policy.flow) {
        Some(UserFlow::EditProfile) if !incoming.form.has("save") => {
            Next::EditProfile { person, account }
        }
        Some(UserFlow::ResetPassword) if !incoming.form.has("reset") => {
            Next::NewPassword { person, account }
        }
        Some(UserFlow::EditProfile) => {
            save_profile(incoming, &account);
            grant(incoming, realm, request, account, &person)
        }
        _ => agree(incoming, realm, request, account, person),
    }
}

/// Who is it: by the button pressed, else by the browser's session.
fn who(
    incoming: &Incoming<'_>,
    realm: &Realm,
    request: &AuthorizeRequest,
) -> Result<Account, Box<Next>> {
    let form = &incoming.form;
    if realm.kind.is_for_customers() && form.text("sign_up") == Some("done") {
        return sign_up(incoming, realm).ok_or_else(|| Box::new(Next::SignUp));
    }
    if realm.kind.is_for_customers() && form.has("sign_up") {
        return Err(Box::new(Next::SignUp));
    }
    if let Some(name) = form.text("person").or_else(|| form.text("chosen")) {
        let again = form.has("chosen") && !form.has("person");
        return sign_in(incoming, realm, name, again).ok_or_else(|| Box::new(Next::Pick));
    }
    if incoming.platform.settings().auto_sign_in {
        let hint = request.login_hint.as_deref().unwrap_or_default();
        if let Some(account) = sign_in(incoming, realm, hint, true) {
            return Ok(account);
        }
    }
    from_session(incoming, realm, request)
}

fn sign_up(incoming: &Incoming<'_>, realm: &Realm) -> Option<Account> {
    let form = &incoming.form;
    let tenant = realm.tenants.first()?;
    let (mail, given) = (form.text("email")?, form.text("given_name")?);
    let family = form.text("family_name").unwrap_or_default();
    let taken = incoming.platform.state().person(tenant, mail).is_some();
    if taken || !mail.contains('@') {
        return None;
    }
    let id = incoming
        .platform
        .state()
        .sign_up(tenant, mail, given, family);
    sign_in(incoming, realm, &id, false)
}

/// `again`: the person was chosen on an earlier page of the same way, so the time of sign-in stays.
fn sign_in(incoming: &Incoming<'_>, realm: &Realm, name: &str, again: bool) -> Option<Account> {
    let now = incoming.platform.now();
    let sid = incoming.platform.guid();
    let browser = incoming.browser();
    let mut state = incoming.platform.state();
    let tenant = realm
        .tenants
        .iter()
        .find(|tenant| state.person(tenant, name).is_some())?;
    let person = state.person(tenant, name)?.id.clone();
    let mine = |a: &&Account| a.tenant == *tenant && a.person == person;
    let known = state.accounts(&browser).iter().find(mine).cloned();
    if let (true, Some(account)) = (again, known) {
        return Some(account);
    }
    let account = Account {
        tenant: Arc::clone(tenant),
        person: person.clone(),
        sid,
        auth_time: now,
        clients: Vec::new(),
    };
    state.sign_in(&browser, account);
    state.accounts(&browser).iter().find(mine).cloned()
}

/// Single sign-on, as far as `prompt`, `max_age` and the hints allow it (OIDC Core §3.1.2.1).
fn from_session(
    incoming: &Incoming<'_>,
    realm: &Realm,
    request: &AuthorizeRequest,
) -> Result<Account, Box<Next>> {
    let silent = request.wants("none");
    let asks = ["login", "select_account", "create"]
        .iter()
        .any(|prompt| request.wants(prompt));
    if realm.kind.is_for_customers() && request.wants("create") {
        return Err(Box::new(Next::SignUp));
    }
    // A forgotten password means that nobody can be signed in by it.
    if asks || realm.is_flow(UserFlow::ResetPassword) {
        return Err(Box::new(Next::Pick));
    }
    let now = incoming.platform.now();
    let state = incoming.platform.state();
    let mut accounts = state.accounts(&incoming.browser()).to_vec();
    accounts.retain(|account| realm.tenants.contains(&account.tenant));
    accounts.retain(|account| {
        request
            .max_age
            .is_none_or(|age| account.auth_time + age >= now)
    });
    if let Some(hint) = &request.login_hint {
        accounts.retain(|account| is_hinted(&state, account, hint));
    }
    match (accounts.len(), accounts.pop()) {
        (1, Some(account)) => Ok(account),
        (0, _) if silent => Err(Box::new(Next::No(Cause::NoSession))),
        (_, _) if silent => Err(Box::new(Next::No(Cause::SeveralAccounts))),
        _ => Err(Box::new(Next::Pick)),
    }
}

fn is_hinted(state: &State, account: &Account, hint: &str) -> bool {
    state
        .person(&account.tenant, &account.person)
        .is_some_and(|person| {
            person.id == hint
                || person.mail.eq_ignore_ascii_case(hint)
                || opaque_login_hint(person) == hint
        })
}

/// The people that the picker offers, hinted ones first.
pub(crate) fn choices(
    incoming: &Incoming<'_>,
    realm: &Realm,
    request: &AuthorizeRequest,
) -> Vec<(Arc<Tenant>, Person)> {
    let state = incoming.platform.state();
    let admitted = |tenant: &Arc<Tenant>| match request.domain_hint.as_deref() {
        Some("consumers") => tenant.is_personal_accounts(),
        Some("organizations") => !tenant.is_personal_accounts(),
        _ => true,
    };
    let mut tenants = realm.tenants.clone();
    if tenants.iter().any(admitted) {
        tenants.retain(admitted);
    }
    let mut people: Vec<_> = tenants
        .into_iter()
        .flat_map(|tenant| {
            state
                .people(&tenant)
                .iter()
                .map(|p| (Arc::clone(&tenant), p.clone()))
                .collect::<Vec<_>>()
        })
        .collect();
    if let Some(hint) = &request.login_hint {
        people.sort_by_key(|(_, p)| !(p.id == *hint || p.mail.eq_ignore_ascii_case(hint)));
    }
    people
}

fn save_profile(incoming: &Incoming<'_>, account: &Account) {
    let text = |name| incoming.form.text(name).unwrap_or_default().to_owned();
    let (given, family, name) = (text("given_name"), text("family_name"), text("name"));
    incoming
        .platform
        .state()
        .change_person(&account.tenant, &account.person, |person| {
            if !name.is_empty() {
                person.name = name;
            }
            person.given_name = given;
            person.family_name = family;
        });
}

/// Scopes to which somebody still has to say yes.
pub(crate) fn missing_consents(
    state: &State,
    tenant: &Tenant,
    person: &Person,
    client: &str,
    scopes: &[Scope],
) -> Vec<Scope> {
    scopes
        .iter()
        .filter(|scope| {
            let needed = person.must_consent || scope.consent != Consent::Given;
            needed && !state.consented(tenant, &person.id, client, scope)
        })
        .cloned()
        .collect()
}

/// What stands for the sign-in itself among consents.
fn to_sign_in() -> Scope {
    Scope {
        api: Api::Own,
        name: "sign in".to_owned(),
        consent: Consent::Given,
    }
}

fn agree(
    incoming: &Incoming<'_>,
    realm: &Realm,
    request: &AuthorizeRequest,
    account: Account,
    person: Person,
) -> Next {
    let mut scopes = vec![to_sign_in()];
    scopes.extend(request.scopes.of_apis.iter().cloned());
    let client = &request.client.id;
    let mut missing = missing_consents(
        &incoming.platform.state(),
        &account.tenant,
        &person,
        client,
        &scopes,
    );
    if request.wants("consent") {
        missing.clone_from(&scopes);
    }
    if missing
        .iter()
        .any(|scope| scope.consent == Consent::Administrator)
    {
        return Next::No(Cause::AdministratorConsentMissing);
    }
    let automatic = incoming.platform.settings().auto_sign_in && request.login_hint.is_some();
    if incoming.form.text("consent") == Some("accept") || automatic {
        incoming
            .platform
            .state()
            .consent(&account.tenant, &person.id, client, &missing);
        missing.clear();
    }
    if missing.is_empty() {
        grant(incoming, realm, request, account, &person)
    } else if request.wants("none") {
        Next::No(Cause::ConsentMissing)
    } else {
        Next::Consent {
            person,
            account,
            scopes: missing,
        }
    }
}

fn grant(
    incoming: &Incoming<'_>,
    realm: &Realm,
    request: &AuthorizeRequest,
    account: Account,
    person: &Person,
) -> Next {
    let public = matches!(
        request.client.credential,
        crate::clients::Credential::Public
    );
    let single_page = request.redeemer == Redeemer::SinglePage;
    let needs_challenge = public || single_page || realm.kind == Kind::Oidc;
    if request.response_type.code && request.challenge.is_none() && needs_challenge {
        return Next::No(Cause::ChallengeMissing);
    }
    let client = request.client.id.clone();
    incoming.platform.state().visited(
        &incoming.browser(),
        &account.tenant,
        &account.person,
        &client,
    );
    Next::Grant(Box::new(Grant {
        kind: realm.kind,
        tenant: account.tenant,
        person: account.person,
        client_id: client,
        scope: request.scope.clone(),
        redirect_uri: request.redirect_uri().to_owned(),
        nonce: request.nonce.clone(),
        challenge: request.challenge.clone(),
        policy: realm.policy.clone(),
        sid: account.sid,
        auth_time: account.auth_time,
        max_age: request.max_age.is_some(),
        claims: request.claims.clone(),
        acr: request
            .acr_values
            .as_deref()
            .and_then(|all| all.split_whitespace().next())
            .map(str::to_owned),
        revocations: person.revocations,
        redeemer: request.redeemer,
    }))
}
