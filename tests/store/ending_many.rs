//! Ending more sessions than one statement may delete.

use std::sync::Arc;

use chrono::TimeDelta;
use gatehouse::domain::identity::SubjectKey;
use gatehouse::store::{EndedByLogoutToken, LogoutTokenUse, SessionFilter};

use crate::harness::{Database, STAFF, eventually, signed_in};

/// Three times as many as are deleted at once.
const MANY: u32 = 3_000;

fn ada() -> SubjectKey {
    SubjectKey::stored("https://authority.example#ada")
}

// proves: E2
pub async fn very_many_sessions_end_at_once_and_are_swept_later(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let mut handles = Vec::new();
    for _ in 0..20 {
        handles.push(signed_in(&database, &here, "staff", "ada").await);
    }
    let elsewhere = signed_in(&database, &here, "customers", "ada").await;
    database.multiply_sessions(MANY).await;
    for handle in &handles {
        assert!(there.find(handle).await.unwrap().is_some());
    }
    let ended = here.end_all(Some(&STAFF)).await.unwrap();
    assert_eq!(ended, u64::from(MANY) + 20);
    for handle in &handles {
        assert!(here.find(handle).await.unwrap().is_none());
        assert!(here.tokens(handle).await.unwrap().is_none());
        assert!(here.end(handle, &STAFF).await.unwrap().is_none());
        let gone = async || there.find(handle).await.unwrap().is_none();
        eventually("the end is heard of", gone).await;
    }
    let later = signed_in(&database, &there, "staff", "ada").await;
    database.clock.turn(TimeDelta::minutes(2));
    let fresh = database.quiet_replica().await;
    for handle in [&elsewhere, &later] {
        assert!(fresh.find(handle).await.unwrap().is_some());
    }
    assert_eq!(fresh.count().await.unwrap(), 2);
    assert_eq!(
        fresh.list(&SessionFilter::default()).await.unwrap().len(),
        2
    );

    fresh.sweep(database.now()).await.unwrap();
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 2);
    assert_eq!(database.number("SELECT count(*) FROM cutoffs").await, 0);
    assert!(fresh.find(&later).await.unwrap().is_some());
}

// proves: E2
pub async fn very_many_other_sessions_of_a_person_end_and_this_one_stays(database: Arc<Database>) {
    let store = database.replica().await;
    let this = signed_in(&database, &store, "staff", "ada").await;
    let mine = signed_in(&database, &store, "staff", "ada").await;
    database.multiply_sessions(MANY).await;
    let others = signed_in(&database, &store, "staff", "bob").await;
    let id = store.find(&this).await.unwrap().unwrap().id;
    store.end_by_person(&STAFF, &ada(), Some(id)).await.unwrap();
    assert!(store.find(&this).await.unwrap().is_some());
    assert!(store.find(&mine).await.unwrap().is_none());
    assert!(store.find(&others).await.unwrap().is_some());
    assert_eq!(store.count().await.unwrap(), 2);
    database.clock.turn(TimeDelta::minutes(2));
    store.sweep(database.now()).await.unwrap();
    assert_eq!(database.number("SELECT count(*) FROM sessions").await, 2);
}

// proves: E2
pub async fn a_logout_token_ends_very_many_sessions_once(database: Arc<Database>) {
    let store = database.replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    database.multiply_sessions(MANY).await;
    let person = ada();
    let token = LogoutTokenUse {
        key: b"jti",
        until: database.now() + TimeDelta::minutes(4),
        sid: None,
        person: Some(&person),
    };
    let ended = store.end_by_logout_token(&STAFF, token).await.unwrap();
    assert_eq!(ended, EndedByLogoutToken::Ended(u64::from(MANY) + 1));
    assert!(store.find(&handle).await.unwrap().is_none());
    let later = signed_in(&database, &store, "staff", "ada").await;
    let again = store.end_by_logout_token(&STAFF, token).await.unwrap();
    assert_eq!(again, EndedByLogoutToken::Replayed);
    assert!(store.find(&later).await.unwrap().is_some());
}

// proves: E2, B126
pub async fn the_oldest_session_of_a_person_ends_when_there_are_too_many(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let elsewhere = signed_in(&database, &here, "customers", "ada").await;
    let mut handles = Vec::new();
    for _ in 0..101 {
        handles.push(signed_in(&database, &here, "staff", "ada").await);
        database.clock.turn(TimeDelta::seconds(1));
    }
    let bob = signed_in(&database, &here, "staff", "bob").await;
    assert!(here.find(&handles[0]).await.unwrap().is_none());
    assert!(there.find(&handles[0]).await.unwrap().is_none());
    for handle in [&handles[1], &handles[100], &elsewhere, &bob] {
        assert!(there.find(handle).await.unwrap().is_some());
    }
    assert_eq!(here.count().await.unwrap(), 102);
}
