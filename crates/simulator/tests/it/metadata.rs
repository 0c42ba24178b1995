use serde_json::json;
use simulator::{
    CONTOSO, CONTOSO_B2C, CONTOSO_CUSTOMERS, FABRIKAM, Kind, Options, PERSONAL_ACCOUNTS, Shapes,
};

use crate::harness::{world, world_with};

#[tokio::test]
async fn every_kind_tells_its_issuer_in_its_own_form() {
    let world = world();
    let port = world.sim.port();
    let customers = CONTOSO_CUSTOMERS;
    let expected = [
        (
            Kind::EntraId,
            format!("http://login.microsoftonline.localhost:{port}/{CONTOSO}/v2.0"),
        ),
        (
            Kind::ExternalId,
            format!("http://{customers}.ciamlogin.localhost:{port}/{customers}/v2.0"),
        ),
        (
            Kind::ExternalIdCustomDomain,
            format!("http://{customers}.ciamlogin.localhost:{port}/{customers}/v2.0"),
        ),
        (
            Kind::B2c,
            format!("http://contoso.b2clogin.localhost:{port}/{CONTOSO_B2C}/v2.0/"),
        ),
        (Kind::Oidc, format!("http://openid.localhost:{port}")),
    ];
    for (kind, issuer) in expected {
        assert_eq!(world.metadata(kind).await["issuer"], issuer, "{kind:?}");
    }
}

#[tokio::test]
async fn entra_answers_to_domains_words_and_both_versions() {
    let world = world();
    let base = world.sim.base(Kind::EntraId);
    let issuer = async |path: &str| {
        let url = format!("{base}/{path}/.well-known/openid-configuration");
        world.json(&url).await["issuer"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        issuer("contoso.onmicrosoft.com/v2.0").await,
        format!("{base}/{CONTOSO}/v2.0")
    );
    assert_eq!(
        issuer("fabrikam.onmicrosoft.com/v2.0").await,
        format!("{base}/{FABRIKAM}/v2.0")
    );
    assert_eq!(
        issuer("common/v2.0").await,
        format!("{base}/{{tenantid}}/v2.0")
    );
    assert_eq!(
        issuer("organizations/v2.0").await,
        format!("{base}/{{tenantid}}/v2.0")
    );
    assert_eq!(
        issuer("consumers/v2.0").await,
        format!("{base}/{PERSONAL_ACCOUNTS}/v2.0")
    );
    assert_eq!(
        issuer(CONTOSO).await,
        format!("https://sts.windows.net/{CONTOSO}/")
    );
}

#[tokio::test]
async fn microsofts_metadata_never_announces_pkce_and_names_graphs_host() {
    let world = world();
    for kind in [
        Kind::EntraId,
        Kind::ExternalId,
        Kind::ExternalIdCustomDomain,
    ] {
        let document = world.metadata(kind).await;
        assert!(document.get("code_challenge_methods_supported").is_none());
        let graph = format!("graph.microsoft.localhost:{}", world.sim.port());
        assert_eq!(document["msgraph_host"], graph);
    }
    assert_eq!(
        world.metadata(Kind::Oidc).await["code_challenge_methods_supported"],
        json!(["S256"])
    );
}

#[tokio::test]
async fn a_custom_domains_endpoints_are_on_it_and_its_issuer_is_not() {
    let options = Options {
        shapes: Shapes {
            custom_domain_issuer_on_entra_host: true,
            ..Shapes::default()
        },
        ..Options::default()
    };
    let world = world_with(options);
    let document = world.metadata(Kind::ExternalIdCustomDomain).await;
    let entra = world.sim.base(Kind::EntraId);
    assert_eq!(
        document["issuer"],
        format!("{entra}/{CONTOSO_CUSTOMERS}/v2.0")
    );
    let custom = world.sim.base(Kind::ExternalIdCustomDomain);
    for name in [
        "token_endpoint",
        "authorization_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ] {
        assert!(
            document[name].as_str().unwrap().starts_with(&custom),
            "{name}"
        );
    }
}

#[tokio::test]
async fn b2c_shows_its_policy_in_path_query_and_issuer_as_told() {
    let world = world();
    let port = world.sim.port();
    let endpoint = world.metadata(Kind::B2c).await["token_endpoint"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        endpoint.ends_with("/contoso.onmicrosoft.com/b2c_1_susi/oauth2/v2.0/token"),
        "{endpoint}"
    );

    world.sim.shapes(|shapes| {
        shapes.b2c_policy_in_query = true;
        shapes.b2c_issuer_with_policy = true;
    });
    let document = world.metadata(Kind::B2c).await;
    assert!(
        document["token_endpoint"]
            .as_str()
            .unwrap()
            .ends_with("/oauth2/v2.0/token?p=b2c_1_susi")
    );
    let issuer =
        format!("http://contoso.b2clogin.localhost:{port}/tfp/{CONTOSO_B2C}/b2c_1_susi/v2.0/");
    assert_eq!(document["issuer"], issuer);

    let custom = format!(
        "http://b2c.contoso.localhost:{port}/{CONTOSO_B2C}/B2C_1_susi/v2.0/.well-known/openid-configuration"
    );
    let issuer = world.json(&custom).await["issuer"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        issuer.starts_with("http://b2c.contoso.localhost"),
        "B2C's issuer follows its domain"
    );
}

#[tokio::test]
async fn microsofts_keys_have_an_issuer_and_no_algorithm() {
    let world = world();
    let base = world.sim.base(Kind::EntraId);
    let keys = world
        .json(&format!("{base}/common/discovery/v2.0/keys"))
        .await;
    let issuers: Vec<_> = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["issuer"].as_str().unwrap())
        .collect();
    assert_eq!(
        issuers,
        [
            format!("{base}/{{tenantid}}/v2.0"),
            format!("{base}/{PERSONAL_ACCOUNTS}/v2.0")
        ]
    );
    assert!(
        keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .all(|key| key.get("alg").is_none())
    );
}

#[tokio::test]
async fn the_plain_providers_key_set_has_keys_that_nobody_can_use() {
    let world = world();
    world.sim.shapes(|shapes| shapes.oidc_hostile_keys = true);
    let keys = world
        .json(&format!("{}/keys", world.sim.base(Kind::Oidc)))
        .await;
    let has = |name: &str, value: &str| {
        keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .any(|key| key[name] == value)
    };
    assert!(
        has("use", "enc") && has("crv", "secp256k1") && has("kty", "AKP") && has("alg", "RS256")
    );
}

#[tokio::test]
async fn a_tenant_that_does_not_exist_is_aadsts90002() {
    let world = world();
    let url = format!(
        "{}/nobody.example/v2.0/.well-known/openid-configuration",
        world.sim.base(Kind::EntraId)
    );
    let response = world.http.get(url).send().await.unwrap();
    assert_eq!(response.status(), 400);
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["error_codes"], json!([90002]));
}

#[tokio::test]
async fn metadata_and_keys_answer_head_without_a_body() {
    let world = world();
    let url = world.metadata_url(Kind::EntraId);
    let answer = world.http.head(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().is_empty());
}
