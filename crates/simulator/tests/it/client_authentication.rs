use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls_pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};
use simulator::{CLIENT_SECRET, Client, Credential, Endpoint, Federation, Kind, Registered};

use crate::harness::{Application, Browser, Callback, NOW, REDIRECT, VERIFIER, World, world};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn client(id: &str, credential: Credential) -> Client {
    Client {
        credential,
        redirect_uris: Registered::AnyLoopback,
        ..Client::with_secret(id, "")
    }
}

fn pem(key: &KeyPair) -> String {
    let body = STANDARD.encode(key.public_key().as_ref());
    format!("-----BEGIN RSA PUBLIC KEY-----\n{body}\n-----END RSA PUBLIC KEY-----\n")
}

fn assertion(key: &KeyPair, claims: &Value) -> String {
    assertion_with(key, &json!({"alg": "PS256", "typ": "JWT"}), claims)
}

fn assertion_with(key: &KeyPair, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PSS_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn signed_in<'a>(world: &'a World, kind: Kind, id: &str) -> (Application<'a>, Callback) {
    let mut application = world.application(kind).with("client_id", id);
    let callback = application.sign_in(&mut Browser::new(world), "ada").await;
    (application, callback)
}

#[tokio::test]
async fn a_certificates_assertion_is_for_this_endpoint_and_this_time() {
    let world = world();
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    world.sim.register(client(
        "with-key",
        Credential::Certificates(vec![pem(&key)]),
    ));
    let (application, callback) = signed_in(&world, Kind::EntraId, "with-key").await;
    let endpoint = application.endpoint("token_endpoint").await;
    let right = json!({"aud": endpoint, "iss": "with-key", "sub": "with-key", "jti": "1", "nbf": NOW, "exp": NOW + 600});
    let with = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        assertion(&key, &claims)
    };
    let stranger = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let good = assertion(&key, &right);
    for (assertion, code) in [
        (with("aud", json!("https://other.example/token")), 700_023),
        (with("sub", json!("somebody-else")), 700_023),
        (with("exp", json!(NOW - 600)), 700_024),
        (with("nbf", json!(NOW + 600)), 700_024),
        (assertion(&stranger, &right), 700_027),
        // Microsoft's libraries send one assertion several times.
        (good.clone(), 0),
        (good, 0),
    ] {
        let changes = [
            ("client_id", "with-key"),
            ("client_secret", ""),
            ("client_assertion_type", TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        let (status, body) = application.redeem_with(&callback, &changes).await;
        if code == 0 {
            let used = body["error_codes"] == json!([54005]);
            assert!(status == 200 || used, "{body}");
        } else {
            assert_eq!(body["error_codes"], json!([code]), "{body}");
        }
    }
}

/// A self-signed certificate of this key.
fn certificate(key: &KeyPair) -> Vec<u8> {
    let pkcs8: Pkcs8V1Der<'_> = key.as_der().unwrap();
    let pkcs8 = PrivatePkcs8KeyDer::from(pkcs8.as_ref().to_vec());
    let algorithm = &rcgen::PKCS_RSA_SHA256;
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8, algorithm).unwrap();
    let certificate = rcgen::CertificateParams::default().self_signed(&key);
    certificate.unwrap().der().to_vec()
}

#[tokio::test]
async fn an_assertion_names_its_certificate_and_puts_the_leaf_first() {
    let world = world();
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let leaf = certificate(&key);
    let uploaded = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(&leaf)
    );
    world.sim.register(client(
        "with-certificate",
        Credential::Certificates(vec![uploaded]),
    ));
    let thumbprint = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &leaf).as_ref());
    let authority = STANDARD.encode(b"the certificate of an authority");
    let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &leaf);
    let sha1 = URL_SAFE_NO_PAD.encode(sha1.as_ref());
    let leaf = STANDARD.encode(&leaf);
    let in_lines = format!("{}\n{}\n", &leaf[..64], &leaf[64..]);
    for (header, expected) in [
        (json!({"alg": "PS256", "x5t#S256": thumbprint}), 200),
        (
            json!({"alg": "PS256", "x5t#S256": thumbprint, "x5c": [leaf, authority]}),
            200,
        ),
        (
            json!({"alg": "PS256", "x5t#S256": thumbprint, "x5c": [authority, leaf]}),
            401,
        ),
        // MSAL Python leaves the padding and the line feeds of a PEM file; older libraries send SHA-1 only.
        (
            json!({"alg": "PS256", "x5t#S256": format!("{thumbprint}="), "x5c": [in_lines]}),
            200,
        ),
        (json!({"alg": "PS256", "x5t": sha1}), 200),
        (json!({"alg": "PS256", "x5t#S256": sha1}), 401),
        (json!({"alg": "PS256"}), 401),
    ] {
        let (application, callback) = signed_in(&world, Kind::EntraId, "with-certificate").await;
        let claims = json!({
            "aud": application.endpoint("token_endpoint").await,
            "iss": "with-certificate",
            "sub": "with-certificate",
            "jti": header.to_string(),
            "iat": 1_767_225_600.25,
            "exp": 1_767_226_200.75,
        });
        let assertion = assertion_with(&key, &header, &claims);
        let changes = [
            ("client_id", "with-certificate"),
            ("client_secret", ""),
            ("client_assertion_type", TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        let (status, body) = application.redeem_with(&callback, &changes).await;
        assert_eq!(status, expected, "{header} {body}");
    }
}

#[tokio::test]
async fn a_managed_identitys_token_is_an_assertion() {
    let world = world();
    let federation = Credential::Federation(world.sim.managed_identity_federation());
    world.sim.register(client("trusting", federation));
    let base = world.sim.managed_identity();
    let resource = "resource=api://AzureADTokenExchange";
    let imds = format!("{base}/metadata/identity/oauth2/token?api-version=2018-02-01&{resource}");
    let app_service = format!("{base}/msi/token?api-version=2019-08-01&{resource}");
    for (url, name, value) in [
        (imds, "Metadata", "true"),
        (app_service, "X-IDENTITY-HEADER", simulator::IDENTITY_HEADER),
    ] {
        assert_eq!(
            world.http.get(&url).send().await.unwrap().status(),
            400,
            "without the header"
        );
        let answer = world
            .http
            .get(&url)
            .header(name, value)
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["expires_on"], (NOW + 86_400).to_string());
        let token = answer["access_token"].as_str().unwrap();
        let forged = format!("{}AAAAAAAA", &token[..token.len() - 8]);
        for (assertion, expected) in [(forged.as_str(), 401), (token, 200)] {
            let (application, callback) = signed_in(&world, Kind::EntraId, "trusting").await;
            let changes = [
                ("client_id", "trusting"),
                ("client_secret", ""),
                ("client_assertion_type", TYPE),
                ("client_assertion", assertion),
            ];
            assert_eq!(
                application.redeem_with(&callback, &changes).await.0,
                expected
            );
        }
    }
    assert_eq!(world.sim.count(Endpoint::ManagedIdentity), 4);
}

#[tokio::test]
async fn a_federated_assertion_is_compared_exactly() {
    let world = world();
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    world.sim.register(client(
        "federated",
        Credential::Federation(Federation {
            issuer: "https://kubernetes.example".to_owned(),
            subject: "system:serviceaccount:gate:gatehouse".to_owned(),
            audience: "api://AzureADTokenExchange".to_owned(),
            public_key: Some(pem(&key)),
            literals: vec!["word-by-word".to_owned()],
        }),
    ));
    let right = json!({"iss": "https://kubernetes.example", "sub": "system:serviceaccount:gate:gatehouse", "aud": ["api://AzureADTokenExchange"], "exp": NOW + 600});
    let mut wrong = right.clone();
    wrong["sub"] = json!("system:serviceaccount:gate:other");
    for (assertion, expected) in [
        (assertion(&key, &wrong), 401),
        (assertion(&key, &right), 200),
        ("word-by-word".to_owned(), 200),
        ("another-word".to_owned(), 401),
    ] {
        let (application, callback) = signed_in(&world, Kind::EntraId, "federated").await;
        let changes = [
            ("client_id", "federated"),
            ("client_secret", ""),
            ("client_assertion_type", TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        assert_eq!(
            application.redeem_with(&callback, &changes).await.0,
            expected,
            "{assertion}"
        );
    }
}

#[tokio::test]
async fn a_public_client_needs_pkce_and_may_not_have_a_secret() {
    let world = world();
    world.sim.register(client("public", Credential::Public));
    let (application, callback) = signed_in(&world, Kind::EntraId, "public").await;
    let with_secret = application
        .redeem_with(&callback, &[("client_id", "public")])
        .await;
    assert_eq!(with_secret.0, 401);
    let changes = [("client_id", "public"), ("client_secret", "")];
    assert_eq!(application.redeem_with(&callback, &changes).await.0, 200);
}

#[tokio::test]
async fn basic_is_form_encoded_and_taken_by_every_kind() {
    let world = world();
    let odd = "s:e%c+r~é t";
    for kind in [Kind::EntraId, Kind::Oidc, Kind::B2c] {
        world.sim.register(Client {
            kind: Some(kind),
            ..Client::with_secret("odd", odd)
        });
        let (application, callback) = signed_in(&world, kind, "odd").await;
        let encoded: String = url::form_urlencoded::byte_serialize(odd.as_bytes()).collect();
        let request = world
            .http
            .post(application.endpoint("token_endpoint").await)
            .basic_auth("odd", Some(encoded))
            .form(&[
                ("grant_type", "authorization_code"),
                ("code", &callback["code"]),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
            ]);
        assert_eq!(request.send().await.unwrap().status(), 200, "{kind:?}");
    }
}

#[tokio::test]
async fn two_methods_at_once_are_one_too_many() {
    let world = world();
    let mut application = world.application(Kind::Oidc);
    let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
    let request = world
        .http
        .post(application.endpoint("token_endpoint").await)
        .basic_auth(Kind::Oidc.client_id(), Some(CLIENT_SECRET))
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", &callback["code"]),
            ("client_secret", CLIENT_SECRET),
        ]);
    assert_eq!(request.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_wrong_secret_has_each_kinds_code() {
    let world = world();
    for (kind, code) in [(Kind::EntraId, "AADSTS7000215"), (Kind::B2c, "AADB2C90081")] {
        let mut application = world.application(kind);
        let callback = application.sign_in(&mut Browser::new(&world), "ada").await;
        let (status, body) = application
            .redeem_with(&callback, &[("client_secret", "wrong")])
            .await;
        assert_eq!(
            (status, body["error"].as_str()),
            (401, Some("invalid_client"))
        );
        assert!(
            body["error_description"]
                .as_str()
                .unwrap()
                .starts_with(code)
        );
    }
}

#[tokio::test]
async fn the_plain_provider_takes_an_assertion_once() {
    let world = world();
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let credential = Credential::Any(vec![
        Credential::Secrets(vec!["also-a-secret".to_owned()]),
        Credential::Certificates(vec![pem(&key)]),
    ]);
    world.sim.register(client("once", credential));
    let (application, callback) = signed_in(&world, Kind::Oidc, "once").await;
    let endpoint = application.endpoint("token_endpoint").await;
    let claims =
        json!({"aud": endpoint, "iss": "once", "sub": "once", "jti": "1", "exp": NOW + 600});
    let assertion = assertion(&key, &claims);
    let changes = [
        ("client_id", "once"),
        ("client_secret", ""),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion.as_str()),
    ];
    assert_eq!(application.redeem_with(&callback, &changes).await.0, 200);
    let (status, body) = application.redeem_with(&callback, &changes).await;
    assert_eq!(status, 401, "{body}");
    let by_secret = [("client_id", "once"), ("client_secret", "also-a-secret")];
    let (_, body) = application.redeem_with(&callback, &by_secret).await;
    assert_eq!(body["error"], "invalid_grant", "{body}");
}
