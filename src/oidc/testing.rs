//! Profiles, metadata and randomness for the unit tests of `oidc`.

// Said once more for `tests/layers.rs`, which reads each file by itself: tests may name kinds.
#[cfg(test)]
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::domain::access_rule::AccessRule;
use crate::domain::authority::{Authority, AuthorityInput, Kind, PolicyClaim, UserFlow, UserFlows};
use crate::domain::credential::{ClientId, Credential, SecretSource};
use crate::domain::issuer::TrustedIssuer;
use crate::domain::language::LanguageOptions;
use crate::domain::profile::{
    AuthorityFingerprint, AuthorizeOptions, Branding, Client, Profile, ProfileId, SessionLimits,
    SignOutOptions, SigningAlgorithm,
};
use crate::domain::public_url::PublicUrl;
use crate::domain::random::Random;
use crate::domain::secret::ClientSecret;
use crate::http::{HttpOptions, OutboundClient};
use crate::oidc::client_auth::managed_identity::ManagedIdentity;
use crate::oidc::discovery::metadata::Metadata;
use url::Url;

/// Randomness that is always zero.
#[derive(Debug)]
pub(crate) struct Zeros;

impl Random for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Randomness that never repeats itself.
#[derive(Debug, Default)]
pub(crate) struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let next = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        for (byte, value) in bytes.iter_mut().zip(next.iter().cycle()) {
            *byte = *value;
        }
    }
}

/// A managed identity on a machine that has none.
pub(crate) fn identities() -> ManagedIdentity {
    let client = OutboundClient::new(&HttpOptions::default()).unwrap();
    ManagedIdentity::new(client, Arc::new(|_| None))
}

fn profile(kind: Kind, url: &str, user_flows: Option<UserFlows>) -> Profile {
    let authority = Authority::new(&AuthorityInput {
        kind,
        url: url.into(),
        tenant: None,
        issuer: None,
        allowed_tenants: None,
        personal_accounts: false,
        user_flows,
    });
    let public_url = PublicUrl::parse("https://app.example").unwrap();
    Profile {
        id: ProfileId::parse("staff").unwrap(),
        public_url: public_url.clone(),
        hosts: Vec::new(),
        signs_in_at: None,
        title: "Staff".into(),
        redirect_path: "/auth/redirect".into(),
        authority: authority.unwrap(),
        client: Client {
            id: ClientId::parse("client").unwrap(),
            credential: Credential::Secret {
                current: SecretSource::Fixed(ClientSecret::new("hush")),
                next: None,
            },
            secret_method: None,
        },
        signing_algorithms: vec![SigningAlgorithm::Rs256],
        clock_skew: Duration::from_mins(2),
        authorize: AuthorizeOptions::default(),
        apis: Vec::new(),
        allow: AccessRule::default(),
        routes: crate::domain::route::Routes::default(),
        unlisted: crate::domain::route::Route::guarding(public_url.authority()),
        show_network: false,
        session: SessionLimits {
            idle_timeout: Duration::from_hours(1),
            lifetime: Duration::from_hours(24),
        },
        sign_out: SignOutOptions::default(),
        branding: Branding::default(),
        language: LanguageOptions::default(),
        fingerprint: AuthorityFingerprint([1; 32]),
    }
}

pub(crate) fn entra() -> Profile {
    let url = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47";
    profile(Kind::EntraId, url, None)
}

pub(crate) fn b2c() -> Profile {
    let flows = UserFlows {
        sign_in: UserFlow::parse("B2C_1_susi").unwrap(),
        edit_profile: UserFlow::parse("B2C_1_edit"),
        reset_password: None,
        policy_claim: PolicyClaim::Required,
    };
    let url = "https://t.b2clogin.com/t.onmicrosoft.com";
    profile(Kind::B2c, url, Some(flows))
}

pub(crate) fn oidc() -> Profile {
    profile(Kind::Oidc, "https://issuer.example", None)
}

/// Metadata as the profile's authority would have them.
pub(crate) fn metadata_of(profile: &Profile) -> Metadata {
    let origin = profile.authority.url().origin().ascii_serialization();
    let url = |path: &str| Url::parse(&format!("{origin}{path}")).unwrap();
    Metadata {
        trusted: TrustedIssuer {
            issuer: origin.clone(),
            tenant: None,
        },
        authorization_endpoint: url("/authorize"),
        token_endpoint: url("/token"),
        jwks_uri: url("/keys"),
        userinfo_endpoint: None,
        revocation_endpoint: None,
        end_session_endpoint: Some(url("/logout")),
        token_auth_methods: Vec::new(),
        signing_algorithms: Vec::new(),
        scopes_supported: None,
        iss_parameter: false,
        msgraph_host: None,
        cloud_instance_name: None,
        clock_ahead: None,
    }
}
