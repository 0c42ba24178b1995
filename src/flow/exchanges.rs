//! The exchanges of this process: one at a time for each session, their outcome shared with those who waited for it,
//! and none forgotten at shutdown. Across processes the lease in the row decides, which is not here.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::domain::api::{Api, ApiName};
use crate::domain::session::HandleHash;
use crate::flow::error::FlowError;
use crate::flow::refresh::{Force, Token};

/// Sessions remembered at most; one that is forgotten is asked for again.
const MOST: u64 = 100_000;
/// An outcome is of use to those who waited for it, who follow at once.
const IDLE: Duration = Duration::from_mins(2);

/// What came of an exchange.
pub type Outcome = Result<Token, FlowError>;

/// The exchanges under way, and the last outcome of each session.
#[derive(Debug)]
pub struct Exchanges {
    sessions: Cache<HandleHash, Arc<Mutex<Last>>>,
    under_way: watch::Sender<usize>,
    home: Handle,
}

/// The last exchange of a session. Whoever holds its lock is the one that exchanges.
#[derive(Debug, Default)]
pub struct Last(Option<Finished>);

#[derive(Debug)]
struct Finished {
    at: Instant,
    api: ApiName,
    force: Force,
    outcome: Outcome,
}

impl Exchanges {
    /// They run in `home`, which must outlive the servers: an exchange that ends with the thread of a request loses a
    /// rotated refresh token.
    pub fn new(home: Handle) -> Self {
        let sessions = Cache::builder()
            .max_capacity(MOST)
            .time_to_idle(IDLE)
            .build();
        Self {
            sessions,
            under_way: watch::Sender::new(0),
            home,
        }
    }

    /// The lock of one session.
    pub fn of(&self, session: HandleHash) -> Arc<Mutex<Last>> {
        self.sessions.get_with(session, Arc::default)
    }

    /// Runs an exchange on its own, whether anybody waits for it or not.
    pub fn begin<T: Send + 'static>(
        &self,
        exchange: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.under_way.send_modify(|count| *count += 1);
        let under_way = UnderWay(self.under_way.clone());
        self.home.spawn(async move {
            let _under_way = under_way;
            exchange.await
        })
    }

    /// Waits until none is under way.
    pub async fn settled(&self) {
        // Cannot fail: the sender lives as long as this.
        let _ = self
            .under_way
            .subscribe()
            .wait_for(|count| *count == 0)
            .await;
    }
}

impl Last {
    /// The outcome for somebody who has been waiting since `since` with the same question.
    pub fn shared(&self, since: Instant, api: &Api, force: &Force) -> Option<Outcome> {
        let last = self.0.as_ref()?;
        (last.at >= since && last.api == api.name && last.force.is_same(force))
            .then(|| last.outcome.clone())
    }

    /// Keeps an outcome for those who wait.
    pub fn keep(&mut self, api: &Api, force: Force, outcome: &Outcome) {
        self.0 = Some(Finished {
            at: Instant::now(),
            api: api.name.clone(),
            force,
            outcome: outcome.clone(),
        });
    }
}

/// One exchange under way.
struct UnderWay(watch::Sender<usize>);

impl Drop for UnderWay {
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
    async fn settled_waits_for_every_exchange_even_one_that_panics() {
        let exchanges = Exchanges::new(Handle::current());
        assert!(exchanges.settled().now_or_never().is_some());
        let (tell, told) = oneshot::channel::<()>();
        let first = exchanges.begin(std::future::ready(()));
        let crashing = exchanges.begin(async move {
            let _ = told.await;
            std::panic::resume_unwind(Box::new("a bug"));
        });
        first.await.unwrap();
        assert!(exchanges.settled().now_or_never().is_none());
        tell.send(()).unwrap();
        let crashed: Result<(), _> = crashing.await;
        assert!(crashed.is_err());
        exchanges.settled().await;
    }

    #[tokio::test]
    async fn an_exchange_outlives_the_thread_of_the_request_that_began_it() {
        let exchanges = Arc::new(Exchanges::new(Handle::current()));
        let (tell, told) = oneshot::channel::<()>();
        let begun = Arc::clone(&exchanges);
        let worker = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().build().unwrap();
            let _inside = runtime.enter();
            begun.begin(told)
        });
        let exchange = worker.join().unwrap();
        tell.send(()).unwrap();
        assert!(exchange.await.unwrap().is_ok(), "it was not cut");
        exchanges.settled().await;
    }
}
