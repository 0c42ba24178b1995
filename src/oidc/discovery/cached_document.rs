//! A document that is fetched once, renewed in time, and kept through an outage.
//!
//! Owns when to fetch: one fetch at a time, ahead of need in the background, a good copy for 24 hours when the
//! source is gone, growing pauses after failures. Knows nothing of what the document is.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::domain::clock::{Clock, Random, Timestamp};
use crate::oidc::error::{OidcError, Outage};

/// A copy serves this long while its source cannot be had.
const LAST_GOOD: Duration = Duration::from_hours(24);
/// The longest pause between attempts while a good copy serves.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The longest pause while there is none: people wait for it.
const LONGEST_PAUSE_WITHOUT: Duration = Duration::from_secs(4);
/// Patience with a source whose copy we still have.
const PATIENCE_WITH_COPY: Duration = Duration::from_secs(3);

/// Where a document comes from.
#[async_trait]
pub(crate) trait Fetch: Send + Sync + 'static {
    /// What it becomes.
    type Document: Send + Sync + 'static;

    /// What the log calls it.
    fn name(&self) -> String;

    /// Fetches it, within `patience` if one is given.
    async fn fetch(&self, patience: Option<Duration>)
    -> Result<Fetched<Self::Document>, OidcError>;
}

/// A fetched document with its times.
pub(crate) struct Fetched<D> {
    pub(crate) document: D,
    /// After this age it is renewed in the background.
    pub(crate) renew_after: Duration,
    /// After this age it is renewed first, and used only if that fails.
    pub(crate) stale_after: Duration,
}

/// A copy that serves.
pub(crate) struct Copy<D> {
    pub(crate) document: Arc<D>,
    /// Counts up with every fetch.
    pub(crate) version: u64,
    fetched_at: Timestamp,
    renew_after: Duration,
    stale_after: Duration,
}

#[derive(Default)]
struct Renewal {
    failures: u32,
    next_at: Option<Timestamp>,
    error: Option<OidcError>,
}

/// A document with its source.
pub(crate) struct Kept<F: Fetch> {
    source: F,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    copy: ArcSwapOption<Copy<F::Document>>,
    renewal: Mutex<Renewal>,
}

impl<F: Fetch> Kept<F> {
    /// Nothing is fetched before it is asked for.
    pub(crate) fn new(source: F, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            source,
            clock,
            random,
            copy: ArcSwapOption::empty(),
            renewal: Mutex::default(),
        }
    }

    /// The copy as it is, without any call.
    pub(crate) fn at_hand(&self) -> Option<Arc<Copy<F::Document>>> {
        self.copy.load_full()
    }

    /// The document, fetched if it must be.
    pub(crate) async fn current(self: &Arc<Self>) -> Result<Arc<Copy<F::Document>>, OidcError> {
        let Some(copy) = self.copy.load_full() else {
            return self.renew(None, || true).await;
        };
        // A clock that went back makes a copy stale, not fresh for ever.
        let age = (self.clock.now() - copy.fetched_at)
            .to_std()
            .unwrap_or(copy.stale_after);
        if age < copy.renew_after {
            Ok(copy)
        } else if age < copy.stale_after {
            self.renew_in_background(copy.version);
            Ok(copy)
        } else if age < LAST_GOOD {
            let renewed = self.renew(Some(copy.version), || true).await;
            Ok(renewed.unwrap_or(copy))
        } else {
            self.renew(Some(copy.version), || true).await
        }
    }

    fn renew_in_background(self: &Arc<Self>, seen: u64) {
        if self.renewal.try_lock().is_err() {
            return;
        }
        let kept = Arc::clone(self);
        tokio::spawn(async move {
            // A failure is remembered and logged by the renewal itself.
            drop(kept.renew(Some(seen), || true).await);
        });
    }

    /// Fetches a newer copy than the one `seen`, unless somebody else did meanwhile; `permit` is asked only before
    /// a fetch that really takes place.
    pub(crate) async fn renew(
        &self,
        seen: Option<u64>,
        permit: impl FnOnce() -> bool + Send,
    ) -> Result<Arc<Copy<F::Document>>, OidcError> {
        let mut renewal = self.renewal.lock().await;
        let old = self.copy.load_full();
        if let Some(copy) = &old
            && Some(copy.version) != seen
        {
            return Ok(Arc::clone(copy));
        }
        if let (Some(next_at), Some(error)) = (renewal.next_at, &renewal.error)
            && self.clock.now() < next_at
        {
            return Err(later(error, next_at - self.clock.now()));
        }
        if !permit() {
            return Err(OidcError::outage(Outage::KeysJustFetched));
        }
        match self
            .source
            .fetch(old.as_ref().map(|_| PATIENCE_WITH_COPY))
            .await
        {
            Ok(fetched) => {
                *renewal = Renewal::default();
                let copy = Arc::new(Copy {
                    document: Arc::new(fetched.document),
                    version: old.map_or(1, |old| old.version + 1),
                    fetched_at: self.clock.now(),
                    renew_after: fetched.renew_after,
                    stale_after: fetched.stale_after,
                });
                self.copy.store(Some(Arc::clone(&copy)));
                Ok(copy)
            }
            Err(error) => {
                renewal.failures = renewal.failures.saturating_add(1);
                renewal.next_at =
                    Some(self.clock.now() + self.pause(renewal.failures, old.is_some()));
                renewal.error = Some(error.clone());
                tracing::warn!(document = self.source.name(), %error, failures = renewal.failures, last_good = old.is_some(), "a document of the authority could not be fetched");
                Err(error)
            }
        }
    }

    /// 1, 2, 4 … seconds, up to a quarter shorter by chance, so that replicas do not ask together.
    fn pause(&self, failures: u32, has_copy: bool) -> Duration {
        let longest = if has_copy {
            LONGEST_PAUSE
        } else {
            LONGEST_PAUSE_WITHOUT
        };
        let doubled = Duration::from_secs(1u64 << failures.saturating_sub(1).min(6)).min(longest);
        let mut byte = [0];
        self.random.fill(&mut byte);
        doubled.saturating_sub(doubled / 4 * u32::from(byte[0]) / 255)
    }
}

/// The remembered error, with the time that is left to wait.
fn later(error: &OidcError, left: chrono::TimeDelta) -> OidcError {
    match error {
        OidcError::Unavailable { why, .. } => OidcError::Unavailable {
            why: why.clone(),
            retry_after: left.to_std().ok(),
        },
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::clock::FixedClock;
    use crate::oidc::testing::Zeros;

    #[derive(Default)]
    struct Source {
        down: AtomicBool,
        calls: AtomicU32,
    }

    #[async_trait]
    impl Fetch for Arc<Source> {
        type Document = u32;

        fn name(&self) -> String {
            "a number".to_owned()
        }

        async fn fetch(&self, _: Option<Duration>) -> Result<Fetched<u32>, OidcError> {
            let count = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::task::yield_now().await;
            if self.down.load(Ordering::SeqCst) {
                return Err(OidcError::outage(Outage::TimedOut));
            }
            Ok(Fetched {
                document: count,
                renew_after: Duration::from_mins(5),
                stale_after: Duration::from_mins(10),
            })
        }
    }

    fn kept() -> (Arc<Kept<Arc<Source>>>, Arc<Source>, Arc<FixedClock>) {
        let source = Arc::new(Source::default());
        let clock = Arc::new(FixedClock::at(Timestamp::default()));
        let kept = Kept::new(
            Arc::clone(&source),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(Zeros),
        );
        (Arc::new(kept), source, clock)
    }

    #[tokio::test]
    async fn d8_a_thousand_first_requests_fetch_once() {
        let (kept, source, _) = kept();
        let all = (0..1_000).map(|_| kept.current());
        for copy in futures_util::future::join_all(all).await {
            assert_eq!(*copy.unwrap().document, 1);
        }
        assert_eq!(source.calls.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn d6_the_last_good_copy_serves_24_hours_and_not_longer() {
        let (kept, source, clock) = kept();
        kept.current().await.unwrap();
        source.down.store(true, Ordering::SeqCst);
        clock.turn(TimeDelta::hours(23));
        assert_eq!(*kept.current().await.unwrap().document, 1);
        clock.turn(TimeDelta::hours(1));
        assert!(kept.current().await.is_err());
    }

    #[tokio::test]
    async fn d7_after_a_failure_nobody_asks_again_before_the_pause_is_over() {
        let (kept, source, clock) = kept();
        source.down.store(true, Ordering::SeqCst);
        for _ in 0..10 {
            assert!(kept.current().await.is_err());
        }
        assert_eq!(source.calls.load(Ordering::SeqCst), 1);
        for (pause, calls) in [(1, 2), (2, 3), (4, 4), (4, 5)] {
            clock.turn(TimeDelta::milliseconds(pause * 1_000 - 1));
            assert!(kept.current().await.is_err());
            assert_eq!(source.calls.load(Ordering::SeqCst), calls - 1);
            clock.turn(TimeDelta::milliseconds(1));
            assert!(kept.current().await.is_err());
            assert_eq!(source.calls.load(Ordering::SeqCst), calls);
        }
        source.down.store(false, Ordering::SeqCst);
        clock.turn(TimeDelta::seconds(4));
        assert!(kept.current().await.is_ok());
    }

    #[tokio::test]
    async fn a_copy_is_renewed_in_the_background_before_it_is_stale() {
        let (kept, source, clock) = kept();
        kept.current().await.unwrap();
        clock.turn(TimeDelta::seconds(400));
        assert_eq!(*kept.current().await.unwrap().document, 1);
        while source.calls.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        drop(kept.renewal.lock().await);
        assert_eq!(*kept.current().await.unwrap().document, 2);
    }

    #[tokio::test]
    async fn a_stale_copy_is_renewed_before_use() {
        let (kept, _, clock) = kept();
        kept.current().await.unwrap();
        clock.turn(TimeDelta::seconds(600));
        assert_eq!(*kept.current().await.unwrap().document, 2);
    }
}
