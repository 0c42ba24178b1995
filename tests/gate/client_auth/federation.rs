//! The platform's own tokens instead of a secret, against an authority that checks them: a file that somebody renews, the
//! token of a pod, a managed identity.

use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatehouse::domain::clock::Clock as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use simulator::{Credential, Federation};

use crate::harness::client_auth::{ENTRA, NEW_KEY, OLD};
use crate::harness::{Endpoint, Plan, TestGatehouse, shows_an_answer};

fn literal(text: &str) -> Credential {
    Credential::Federation(Federation {
        issuer: "https://kubernetes.example".to_owned(),
        subject: "system:serviceaccount:gate:gatehouse".to_owned(),
        audience: "api://AzureADTokenExchange".to_owned(),
        public_key: None,
        literals: vec![text.to_owned()],
    })
}

// proves: T16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_federated_token_is_read_at_each_use() {
    let gate = Plan::default().start().await;
    let file = gate.put("token", "the.first.token\n");
    gate.authenticate_by(
        &format!("client_assertion = {{ file = \"{file}\" }}"),
        literal("the.first.token"),
    );
    gate.signs_in("first").await;
    gate.put("token", "the.second.token");
    gate.register(literal("the.second.token"));
    gate.signs_in("the kubelet has exchanged it").await;
    std::fs::remove_file(file).unwrap();
    gate.is_not_set_up_right("gone").await;
}

/// A token of the cluster for the gateway's pod, as the kubelet writes it for ten minutes.
fn cluster_token(gate: &TestGatehouse, key: &str) -> String {
    let now = gate.clock.now().timestamp();
    let claims = serde_json::json!({
        "iss": "https://kubernetes.example",
        "sub": "system:serviceaccount:gate:gatehouse",
        "aud": ["api://AzureADTokenExchange"],
        "iat": now,
        "nbf": now,
        "exp": now + 600,
    });
    let key = EncodingKey::from_rsa_pem(key.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap()
}

/// What the authority knows of the cluster: its names, and the public key in `NEW_KEY`.
fn cluster() -> Credential {
    let PrivateKeyDer::Pkcs8(der) = PrivateKeyDer::from_pem_slice(NEW_KEY.as_bytes()).unwrap()
    else {
        panic!("a PKCS #8 key");
    };
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let body = STANDARD.encode(key.public_key().as_ref());
    Credential::Federation(Federation {
        issuer: "https://kubernetes.example".to_owned(),
        subject: "system:serviceaccount:gate:gatehouse".to_owned(),
        audience: "api://AzureADTokenExchange".to_owned(),
        public_key: Some(format!(
            "-----BEGIN RSA PUBLIC KEY-----\n{body}\n-----END RSA PUBLIC KEY-----\n"
        )),
        literals: Vec::new(),
    })
}

// proves: T16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workload_identity_signs_in_and_refreshes_with_the_token_of_the_moment() {
    let mounted = tempfile::tempdir().unwrap();
    let file = mounted.path().join("azure-identity-token");
    let gate = Plan {
        variables: vec![("AZURE_FEDERATED_TOKEN_FILE", file.display().to_string())],
        ..Plan::default()
    }
    .start()
    .await;
    gate.authenticate_by("client_assertion = \"workload-identity\"", cluster());
    gate.is_not_set_up_right("the kubelet has not written it yet")
        .await;
    let sent = || {
        let call = gate
            .sim
            .calls()
            .into_iter()
            .rfind(|call| call.endpoint == Endpoint::Token);
        let call = call.unwrap();
        assert_eq!(call.parameter("client_secret"), None, "one proof, not two");
        call.parameter("client_assertion").unwrap().to_owned()
    };
    let first = cluster_token(&gate, NEW_KEY);
    std::fs::write(&file, &first).unwrap();
    let browser = gate.signs_in("workload identity").await;
    assert_eq!(sent(), first);

    gate.turn(3_400);
    let second = cluster_token(&gate, NEW_KEY);
    std::fs::write(&file, &second).unwrap();
    let page = browser.visit(gate.url(ENTRA, "/auth/call_api/graph")).await;
    shows_an_answer(&page, "the API answers");
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
    assert_eq!(sent(), second, "read anew for the refresh");

    let of_old = &OLD[OLD.find("-----BEGIN PRIVATE KEY").unwrap()..];
    std::fs::write(&file, cluster_token(&gate, of_old)).unwrap();
    gate.is_not_set_up_right("signed with another key").await;
    gate.turn(3_600);
    std::fs::write(&file, &second).unwrap();
    gate.is_not_set_up_right("a token that nobody renewed")
        .await;
}

// proves: T16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_managed_identity_stands_in_for_a_secret() {
    let gate = Plan {
        in_app_service: true,
        ..Plan::default()
    }
    .start()
    .await;
    let federation = gate.sim.managed_identity_federation();
    gate.authenticate_by(
        "client_assertion = \"managed-identity\"",
        Credential::Federation(federation),
    );
    let browser = gate.signs_in("managed identity").await;
    let call = gate
        .sim
        .calls()
        .into_iter()
        .find(|call| call.endpoint == Endpoint::ManagedIdentity)
        .unwrap();
    assert_eq!(
        call.parameter("resource"),
        Some("api://AzureADTokenExchange")
    );
    gate.turn(3_400);
    shows_an_answer(
        &browser.visit(gate.url(ENTRA, "/auth/call_api/graph")).await,
        "the API answers",
    );
    assert_eq!(
        gate.sim.count(Endpoint::ManagedIdentity),
        1,
        "kept while it lives"
    );
}
