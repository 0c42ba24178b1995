//! What changes while the simulator runs: people, consents, browsers, codes and refresh tokens.
//!
//! Owns the tables and what may be done to them. One lock guards them all; nothing is signed or awaited under it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::directory::{Person, TENANTS, Tenant, residents};
use crate::encoding::sha256;
use crate::failure::Cause;
use crate::kind::Kind;
use crate::realm::Policy;
use crate::scopes::Scope;

/// What a person has granted to an application: behind a code and all refresh tokens that come of it.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub kind: Kind,
    pub tenant: &'static Tenant,
    pub person: String,
    pub client_id: String,
    pub scope: String,
    pub redirect_uri: String,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    pub policy: Option<Policy>,
    pub sid: String,
    pub auth_time: i64,
    pub max_age: bool,
    /// The `claims` parameter of the authorization request.
    pub claims: Option<Value>,
    pub revocations: u32,
}

struct Code {
    grant: Grant,
    expires: i64,
    /// The grant that came of it, once it is used.
    used_for: Option<u64>,
}

struct RefreshToken {
    grant: u64,
    expires: i64,
    used: bool,
}

/// One person in a browser.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub tenant: &'static Tenant,
    pub person: String,
    pub sid: String,
    pub auth_time: i64,
    /// Applications that were signed in to, for single sign-out.
    pub clients: Vec<String>,
}

/// Key of a browser's session: login host, then the cookie's value.
pub(crate) type BrowserKey = (String, String);

#[derive(Default)]
pub(crate) struct State {
    people: HashMap<&'static str, Vec<Person>>,
    consents: HashSet<(&'static str, String, String, String)>,
    browsers: HashMap<BrowserKey, Vec<Account>>,
    codes: HashMap<String, Code>,
    grants: HashMap<u64, Grant>,
    refresh_tokens: HashMap<String, RefreshToken>,
    assertions: HashMap<String, i64>,
    last_grant: u64,
    sign_ups: u32,
}

/// Above this many codes, those that are long over are forgotten.
const CODES_BEFORE_SWEEP: usize = 10_000;

impl State {
    pub(crate) fn new() -> Self {
        let people = TENANTS
            .iter()
            .map(|tenant| (tenant.id, residents(tenant)))
            .collect();
        Self {
            people,
            ..Self::default()
        }
    }

    // People

    pub(crate) fn people(&self, tenant: &Tenant) -> &[Person] {
        self.people.get(tenant.id).map_or(&[], Vec::as_slice)
    }

    /// By id, or by mail address as a `login_hint` has it.
    pub(crate) fn person(&self, tenant: &Tenant, name: &str) -> Option<&Person> {
        self.people(tenant)
            .iter()
            .find(|p| p.id == name || p.mail.eq_ignore_ascii_case(name))
    }

    pub(crate) fn change_person(
        &mut self,
        tenant: &Tenant,
        id: &str,
        change: impl FnOnce(&mut Person),
    ) {
        let people = self.people.get_mut(tenant.id);
        if let Some(person) = people.and_then(|all| all.iter_mut().find(|p| p.id == id)) {
            change(person);
        }
    }

    pub(crate) fn sign_up(
        &mut self,
        tenant: &'static Tenant,
        mail: &str,
        given_name: &str,
        family_name: &str,
    ) -> String {
        self.sign_ups += 1;
        let id = format!("new{}", self.sign_ups);
        let person = Person::signed_up(&id, mail, given_name, family_name);
        self.people.entry(tenant.id).or_default().push(person);
        id
    }

    // Consents

    pub(crate) fn consented(
        &self,
        tenant: &Tenant,
        person: &str,
        client: &str,
        scope: &Scope,
    ) -> bool {
        let name = format!("{:?}/{}", scope.api, scope.name);
        self.consents
            .contains(&(tenant.id, person.to_owned(), client.to_owned(), name))
    }

    pub(crate) fn consent(
        &mut self,
        tenant: &Tenant,
        person: &str,
        client: &str,
        scopes: &[Scope],
    ) {
        for scope in scopes {
            let name = format!("{:?}/{}", scope.api, scope.name);
            self.consents
                .insert((tenant.id, person.to_owned(), client.to_owned(), name));
        }
    }

    // Browsers

    pub(crate) fn accounts(&self, browser: &BrowserKey) -> &[Account] {
        self.browsers.get(browser).map_or(&[], Vec::as_slice)
    }

    /// Signs somebody in, again if need be; a new sign-in of the same person keeps the `sid`.
    pub(crate) fn sign_in(&mut self, browser: &BrowserKey, account: Account) {
        let accounts = self.browsers.entry(browser.clone()).or_default();
        let same = |a: &&mut Account| a.tenant == account.tenant && a.person == account.person;
        match accounts.iter_mut().find(same) {
            Some(known) => known.auth_time = account.auth_time,
            None => accounts.push(account),
        }
    }

    pub(crate) fn visited(
        &mut self,
        browser: &BrowserKey,
        tenant: &Tenant,
        person: &str,
        client: &str,
    ) {
        let accounts = self.browsers.entry(browser.clone()).or_default();
        for account in accounts
            .iter_mut()
            .filter(|a| a.tenant == tenant && a.person == person)
        {
            if !account.clients.iter().any(|known| known == client) {
                account.clients.push(client.to_owned());
            }
        }
    }

    /// Takes one account out of a browser, or all of them.
    pub(crate) fn sign_out(&mut self, browser: &BrowserKey, sid: Option<&str>) -> Vec<Account> {
        let Some(accounts) = self.browsers.get_mut(browser) else {
            return Vec::new();
        };
        let (out, stay) = accounts
            .drain(..)
            .partition(|a| sid.is_none_or(|sid| a.sid == sid));
        *accounts = stay;
        if accounts.is_empty() {
            self.browsers.remove(browser);
        }
        out
    }

    /// Ends a session by its `sid`, whichever browser holds it.
    pub(crate) fn end_session(&mut self, host: &str, sid: &str) {
        for ((at, _), accounts) in &mut self.browsers {
            if at == host {
                accounts.retain(|account| account.sid != sid);
            }
        }
    }

    /// Every account that is signed in anywhere, with its login host.
    pub(crate) fn signed_in(&self) -> impl Iterator<Item = (&str, &Account)> {
        self.browsers
            .iter()
            .flat_map(|((host, _), accounts)| accounts.iter().map(move |a| (host.as_str(), a)))
    }

    // Codes and refresh tokens

    pub(crate) fn add_code(&mut self, code: String, grant: Grant, now: i64, expires: i64) {
        if self.codes.len() >= CODES_BEFORE_SWEEP {
            self.codes.retain(|_, code| code.expires + 3600 > now);
        }
        self.codes.insert(
            code,
            Code {
                grant,
                expires,
                used_for: None,
            },
        );
    }

    /// The grant of a code. It may be looked at again until [`State::use_code`].
    pub(crate) fn grant_of_code(&mut self, code: &str, now: i64) -> Result<Grant, Cause> {
        let found = self.codes.get(code).ok_or(Cause::CodeMalformed)?;
        if let Some(grant) = found.used_for {
            // RFC 6749 §4.1.2: a second use revokes what came of the first.
            self.grants.remove(&grant);
            return Err(Cause::CodeUsed);
        }
        if found.expires <= now {
            return Err(Cause::CodeExpired);
        }
        Ok(found.grant.clone())
    }

    /// Turns a code into a grant; only the first caller gets one.
    pub(crate) fn use_code(&mut self, code: &str) -> Result<u64, Cause> {
        let id = self.last_grant + 1;
        let found = self.codes.get_mut(code).ok_or(Cause::CodeMalformed)?;
        if let Some(grant) = found.used_for {
            self.grants.remove(&grant);
            return Err(Cause::CodeUsed);
        }
        found.used_for = Some(id);
        self.last_grant = id;
        self.grants.insert(id, found.grant.clone());
        Ok(id)
    }

    pub(crate) fn add_refresh_token(&mut self, token: String, grant: u64, expires: i64) {
        self.refresh_tokens.insert(
            token,
            RefreshToken {
                grant,
                expires,
                used: false,
            },
        );
    }

    /// The grant of a refresh token. With `once`, a second use of the same token ends the grant (RFC 9700 §4.14.2).
    pub(crate) fn grant_of_refresh_token(
        &mut self,
        token: &str,
        now: i64,
        once: bool,
    ) -> Result<(u64, Grant), Cause> {
        let found = self
            .refresh_tokens
            .get(token)
            .ok_or(Cause::RefreshUnknown)?;
        let id = found.grant;
        if once && found.used {
            self.grants.remove(&id);
            return Err(Cause::Revoked);
        }
        if found.expires <= now {
            return Err(Cause::RefreshExpired);
        }
        let grant = self.grants.get(&id).cloned().ok_or(Cause::Revoked)?;
        let revocations = self
            .person(grant.tenant, &grant.person)
            .map(|p| p.revocations);
        match revocations {
            None => Err(Cause::NotAdmitted),
            Some(count) if count != grant.revocations => Err(Cause::Revoked),
            Some(_) => Ok((id, grant)),
        }
    }

    /// Marks a refresh token as used; `false` if somebody else was faster.
    pub(crate) fn use_refresh_token(&mut self, token: &str) -> bool {
        match self.refresh_tokens.get_mut(token) {
            Some(found) if !found.used => {
                found.used = true;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn end_grant(&mut self, id: u64) {
        self.grants.remove(&id);
    }

    /// Remembers a `jti` until its assertion expires; `false` if it was seen before.
    pub(crate) fn first_use_of_assertion(&mut self, jti: &str, expires: i64, now: i64) -> bool {
        self.assertions.retain(|_, until| *until > now);
        self.assertions.insert(jti.to_owned(), expires).is_none()
    }
}

/// `sub`: pairwise per application, except at B2C, where it is the `oid`.
pub(crate) fn pairwise(kind: Kind, tenant: &Tenant, person: &Person, client_id: &str) -> String {
    match kind {
        Kind::B2c => person.object_id(tenant),
        _ => sha256(format!("{}|{}|{client_id}", tenant.id, person.id).as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::PLAIN;

    fn grant() -> Grant {
        Grant {
            kind: Kind::Oidc,
            tenant: &PLAIN,
            person: "ada".to_owned(),
            client_id: "app".to_owned(),
            scope: "openid".to_owned(),
            redirect_uri: "http://localhost/".to_owned(),
            nonce: None,
            challenge: None,
            policy: None,
            sid: "s".to_owned(),
            auth_time: 0,
            max_age: false,
            claims: None,
            revocations: 0,
        }
    }

    #[test]
    fn a_second_use_of_a_code_ends_what_came_of_the_first() {
        let mut state = State::new();
        state.add_code("c".to_owned(), grant(), 0, 600);
        let id = state.use_code("c").unwrap();
        state.add_refresh_token("r".to_owned(), id, 600);
        assert!(state.grant_of_refresh_token("r", 1, true).is_ok());
        assert_eq!(state.use_code("c"), Err(Cause::CodeUsed));
        assert_eq!(
            state.grant_of_refresh_token("r", 1, true).unwrap_err(),
            Cause::Revoked
        );
    }

    #[test]
    fn a_code_is_nothing_after_its_time() {
        let mut state = State::new();
        state.add_code("c".to_owned(), grant(), 0, 600);
        assert!(state.grant_of_code("c", 599).is_ok());
        assert_eq!(
            state.grant_of_code("c", 600).unwrap_err(),
            Cause::CodeExpired
        );
    }

    #[test]
    fn a_revoked_persons_refresh_token_is_nothing() {
        let mut state = State::new();
        state.add_code("c".to_owned(), grant(), 0, 600);
        let id = state.use_code("c").unwrap();
        state.add_refresh_token("r".to_owned(), id, 600);
        state.change_person(&PLAIN, "ada", |person| person.revocations += 1);
        assert_eq!(
            state.grant_of_refresh_token("r", 1, false).unwrap_err(),
            Cause::Revoked
        );
    }
}
