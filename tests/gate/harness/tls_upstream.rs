//! An application behind gatehouse that speaks https, with a certificate of a private authority.

use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use hyper::{HeaderMap, Request, Response};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A private certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, for `http.ca_file`.
    pub pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        let name = format!("A private authority {}", uuid::Uuid::new_v4());
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::from_ca_cert_pem(&pem, key).unwrap(),
            pem,
        }
    }

    /// A certificate for `name` and its key, as PEM.
    pub fn files(&self, name: &str) -> (String, String) {
        let (certificate, key) = self.signed(name, 2049);
        (certificate.pem(), key.serialize_pem())
    }

    fn signed(&self, name: &str, year: i32) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// TLS with a certificate for `name` that is valid until the end of `year`, and with these protocols (ALPN).
    pub fn certify(&self, name: &str, year: i32, protocols: &[&str]) -> ServerConfig {
        let (certificate, key) = self.signed(name, year);
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        config
    }
}

/// A running application; it answers with the body that it gets, or with its path.
pub struct TlsUpstream {
    /// `https://localhost` with its port.
    pub origin: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl TlsUpstream {
    pub async fn start(config: ServerConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!(
            "https://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, kept) = (acceptor.clone(), Arc::clone(&kept));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                        kept.lock().unwrap().push("connection HTTP/2.0".to_owned());
                        serve_http2(stream, kept).await;
                    } else {
                        kept.lock().unwrap().push("connection HTTP/1.1".to_owned());
                        serve_http1(stream, kept).await;
                    }
                });
            }
        });
        Self { origin, seen }
    }

    /// Connections with their version, and requests: version, method, path, host.
    pub fn seen(&self, begins: &str) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let fits = seen.iter().filter(|line| line.starts_with(begins));
        fits.cloned().collect()
    }

    pub fn route(&self, path: &str, more: &str) -> String {
        let origin = &self.origin;
        format!("[[route]]\npath = \"{path}\"\nupstream = \"{origin}\"\n{more}\n")
    }
}

/// One request, and a websocket that sends everything back.
async fn serve_http1(mut stream: TlsStream<TcpStream>, seen: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let line = head.lines().next().unwrap().to_owned();
    let host = head
        .split("\r\nhost: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    seen.lock().unwrap().push(format!("request {line} {host}"));
    if head.contains("upgrade: websocket") {
        let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut piece = [0; 1_024];
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            stream.write_all(&piece[..read]).await.unwrap();
            stream.flush().await.unwrap();
        }
        return;
    }
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{line}",
        line.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    let _ = stream.shutdown().await;
}

async fn serve_http2(stream: TlsStream<TcpStream>, seen: Arc<Mutex<Vec<String>>>) {
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let (method, address) = (request.method(), request.uri());
        let host = address.authority().map_or("", |host| host.as_str());
        let line = format!("request HTTP/2.0 {method} {} {host}", address.path());
        seen.lock().unwrap().push(line);
        tokio::spawn(answer_http2(request, respond));
    }
}

/// The body that came, or else the path; and a trailer.
async fn answer_http2(
    request: Request<h2::RecvStream>,
    mut respond: h2::server::SendResponse<Bytes>,
) {
    let (head, mut body) = request.into_parts();
    let mut bytes = Vec::new();
    while let Some(Ok(piece)) = body.data().await {
        let _ = body.flow_control().release_capacity(piece.len());
        bytes.extend_from_slice(&piece);
    }
    if bytes.is_empty() {
        bytes = head.uri.path().as_bytes().to_vec();
    }
    let response = Response::builder()
        .header("x-version", "2")
        .body(())
        .unwrap();
    let Ok(mut send) = respond.send_response(response, false) else {
        return;
    };
    let mut trailers = HeaderMap::new();
    trailers.insert("x-trailer", "1".parse().unwrap());
    let _ = send.send_data(bytes.into(), false);
    let _ = send.send_trailers(trailers);
}
