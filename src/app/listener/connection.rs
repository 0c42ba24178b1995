//! A connection that a client cannot make expensive.
//!
//! - A client that does not take its responses is not read from either: pipelined requests would otherwise fill the
//!   memory with responses. After the write time-out its connection is closed.
//! - Every head has a time limit: actix-http times the first one of a connection only.
//! - A client that has sent nothing gets nothing, not even a 408: a load balancer that opens connections ahead would take
//!   it for the response to its next request.

use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::web::client::head_clock::HeadClock;

/// A connection with its limits.
pub(super) struct Connection<T> {
    stream: T,
    write_timeout: Duration,
    /// Whether the client has sent anything.
    has_sent: bool,
    /// Runs while the client takes nothing of what is written.
    stalled: Option<Pin<Box<Sleep>>>,
    /// A read was put off while the client took nothing.
    read_put_off: bool,
    /// How long a head may take; `None` once the connection speaks another protocol.
    head_limit: Option<Duration>,
    /// Which requests there were.
    clock: HeadClock,
    /// The head that is arriving: how many came before, and since when.
    head: Option<(u64, Instant)>,
    /// One timer for all heads of the connection, set anew when it fires.
    head_timer: Option<Pin<Box<Sleep>>>,
}

impl<T> Connection<T> {
    pub(super) fn new(stream: T, write_timeout: Duration, head_limit: Duration) -> Self {
        Self {
            head_limit: Some(head_limit),
            clock: HeadClock::default(),
            head: None,
            head_timer: None,
            stream,
            write_timeout,
            has_sent: false,
            stalled: None,
            read_put_off: false,
        }
    }

    /// What the requests of this connection count with.
    pub(super) fn clock(&self) -> HeadClock {
        self.clock.clone()
    }

    /// From now on another protocol is spoken, which has no heads.
    pub(super) fn without_heads(mut self) -> Self {
        self.head_limit = None;
        self.head = None;
        self.head_timer = None;
        self
    }

    /// Ready when the head that is arriving takes too long.
    fn poll_head(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (Some((before, since)), Some(limit)) = (self.head, self.head_limit) else {
            return Poll::Pending;
        };
        if self.clock.heads() != before || self.clock.is_busy() {
            self.head = None;
            return Poll::Pending;
        }
        let until = since + limit;
        let timer = self
            .head_timer
            .get_or_insert_with(|| Box::pin(sleep_until(until)));
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= until {
                return Poll::Ready(());
            }
            timer.as_mut().reset(until);
        }
    }

    /// Notes that bytes have arrived. Between two requests they begin a head.
    fn note_arrival(&mut self) {
        self.has_sent = true;
        if self.head_limit.is_some() && self.head.is_none() && !self.clock.is_busy() {
            self.head = Some((self.clock.heads(), Instant::now()));
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        if self.stalled.is_some() {
            self.read_put_off = true;
            return Poll::Pending;
        }
        if self.poll_head(context).is_ready() {
            return Poll::Ready(Err(Error::from(ErrorKind::TimedOut)));
        }
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.note_arrival();
        }
        Poll::Ready(read)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        if !self.has_sent {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_pending() {
            let limit = self.write_timeout;
            let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
            ready!(stalled.as_mut().poll(context));
            return Poll::Ready(Err(Error::from(ErrorKind::TimedOut)));
        }
        self.stalled = None;
        if std::mem::take(&mut self.read_put_off) {
            // Nobody waits for the client's next bytes since then.
            context.waker().wake_by_ref();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::timeout;

    const LIMIT: Duration = Duration::from_secs(1);
    const SOON: Duration = Duration::from_millis(50);

    /// A connection on which eight bytes are under way at most, and its client.
    fn connected() -> (Connection<DuplexStream>, DuplexStream) {
        let (ours, client) = duplex(8);
        (Connection::new(ours, LIMIT, LIMIT * 60), client)
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_not_read_from_until_it_does() {
        let (mut connection, mut client) = connected();
        client.write_all(b"one").await.unwrap();
        let mut piece = [0; 8];
        assert_eq!(connection.read(&mut piece).await.unwrap(), 3);
        client.write_all(b"two").await.unwrap();
        let mut written = 0;
        while let Ok(more) = timeout(SOON, connection.write(b"response")).await {
            written += more.unwrap();
        }
        assert!(timeout(SOON, connection.read(&mut piece)).await.is_err());
        let mut taken = vec![0; written];
        client.read_exact(&mut taken).await.unwrap();
        connection.write_all(b"more").await.unwrap();
        assert_eq!(connection.read(&mut piece).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_for_the_time_out_is_cut_off() {
        let (mut connection, mut client) = connected();
        client.write_all(b"ask").await.unwrap();
        connection.read_exact(&mut [0; 3]).await.unwrap();
        let begun = tokio::time::Instant::now();
        let failed = connection.write_all(&[7; 100]).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::TimedOut);
        assert!(begun.elapsed() >= LIMIT);
    }

    #[tokio::test]
    async fn a_client_that_reads_slowly_is_not_cut_off() {
        let (mut connection, mut client) = connected();
        client.write_all(b"ask").await.unwrap();
        connection.read_exact(&mut [0; 3]).await.unwrap();
        let reader = tokio::spawn(async move {
            let mut all = Vec::new();
            let mut piece = [0; 8];
            while let Ok(count @ 1..) = client.read(&mut piece).await {
                all.extend_from_slice(&piece[..count]);
                tokio::time::sleep(LIMIT / 8).await;
            }
            all.len()
        });
        connection.write_all(&[7; 100]).await.unwrap();
        drop(connection);
        assert_eq!(reader.await.unwrap(), 100);
    }

    #[tokio::test]
    async fn a_client_that_has_sent_nothing_gets_nothing() {
        let (mut connection, mut client) = connected();
        connection.write_all(b"HTTP/1.1 408").await.unwrap();
        connection.shutdown().await.unwrap();
        let mut text = String::new();
        client.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "");
    }
}
