use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use reqwest::{Certificate, Client, Proxy};
use serde_json::Value;
use simulator::{CONTOSO, CONTOSO_CUSTOMERS, Kind, Options, Simulator, StartError};

/// An application that trusts the simulator's authority and uses the simulator as its proxy.
fn behind_the_proxy(sim: &Simulator) -> Client {
    let authority = Certificate::from_pem(sim.ca_pem().unwrap().as_bytes()).unwrap();
    let proxy = format!("http://127.0.0.1:{}", sim.port());
    Client::builder()
        .tls_certs_only([authority])
        .proxy(Proxy::https(proxy).unwrap())
        .build()
        .unwrap()
}

async fn metadata(client: &Client, authority: &str) -> Value {
    let url = format!("{authority}/.well-known/openid-configuration");
    client.get(url).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn every_kind_answers_at_its_true_name_with_true_names() {
    let sim = Simulator::start(Options::default()).unwrap();
    let client = behind_the_proxy(&sim);
    let customers = CONTOSO_CUSTOMERS;
    let external = format!("https://{customers}.ciamlogin.com/{customers}/v2.0");
    for (authority, issuer, token_host) in [
        (
            format!("https://login.microsoftonline.com/{CONTOSO}/v2.0"),
            format!("https://login.microsoftonline.com/{CONTOSO}/v2.0"),
            "login.microsoftonline.com",
        ),
        (
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0".to_owned(),
            external.clone(),
            "contoso.ciamlogin.com",
        ),
        (
            format!("https://login.contoso.com/{customers}/v2.0"),
            external,
            "login.contoso.com",
        ),
        (
            "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_susi/v2.0".to_owned(),
            format!(
                "https://contoso.b2clogin.com/{}/v2.0/",
                simulator::CONTOSO_B2C
            ),
            "contoso.b2clogin.com",
        ),
        (
            "https://openid.contoso.com".to_owned(),
            "https://openid.contoso.com".to_owned(),
            "openid.contoso.com",
        ),
    ] {
        let document = metadata(&client, &authority).await;
        assert_eq!(document["issuer"], issuer);
        let token = document["token_endpoint"].as_str().unwrap();
        assert!(
            token.starts_with(&format!("https://{token_host}/")),
            "{token}"
        );
        let keys = client.get(document["jwks_uri"].as_str().unwrap());
        let keys: Value = keys.send().await.unwrap().json().await.unwrap();
        assert!(keys["keys"][0]["kid"].is_string());
    }
}

#[tokio::test]
async fn a_sovereign_cloud_keeps_to_its_own_hosts() {
    let sim = Simulator::start(Options::default()).unwrap();
    let client = behind_the_proxy(&sim);
    let authority = "https://login.chinacloudapi.cn/common/v2.0";
    let document = metadata(&client, authority).await;
    let issuer = "https://login.partner.microsoftonline.cn/{tenantid}/v2.0";
    assert_eq!(document["issuer"], issuer);
    assert_eq!(document["msgraph_host"], "microsoftgraph.chinacloudapi.cn");
    let token = "https://login.chinacloudapi.cn/common/oauth2/v2.0/token";
    assert_eq!(document["token_endpoint"], token);
}

#[tokio::test]
async fn a_host_that_is_not_simulated_is_refused_and_never_reached() {
    let sim = Simulator::start(Options::default()).unwrap();
    let client = behind_the_proxy(&sim);
    let refused = client.get("https://example.com/").send().await;
    let error = format!("{:?}", refused.unwrap_err());
    assert!(error.contains("TunnelUnsuccessful"), "{error}");
    let plain = client
        .get(format!("http://127.0.0.1:{}/", sim.port()))
        .header("Host", "example.com");
    let answer = plain.send().await.unwrap();
    assert_eq!(answer.status(), 403);
    let text = answer.text().await.unwrap();
    assert!(text.contains("example.com is not simulated"), "{text}");
}

#[tokio::test]
async fn direct_tls_answers_with_the_port_by_which_it_was_asked() {
    let sim = Simulator::start(Options {
        tls_port: Some(0),
        ..Options::default()
    })
    .unwrap();
    let port = sim.tls_port().unwrap();
    let authority = Certificate::from_pem(sim.ca_pem().unwrap().as_bytes()).unwrap();
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let client = Client::builder()
        .tls_certs_only([authority])
        .no_proxy()
        .resolve("login.microsoftonline.com", loopback)
        .build()
        .unwrap();
    let base = format!("https://login.microsoftonline.com:{port}");
    let document = metadata(&client, &format!("{base}/common/v2.0")).await;
    assert_eq!(document["issuer"], format!("{base}/{{tenantid}}/v2.0"));
}

fn with_folder(folder: &Path) -> Result<Simulator, StartError> {
    Simulator::start(Options {
        ca: Some(folder.to_owned()),
        ..Options::default()
    })
}

#[test]
fn the_authority_is_kept_in_its_folder_and_its_key_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let first = with_folder(folder.path())
        .unwrap()
        .ca_pem()
        .unwrap()
        .to_owned();
    let second = with_folder(folder.path())
        .unwrap()
        .ca_pem()
        .unwrap()
        .to_owned();
    assert_eq!(first, second);
    assert_eq!(
        fs::read_to_string(folder.path().join("ca.pem")).unwrap(),
        first
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = fs::metadata(folder.path().join("ca-key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_folder_with_something_else_in_it_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca-key.pem"), "nonsense").unwrap();
    let error = with_folder(folder.path()).unwrap_err().to_string();
    assert!(error.contains("ca-key.pem"), "{error}");
    let file = folder.path().join("ca-key.pem").join("below-a-file");
    assert!(with_folder(&file).is_err());
}

#[test]
fn a_simulator_listens_where_it_is_told() {
    let sim = Simulator::start(Options {
        listen: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        ..Options::default()
    })
    .unwrap();
    assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, sim.port())).is_ok());
    let authority = sim.true_authority(Kind::EntraId);
    assert_eq!(
        authority,
        format!("https://login.microsoftonline.com/{CONTOSO}")
    );
}
