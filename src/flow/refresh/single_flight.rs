//! Single-flight: of equal calls for one key only one runs, and the other callers get its outcome.
//!
//! Knows nothing of tokens, and nothing of other processes: across replicas the lease in the row decides
//! ([`crate::flow::refresh::lease`]).

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::Instrument as _;

/// Keys remembered at most. A call whose key was forgotten runs, although an equal one may be running.
const MOST_KEYS: u64 = 100_000;
/// How long an outcome is kept. Waiting callers read it at once.
const IDLE: Duration = Duration::from_mins(2);

/// Calls by key `K`, each asking a question `Q`, each with an outcome `O`.
#[derive(Debug)]
pub struct SingleFlight<K, Q, O>
where
    K: Eq + Hash + Send + Sync + 'static,
    Q: Send + 'static,
    O: Send + 'static,
{
    last: Cache<K, Arc<Mutex<Last<Q, O>>>>,
    running: watch::Sender<usize>,
    runtime: Handle,
}

/// The last call of a key that ended. Only the holder of its lock may call.
type Last<Q, O> = Option<Finished<Q, O>>;

#[derive(Debug)]
struct Finished<Q, O> {
    at: Instant,
    question: Q,
    outcome: O,
}

/// A caller that wants the call of one key to be made.
#[derive(Debug)]
pub struct Flight<Q, O> {
    last: Arc<Mutex<Last<Q, O>>>,
    since: Instant,
    turn: Option<OwnedMutexGuard<Last<Q, O>>>,
    running: watch::Sender<usize>,
    runtime: Handle,
}

impl<K, Q, O> SingleFlight<K, Q, O>
where
    K: Eq + Hash + Send + Sync + 'static,
    Q: PartialEq + Send + 'static,
    O: Clone + Send + 'static,
{
    /// Calls run on `runtime`, which must outlive the servers: a call that ended with the thread of its request would
    /// lose its outcome.
    pub fn new(runtime: Handle) -> Self {
        let last = Cache::builder()
            .max_capacity(MOST_KEYS)
            .time_to_idle(IDLE)
            .build();
        Self {
            last,
            running: watch::Sender::new(0),
            runtime,
        }
    }

    /// Joins the callers of `key`, and takes the turn if no call of `key` is running.
    pub fn join(&self, key: K) -> Flight<Q, O> {
        let last = self.last.get_with(key, Arc::default);
        let since = Instant::now();
        let turn = Arc::clone(&last).try_lock_owned().ok();
        Flight {
            last,
            since,
            turn,
            running: self.running.clone(),
            runtime: self.runtime.clone(),
        }
    }

    /// Waits until no call is running.
    pub async fn settled(&self) {
        // Cannot fail: the sender lives as long as `self`.
        let _ = self.running.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl<Q, O> Flight<Q, O>
where
    Q: PartialEq + Send + 'static,
    O: Clone + Send + 'static,
{
    /// Whether no other call of this key was running when the caller joined.
    pub fn has_turn(&self) -> bool {
        self.turn.is_some()
    }

    /// Makes the call when it is this caller's turn, in a task of its own: it ends whether anybody waits for it or not.
    /// If a call with the same question ended since the caller joined, its outcome is the answer.
    pub fn run(self, question: Q, call: impl Future<Output = O> + Send + 'static) -> JoinHandle<O> {
        let running = InFlight::begin(self.running);
        let span = tracing::Span::current();
        let whole = async move {
            let _running = running;
            let mut last = match self.turn {
                Some(turn) => turn,
                None => self.last.lock_owned().await,
            };
            if let Some(shared) = last
                .as_ref()
                .filter(|last| last.at >= self.since && last.question == question)
            {
                return shared.outcome.clone();
            }
            let outcome = call.await;
            *last = Some(Finished {
                at: Instant::now(),
                question,
                outcome: outcome.clone(),
            });
            outcome
        };
        self.runtime.spawn(whole.instrument(span))
    }
}

/// Counts one running call, also if it panics.
struct InFlight(watch::Sender<usize>);

impl InFlight {
    fn begin(count: watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use tokio::runtime::Builder;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn settled_waits_for_every_call_even_one_that_panics() {
        let flights = SingleFlight::new(Handle::current());
        assert!(flights.settled().now_or_never().is_some());
        let (tell, told) = oneshot::channel::<()>();
        let first = flights.join("one").run((), std::future::ready(()));
        let crashing = flights.join("two").run((), async move {
            let _ = told.await;
            std::panic::resume_unwind(Box::new("a bug"));
        });
        first.await.unwrap();
        assert!(flights.settled().now_or_never().is_none());
        tell.send(()).unwrap();
        assert!(crashing.await.is_err());
        flights.settled().await;
    }

    #[tokio::test]
    async fn a_call_outlives_the_thread_of_the_request_that_began_it() {
        let flights = Arc::new(SingleFlight::new(Handle::current()));
        let (tell, told) = oneshot::channel::<()>();
        let begun = Arc::clone(&flights);
        let worker = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().build().unwrap();
            let _inside = runtime.enter();
            begun.join("key").run((), told)
        });
        let call = worker.join().unwrap();
        tell.send(()).unwrap();
        assert!(call.await.unwrap().is_ok(), "it was not cut");
        flights.settled().await;
    }

    #[tokio::test]
    async fn whoever_waits_shares_the_outcome_of_the_same_question_only() {
        let flights = SingleFlight::new(Handle::current());
        let (tell, told) = oneshot::channel::<()>();
        let first = flights.join("key");
        let (same, other) = (flights.join("key"), flights.join("key"));
        assert!(first.has_turn() && !same.has_turn() && !other.has_turn());
        let first = first.run("question", async move {
            let _ = told.await;
            1
        });
        let same = same.run("question", async { 2 });
        let other = other.run("another question", async { 3 });
        tell.send(()).unwrap();
        assert_eq!(first.await.unwrap(), 1);
        assert_eq!(same.await.unwrap(), 1, "shared");
        assert_eq!(other.await.unwrap(), 3, "asked for itself");
        let later = flights.join("key").run("question", async { 4 });
        assert_eq!(later.await.unwrap(), 4, "an old outcome answers nobody");
    }
}
