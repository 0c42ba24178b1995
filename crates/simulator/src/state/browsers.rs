//! Who is signed in at which login host, in which browser.

use crate::directory::Tenant;
use crate::state::records::{Account, BrowserKey};
use crate::state::tables::State;

impl State {
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
            .filter(|a| *a.tenant == *tenant && a.person == person)
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
}
