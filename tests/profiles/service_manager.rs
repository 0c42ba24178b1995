//! What systemd is told over `NOTIFY_SOCKET`: ready once requests are answered, reloading, stopping.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

const PROFILE: &str = "kind = \"oidc\"\npublic_url = \"http://localhost:8080\"\nauthority = \"https://id.contoso.example\"\nclient_id = \"c\"\nclient_secret = { value = \"s\" }\n";

/// A gateway below a service manager of the test's own. It is killed when it is dropped.
struct Service {
    folder: TempDir,
    told: UnixDatagram,
    port: u16,
    child: Child,
}

impl Service {
    fn start(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("profiles")).unwrap();
        std::fs::write(folder.path().join("profiles/staff.toml"), PROFILE).unwrap();
        let socket = folder.path().join("notify");
        let told = UnixDatagram::bind(&socket).unwrap();
        told.set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
            .args(["serve", "--admin-listen", "127.0.0.1:0", "--listen"])
            .arg(format!("127.0.0.1:{port}"))
            .current_dir(folder.path())
            .env_clear()
            .env("NOTIFY_SOCKET", &socket)
            .env("GATEHOUSE_SHUTDOWN_DELAY", "1ms")
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            folder,
            told,
            port,
            child,
        }
    }

    /// The next message.
    fn told(&self) -> String {
        let mut message = [0; 4096];
        let length = self.told.recv(&mut message).unwrap();
        String::from_utf8(message[..length].to_vec()).unwrap()
    }

    fn signal(&self, name: &str) {
        let told = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status();
        assert!(told.unwrap().success());
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: localhost:8080\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn ready_is_told_once_requests_are_answered() {
    let service = Service::start(&[]);
    let ready = service.told();
    assert!(ready.contains("READY=1\n"), "{ready}");
    assert!(ready.contains("STATUS=profiles that serve: 1"), "{ready}");
    let answer = service.get("/auth/session");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[test]
fn a_reload_is_told_from_beginning_to_end_and_a_stop_at_once() {
    let mut service = Service::start(&[]);
    assert!(service.told().contains("READY=1"));
    let second = PROFILE.replace("8080", "8090");
    std::fs::write(service.folder.path().join("profiles/second.toml"), second).unwrap();
    service.signal("HUP");
    let reloading = service.told();
    assert!(
        reloading.contains("RELOADING=1\nMONOTONIC_USEC="),
        "{reloading}"
    );
    let ready = service.told();
    assert!(
        ready.contains("READY=1\nSTATUS=profiles that serve: 2"),
        "{ready}"
    );
    service.signal("TERM");
    assert!(service.told().contains("STOPPING=1"));
    assert!(service.child.wait().unwrap().success());
}

#[test]
fn nothing_is_ready_while_the_database_does_not_answer() {
    let mut service = Service::start(&[
        (
            "GATEHOUSE_DATABASE_URL",
            "postgres://nobody@127.0.0.1:9/none",
        ),
        (
            "GATEHOUSE_KEYS",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        ),
        ("GATEHOUSE_STORE__STARTUP_WAIT", "1s"),
    ]);
    assert!(!service.child.wait().unwrap().success());
    service.told.set_nonblocking(true).unwrap();
    let mut message = [0; 4096];
    assert!(service.told.recv(&mut message).is_err(), "nobody was told");
}
