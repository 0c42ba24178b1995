//! Authorization codes, the grants that come of them, refresh tokens, and client assertions seen.

use crate::failure::Cause;
use crate::state::records::{Code, Grant, Redeemer, RefreshToken};
use crate::state::tables::State;

/// Above this many codes, those that are long over are forgotten.
const CODES_BEFORE_SWEEP: usize = 10_000;

impl State {
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

    /// A grant that comes of no code: device code, password, on-behalf-of.
    pub(crate) fn add_grant(&mut self, grant: Grant) -> u64 {
        self.last_grant += 1;
        self.grants.insert(self.last_grant, grant);
        self.last_grant
    }

    /// Who may redeem this code or refresh token; nothing about it is checked.
    pub(crate) fn redeemer(&self, code_or_token: &str) -> Option<Redeemer> {
        let of_code = self.codes.get(code_or_token).map(|code| &code.grant);
        let of_token = || {
            let token = self.refresh_tokens.get(code_or_token)?;
            self.grants.get(&token.grant)
        };
        of_code.or_else(of_token).map(|grant| grant.redeemer)
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
            .person(&grant.tenant, &grant.person)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::directory::{Product, Tenant, Tenants};
    use crate::kind::Kind;

    fn plain() -> Arc<Tenant> {
        Tenants::built_in().of(Product::OpenId).pop().unwrap()
    }

    fn grant() -> Grant {
        Grant {
            kind: Kind::Oidc,
            tenant: plain(),
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
            acr: None,
            claims: None,
            revocations: 0,
            redeemer: Redeemer::Web,
        }
    }

    #[test]
    fn a_second_use_of_a_code_ends_what_came_of_the_first() {
        let mut state = State::new(&Tenants::built_in());
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
        let mut state = State::new(&Tenants::built_in());
        state.add_code("c".to_owned(), grant(), 0, 600);
        assert!(state.grant_of_code("c", 599).is_ok());
        assert_eq!(
            state.grant_of_code("c", 600).unwrap_err(),
            Cause::CodeExpired
        );
    }

    #[test]
    fn a_revoked_persons_refresh_token_is_nothing() {
        let mut state = State::new(&Tenants::built_in());
        state.add_code("c".to_owned(), grant(), 0, 600);
        let id = state.use_code("c").unwrap();
        state.add_refresh_token("r".to_owned(), id, 600);
        state.change_person(&plain(), "ada", |person| person.revocations += 1);
        assert_eq!(
            state.grant_of_refresh_token("r", 1, false).unwrap_err(),
            Cause::Revoked
        );
    }
}
