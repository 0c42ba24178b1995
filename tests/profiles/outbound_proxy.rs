//! Authorities behind a proxy: one that works, asks for a password, refuses, hangs, or is not there.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use simulator::{CLIENT_SECRET, Kind, Options, Simulator};
use tempfile::TempDir;

/// What the proxy does with a `CONNECT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Passes it on to the simulator, which answers for the true names.
    Works,
    /// The same for this `Proxy-Authorization` only, else 407.
    Asks(&'static str),
    /// Answers 403.
    Refuses,
    /// Never answers.
    Hangs,
}

/// A proxy on loopback, and the heads of what it was asked.
struct Proxy {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(manner: Manner, simulator: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, heads) = (stream.unwrap(), Arc::clone(&heads));
                // A client that goes away early is no failure of the proxy.
                std::thread::spawn(move || drop(serve(stream, manner, simulator, &heads)));
            }
        });
        Self { port, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut client: TcpStream,
    manner: Manner,
    simulator: u16,
    heads: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    heads.lock().unwrap().push(text.clone());
    let answer = match manner {
        Manner::Works => None,
        Manner::Asks(right) if text.contains(right) => None,
        Manner::Asks(_) => Some(
            "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"corp\"\r\ncontent-length: 0\r\n\r\n",
        ),
        Manner::Refuses => Some("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"),
        Manner::Hangs => {
            std::thread::sleep(Duration::from_mins(1));
            return Ok(());
        }
    };
    if let Some(answer) = answer {
        return client.write_all(answer.as_bytes());
    }
    let mut server = TcpStream::connect(("127.0.0.1", simulator))?;
    let line = text.lines().next().unwrap();
    write!(server, "{line}\r\nhost: proxied\r\n\r\n")?;
    let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
    let back = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let _ = std::io::copy(&mut client, &mut server);
    let _ = server.shutdown(Shutdown::Write);
    let _ = back.join();
    Ok(())
}

/// A simulator, and a folder with a profile of the true Entra ID and the simulator's CA.
struct Company {
    simulator: Simulator,
    folder: TempDir,
}

impl Company {
    fn new() -> Self {
        let simulator = Simulator::start(Options::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("profiles")).unwrap();
        let profile = format!(
            "kind = \"entra-id\"\npublic_url = \"https://staff.contoso.example\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{CLIENT_SECRET}\" }}\n",
            simulator.true_authority(Kind::EntraId),
            Kind::EntraId.client_id(),
        );
        std::fs::write(folder.path().join("profiles/staff.toml"), profile).unwrap();
        std::fs::write(folder.path().join("ca.pem"), simulator.ca_pem().unwrap()).unwrap();
        Self { simulator, folder }
    }

    fn proxy(&self, manner: Manner) -> Proxy {
        Proxy::start(manner, self.simulator.port())
    }

    /// `check --online` with these variables over the CA of the simulator: its exit code, and all that it said.
    fn check(&self, variables: &[(&str, &str)]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
            .args(["check", "--online"])
            .current_dir(self.folder.path())
            .env_clear()
            .env("GATEHOUSE_HTTP__CA_FILE", "ca.pem")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(
            !said.contains("hunter2"),
            "the password is never said: {said}"
        );
        (output.status.code().unwrap(), said)
    }
}

#[test]
fn authorities_are_called_through_the_proxy_of_setting_or_variable() {
    let place = Company::new();
    let proxy = place.proxy(Manner::Works);
    let url = format!("http://127.0.0.1:{}", proxy.port);
    let without_scheme = format!("127.0.0.1:{}", proxy.port);
    for (name, value) in [
        ("GATEHOUSE_HTTP__PROXY", url.as_str()),
        ("HTTPS_PROXY", &url),
        ("https_proxy", &without_scheme),
        ("ALL_PROXY", &url),
    ] {
        let before = proxy.asked().len();
        let (code, said) = place.check(&[(name, value)]);
        assert_eq!(code, 0, "{name}: {said}");
        let through = format!("called through 127.0.0.1:{}", proxy.port);
        assert!(said.contains(&through), "{said}");
        let asked = proxy.asked();
        assert!(asked.len() > before, "{name}");
        assert!(
            asked
                .iter()
                .all(|head| head.starts_with("CONNECT login.microsoftonline.com:443 ")),
            "{asked:?}"
        );
    }
}

#[test]
fn the_setting_wins_over_the_variable_and_can_switch_it_off() {
    let place = Company::new();
    let (right, wrong) = (place.proxy(Manner::Works), place.proxy(Manner::Refuses));
    let url = |proxy: &Proxy| format!("http://127.0.0.1:{}", proxy.port);
    let (code, said) = place.check(&[
        ("GATEHOUSE_HTTP__PROXY", &url(&right)),
        ("HTTPS_PROXY", &url(&wrong)),
    ]);
    assert_eq!(code, 0, "{said}");
    assert!(wrong.asked().is_empty());
    for variables in [
        [
            ("GATEHOUSE_HTTP__PROXY", "none"),
            ("HTTPS_PROXY", &*url(&right)),
        ],
        [
            ("NO_PROXY", ".microsoftonline.com"),
            ("HTTPS_PROXY", &*url(&right)),
        ],
    ] {
        let before = right.asked().len();
        let resolve = ("GATEHOUSE_HTTP__CONNECT_TIMEOUT", "100ms");
        let (code, said) = place.check(&[variables[0], variables[1], resolve]);
        assert_eq!(code, 1, "there is no such host here: {said}");
        assert_eq!(right.asked().len(), before, "{variables:?}");
    }
}

#[test]
fn user_and_password_are_sent_and_never_told() {
    let place = Company::new();
    // base64 of "gate:hunter2@"
    let proxy = place.proxy(Manner::Asks("Basic Z2F0ZTpodW50ZXIyQA=="));
    let with = format!("http://gate:hunter2%40@127.0.0.1:{}", proxy.port);
    let (code, said) = place.check(&[("HTTPS_PROXY", &with)]);
    assert_eq!(code, 0, "{said}");
    let without = format!("http://127.0.0.1:{}", proxy.port);
    let (code, said) = place.check(&[("HTTPS_PROXY", &without)]);
    assert_eq!(code, 1);
    let text = format!(
        "the proxy 127.0.0.1:{} (HTTPS_PROXY) asks for a user and a password",
        proxy.port
    );
    assert!(said.contains(&text), "{said}");
}

#[test]
fn a_proxy_that_refuses_hangs_or_is_not_there_is_named() {
    let place = Company::new();
    let refuses = place.proxy(Manner::Refuses);
    let hangs = place.proxy(Manner::Hangs);
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for (port, text) in [
        (
            refuses.port,
            "refuses to connect to login.microsoftonline.com",
        ),
        (hangs.port, "which may not answer"),
        (gone, "which may not answer"),
    ] {
        let begun = Instant::now();
        let url = format!("http://gate:hunter2@127.0.0.1:{port}");
        let (code, said) = place.check(&[
            ("GATEHOUSE_HTTP__PROXY", &url),
            ("GATEHOUSE_HTTP__TIMEOUT", "3s"),
        ]);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains(&format!("the proxy 127.0.0.1:{port} (http.proxy)")),
            "{said}"
        );
        assert!(said.contains(text), "{text} in {said}");
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn an_ignored_variable_and_an_unknown_issuer_are_explained() {
    let place = Company::new();
    let (code, said) = place.check(&[
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("GATEHOUSE_HTTP__CONNECT_TIMEOUT", "100ms"),
    ]);
    assert_eq!(code, 1);
    assert!(said.contains("HTTP_PROXY is ignored"), "{said}");
    let proxy = place.proxy(Manner::Works);
    let url = format!("http://127.0.0.1:{}", proxy.port);
    // Another authority's certificate: the simulator's is unknown.
    let other = Simulator::start(Options::default()).unwrap();
    std::fs::write(place.folder.path().join("ca.pem"), other.ca_pem().unwrap()).unwrap();
    let (code, said) = place.check(&[("HTTPS_PROXY", &url)]);
    assert_eq!(code, 1);
    assert!(said.contains("http.ca_file"), "{said}");
}

#[test]
fn a_simulator_on_loopback_is_called_past_the_proxy() {
    let place = Company::new();
    let proxy = place.proxy(Manner::Refuses);
    let profile = place.folder.path().join("profiles/staff.toml");
    let text = std::fs::read_to_string(&profile).unwrap();
    let local = place.simulator.authority(Kind::EntraId);
    let text = text.replace(&place.simulator.true_authority(Kind::EntraId), &local);
    std::fs::write(&profile, text).unwrap();
    let url = format!("http://127.0.0.1:{}", proxy.port);
    let (code, said) = place.check(&[("HTTPS_PROXY", &url)]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("called directly"), "{said}");
    assert!(proxy.asked().is_empty());
}

#[test]
fn a_proxy_that_cannot_be_used_is_one_problem_without_its_value() {
    let place = Company::new();
    for (name, value) in [
        (
            "GATEHOUSE_HTTP__PROXY",
            "socks5://gate:hunter2@127.0.0.1:1080",
        ),
        ("HTTPS_PROXY", "ftp://gate:hunter2@127.0.0.1:1080"),
        ("HTTPS_PROXY", "http://gate:hunter2@127.0.0.1:1080/path"),
        ("GATEHOUSE_HTTP__NO_PROXY", "http://a/"),
    ] {
        let (code, said) = place.check(&[(name, value)]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(name), "{name} in {said}");
    }
}

#[test]
fn no_log_line_holds_the_proxys_password() {
    let place = Company::new();
    let proxy = place.proxy(Manner::Asks("Basic Z2F0ZTpodW50ZXIy"));
    let url = format!("http://gate:hunter2@127.0.0.1:{}", proxy.port);
    let log = place.folder.path().join("log");
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut child = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .args(["serve", "--admin-listen", "127.0.0.1:0", "--listen"])
        .arg(format!("127.0.0.1:{port}"))
        .current_dir(place.folder.path())
        .env_clear()
        .envs([
            ("GATEHOUSE_HTTP__CA_FILE", "ca.pem"),
            ("HTTPS_PROXY", &url),
            ("RUST_LOG", "trace"),
        ])
        .stdout(std::process::Stdio::null())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let answer = loop {
        assert!(begun.elapsed() < Duration::from_secs(30), "no sign-in");
        if let Some(answer) = sign_in(port).filter(|answer| answer.contains("303")) {
            break answer;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        answer.contains("https://login.microsoftonline.com/"),
        "{answer}"
    );
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("TRACE"));
    for secret in ["hunter2", "Z2F0ZTpodW50ZXIy"] {
        assert!(!log.contains(secret), "{secret}");
    }
}

/// What a browser gets that begins to sign in.
fn sign_in(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let head = "GET /auth/sign_in HTTP/1.1\r\nhost: staff.contoso.example\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: document\r\naccept: text/html\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
