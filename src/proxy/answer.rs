//! What an upstream answers: the head, and a body that is read no faster than the client takes it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::HeaderMap;
use hyper::body::{Body as _, Bytes, Incoming};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::proxy::error::UpstreamError;

/// The headers of an answer, as they came.
pub type AnswerHeaders = HeaderMap;

/// An answer whose head has arrived.
#[derive(Debug)]
pub struct UpstreamAnswer {
    /// The status.
    pub status: u16,
    /// The headers as they came.
    pub headers: AnswerHeaders,
    /// The body. Dropping it closes the upstream's connection (HTTP/1.1) or resets the stream (HTTP/2).
    pub body: AnswerBody,
}

/// The body of an answer. Trailers are dropped.
#[derive(Debug)]
pub struct AnswerBody {
    incoming: Incoming,
    idle: Duration,
    /// When the last piece came.
    moved: Instant,
    /// Runs once somebody has had to wait; most bodies never do.
    timer: Option<Pin<Box<Sleep>>>,
}

impl AnswerBody {
    pub(super) fn new(incoming: Incoming, idle: Duration) -> Self {
        Self {
            incoming,
            idle,
            moved: Instant::now(),
            timer: None,
        }
    }

    /// How many bytes are to come, if the upstream said so.
    pub fn length(&self) -> Option<u64> {
        self.incoming.size_hint().exact()
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// `Idle` when nothing came for `timeouts.idle`, `Broken` when the body ends before its end.
    pub fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, UpstreamError>>> {
        loop {
            match Pin::new(&mut self.incoming).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.moved = Instant::now();
                    match frame.into_data() {
                        Ok(piece) => return Poll::Ready(Some(Ok(piece))),
                        Err(_trailers) => {}
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Some(Err(UpstreamError::Broken(error.into()))));
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => {
                    ready!(self.poll_idle(context));
                    return Poll::Ready(Some(Err(UpstreamError::Idle)));
                }
            }
        }
    }

    /// Ready when nothing has moved for too long.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let until = self.moved + self.idle;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(until)));
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= until {
                return Poll::Ready(());
            }
            timer.as_mut().reset(until);
        }
    }
}
