//! The rows of the tables: grants, codes, refresh tokens, accounts in browsers.

use std::sync::Arc;

use serde_json::Value;

use crate::directory::{Policy, Tenant};
use crate::kind::Kind;

/// What a person has granted to an application: behind a code and all refresh tokens that come of it.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub kind: Kind,
    pub tenant: Arc<Tenant>,
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
    /// The first of the `acr_values` of the authorization request.
    pub acr: Option<String>,
    pub revocations: u32,
    pub redeemer: Redeemer,
}

/// Who may redeem and refresh a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redeemer {
    /// A server with a credential, or a native application.
    Web,
    /// A script of a single page application, without a credential.
    SinglePage,
    /// A public client by device code or password, without a credential.
    PublicFlow,
}

/// What a device waits for.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    Pending,
    Approved(Box<Grant>),
    Declined,
}

/// One device authorization (RFC 8628).
#[derive(Clone, Debug)]
pub(crate) struct DeviceCode {
    pub user_code: String,
    pub client_id: String,
    pub kind: Kind,
    pub scope: String,
    pub expires: i64,
    pub decision: Decision,
}

pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) expires: i64,
    /// The grant that came of it, once it is used.
    pub(super) used_for: Option<u64>,
}

pub(super) struct RefreshToken {
    pub(super) grant: u64,
    pub(super) expires: i64,
    pub(super) used: bool,
}

/// One person in a browser.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub tenant: Arc<Tenant>,
    pub person: String,
    pub sid: String,
    pub auth_time: i64,
    /// Applications that were signed in to, for single sign-out.
    pub clients: Vec<String>,
}

/// Key of a browser's session: login host, then the cookie's value.
pub(crate) type BrowserKey = (String, String);
