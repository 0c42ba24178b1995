//! Requests that ask for another protocol on their connection.
//!
//! They take the same way through the routes as every other request. An answer 101 brings a tunnel along, which gets the
//! connection; after any other answer the connection is closed, because what follows on it could be anything.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::time::Duration;

use actix_codec::{AsyncRead, AsyncWrite, Framed};
use actix_http::body::{BodySize, MessageBody};
use actix_http::h1::{Codec, Message};
use actix_http::{ConnectionType, Request, Response, StatusCode};
use actix_service::Service;
use futures_util::SinkExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use crate::app::listener::connection::Connection;
use crate::proxy::tunnel::Tunnel;

/// How long the client may take to read the answer before the connection closes.
const LINGER: Duration = Duration::from_secs(1);

/// What a tunnel needs of the client's side: the connection, and what was read from it beyond the request.
type ClientSide<T> = (Connection<T>, Vec<u8>);

/// Answers one such request, and carries its tunnel.
///
/// The answer is a future of its own that is gone when the tunnel runs: every connection has room for this one, and ten
/// thousand idle websockets would each keep what only the answer needed.
pub(super) fn serve<S, B, T>(
    routes: Rc<S>,
    request: Request,
    framed: Framed<Connection<T>, Codec>,
    stopping: impl Future<Output = ()>,
) -> impl Future<Output = Result<(), actix_http::Error>>
where
    S: Service<Request> + 'static,
    S::Response: Into<Response<B>>,
    S::Error: Into<Response<actix_http::body::BoxBody>>,
    B: MessageBody + 'static,
    T: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let answered = Box::pin(answer(routes, request, framed));
    async move {
        match answered.await {
            Ok(Some((tunnel, (io, first)))) => {
                let end = tunnel.run(io, &first, stopping).await;
                tracing::debug!(?end, "a websocket ended");
            }
            Ok(None) => {}
            Err(error) => {
                tracing::debug!(%error, "a connection that asked for another protocol broke off");
            }
        }
        Ok(())
    }
}

/// Sends the answer; gives the tunnel if it is 101.
async fn answer<S, B, T>(
    routes: Rc<S>,
    request: Request,
    mut framed: Framed<Connection<T>, Codec>,
) -> std::io::Result<Option<(Tunnel, ClientSide<T>)>>
where
    S: Service<Request>,
    S::Response: Into<Response<B>>,
    S::Error: Into<Response<actix_http::body::BoxBody>>,
    B: MessageBody,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut response: Response<B> = match routes.call(request).await {
        Ok(response) => response.into(),
        Err(error) => return send(&mut framed, error.into()).await.map(|()| None),
    };
    let tunnel = response.extensions_mut().remove::<Tunnel>();
    let Some(tunnel) = tunnel.filter(|_| response.status() == StatusCode::SWITCHING_PROTOCOLS)
    else {
        return send(&mut framed, response).await.map(|()| None);
    };
    let head = (response.drop_body(), BodySize::None);
    framed.send(Message::Item(head)).await?;
    let parts = framed.into_parts();
    let client = (parts.io.without_heads(), parts.read_buf.to_vec());
    Ok(Some((tunnel, client)))
}

async fn send<T, B>(framed: &mut Framed<T, Codec>, mut response: Response<B>) -> std::io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin,
    B: MessageBody,
{
    response
        .head_mut()
        .set_connection_type(ConnectionType::Close);
    let (head, body) = response.into_parts();
    let size = body.size();
    framed.send(Message::Item((head, size))).await?;
    if !matches!(size, BodySize::None | BodySize::Sized(0)) {
        let mut body = pin!(body);
        while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            let piece = piece.map_err(|error| std::io::Error::other(error.into().to_string()))?;
            framed.send(Message::Chunk(Some(piece))).await?;
        }
        framed.send(Message::Chunk(None)).await?;
    }
    let _ = timeout(LINGER, close(Pin::new(framed))).await;
    Ok(())
}

/// Tells the end, and reads until the client does: a connection that is dropped with unread bytes is reset, and the answer
/// is lost.
async fn close<T>(mut framed: Pin<&mut Framed<T, Codec>>) -> std::io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let io = framed.io_mut();
    poll_fn(|context| Pin::new(&mut *io).poll_shutdown(context)).await?;
    let mut rest = vec![0; 4_096];
    while io.read(&mut rest).await? > 0 {}
    Ok(())
}
