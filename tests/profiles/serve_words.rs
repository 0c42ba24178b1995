//! What `serve` says where, what its check finds, and what a container's health check asks.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PROFILE: &str = "kind = \"oidc\"\nauthority = \"https://id.contoso.example\"\nclient_id = \"c\"\nclient_secret = { value = \"hunter2-must-not-show\" }\n";
/// Whatever is waited for happens within this time.
const PATIENCE: Duration = Duration::from_secs(20);

fn profile(public_url: &str) -> String {
    format!("public_url = \"{public_url}\"\n{PROFILE}")
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("profiles")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
    command.args(arguments).current_dir(folder).env_clear();
    command
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output: Output = command(folder, arguments).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// A gateway that runs until it is dropped.
struct Served {
    child: Child,
    /// What it has said on standard output up to its end sign.
    said: String,
    public: String,
    admin: String,
}

impl Served {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let ports = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
        let mut child = command(folder, &[&["serve"][..], &ports, more].concat())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let said = BufReader::new(out)
            .lines()
            .map(Result::unwrap)
            .take_while(|line| line != "Ctrl-C stops it.")
            .collect::<Vec<_>>()
            .join("\n");
        let address = |after: &str| {
            let (_, rest) = said.split_once(after).unwrap();
            rest.split([' ', ')']).next().unwrap().to_owned()
        };
        Self {
            public: address("listens on http://"),
            admin: address("(admin: http://"),
            child,
            said,
        }
    }

    fn port(&self) -> &str {
        self.public.rsplit_once(':').unwrap().1
    }

    fn get(&self, host: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.public).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The log, once it has this text.
fn log_with(folder: &Path, text: &str) -> String {
    let begun = Instant::now();
    loop {
        let log = std::fs::read_to_string(folder.join("log")).unwrap();
        if log.contains(text) {
            return log;
        }
        assert!(begun.elapsed() < PATIENCE, "no {text} in {log}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn serve_says_where_each_profile_is_and_what_keeps_people_away() {
    let folder = folder(&[
        (
            "profiles/staff.toml",
            &profile("https://staff.contoso.example"),
        ),
        ("profiles/local.toml", &profile("http://localhost:5000/app")),
        ("profiles/customers.yaml", "kind: b2c"),
        ("profiles/partners.TOML", ""),
    ]);
    let served = Served::start(folder.path(), &[]);
    for text in [
        "staff  https://staff.contoso.example/",
        "local  http://localhost:5000/app/",
        "speaks plain HTTP on 127.0.0.1:",
        "Browsers come to port 5000 for local",
    ] {
        assert!(served.said.contains(text), "{text} in {}", served.said);
    }
    let log = log_with(folder.path(), "listening");
    for text in ["customers.yaml: is not read", "rename it to partners.toml"] {
        assert!(log.contains(text), "{text} in {log}");
    }
}

#[test]
fn serve_without_a_profile_says_how_to_make_one() {
    let folder = folder(&[]);
    let served = Served::start(folder.path(), &[]);
    assert!(served.said.contains("`gatehouse init`"), "{}", served.said);
    assert!(!served.said.contains("plain HTTP"), "{}", served.said);
}

#[test]
fn an_unknown_host_and_a_broken_profile_leave_one_line_a_minute() {
    let folder = folder(&[
        ("profiles/staff.toml", &profile("http://localhost:5000/app")),
        (
            "profiles/broken.toml",
            &profile("https://broken.contoso.example").replace("oidc", "odic"),
        ),
    ]);
    let served = Served::start(folder.path(), &[]);
    let host = format!("localhost:{}", served.port());
    for _ in 0..5 {
        assert!(served.get(&host, "/app/").starts_with("HTTP/1.1 404"));
        let answer = served.get("broken.contoso.example", "/");
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    }
    let log = log_with(folder.path(), "whose file is broken");
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("no profile is at"))
        .collect();
    assert_eq!(lines.len(), 1, "{log}");
    for text in [
        &host,
        "http://localhost:5000/app: the port differs",
        "127.0.0.0/24",
    ] {
        assert!(lines[0].contains(text), "{text} in {}", lines[0]);
    }
    assert_eq!(
        log.matches("a request for a profile whose file is broken")
            .count(),
        1
    );
}

#[test]
fn the_check_of_a_start_tries_everything_and_leaves_nothing_behind() {
    let folder = folder(&[("profiles/local.toml", &profile("http://localhost:5000"))]);
    let ports = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let check = |more: &[&str]| {
        run(
            folder.path(),
            &[&["serve", "--check"][..], &ports, more].concat(),
        )
    };
    let (code, out, err) = check(&[]);
    assert_eq!(code, 0, "{err}");
    for text in ["1 profile good", "is free", "the start makes gatehouse.db"] {
        assert!(out.contains(text), "{text} in {out}");
    }
    let files = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files, 1, "only the profiles");
    std::fs::write(folder.path().join("profiles/bad.toml"), "kind = 5").unwrap();
    assert_eq!(check(&[]).0, 1);
    std::fs::remove_file(folder.path().join("profiles/bad.toml")).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, err) = run(folder.path(), &["serve", "--check", "--listen", &address]);
    assert_eq!(code, 1);
    assert!(err.contains("cannot listen on"), "{err}");
}

#[test]
fn the_check_of_a_start_asks_the_database() {
    let folder = folder(&[("profiles/local.toml", &profile("http://localhost:8080"))]);
    let output = command(
        folder.path(),
        &["serve", "--check", "--admin-listen", "127.0.0.1:0"],
    )
    .env(
        "GATEHOUSE_DATABASE_URL",
        "postgres://nobody@127.0.0.1:9/none",
    )
    .env(
        "GATEHOUSE_KEYS",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    )
    .output()
    .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("error: database: "), "{error}");
}

#[test]
fn explain_shows_each_setting_with_its_source() {
    let folder = folder(&[("gatehouse.toml", "listen = \"127.0.0.1:9000\"\n")]);
    let (code, out, err) = run(folder.path(), &["explain", "--settings"]);
    assert_eq!(code, 0, "{err}");
    let line = |key: &str| {
        let found = out
            .lines()
            .find(|line| line.starts_with(&format!("{key} ")));
        found
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        line("listen"),
        "listen = \"127.0.0.1:9000\" # gatehouse.toml line 1"
    );
    assert_eq!(
        line("admin_listen"),
        "admin_listen = \"127.0.0.1:8081\" # default"
    );
    assert_eq!(run(folder.path(), &["explain", "--settings", "staff"]).0, 2);
    assert_eq!(run(folder.path(), &["explain"]).0, 2);
}

#[test]
fn the_health_check_is_good_when_the_gateway_is_ready() {
    let folder = folder(&[("profiles/local.toml", &profile("http://localhost:5000"))]);
    let (code, _, err) = run(folder.path(), &["healthcheck"]);
    assert_eq!(code, 1, "nobody listens");
    assert!(
        err.contains("no answer from http://127.0.0.1:8081/readyz"),
        "{err}"
    );
    let served = Served::start(folder.path(), &[]);
    let begun = Instant::now();
    let asked = |more: &[&str]| {
        let output = command(folder.path(), &[&["healthcheck"][..], more].concat())
            .env("GATEHOUSE_ADMIN_LISTEN", &served.admin)
            .output();
        output.unwrap()
    };
    while !asked(&[]).status.success() {
        assert!(begun.elapsed() < PATIENCE, "{:?}", asked(&[]));
    }
    assert!(asked(&["--live"]).status.success());
    std::fs::write(folder.path().join("profiles/local.toml"), "").unwrap();
    std::fs::remove_file(folder.path().join("profiles/local.toml")).unwrap();
    while asked(&[]).status.success() {
        assert!(
            begun.elapsed() < PATIENCE,
            "a lost profiles folder is not ready"
        );
    }
    let answer = asked(&[]);
    assert_eq!(answer.status.code(), Some(1));
    assert!(
        String::from_utf8(answer.stderr)
            .unwrap()
            .contains("answers 503")
    );
    assert!(asked(&["--live"]).status.success());
}
