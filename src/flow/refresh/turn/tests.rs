//! Calls at the same time, and calls that are held back.

use chrono::{DateTime, TimeDelta};
use futures_util::FutureExt as _;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::*;

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

#[test]
fn a_key_is_free_again_at_the_very_moment_that_was_named() {
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let throttle = Throttle::default();
    assert_eq!(throttle.remaining(&"staff", now), None, "never held back");
    throttle.hold_back("staff", now + TimeDelta::seconds(5), "busy");
    let four = now + TimeDelta::seconds(4);
    let left = throttle.remaining(&"staff", four);
    assert_eq!(left, Some((Duration::from_secs(1), "busy")));
    assert_eq!(throttle.remaining(&"other", four), None, "another key");
    for later in [5, 6] {
        let later = now + TimeDelta::seconds(later);
        assert_eq!(throttle.remaining(&"staff", later), None);
    }
}
