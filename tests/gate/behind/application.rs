//! An application that keeps each request that it gets, changes the protocol whenever it is asked to, and then echoes.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: seen=1; Path=/\r\nConnection: close\r\n\r\nhi";

/// The example of RFC 6455 §1.3; the handshakes of the tests send the key that belongs to it.
const UPGRADED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

pub struct Application {
    pub port: u16,
    requests: Arc<Mutex<Vec<Seen>>>,
}

/// A request as the application got it.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The first line, as it came.
    pub line: String,
    /// The header lines in lower case.
    pub headers: Vec<String>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The values of a header.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let lines = self.headers.iter().filter_map(|line| line.split_once(':'));
        lines
            .filter(|(of, _)| *of == name)
            .map(|(_, value)| value.trim())
            .collect()
    }

    pub fn text(&self) -> String {
        self.headers.join("\n")
    }
}

impl Application {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                // A proxy that breaks off is no concern of the application.
                tokio::spawn(async move { serve(socket, &kept).await.unwrap_or_default() });
            }
        });
        Self { port, requests }
    }

    /// The last request.
    pub fn last(&self) -> Seen {
        let requests = self.requests.lock().unwrap();
        requests.last().cloned().unwrap_or_default()
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

async fn serve(mut socket: TcpStream, kept: &Mutex<Vec<Seen>>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            break at + 4;
        }
        more(&mut socket, &mut bytes).await?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines().map(str::to_owned);
    let mut seen = Seen {
        line: lines.next().unwrap_or_default(),
        headers: lines.map(|line| line.to_lowercase()).collect(),
        body: Vec::new(),
    };
    let chunked = !seen.values("transfer-encoding").is_empty();
    let length: usize = seen
        .values("content-length")
        .first()
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    while (chunked && !bytes.ends_with(b"\r\n0\r\n\r\n")) || bytes.len() < end + length {
        more(&mut socket, &mut bytes).await?;
    }
    seen.body = bytes.split_off(end);
    let websocket = !seen.values("sec-websocket-key").is_empty();
    let asked = seen.values("upgrade").first().map(|to| (*to).to_owned());
    kept.lock().unwrap().push(seen);
    match asked {
        _ if websocket => socket.write_all(UPGRADED).await?,
        Some(protocol) => socket.write_all(changed_to(&protocol).as_bytes()).await?,
        None => return socket.write_all(ANSWER).await,
    }
    let (mut from, mut to) = socket.split();
    tokio::io::copy(&mut from, &mut to).await.map(|_| ())
}

fn changed_to(protocol: &str) -> String {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: {protocol}\r\nConnection: Upgrade\r\n\r\n"
    )
}

async fn more(socket: &mut TcpStream, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    let mut piece = vec![0; 16 * 1024];
    match socket.read(&mut piece).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        count => {
            bytes.extend_from_slice(&piece[..count]);
            Ok(())
        }
    }
}
