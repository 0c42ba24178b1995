//! What one replica does, the others believe.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::harness::{Database, STAFF, assert_within, eventually, signed_in};

// proves: D30
pub async fn an_end_on_one_replica_holds_on_the_other(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &here, "staff", "ada").await;
    assert!(there.find(&handle).await.unwrap().is_some());
    here.end(&handle, &STAFF).await.unwrap().unwrap();
    let ended = Instant::now();
    assert!(here.find(&handle).await.unwrap().is_none(), "here at once");
    eventually("the other replica refuses", async || {
        there.find(&handle).await.unwrap().is_none()
    })
    .await;
    assert_within(ended, Duration::from_secs(1));
}

// proves: B137, D30
pub async fn a_bulk_end_reaches_every_session(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let people: Vec<String> = (0..250).map(|number| format!("person-{number}")).collect();
    let sign_in = |person| signed_in(&database, &here, "staff", person);
    let handles = join_all(people.iter().map(|person| sign_in(person.as_str()))).await;
    for found in join_all(handles.iter().map(|handle| there.find(handle))).await {
        assert!(found.unwrap().is_some());
    }
    assert_eq!(here.end_all(None).await.unwrap(), 250);
    eventually("the other replica refuses all of them", async || {
        let found = join_all(handles.iter().map(|handle| there.find(handle))).await;
        found.into_iter().all(|found| found.unwrap().is_none())
    })
    .await;
}

/// A replica that never listens stands for one whose listener is down.
pub async fn without_notices_nothing_older_than_two_seconds_is_believed(database: Arc<Database>) {
    let (here, deaf) = (database.replica().await, database.quiet_replica().await);
    let handle = signed_in(&database, &here, "staff", "ada").await;
    assert!(deaf.find(&handle).await.unwrap().is_some());
    here.end(&handle, &STAFF).await.unwrap().unwrap();
    let ended = Instant::now();
    eventually("the deaf replica refuses", async || {
        deaf.find(&handle).await.unwrap().is_none()
    })
    .await;
    assert_within(ended, Duration::from_millis(2500));
}
