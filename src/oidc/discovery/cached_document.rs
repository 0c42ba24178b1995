//! Cache for one remote document (metadata or JWKS): single-flight fetch, refresh ahead of expiry in the background,
//! the last good copy for up to 24 hours while fetches fail, exponential back-off.
//!
//! It does not know what the document says.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use tokio::sync::Mutex;
use tracing::Instrument as _;

use crate::domain::clock::{Clock, Timestamp};
use crate::domain::profile::ProfileId;
use crate::domain::random::Random;
use crate::measure::spans;
use crate::oidc::error::{OidcError, Outage};

/// A snapshot is used this long while the document cannot be fetched.
const LAST_GOOD: Duration = Duration::from_hours(24);
/// The longest back-off while there is a snapshot.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The longest back-off without a snapshot: people wait for the document.
const LONGEST_PAUSE_WITHOUT: Duration = Duration::from_secs(4);
/// Time for a fetch while there is a snapshot.
const TIMEOUT_WITH_SNAPSHOT: Duration = Duration::from_secs(3);

/// Where a document comes from.
#[async_trait]
pub(crate) trait Fetch: Send + Sync + 'static {
    /// What the document is read into.
    type Document: Send + Sync + 'static;

    /// What logs and metrics call the document.
    const NAME: &'static str;

    /// The profile whose document it is.
    fn profile(&self) -> &ProfileId;

    /// Fetches the document, within `timeout` if one is given, else within the usual time of a call.
    async fn fetch(&self, timeout: Option<Duration>) -> Result<Fetched<Self::Document>, OidcError>;
}

/// A document as it was just fetched.
pub(crate) struct Fetched<D> {
    pub(crate) document: D,
    /// From this age on it is refreshed in the background.
    pub(crate) renew_after: Duration,
    /// From this age on it is refreshed before use, and used as it is only if that fails.
    pub(crate) stale_after: Duration,
}

/// A fetched document that is in use.
pub(crate) struct Snapshot<D> {
    pub(crate) document: Arc<D>,
    /// One higher after each fetch.
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

/// A cached document with its source.
pub(crate) struct CachedDocument<F: Fetch> {
    source: F,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    snapshot: ArcSwapOption<Snapshot<F::Document>>,
    renewal: Mutex<Renewal>,
}

impl<F: Fetch> CachedDocument<F> {
    /// Nothing is fetched before it is asked for.
    pub(crate) fn new(source: F, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            source,
            clock,
            random,
            snapshot: ArcSwapOption::empty(),
            renewal: Mutex::default(),
        }
    }

    /// The snapshot as it is, without any call.
    pub(crate) fn at_hand(&self) -> Option<Arc<Snapshot<F::Document>>> {
        self.snapshot.load_full()
    }

    /// The document, fetched if it must be.
    pub(crate) async fn current(self: &Arc<Self>) -> Result<Arc<Snapshot<F::Document>>, OidcError> {
        let Some(snapshot) = self.snapshot.load_full() else {
            return self.renew(None, || true).await;
        };
        // A clock that went back makes a snapshot stale, not fresh for ever.
        let age = (self.clock.now() - snapshot.fetched_at)
            .to_std()
            .unwrap_or(snapshot.stale_after);
        if age < snapshot.renew_after {
            Ok(snapshot)
        } else if age < snapshot.stale_after {
            self.renew_in_background(snapshot.version);
            Ok(snapshot)
        } else if age < LAST_GOOD {
            let renewed = self.renew(Some(snapshot.version), || true).await;
            Ok(renewed.unwrap_or(snapshot))
        } else {
            self.renew(Some(snapshot.version), || true).await
        }
    }

    fn renew_in_background(self: &Arc<Self>, seen: u64) {
        if self.renewal.try_lock().is_err() {
            return;
        }
        let cached = Arc::clone(self);
        tokio::spawn(async move {
            // `renew` itself remembers and logs a failure.
            drop(cached.renew(Some(seen), || true).await);
        });
    }

    /// Fetches a newer snapshot than version `seen`, unless another caller did meanwhile. `permit` is asked only
    /// before a fetch that takes place.
    pub(crate) async fn renew(
        &self,
        seen: Option<u64>,
        permit: impl FnOnce() -> bool + Send,
    ) -> Result<Arc<Snapshot<F::Document>>, OidcError> {
        let mut renewal = self.renewal.lock().await;
        let old = self.snapshot.load_full();
        if let Some(snapshot) = &old
            && Some(snapshot.version) != seen
        {
            return Ok(Arc::clone(snapshot));
        }
        if let (Some(next_at), Some(error)) = (renewal.next_at, &renewal.error)
            && self.clock.now() < next_at
        {
            return Err(later(error, next_at - self.clock.now()));
        }
        if !permit() {
            return Err(OidcError::outage(Outage::KeysJustFetched));
        }
        let timeout = old.as_ref().map(|_| TIMEOUT_WITH_SNAPSHOT);
        let span = spans::authority_document(self.source.profile().as_str(), F::NAME);
        let fetched = self.source.fetch(timeout).instrument(span).await;
        let of_store = fetched.as_ref().is_err_and(is_of_store);
        self.count(match &fetched {
            Ok(_) => "ok",
            Err(_) if of_store => "store_failed",
            Err(_) => "failed",
        });
        match fetched {
            Ok(fetched) => {
                *renewal = Renewal::default();
                let snapshot = Arc::new(Snapshot {
                    document: Arc::new(fetched.document),
                    version: old.map_or(1, |old| old.version + 1),
                    fetched_at: self.clock.now(),
                    renew_after: fetched.renew_after,
                    stale_after: fetched.stale_after,
                });
                self.snapshot.store(Some(Arc::clone(&snapshot)));
                Ok(snapshot)
            }
            Err(error) => {
                renewal.failures = renewal.failures.saturating_add(1);
                renewal.next_at =
                    Some(self.clock.now() + self.pause(renewal.failures, old.is_some()));
                renewal.error = Some(error.clone());
                if of_store {
                    tracing::warn!(document = F::NAME, profile.id = %self.source.profile(), "the store did not answer, so a document of the authority cannot be used yet");
                    return Err(error);
                }
                tracing::warn!(document = F::NAME, profile.id = %self.source.profile(), %error, failures = renewal.failures, last_good = old.is_some(), "a document of the authority could not be fetched");
                Err(error)
            }
        }
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!(
            "gatehouse_authority_fetches_total",
            "profile" => self.source.profile().to_string(),
            "document" => F::NAME,
            "outcome" => outcome,
        )
        .increment(1);
    }

    /// 1, 2, 4 … seconds, up to a quarter shorter at random, so that replicas do not fetch at the same time.
    fn pause(&self, failures: u32, has_snapshot: bool) -> Duration {
        let longest = if has_snapshot {
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

/// Whether the authority answered and the store did not.
fn is_of_store(error: &OidcError) -> bool {
    matches!(
        error,
        OidcError::Unavailable {
            why: Outage::TenantPins,
            ..
        }
    )
}

/// The remembered error, with the back-off that is left.
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
    use crate::http::CallError;
    use crate::oidc::testing::Zeros;

    struct CountedSource {
        profile: ProfileId,
        down: AtomicBool,
        calls: AtomicU32,
    }

    #[async_trait]
    impl Fetch for Arc<CountedSource> {
        type Document = u32;

        const NAME: &'static str = "number";

        fn profile(&self) -> &ProfileId {
            &self.profile
        }

        async fn fetch(&self, _: Option<Duration>) -> Result<Fetched<u32>, OidcError> {
            let count = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::task::yield_now().await;
            if self.down.load(Ordering::SeqCst) {
                return Err(OidcError::from(CallError::TimedOut));
            }
            Ok(Fetched {
                document: count,
                renew_after: Duration::from_mins(5),
                stale_after: Duration::from_mins(10),
            })
        }
    }

    fn cached() -> (
        Arc<CachedDocument<Arc<CountedSource>>>,
        Arc<CountedSource>,
        Arc<FixedClock>,
    ) {
        let source = Arc::new(CountedSource {
            profile: ProfileId::parse("staff").unwrap(),
            down: AtomicBool::default(),
            calls: AtomicU32::default(),
        });
        let clock = Arc::new(FixedClock::at(Timestamp::default()));
        let cached = CachedDocument::new(
            Arc::clone(&source),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(Zeros),
        );
        (Arc::new(cached), source, clock)
    }

    // proves: D8
    #[tokio::test]
    async fn a_thousand_first_requests_fetch_once() {
        let (cached, source, _) = cached();
        let all = (0..1_000).map(|_| cached.current());
        for copy in futures_util::future::join_all(all).await {
            assert_eq!(*copy.unwrap().document, 1);
        }
        assert_eq!(source.calls.load(Ordering::SeqCst), 1);
    }

    // proves: D6
    #[tokio::test]
    async fn the_last_good_copy_serves_24_hours_and_not_longer() {
        let (cached, source, clock) = cached();
        cached.current().await.unwrap();
        source.down.store(true, Ordering::SeqCst);
        clock.turn(TimeDelta::hours(23));
        assert_eq!(*cached.current().await.unwrap().document, 1);
        clock.turn(TimeDelta::hours(1));
        assert!(cached.current().await.is_err());
    }

    // proves: D7
    #[tokio::test]
    async fn after_a_failure_nobody_asks_again_before_the_pause_is_over() {
        let (cached, source, clock) = cached();
        source.down.store(true, Ordering::SeqCst);
        for _ in 0..10 {
            assert!(cached.current().await.is_err());
        }
        assert_eq!(source.calls.load(Ordering::SeqCst), 1);
        for (pause, calls) in [(1, 2), (2, 3), (4, 4), (4, 5)] {
            clock.turn(TimeDelta::milliseconds(pause * 1_000 - 1));
            assert!(cached.current().await.is_err());
            assert_eq!(source.calls.load(Ordering::SeqCst), calls - 1);
            clock.turn(TimeDelta::milliseconds(1));
            assert!(cached.current().await.is_err());
            assert_eq!(source.calls.load(Ordering::SeqCst), calls);
        }
        source.down.store(false, Ordering::SeqCst);
        clock.turn(TimeDelta::seconds(4));
        assert!(cached.current().await.is_ok());
    }

    #[tokio::test]
    async fn a_copy_is_renewed_in_the_background_before_it_is_stale() {
        let (cached, source, clock) = cached();
        cached.current().await.unwrap();
        clock.turn(TimeDelta::seconds(400));
        assert_eq!(*cached.current().await.unwrap().document, 1);
        while source.calls.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        drop(cached.renewal.lock().await);
        assert_eq!(*cached.current().await.unwrap().document, 2);
    }

    #[tokio::test]
    async fn a_stale_copy_is_renewed_before_use() {
        let (cached, _, clock) = cached();
        cached.current().await.unwrap();
        clock.turn(TimeDelta::seconds(600));
        assert_eq!(*cached.current().await.unwrap().document, 2);
    }
}
