//! The tables of everything that changes while the simulator runs.

use std::collections::{HashMap, HashSet};

use crate::directory::{Person, Tenants, residents};
use crate::state::records::{Account, BrowserKey, Code, DeviceCode, Grant, RefreshToken};

#[derive(Default)]
pub(crate) struct State {
    pub(super) people: HashMap<String, Vec<Person>>,
    pub(super) consents: HashSet<(String, String, String, String)>,
    pub(super) browsers: HashMap<BrowserKey, Vec<Account>>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) grants: HashMap<u64, Grant>,
    pub(super) refresh_tokens: HashMap<String, RefreshToken>,
    pub(super) devices: HashMap<String, DeviceCode>,
    pub(super) assertions: HashMap<String, i64>,
    pub(super) last_grant: u64,
    pub(super) sign_ups: u32,
}

impl State {
    pub(crate) fn new(tenants: &Tenants) -> Self {
        let people = tenants
            .iter()
            .map(|tenant| (tenant.id.clone(), residents(tenant, tenants)))
            .collect();
        Self {
            people,
            ..Self::default()
        }
    }
}
