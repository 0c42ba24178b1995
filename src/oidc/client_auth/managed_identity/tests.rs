//! A platform of the tests' own: what it is asked, what it answers, and what becomes of that.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::http::HttpOptions;
use crate::oidc::client_auth::managed_identity::*;

const AUDIENCE: &str = "api://AzureADTokenExchange";
/// A certificate with its key, for 127.0.0.1 no better and no worse than for any other host.
const CERTIFICATE: &str = include_str!("../../../../tests/profiles/secrets/old.pem");

/// Says what to answer to the head of a request.
type Script = dyn Fn(&str) -> String + Send + Sync;

/// A platform that answers by its script, over TLS or without.
struct Platform {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Platform {
    fn start(
        tls: Option<Arc<ServerConfig>>,
        script: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (cached, script): (_, Arc<Script>) = (Arc::clone(&heads), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (cached, script, tls) = (Arc::clone(&cached), Arc::clone(&script), tls.clone());
                std::thread::spawn(move || match tls {
                    None => answer(stream, &cached, &*script),
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        answer(StreamOwned::new(connection, stream), &cached, &*script);
                    }
                });
            }
        });
        Self { port, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// The variables that lead here, and others.
    fn identity(&self, scheme: &str, more: &[(&str, &str)]) -> ManagedIdentity {
        let endpoint = format!("{scheme}://127.0.0.1:{}/token", self.port);
        let mut set: HashMap<String, String> = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        set.insert("IDENTITY_ENDPOINT".to_owned(), endpoint);
        let client = OutboundClient::new(&HttpOptions::default()).unwrap();
        ManagedIdentity::new(client, Arc::new(move |name| set.get(name).cloned()))
    }
}

fn answer(mut stream: impl Read + Write, heads: &Mutex<Vec<String>>, script: &Script) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.extend(byte),
            _ => return,
        }
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    heads.lock().unwrap().push(head.clone());
    let _ = stream.write_all(script(&head).as_bytes());
    let _ = stream.flush();
}

fn http(status: &str, more: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn token(text: &str) -> String {
    http(
        "200 OK",
        "",
        &format!("{{\"access_token\":\"{text}\",\"expires_in\":\"3600\"}}"),
    )
}

async fn ask(identity: &ManagedIdentity, of: Option<&str>) -> Result<String, String> {
    let asked = identity
        .token(of, AUDIENCE, Timestamp::default(), false)
        .await;
    asked
        .map(|token| token.expose().to_owned())
        .map_err(|problem| problem.to_string())
}

fn detect(set: &[(&str, &str)]) -> Source {
    Source::detect(&|name| {
        let found = set.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

// proves: T16
#[test]
fn the_sources_are_looked_for_in_their_order() {
    let all = [
        ("IDENTITY_SERVER_THUMBPRINT", "t"),
        ("IDENTITY_HEADER", "h"),
        ("MSI_SECRET", "s"),
        ("MSI_ENDPOINT", "m"),
        ("IMDS_ENDPOINT", "i"),
        ("IDENTITY_ENDPOINT", "e"),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://pod.example"),
    ];
    let names: Vec<_> = (0..=all.len())
        .map(|from| detect(&all[from..]).name())
        .collect();
    assert_eq!(
        names,
        [
            "Service Fabric",
            "App Service",
            "Machine Learning",
            "Azure Arc",
            "Azure Arc",
            "instance metadata service",
            "instance metadata service",
            "instance metadata service",
        ]
    );
    let imds = Source::Imds { base: IMDS.into() };
    assert_eq!(detect(&[("IDENTITY_ENDPOINT", "")]), imds);
}

const ARC: [(&str, &str); 1] = [("IMDS_ENDPOINT", "http://127.0.0.1:1")];

/// An agent that wants to see the content of its key file, and a machine whose agent's folder is `keys`.
fn arc(keys: &std::path::Path, challenge: String) -> (Platform, ManagedIdentity) {
    let platform = Platform::start(None, move |head| {
        if head.contains("authorization: basic the-key") {
            token("from-arc")
        } else {
            let challenge = format!("WWW-Authenticate: {challenge}\r\n");
            http("401 Unauthorized", &challenge, "")
        }
    });
    let mut identity = platform.identity("http", &ARC);
    identity.arc_keys = keys.to_owned();
    (platform, identity)
}

// proves: T16
#[tokio::test]
async fn arc_gives_its_token_to_whoever_can_read_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("3f2a.key");
    std::fs::write(&key, "the-key").unwrap();
    let (platform, identity) = arc(folder.path(), format!("Basic realm={}", key.display()));
    assert_eq!(ask(&identity, None).await.unwrap(), "from-arc");
    let heads = platform.heads();
    assert_eq!(heads.len(), 2, "challenged, then answered");
    for head in &heads {
        assert!(
            head.starts_with(
                "get /token?api-version=2020-06-01&resource=api%3a%2f%2fazureadtokenexchange "
            ) && head.contains("metadata: true"),
            "{head}"
        );
    }
    assert!(!heads[0].contains("authorization:"));
    ask(&identity, None).await.unwrap();
    assert_eq!(platform.heads().len(), 2, "kept while it lives");
}

#[tokio::test]
async fn an_agent_that_names_another_file_gets_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let stolen = folder.path().join("stolen.key");
    std::fs::write(&stolen, "the-key").unwrap();
    let keys = folder.path().join("tokens");
    std::fs::create_dir(&keys).unwrap();
    let (platform, identity) = arc(&keys, format!("Basic realm={}", stolen.display()));
    assert_eq!(
        ask(&identity, None).await.unwrap_err(),
        "the managed identity (Azure Arc) gave no token: the challenge names a file that is no key of the agent's"
    );
    assert_eq!(platform.heads().len(), 1, "nothing was sent after it");
}

#[tokio::test]
async fn arc_and_service_fabric_know_the_machines_own_identity_only() {
    let (platform, identity) = arc(std::path::Path::new("/nowhere"), String::new());
    let why = ask(&identity, Some("another")).await.unwrap_err();
    assert!(
        why.ends_with("only the machine's own identity exists here"),
        "{why}"
    );
    let (fabric, identity) = fabric(&thumbprint());
    let why = ask(&identity, Some("another")).await.unwrap_err();
    assert!(
        why.ends_with("only the machine's own identity exists here"),
        "{why}"
    );
    assert!(platform.heads().is_empty() && fabric.heads().is_empty());
}

/// The SHA-1 thumbprint of the platform's certificate, as Service Fabric writes it.
fn thumbprint() -> String {
    let der = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
    let sha1 = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
    let hash = aws_lc_rs::digest::digest(sha1, &der);
    crate::seal::hex(hash.as_ref()).to_uppercase()
}

fn fabric(thumbprint: &str) -> (Platform, ManagedIdentity) {
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let platform = Platform::start(Some(Arc::new(config)), |_| token("from-fabric"));
    let identity = platform.identity(
        "https",
        &[
            ("IDENTITY_HEADER", "the-header"),
            ("IDENTITY_SERVER_THUMBPRINT", thumbprint),
        ],
    );
    (platform, identity)
}

// proves: T16
#[tokio::test]
async fn service_fabric_is_asked_over_tls_with_its_header() {
    let (platform, identity) = fabric(&thumbprint());
    assert_eq!(ask(&identity, None).await.unwrap(), "from-fabric");
    let head = &platform.heads()[0];
    assert!(
        head.starts_with(
            "get /token?api-version=2019-07-01-preview&resource=api%3a%2f%2fazureadtokenexchange "
        ) && head.contains("secret: the-header"),
        "{head}"
    );
}

#[tokio::test]
async fn whoever_has_another_certificate_than_service_fabrics_learns_no_secret() {
    let (platform, identity) = fabric(&"00".repeat(20));
    let why = ask(&identity, None).await.unwrap_err();
    assert!(
        why.starts_with("the managed identity (Service Fabric) does not answer: nobody with the certificate of IDENTITY_SERVER_THUMBPRINT answers there: "),
        "{why}"
    );
    assert!(
        !why.contains("the-header") && !why.contains("127.0.0.1"),
        "{why}"
    );
    assert!(
        platform.heads().is_empty(),
        "the connection ended before the request"
    );
}

#[tokio::test]
async fn a_thumbprint_that_is_none_and_an_endpoint_without_tls_are_named() {
    let (platform, identity) = fabric("not a thumbprint");
    let why = ask(&identity, None).await.unwrap_err();
    assert!(
        why.ends_with("IDENTITY_SERVER_THUMBPRINT is no SHA-1 thumbprint"),
        "{why}"
    );
    let variables = [
        ("IDENTITY_HEADER", "the-header"),
        ("IDENTITY_SERVER_THUMBPRINT", &thumbprint()),
    ];
    let why = ask(&platform.identity("http", &variables), None)
        .await
        .unwrap_err();
    assert!(why.contains("IDENTITY_ENDPOINT is not https"), "{why}");
    assert!(platform.heads().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_no_token_is_told_by_its_status_and_never_by_its_body() {
    for (sent, told) in [
        (
            http("400 Bad Request", "", "{\"error\":\"hush\"}"),
            "status 400",
        ),
        (
            http("200 OK", "", "<html>hush</html>"),
            "the answer has no token",
        ),
        (token(""), "the answer has no token"),
        (
            http("302 Found", "Location: http://evil.example/\r\n", ""),
            "status 302",
        ),
    ] {
        let platform = Platform::start(None, move |_| sent.clone());
        let identity = platform.identity("http", &[("IDENTITY_HEADER", "h")]);
        assert_eq!(
            ask(&identity, None).await.unwrap_err(),
            format!("the managed identity (App Service) gave no token: {told}")
        );
    }
}

#[tokio::test]
async fn an_end_of_life_that_no_calendar_has_is_over_already() {
    for end in ["-8334601228800", "-9223372036854775808", "0"] {
        let body = format!("{{\"access_token\":\"t\",\"expires_on\":\"{end}\"}}");
        let platform = Platform::start(None, move |_| http("200 OK", "", &body));
        let identity = platform.identity("http", &[("IDENTITY_HEADER", "h")]);
        assert_eq!(ask(&identity, None).await.as_deref(), Ok("t"), "{end}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_hangs_for_one_identity_holds_up_no_other_and_many_ask_once() {
    let (release, hanging) = mpsc::channel::<()>();
    let hanging = Mutex::new(hanging);
    let platform = Platform::start(None, move |head| {
        if head.contains("client_id=slow") {
            let _ = hanging.lock().unwrap().recv();
            return token("slow");
        }
        token("quick")
    });
    let identity = Arc::new(platform.identity("http", &[("IDENTITY_HEADER", "h")]));
    let asks = |of: &'static str| {
        let identity = Arc::clone(&identity);
        tokio::spawn(async move { ask(&identity, Some(of)).await })
    };
    let slow: Vec<_> = (0..5).map(|_| asks("slow")).collect();
    while platform.heads().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(asks("quick").await.unwrap().unwrap(), "quick");
    release.send(()).unwrap();
    for slow in slow {
        assert_eq!(slow.await.unwrap().unwrap(), "slow");
    }
    assert_eq!(platform.heads().len(), 2, "each identity once");
}

#[tokio::test]
async fn many_who_wait_for_a_source_that_is_away_do_not_queue_for_its_time_outs() {
    let (_silent, never) = mpsc::channel::<()>();
    let never = Mutex::new(never);
    let platform = Platform::start(None, move |_| {
        let _ = never.lock().unwrap().recv();
        String::new()
    });
    let mut identity = platform.identity("http", &[("IDENTITY_HEADER", "h")]);
    identity.total_timeout = Duration::from_millis(200);
    let begun = tokio::time::Instant::now();
    for asked in futures_util::future::join_all((0..20).map(|_| ask(&identity, None))).await {
        let why = asked.unwrap_err();
        assert!(why.contains("does not answer"), "{why}");
    }
    // One after the other it would be four seconds.
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}
