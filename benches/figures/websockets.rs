//! Websockets that say nothing, by the thousand, each with a session of its own, through one gateway to one application.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::checks::loaded;
use crate::deployment::Deployment;
use crate::process::{Process, free_port};
use crate::report::{Limit, Report};
use crate::reverse_proxy::guard;

const WANTED: usize = 10_000;
/// How many are opened at a time.
const AT_ONCE: usize = 64;
/// Open files that the gateway leaves to everything besides its websockets (`src/app/listener/open_files.rs`).
const OTHER_FILES: u64 = 1_024;
/// Connections that the measurement makes besides the websockets.
const OWN_CONNECTIONS: u64 = 8;
/// How long they rest before the gateway is measured.
const REST: Duration = Duration::from_secs(5);

/// The key and its answer of RFC 6455 §1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const UPGRADED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
/// The text "hi" under a mask of zeros, and as a server sends it (RFC 6455 §5.2).
const SAID: &[u8] = b"\x81\x82\0\0\0\0hi";
const ECHOED: &[u8] = b"\x81\x02hi";

/// Serves websockets on `port` until it is killed, and answers whatever comes with "hi".
pub fn echo(port: u16) {
    rlimit::increase_nofile_limit(u64::MAX).expect("the limit of open files");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .expect("a free port");
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            tokio::spawn(answer(stream));
        }
    });
}

async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    while !buffer.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
    drop(buffer);
    stream.write_all(UPGRADED).await?;
    let mut heard = [0; 64];
    while stream.read(&mut heard).await? > 0 {
        stream.write_all(ECHOED).await?;
    }
    Ok(())
}

/// How many fit: each takes two open files of the gateway.
fn count() -> usize {
    let files = rlimit::increase_nofile_limit(u64::MAX).expect("the limit of open files");
    let fit = files.saturating_sub(OTHER_FILES) / 2;
    let fit = usize::try_from(fit.saturating_sub(OWN_CONNECTIONS)).unwrap_or(usize::MAX);
    let wanted = std::env::var("BENCH_WEBSOCKETS").ok();
    let wanted = wanted.and_then(|text| text.parse().ok()).unwrap_or(WANTED);
    if fit < wanted {
        eprintln!("only {fit} websockets: the limit of open files is {files}");
    }
    wanted.min(fit)
}

pub async fn measure(server: &str, report: &mut Report) {
    let count = count();
    let deployment = Deployment::new(server).await;
    let folder = deployment.folder.path();
    let port = free_port();
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg("echo").arg(port.to_string());
    let application = Process::start(command, port, &folder.join("echo.log"));
    guard(&deployment, &application);
    let profile = loaded(folder);
    eprintln!("writing {count} sessions");
    let (database, key) = (&deployment.database, &deployment.key);
    let cookies = crate::sessions::make(database, key, &profile, count + 1).await;
    let host = deployment.host("bench");
    let most = (count + OTHER_FILES as usize).to_string();
    let gateway = deployment.start(&[("GATEHOUSE_SERVER__MAX_CONNECTIONS", &most)]);

    let (first, others) = cookies.split_first().expect("a session");
    let mut warm = open(gateway.address, handshake(&host, first)).await;
    assert!(say(&mut warm).await, "a websocket is open");
    let before = gateway.resident();
    let mut sockets = open_all(&gateway, &host, others).await;
    let busy = gateway.cpu();
    tokio::time::sleep(REST).await;
    let idle = gateway.cpu() - busy;
    let after = gateway.resident();
    let mut answered = 0;
    for socket in &mut sockets {
        answered += usize::from(say(socket).await);
    }
    assert_eq!(answered, count, "every websocket is still open");
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    report.add(
        "resident memory of an idle proxied websocket",
        after.saturating_sub(before) as f64 / 1_000.0 / count as f64,
        "kB",
        Limit::AtMost(20.0),
        format!(
            "{count} at once, each with its session; {:.0} MB before, {:.0} MB with them",
            megabytes(before),
            megabytes(after)
        ),
    );
    report.add(
        "processor time of the idle websockets",
        idle * 1_000.0 / REST.as_secs_f64(),
        "ms/s",
        Limit::None,
        format!("{count} websockets"),
    );
    drop(gateway);
    deployment.end().await;
}

/// A websocket for each of these cookies.
async fn open_all(gateway: &Process, host: &str, cookies: &[String]) -> Vec<TcpStream> {
    let mut sockets = Vec::with_capacity(cookies.len());
    for some in cookies.chunks(AT_ONCE) {
        let opening = some
            .iter()
            .map(|cookie| tokio::spawn(open(gateway.address, handshake(host, cookie))));
        for one in opening.collect::<Vec<_>>() {
            sockets.push(one.await.expect("a websocket opens"));
        }
    }
    sockets
}

fn handshake(host: &str, cookie: &str) -> Vec<u8> {
    format!("GET /socket HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0 (bench)\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n").into_bytes()
}

async fn open(to: SocketAddr, handshake: Vec<u8>) -> TcpStream {
    let mut stream = TcpStream::connect(to).await.expect("the gateway listens");
    stream.write_all(&handshake).await.expect("it reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let read = stream.read_buf(&mut head).await.expect("it answers");
        assert!(read > 0, "closed: {}", String::from_utf8_lossy(&head));
    }
    assert!(
        head.starts_with(b"HTTP/1.1 101"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    stream
}

/// Whether the application answers through the gateway.
async fn say(stream: &mut TcpStream) -> bool {
    let mut heard = [0; ECHOED.len()];
    stream.write_all(SAID).await.is_ok()
        && stream.read_exact(&mut heard).await.is_ok()
        && heard == ECHOED
}
