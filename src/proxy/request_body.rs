//! The body of a request on its way to an upstream: piece by piece, no faster than the upstream takes it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use crate::domain::route::UpstreamTimeouts;
use crate::proxy::error::UpstreamError;

/// The client went away before the end of its body. The upstream's connection is cut, so that it takes no part for the
/// whole.
#[derive(Debug, thiserror::Error)]
#[error("the client went away in the middle of its body")]
pub struct ClientLeft;

/// Where the body's pieces come from. Dropping it before [`BodySender::finish`] cuts the request.
#[derive(Debug)]
pub struct BodySender {
    pieces: mpsc::Sender<Result<Option<Bytes>, ClientLeft>>,
}

impl BodySender {
    /// Hands a piece over, as soon as the upstream takes it; `false` when it takes no more.
    pub async fn send(&self, piece: Bytes) -> bool {
        self.pieces.send(Ok(Some(piece))).await.is_ok()
    }

    /// The body is complete.
    pub async fn finish(self) {
        let _ = self.pieces.send(Ok(None)).await;
    }
}

/// The body of a request.
#[derive(Debug)]
pub enum RequestBody {
    /// None.
    Empty,
    /// Pieces from a [`BodySender`].
    Streamed {
        /// The pieces; `None` is the end.
        pieces: mpsc::Receiver<Result<Option<Bytes>, ClientLeft>>,
        /// Bytes that are still to come, if the client said how many.
        left: Option<u64>,
        /// How far it is.
        progress: Arc<Progress>,
    },
}

impl RequestBody {
    /// A body of which one piece at most waits here. `length` is what the client said.
    pub fn streamed(length: Option<u64>) -> (BodySender, Self) {
        let (sender, pieces) = mpsc::channel(1);
        let body = Self::Streamed {
            pieces,
            left: length,
            progress: Arc::new(Progress::begun()),
        };
        (BodySender { pieces: sender }, body)
    }

    /// How far the body is; `None` for no body.
    pub(super) fn progress(&self) -> Option<Arc<Progress>> {
        match self {
            Self::Empty => None,
            Self::Streamed { progress, .. } => Some(Arc::clone(progress)),
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = ClientLeft;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ClientLeft>>> {
        let Self::Streamed {
            pieces,
            left,
            progress,
        } = self.get_mut()
        else {
            return Poll::Ready(None);
        };
        let next = pieces.poll_recv(context);
        if next.is_pending() {
            progress.set(Stage::WaitsForClient);
        }
        match ready!(next) {
            Some(Ok(Some(piece))) => {
                progress.set(Stage::WaitsForUpstream);
                if let Some(left) = left {
                    *left = left.saturating_sub(piece.len() as u64);
                    if *left == 0 {
                        progress.set(Stage::Sent);
                    }
                }
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Some(Ok(None)) => {
                progress.set(Stage::Sent);
                Poll::Ready(None)
            }
            Some(Err(ClientLeft)) | None => Poll::Ready(Some(Err(ClientLeft))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Streamed { left, .. } => *left == Some(0),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Streamed { left, .. } => left.map_or_else(SizeHint::new, SizeHint::with_exact),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    WaitsForClient,
    WaitsForUpstream,
    Sent,
}

/// How far a body is on its way, and since when.
#[derive(Debug)]
pub struct Progress {
    now: Mutex<(Stage, Instant)>,
    sent: Notify,
}

impl Progress {
    fn begun() -> Self {
        Self {
            now: Mutex::new((Stage::WaitsForUpstream, Instant::now())),
            sent: Notify::new(),
        }
    }

    fn get(&self) -> (Stage, Instant) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waiting for the same side as before does not begin anew.
    fn set(&self, stage: Stage) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.0 != Stage::Sent && (now.0 == Stage::WaitsForUpstream || now.0 != stage) {
            *now = (stage, Instant::now());
            if stage == Stage::Sent {
                self.sent.notify_one();
            }
        }
    }

    /// Resolves once, when the whole body is sent: another limit counts from then on. For one waiter.
    pub(super) async fn sent(&self) {
        self.sent.notified().await;
    }

    /// When the request has taken too long, as things are.
    pub(super) fn deadline(&self, limits: UpstreamTimeouts) -> Instant {
        let (stage, since) = self.get();
        since + limit(stage, limits)
    }

    /// What the wait that is over was for.
    pub(super) fn too_late(&self) -> UpstreamError {
        match self.get().0 {
            Stage::WaitsForClient => UpstreamError::ClientStalled,
            Stage::WaitsForUpstream => UpstreamError::Idle,
            Stage::Sent => UpstreamError::NoAnswer,
        }
    }
}

fn limit(stage: Stage, limits: UpstreamTimeouts) -> Duration {
    match stage {
        Stage::WaitsForClient | Stage::WaitsForUpstream => limits.idle,
        Stage::Sent => limits.first_byte,
    }
}
