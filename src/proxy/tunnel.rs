//! A websocket between a browser and an upstream, as bytes.
//!
//! Frames pass as they are: extensions, fragments and close codes are the two sides' own affair. Only where frames end is
//! followed, so that the tunnel can say goodbye: 1008 when the session ends, 1001 when the process stops or nothing has
//! moved for too long. In the middle of a frame the connection is cut.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use crate::domain::random::Random;
use crate::proxy::frame_border::{FrameBorder, close_frame};
use crate::seal::OsRandom;

/// Bytes that one read takes at most; one buffer of this size serves all tunnels of a thread.
const PIECE: usize = 16 * 1024;
/// How long the other side may still talk after one side has ended, and how long a goodbye may take.
const LAST_WORDS: Duration = Duration::from_secs(1);

thread_local! {
    /// A tunnel that waits holds no buffer.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; PIECE].into_boxed_slice());
}

/// Resolves when the session behind a tunnel has ended.
pub type SessionEnd = Pin<Box<dyn Future<Output = ()>>>;

/// The upstream's end of a websocket that both sides agreed to.
pub struct Tunnel {
    upstream: TokioIo<Upgraded>,
    idle: Duration,
    session_end: Option<SessionEnd>,
}

/// Why a tunnel ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TunnelEnd {
    /// A side closed it.
    Closed,
    /// The session ended.
    SessionEnded,
    /// The process stops.
    Stopping,
    /// Nothing moved for `timeouts.idle`.
    Idle,
}

impl TunnelEnd {
    /// The close code (RFC 6455 §7.4.1) and its reason.
    fn goodbye(self) -> Option<(u16, &'static str)> {
        match self {
            Self::Closed => None,
            Self::SessionEnded => Some((1008, "the session has ended")),
            Self::Stopping => Some((1001, "the gateway is stopping")),
            Self::Idle => Some((1001, "nothing was sent for too long")),
        }
    }
}

impl Tunnel {
    pub(super) fn new(upstream: Upgraded, idle: Duration) -> Self {
        Self {
            upstream: TokioIo::new(upstream),
            idle,
            session_end: None,
        }
    }

    /// Ends the tunnel with the session that opened it.
    #[must_use]
    pub fn until(self, session_end: Option<SessionEnd>) -> Self {
        Self {
            session_end,
            ..self
        }
    }

    /// Carries bytes until a side closes, the session ends, nothing moves any more, or `stopping` resolves. `first` is
    /// what the client has sent already.
    pub async fn run<C>(
        self,
        client: C,
        first: &[u8],
        stopping: impl Future<Output = ()>,
    ) -> TunnelEnd
    where
        C: AsyncRead + AsyncWrite + Unpin,
    {
        let now = Instant::now();
        let mut running = OpenTunnel {
            client,
            upstream: self.upstream,
            up: Way::default(),
            down: Way::default(),
            idle: self.idle,
            moved: now,
            timer: Box::pin(sleep_until(now + self.idle)),
            session_end: self.session_end,
        };
        running.up.keep(first);
        let mut stopping = std::pin::pin!(stopping);
        let end = poll_fn(|context| running.poll(context, stopping.as_mut())).await;
        if let Some((code, reason)) = end.goodbye() {
            let _ = timeout(LAST_WORDS, running.say_goodbye(code, reason)).await;
        }
        end
    }
}

/// One direction.
#[derive(Default)]
struct Way {
    /// What was read and not yet written; usually empty.
    left: Vec<u8>,
    written: usize,
    border: FrameBorder,
    ended: bool,
    shut: bool,
}

impl Way {
    fn keep(&mut self, bytes: &[u8]) {
        self.border.pass(bytes);
        self.left.extend_from_slice(bytes);
    }

    fn is_at_border(&self) -> bool {
        self.border.is_here() && self.left.is_empty()
    }

    /// Moves what can be moved now; ready when this direction has ended. `moved` tells whether bytes moved.
    fn poll<R, W>(
        &mut self,
        from: &mut R,
        to: &mut W,
        context: &mut Context<'_>,
        moved: &mut bool,
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        loop {
            while let Some(bytes) = self.left.get(self.written..).filter(|it| !it.is_empty()) {
                match Pin::new(&mut *to).poll_write(context, bytes)? {
                    Poll::Ready(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    Poll::Ready(count) => self.written += count,
                    Poll::Pending => return Poll::Pending,
                }
            }
            if self.written > 0 {
                self.left = Vec::new();
                self.written = 0;
            }
            if self.ended {
                if self.shut {
                    return Poll::Ready(Ok(()));
                }
                return Pin::new(to).poll_shutdown(context).map_ok(|()| {
                    self.shut = true;
                });
            }
            let read = BUFFER.with_borrow_mut(|buffer| {
                let mut buffer = ReadBuf::new(buffer);
                let read = Pin::new(&mut *from).poll_read(context, &mut buffer);
                read.map_ok(|()| self.write_at_once(buffer.filled(), to, context))
            });
            match read? {
                Poll::Ready(Ok(0)) => self.ended = true,
                Poll::Ready(Ok(_)) => *moved = true,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    // TLS keeps what was written until it is flushed.
                    return match Pin::new(to).poll_flush(context)? {
                        Poll::Ready(()) | Poll::Pending => Poll::Pending,
                    };
                }
            }
        }
    }

    /// Writes bytes without copying them, and keeps what the other side does not take. Gives how many there were.
    fn write_at_once<W>(
        &mut self,
        bytes: &[u8],
        to: &mut W,
        context: &mut Context<'_>,
    ) -> io::Result<usize>
    where
        W: AsyncWrite + Unpin,
    {
        let count = if bytes.is_empty() {
            0
        } else {
            match Pin::new(to).poll_write(context, bytes)? {
                Poll::Ready(count) => count,
                Poll::Pending => 0,
            }
        };
        self.border.pass(bytes);
        self.left
            .extend_from_slice(bytes.get(count..).unwrap_or_default());
        Ok(bytes.len())
    }
}

/// A tunnel at work.
struct OpenTunnel<C> {
    client: C,
    upstream: TokioIo<Upgraded>,
    /// From the client.
    up: Way,
    /// To the client.
    down: Way,
    idle: Duration,
    moved: Instant,
    timer: Pin<Box<Sleep>>,
    session_end: Option<SessionEnd>,
}

impl<C: AsyncRead + AsyncWrite + Unpin> OpenTunnel<C> {
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        stopping: Pin<&mut impl Future<Output = ()>>,
    ) -> Poll<TunnelEnd> {
        let ended = self.session_end.as_mut();
        if ended.is_some_and(|ended| ended.as_mut().poll(context).is_ready()) {
            return Poll::Ready(TunnelEnd::SessionEnded);
        }
        if stopping.poll(context).is_ready() {
            return Poll::Ready(TunnelEnd::Stopping);
        }
        let mut moved = false;
        let (client, upstream) = (&mut self.client, &mut self.upstream);
        let up = self.up.poll(client, upstream, context, &mut moved);
        let down = self.down.poll(upstream, client, context, &mut moved);
        let failed = matches!(up, Poll::Ready(Err(_))) || matches!(down, Poll::Ready(Err(_)));
        if failed || (up.is_ready() && down.is_ready()) {
            return Poll::Ready(TunnelEnd::Closed);
        }
        if moved {
            self.moved = Instant::now();
        }
        self.poll_timer(context, up.is_ready() || down.is_ready())
    }

    /// After one side has ended, the other has little time left.
    fn poll_timer(&mut self, context: &mut Context<'_>, half: bool) -> Poll<TunnelEnd> {
        let (limit, end) = if half {
            (LAST_WORDS.min(self.idle), TunnelEnd::Closed)
        } else {
            (self.idle, TunnelEnd::Idle)
        };
        let until = self.moved + limit;
        if half && self.timer.deadline() > until {
            self.timer.as_mut().reset(Instant::now() + limit);
            self.moved = Instant::now();
        }
        loop {
            if self.timer.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            let until = self.moved + limit;
            if self.timer.deadline() >= until {
                return Poll::Ready(end);
            }
            self.timer.as_mut().reset(until);
        }
    }

    /// A close frame to each side that is between two frames, and a moment in which they are read.
    async fn say_goodbye(&mut self, code: u16, reason: &str) -> io::Result<()> {
        if self.up.is_at_border() {
            let mut mask = [0; 4];
            OsRandom.fill(&mut mask);
            let frame = close_frame(code, reason, Some(mask));
            let _ = self.upstream.write_all(&frame).await;
        }
        let _ = self.upstream.shutdown().await;
        if !self.down.is_at_border() {
            return Ok(());
        }
        let frame = close_frame(code, reason, None);
        self.client.write_all(&frame).await?;
        self.client.shutdown().await?;
        // A connection that is dropped with unread bytes is reset, and the goodbye is lost.
        let mut rest = [0; 512];
        while tokio::io::AsyncReadExt::read(&mut self.client, &mut rest).await? > 0 {}
        Ok(())
    }
}
