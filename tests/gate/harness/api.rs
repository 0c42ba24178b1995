//! A web API of a test's own: it answers what the test says, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::browser::Browser;
use super::{Fault, Kind, Plan, TestGatehouse};

/// What a scripted API says to its n-th request, as bytes on the wire.
type Script = Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync>;

/// A running API on loopback.
#[derive(Clone)]
pub struct ScriptedApi {
    pub address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ScriptedApi {
    pub async fn start(script: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (script, kept): (Script, _) = (Arc::new(script), Arc::clone(&heads));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&script), Arc::clone(&kept)));
            }
        });
        Self { address, heads }
    }

    /// Ada, signed in at a profile that has this API under the name `own`.
    pub async fn signed_in(&self) -> (TestGatehouse, Browser) {
        let table = self.table("own", "\"api://orders/Orders.Read\"");
        let plan = Plan::default().table(Kind::EntraId, &table);
        plan.signed_in(Kind::EntraId, "ada").await
    }

    /// The request heads so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.heads.lock().unwrap().len()
    }

    /// The table of a profile that names this API.
    pub fn table(&self, name: &str, scopes: &str) -> String {
        format!(
            "[[api]]\nname = \"{name}\"\nendpoint = \"{}\"\nscopes = [{scopes}]\n",
            self.address
        )
    }
}

/// Ada, signed in at Entra ID, whose Graph misbehaves from now on.
pub async fn with_graph_fault(fault: Fault) -> (TestGatehouse, Browser) {
    let (gate, browser) = Plan::default().signed_in(Kind::EntraId, "ada").await;
    gate.sim.fault(fault);
    (gate, browser)
}

async fn answer(mut stream: TcpStream, script: Script, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    let mut piece = [0_u8; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(1..) => head.extend_from_slice(&piece),
            _ => return,
        }
    }
    let nth = {
        let mut heads = heads.lock().unwrap();
        heads.push(String::from_utf8_lossy(&head).into_owned());
        heads.len()
    };
    // A reader that has had enough hangs up; that is its right.
    let _ = stream.write_all(&script(nth)).await;
    let _ = stream.shutdown().await;
}

/// An answer with a body.
pub fn response(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    for (name, value) in headers {
        text.extend([*name, ": ", *value, "\r\n"]);
    }
    let mut bytes = format!("{text}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
