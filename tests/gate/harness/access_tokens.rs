//! Access tokens for the sample API "orders", as programs get them at the simulated authorities.

use serde_json::Value;
use url::Url;

use super::browser::{Browser, client};
use super::{Kind, TestGatehouse};

/// Where the code of a person's program arrives.
const CALLBACK: &str = "http://127.0.0.1/callback";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The audience of the sample API at a kind.
pub fn audience(kind: Kind) -> &'static str {
    match kind {
        Kind::B2c => "https://contoso.onmicrosoft.com/orders",
        _ => "api://orders",
    }
}

/// A route for everything, which takes the tokens of the sample API.
pub fn taking_tokens(kind: Kind) -> String {
    format!(
        "[[route]]\npath = \"/\"\naccept_bearer = {{ audience = \"{}\", scopes = [\"Orders.Read\"], roles = [\"Orders.Read.All\"] }}",
        audience(kind)
    )
}

impl TestGatehouse {
    async fn endpoint(&self, kind: Kind, name: &str) -> String {
        let authority = self.sim.authority(kind);
        let below = match kind {
            Kind::B2c => "/B2C_1_susi/v2.0",
            Kind::EntraId | Kind::ExternalId => "/v2.0",
            Kind::ExternalIdCustomDomain | Kind::Oidc => "",
        };
        let url = format!("{authority}{below}/.well-known/openid-configuration");
        let metadata: Value = client()
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        metadata[name].as_str().unwrap().to_owned()
    }

    async fn token_at(&self, kind: Kind, url: &str, form: &[(&str, &str)]) -> Value {
        let mut form = form.to_vec();
        form.extend([
            ("client_id", kind.client_id()),
            ("client_secret", simulator::CLIENT_SECRET),
        ]);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = client()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// What a person's program gets for a scope of the sample API: the whole answer. The simulator must sign in by itself.
    pub async fn tokens_of(&self, kind: Kind, person: &str, scope: &str) -> Value {
        let scope = format!("openid {}/{scope}", audience(kind));
        self.tokens_for(kind, person, &scope).await
    }

    /// The access token of a person's program for the whole text of a `scope` parameter.
    pub async fn token_for(&self, kind: Kind, person: &str, scope: &str) -> String {
        let tokens = self.tokens_for(kind, person, scope).await;
        tokens["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("{tokens}"))
            .to_owned()
    }

    async fn tokens_for(&self, kind: Kind, person: &str, scope: &str) -> Value {
        let mut url = Url::parse(&self.endpoint(kind, "authorization_endpoint").await).unwrap();
        url.query_pairs_mut().extend_pairs([
            ("client_id", kind.client_id()),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", scope),
            ("state", "s"),
            ("nonce", "n"),
            ("login_hint", person),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let back = Browser::new().get(url.as_str()).await;
        let code = back.location_parameter("code").expect(&back.text);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let endpoint = self.endpoint(kind, "token_endpoint").await;
        self.token_at(kind, &endpoint, &form).await
    }

    /// An access token of a person for a scope of the sample API.
    pub async fn persons_token(&self, kind: Kind, person: &str, scope: &str) -> String {
        let tokens = self.tokens_of(kind, person, scope).await;
        tokens["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("{tokens}"))
            .to_owned()
    }

    /// An access token of a program for itself, with the role `Orders.Read.All`.
    pub async fn programs_token(&self, kind: Kind) -> String {
        let endpoint = self.endpoint(kind, "token_endpoint").await;
        self.programs_token_at(kind, &endpoint).await
    }

    /// The same of the program in another directory tenant of Entra ID.
    pub async fn programs_token_of(&self, tenant: &str) -> String {
        let kind = Kind::EntraId;
        let endpoint = self.endpoint(kind, "token_endpoint").await;
        let elsewhere = endpoint.replace(simulator::CONTOSO, tenant);
        assert_ne!(elsewhere, endpoint, "the endpoint names the tenant");
        self.programs_token_at(kind, &elsewhere).await
    }

    async fn programs_token_at(&self, kind: Kind, endpoint: &str) -> String {
        let scope = format!("{}/.default", audience(kind));
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope.as_str()),
        ];
        let tokens = self.token_at(kind, endpoint, &form).await;
        tokens["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("{tokens}"))
            .to_owned()
    }

    /// The same from the older endpoint of Entra ID: v1 tokens.
    pub async fn v1_token(&self, grant: &[(&str, &str)]) -> String {
        let url = format!("{}/oauth2/token", self.sim.authority(Kind::EntraId));
        let mut form = grant.to_vec();
        form.push(("resource", audience(Kind::EntraId)));
        let tokens = self.token_at(Kind::EntraId, &url, &form).await;
        tokens["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("{tokens}"))
            .to_owned()
    }
}
