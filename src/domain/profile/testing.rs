//! Whole profiles for unit tests.

// Said once more for `tests/layers.rs`, which reads each file by itself: tests may name kinds.
#[cfg(test)]
use std::time::Duration;

use crate::domain::access_rule::AccessRule;
use crate::domain::authority::{Authority, AuthorityInput, Kind, PolicyClaim, UserFlow, UserFlows};
use crate::domain::credential::{ClientId, Credential, SecretSource};
use crate::domain::language::LanguageOptions;
use crate::domain::profile::{
    AuthorityFingerprint, AuthorizeOptions, Branding, Client, Profile, ProfileId, SessionLimits,
    SignOutOptions, SigningAlgorithm,
};
use crate::domain::public_url::PublicUrl;
use crate::domain::route::{Route, Routes};
use crate::domain::secret::ClientSecret;

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
        routes: Routes::default(),
        unlisted: Route::guarding(public_url.authority()),
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

/// One tenant of Entra ID.
pub(crate) fn entra() -> Profile {
    let url = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47";
    profile(Kind::EntraId, url, None)
}

/// B2C with two user flows.
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

/// A generic provider.
pub(crate) fn oidc() -> Profile {
    profile(Kind::Oidc, "https://issuer.example", None)
}
