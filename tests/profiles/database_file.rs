//! A database address in a file that changes while the process runs.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn start(folder: &Path, file: &Path, log: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
        ])
        .current_dir(folder)
        .env_clear()
        .env("GATEHOUSE_DATABASE_URL_FILE", file)
        .env(
            "GATEHOUSE_KEYS",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        )
        .env("GATEHOUSE_STORE__STARTUP_WAIT", "1m")
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(log).unwrap())
        .spawn()
        .unwrap()
}

#[test]
fn a_rotated_database_url_file_is_used_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("profiles")).unwrap();
    let new = TcpListener::bind("127.0.0.1:0").unwrap();
    let url =
        |port: u16| format!("\u{feff}postgres://gh:hunter2@127.0.0.1:{port}/gh?sslmode=disable\n");
    let file = folder.path().join("url");
    std::fs::write(&file, url(9)).unwrap();
    let log = folder.path().join("log");
    let mut child = start(folder.path(), &file, &log);
    let said = || std::fs::read_to_string(&log).unwrap();
    let begun = Instant::now();
    let wait = |text: &str| {
        while !said().contains(text) {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "no {text}: {}",
                said()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    wait("listening");
    std::fs::write(&file, url(new.local_addr().unwrap().port())).unwrap();
    wait("database_url_file has changed: new connections use its address");
    // The first message of a client (PostgreSQL, "Frontend/Backend" §55.7) names the user.
    new.set_nonblocking(true).unwrap();
    let mut client = loop {
        match new.accept() {
            Ok((client, _)) => break client,
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "nobody came: {}",
            said()
        );
    };
    client.set_nonblocking(false).unwrap();
    let mut message = [0; 256];
    let length = client.read(&mut message).unwrap();
    assert!(String::from_utf8_lossy(&message[..length]).contains("gh"));
    // The client may be gone.
    let _ = client.write_all(b"E");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!said().contains("hunter2"), "{}", said());
}
