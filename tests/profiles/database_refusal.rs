//! A Postgres server that refuses the user: every command says so at once, and once.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const REFUSAL: &str = "password authentication failed for user \"gh\"";

/// A server of the protocol "Frontend/Backend" §55.7 that answers each start-up message with SQLSTATE 28P01.
fn refusing_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that goes away early is no failure of the server.
            let _ = refuse(stream.unwrap());
        }
    });
    port
}

fn refuse(mut stream: TcpStream) -> std::io::Result<()> {
    loop {
        let mut head = [0; 8];
        stream.read_exact(&mut head)?;
        let length = u32::from_be_bytes(head[..4].try_into().unwrap());
        let code = u32::from_be_bytes(head[4..].try_into().unwrap());
        let mut rest = vec![0; usize::try_from(length).unwrap() - 8];
        stream.read_exact(&mut rest)?;
        // SSLRequest
        if code == 80_877_103 {
            stream.write_all(b"N")?;
            continue;
        }
        let fields = format!("SFATAL\0VFATAL\0C28P01\0M{REFUSAL}\0\0");
        let length = u32::try_from(fields.len() + 4).unwrap();
        stream.write_all(b"E")?;
        stream.write_all(&length.to_be_bytes())?;
        return stream.write_all(fields.as_bytes());
    }
}

#[test]
fn a_wrong_database_password_is_told_at_once_and_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("profiles")).unwrap();
    let url = format!("postgres://gh:hunter2@127.0.0.1:{}/gh", refusing_server());
    for arguments in [
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
        ][..],
        &["migrate"],
        &["sessions", "list"],
    ] {
        let start = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .env("GATEHOUSE_DATABASE_URL", &url)
            .env("GATEHOUSE_KEYS", KEY)
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        assert_eq!(error.matches(REFUSAL).count(), 1, "{arguments:?}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
        // The wait for a database that is down is ten seconds.
        assert!(start.elapsed() < Duration::from_secs(8), "{arguments:?}");
    }
}
