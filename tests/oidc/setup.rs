//! Profiles, clock and chance of the tests, and a sign-in that goes well unless it is told otherwise.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gatehouse::domain::access_rule::AccessRule;
use gatehouse::domain::api::{Api, ApiName, Scope};
use gatehouse::domain::attempt::Attempt;
use gatehouse::domain::authority::{
    Authority as DomainAuthority, AuthorityInput, Kind, PolicyClaim, UserFlow, UserFlowKind,
    UserFlows,
};
use gatehouse::domain::clock::{Clock, FixedClock, Timestamp};
use gatehouse::domain::credential::{ClientId, Credential, SecretSource};
use gatehouse::domain::language::LanguageOptions;
use gatehouse::domain::profile::{
    AuthorityFingerprint, AuthorizeOptions, Branding, Client, Profile, ProfileId, SessionLimits,
    SignOutOptions,
};
use gatehouse::domain::public_url::PublicUrl;
use gatehouse::domain::random::Random;
use gatehouse::domain::secret::{AuthorizationCode, ClientSecret, CodeVerifier, Nonce};
use gatehouse::http::{HttpOptions, OutboundClient};
use gatehouse::oidc::{Authorities, ClientDeps, InProcessPins, OidcError, Redeemed};
use serde_json::{Value, json};

use crate::authority::{Authority, Reply};
use crate::signer::Signer;

pub const NOW: i64 = 1_700_000_000;
pub const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

#[derive(Debug)]
pub struct Chance;

impl Random for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).unwrap();
    }
}

/// The relying party under test, with its clock.
pub struct RelyingParty {
    pub authorities: Arc<Authorities>,
    pub clock: Arc<FixedClock>,
}

pub fn relying_party() -> RelyingParty {
    relying_party_with(&[], Duration::from_secs(10))
}

/// A file of the gateway, as these tests have it: any file named `own-keys`.
fn leads_to_own_file(path: &std::path::Path) -> bool {
    let target = std::fs::canonicalize(path);
    target.is_ok_and(|target| target.ends_with("own-keys"))
}

pub fn relying_party_with(environment: &[(&str, &str)], patience: Duration) -> RelyingParty {
    let clock = Arc::new(FixedClock::at(Timestamp::from_timestamp(NOW, 0).unwrap()));
    let variables: BTreeMap<String, String> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let authorities = Authorities::new(ClientDeps {
        http: OutboundClient::new(&HttpOptions::default()).unwrap(),
        call_timeout: patience,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        random: Arc::new(Chance),
        tenant_pins: Arc::new(InProcessPins::default()),
        permits_file: Arc::new(|_, path| !leads_to_own_file(path)),
        environment: Arc::new(move |name| variables.get(name).cloned()),
    });
    RelyingParty {
        authorities: Arc::new(authorities),
        clock,
    }
}

pub fn profile(kind: Kind, url: &str) -> Profile {
    let user_flows = (kind == Kind::B2c).then(|| UserFlows {
        sign_in: UserFlow::parse("B2C_1_susi").unwrap(),
        edit_profile: UserFlow::parse("B2C_1_edit"),
        reset_password: None,
        policy_claim: PolicyClaim::Required,
    });
    let authority = DomainAuthority::new(&AuthorityInput {
        kind,
        url: url.into(),
        tenant: None,
        issuer: None,
        allowed_tenants: None,
        personal_accounts: false,
        user_flows,
    });
    Profile {
        id: ProfileId::parse("staff").unwrap(),
        public_url: PublicUrl::parse("https://app.example").unwrap(),
        hosts: Vec::new(),
        signs_in_at: None,
        title: "Staff".into(),
        redirect_path: "/auth/redirect".into(),
        authority: authority.unwrap(),
        client: Client {
            id: ClientId::parse("client").unwrap(),
            credential: secret("the-client-secret"),
            secret_method: None,
        },
        signing_algorithms: Vec::new(),
        clock_skew: Duration::from_mins(2),
        authorize: AuthorizeOptions::default(),
        apis: Vec::new(),
        allow: AccessRule::default(),
        routes: gatehouse::domain::route::Routes::default(),
        unlisted: gatehouse::domain::route::Route::guarding("app.example"),
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

pub fn secret(text: &str) -> Credential {
    Credential::Secret {
        current: SecretSource::Fixed(ClientSecret::new(text)),
        next: None,
    }
}

pub fn oidc(authority: &Authority) -> Profile {
    profile(Kind::Oidc, &authority.base)
}

pub fn api(name: &str, scope: &str) -> Api {
    Api {
        name: ApiName::parse(name).unwrap(),
        title: name.into(),
        endpoint: "https://graph.microsoft.com/v1.0/me".parse().unwrap(),
        scopes: vec![Scope::parse(scope).unwrap()],
    }
}

/// Publishes metadata of an Entra ID tenant at `{base}/contoso.onmicrosoft.com`, and returns a profile of it.
pub fn entra(authority: &Authority, signer: &Signer, tenant: &str) -> Profile {
    let base = &authority.base;
    let mut metadata = authority.metadata();
    metadata["issuer"] = json!(format!("{base}/{tenant}/v2.0"));
    metadata["msgraph_host"] = json!(base.strip_prefix("http://").unwrap());
    let path = "/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration";
    authority.answers(path, Reply::json(&metadata));
    authority.publish_keys(&[signer.jwk("k1")]);
    profile(Kind::EntraId, &format!("{base}/contoso.onmicrosoft.com"))
}

pub fn attempt(profile: &Profile) -> Attempt {
    Attempt {
        profile: profile.id.clone(),
        fingerprint: profile.fingerprint,
        user_flow: UserFlowKind::SignIn,
        nonce: Nonce::new("n-1"),
        verifier: CodeVerifier::new("v".repeat(43)),
        begun_at: Timestamp::from_timestamp(NOW, 0).unwrap(),
        api: None,
        expects: None,
        stepped_up: false,
        claims: None,
        max_age: None,
        step_up: None,
        long_target: None,
    }
}

/// Good claims of an ID token of this issuer.
pub fn claims(issuer: &str) -> Value {
    json!({"iss": issuer, "sub": "ada", "aud": "client", "iat": NOW, "exp": NOW + 300, "nonce": "n-1"})
}

pub fn header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "k1"})
}

/// A token response around an ID token.
pub fn tokens(id_token: &str) -> Value {
    json!({"access_token": "at-1", "refresh_token": "rt-1", "id_token": id_token,
           "token_type": "Bearer", "expires_in": 3600})
}

/// The authority answers codes with this ID token.
pub fn gives(authority: &Authority, id_token: &str) {
    authority.answers("/token", Reply::json(&tokens(id_token)));
}

/// Userinfo about the right person.
pub fn gives_userinfo(authority: &Authority) {
    let more = json!({"sub": "ada", "name": "Ada Lovelace", "email": "ada@example.com"});
    authority.answers("/userinfo", Reply::json(&more));
}

pub async fn redeem(party: &RelyingParty, profile: &Profile) -> Result<Redeemed, OidcError> {
    let code = AuthorizationCode::new("the-code");
    party
        .authorities
        .redeem(profile, &code, &attempt(profile))
        .await
}

/// A provider with one key, a party and a profile; the provider gives a good ID token.
pub fn signed_in() -> (Authority, Signer, RelyingParty, Profile) {
    let (authority, signer) = (Authority::start(), Signer::rsa());
    authority.publish(&signer);
    gives_userinfo(&authority);
    gives(
        &authority,
        &signer.sign(&header(), &claims(&authority.base)),
    );
    let profile = oidc(&authority);
    (authority, signer, relying_party(), profile)
}
