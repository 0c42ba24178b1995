//! Connections that a client could make expensive, and connections that a load balancer opens ahead.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::harness::{Kind, Plan, TestGatehouse, host};

/// Far longer than the time-outs of these tests.
const IN_TIME: Duration = Duration::from_secs(20);

async fn connect(gate: &TestGatehouse) -> TcpStream {
    TcpStream::connect(("127.0.0.1", gate.port)).await.unwrap()
}

/// A request that is answered without a body.
fn sign_in(gate: &TestGatehouse) -> String {
    let host = format!("{}:{}", host(Kind::EntraId), gate.port);
    format!("GET /auth/sign_in HTTP/1.1\r\nHost: {host}\r\n\r\n")
}

/// Sends request after request and reads nothing; returns how many bytes went before the other side closed.
async fn pipelined(mut stream: TcpStream, request: String) -> usize {
    let piece = request.repeat(100);
    let mut sent = 0;
    while stream.write_all(piece.as_bytes()).await.is_ok() {
        sent += piece.len();
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_pipeline_and_never_read_are_not_read_from_and_closed() {
    let plan = Plan::default().settings("[server]\nwrite_timeout = \"1s\"");
    let gate = plan.start().await;
    let clients = (0..4).map(async |_| {
        // Of responses that nobody reads, the system keeps little.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = socket.connect(([127, 0, 0, 1], gate.port).into()).await;
        pipelined(stream.unwrap(), sign_in(&gate)).await
    });
    let ended = timeout(IN_TIME, futures_util::future::join_all(clients)).await;
    for sent in ended.expect("each is closed after the write time-out") {
        assert!(sent < 16 * 1024 * 1024, "{sent} bytes were read");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_second_head_is_cut_off_like_a_slow_first_one() {
    let gate = Plan::default()
        .settings("[server]\nkeep_alive = \"60s\"")
        .start()
        .await;
    let mut stream = connect(&gate).await;
    stream.write_all(sign_in(&gate).as_bytes()).await.unwrap();
    let mut piece = [0; 16 * 1024];
    let read = timeout(IN_TIME, stream.read(&mut piece)).await;
    assert!(read.unwrap().unwrap() > 0, "the first request is answered");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();
    let ended = timeout(IN_TIME, async {
        while let Ok(1..) = stream.read(&mut piece).await {}
    });
    ended.await.expect("the connection is closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_is_closed_without_an_unasked_408() {
    let gate = Plan::default().start().await;
    let mut silent = connect(&gate).await;
    let mut answer = Vec::new();
    let read = timeout(IN_TIME, silent.read_to_end(&mut answer)).await;
    assert_eq!(read.unwrap().unwrap(), 0);
    let mut begun = connect(&gate).await;
    begun.write_all(b"GET / HT").await.unwrap();
    let read = timeout(IN_TIME, begun.read_to_end(&mut answer)).await;
    read.unwrap().unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_connection_is_kept_for_the_time_of_the_setting() {
    let plan = Plan::default().settings("[server]\nkeep_alive = \"1s\"");
    let gate = plan.start().await;
    let mut stream = connect(&gate).await;
    stream.write_all(sign_in(&gate).as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = timeout(IN_TIME, stream.read_to_string(&mut answer)).await;
    read.expect("closed soon").unwrap();
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_maximum_of_connections_clients_wait_and_the_admin_listener_answers() {
    let plan = Plan::default().settings("[server]\nmax_connections = 2");
    let gate = plan.start().await;
    // Two workers, and each accepts one; the system completes the handshake of the others.
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(connect(&gate).await);
    }
    let mut answered = 0;
    for stream in &mut held {
        stream.write_all(sign_in(&gate).as_bytes()).await.unwrap();
        let first = timeout(Duration::from_millis(500), stream.read_u8()).await;
        answered += usize::from(first.is_ok());
    }
    assert!((1..=3).contains(&answered), "{answered} were answered");
    let ready = crate::harness::browser::client().get(gate.admin_url("/readyz"));
    assert_eq!(ready.send().await.unwrap().status(), 200);
    // The next in the queue is served when those before it are gone.
    let mut last = held.pop().unwrap();
    drop(held);
    let first = timeout(IN_TIME, last.read_u8()).await;
    assert_eq!(first.unwrap().unwrap(), b'H');
}
