//! `CONNECT`: the simulator as the proxy of an application (RFC 9110 §9.3.6).
//!
//! Tunnels end in the simulator itself. A host that is not simulated is refused; nothing is ever forwarded.

use std::io;

use actix_web::HttpResponse;
use actix_web::rt;
use actix_web::web::{Bytes, Payload};
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};

use crate::names::{is_simulated, split_port};
use crate::platform::Platform;
use crate::tls::relay;
use crate::web::response;

/// Bytes that are under way in one direction of a tunnel.
const BUFFER: usize = 64 * 1024;

/// Opens a tunnel to a simulated host.
pub(crate) fn open(target: &str, payload: Payload, platform: &Platform) -> HttpResponse {
    let target = target.to_ascii_lowercase();
    let (host, port) = split_port(&target);
    if port != Some(443) || !is_simulated(host, &platform.tenants()) {
        return response::unknown_host(&target);
    }
    let config = match platform.tls_config() {
        Ok(config) => config,
        Err(error) => return response::text(500, format!("{error}\n")),
    };
    let (client, server) = tokio::io::duplex(BUFFER);
    let (from_server, to_server) = tokio::io::split(client);
    rt::spawn(send(payload, to_server));
    rt::spawn(relay::serve(server, config, platform.address));
    let mut response = HttpResponse::Ok().streaming(received(from_server));
    // RFC 9110 §9.3.6: an answer to CONNECT has neither length nor transfer encoding.
    response.head_mut().no_chunking(true);
    response
}

async fn send(mut payload: Payload, mut to: WriteHalf<DuplexStream>) {
    while let Some(Ok(bytes)) = payload.next().await {
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
    // The other side may have closed already.
    let _ = to.shutdown().await;
}

fn received(from: ReadHalf<DuplexStream>) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(from, |mut from| async move {
        let mut buffer = vec![0; 16 * 1024];
        let length = from.read(&mut buffer).await?;
        buffer.truncate(length);
        Ok((length > 0).then(|| (Bytes::from(buffer), from)))
    })
}
