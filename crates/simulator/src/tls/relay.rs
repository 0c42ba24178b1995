//! Decrypts a connection and relays its bytes to the simulator's own listener, which knows the host by its `Host` header.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Serves one connection until either side closes it.
pub(crate) async fn serve<S>(stream: S, config: Arc<ServerConfig>, to: SocketAddr)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // A client that does not trust the authority ends the handshake; it says why in its own log.
    let Ok(mut decrypted) = TlsAcceptor::from(config).accept(stream).await else {
        return;
    };
    let Ok(mut inner) = TcpStream::connect(to).await else {
        return;
    };
    // Without it, short answers wait for acknowledgements.
    let _ = inner.set_nodelay(true);
    // An error here is the end of one connection, which both sides notice themselves.
    let _ = copy_bidirectional(&mut decrypted, &mut inner).await;
}

/// Accepts TLS connections until the runtime ends.
pub(crate) async fn listen(
    listener: std::net::TcpListener,
    config: Arc<ServerConfig>,
    to: SocketAddr,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream, Arc::clone(&config), to));
        }
    }
}
