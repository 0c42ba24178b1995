//! An application behind gatehouse: it remembers every byte that it is sent, and answers what a test says, as bytes on the
//! wire.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// Request line and headers, to the empty line.
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    /// The target as bytes on the wire.
    pub fn target(&self) -> &str {
        self.line().split(' ').nth(1).unwrap()
    }

    /// Every value of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1);
        let pairs = lines.filter_map(|line| line.split_once(':'));
        pairs
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }
}

type Script = Arc<dyn Fn(&Received) -> Vec<u8> + Send + Sync>;

/// A running application on loopback.
#[derive(Clone)]
pub struct Upstream {
    pub origin: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Upstream {
    /// Answers every request with what the script says. `Connection: close` in the answer closes.
    pub async fn start(script: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let (script, kept): (Script, _) = (Arc::new(script), Arc::clone(&received));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&kept)));
            }
        });
        Self { origin, received }
    }

    /// Answers `ok` to everything.
    pub async fn ok() -> Self {
        Self::start(|_| answer("200 OK", &[("content-type", "text/plain")], b"ok")).await
    }

    /// Hands each connection to `talk`, which reads and writes as it likes.
    pub async fn raw<F>(talk: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream));
            }
        });
        Self {
            origin,
            received: Arc::default(),
        }
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn last(&self) -> Received {
        self.received().pop().expect("a request has arrived")
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    /// The table of a route for everything that leads here, with further lines.
    pub fn route(&self, path: &str, more: &str) -> String {
        format!(
            "[[route]]\npath = \"{path}\"\nupstream = \"{}\"\n{more}\n",
            self.origin
        )
    }
}

/// An answer with a body, its length told.
pub fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.extend([*name, ": ", *value, "\r\n"]);
    }
    let mut bytes = format!("{text}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

async fn serve(mut stream: TcpStream, script: Script, kept: Arc<Mutex<Vec<Received>>>) {
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        let answer = script(&request);
        kept.lock().unwrap().push(request);
        let closes = String::from_utf8_lossy(&answer)
            .to_ascii_lowercase()
            .contains("connection: close");
        if stream.write_all(&answer).await.is_err() || closes {
            return;
        }
    }
}

/// The next request on a connection; `None` at its end.
pub async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|end| end == b"\r\n\r\n") {
            break at + 4;
        }
        more(stream, buffer).await?;
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.drain(..end);
    let mut request = Received {
        head,
        body: Vec::new(),
    };
    let length = request.header("content-length");
    if let Some(length) = length.and_then(|length| length.parse::<usize>().ok()) {
        while buffer.len() < length {
            more(stream, buffer).await?;
        }
        request.body = buffer.drain(..length).collect();
    } else if request.header("transfer-encoding").is_some() {
        request.body = read_chunks(stream, buffer).await?;
    }
    Some(request)
}

async fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = buffer.windows(2).position(|end| end == b"\r\n") {
                break at;
            }
            more(stream, buffer).await?;
        };
        let size = std::str::from_utf8(&buffer[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?, 16).ok()?;
        while buffer.len() < end + 2 + size + 2 {
            more(stream, buffer).await?;
        }
        body.extend_from_slice(&buffer[end + 2..end + 2 + size]);
        buffer.drain(..end + 2 + size + 2);
        if size == 0 {
            return Some(body);
        }
    }
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let mut piece = vec![0_u8; 16 * 1024];
    match stream.read(&mut piece).await {
        Ok(read @ 1..) => {
            buffer.extend_from_slice(&piece[..read]);
            Some(())
        }
        _ => None,
    }
}
