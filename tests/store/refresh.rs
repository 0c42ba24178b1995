//! Tokens, and the lease by which one replica exchanges them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use gatehouse::domain::api::ApiName;
use gatehouse::domain::session::SessionHandle;
use gatehouse::domain::token_set::TokenSet;
use gatehouse::seal::OsRandom;
use gatehouse::store::{Lease, LeaseOwner, ReplaceResult, SessionStore, WaitResult};

use crate::harness::{Database, STAFF, eventually, identity, signed_in, token_set};

const LONG: Duration = Duration::from_mins(10);

fn owner() -> LeaseOwner {
    LeaseOwner::generate(&OsRandom)
}

async fn taken(
    store: &SessionStore,
    handle: &SessionHandle,
    owner: LeaseOwner,
    ttl: Duration,
) -> i64 {
    match store.lease(handle, owner, ttl).await.unwrap() {
        Lease::Taken(stored) => stored.version,
        other => panic!("not taken: {other:?}"),
    }
}

async fn id_token(store: &SessionStore, handle: &SessionHandle) -> String {
    let stored = store.tokens(handle).await.unwrap().unwrap();
    stored.tokens.id_token.expose().to_owned()
}

pub async fn tokens_are_read_back_for_each_api(database: Arc<Database>) {
    let (writer, reader) = (
        database.quiet_replica().await,
        database.quiet_replica().await,
    );
    let handle = signed_in(&database, &writer, "staff", "ada").await;
    let stored = reader.tokens(&handle).await.unwrap().unwrap();
    let expected = token_set("first", database.now());
    assert_eq!(stored.version, 1);
    assert_eq!(stored.tokens.id_token.expose(), expected.id_token.expose());
    assert_eq!(
        stored.tokens.refresh.as_ref().unwrap().expose(),
        "first-refresh-token"
    );
    let graph = ApiName::parse("graph").unwrap();
    let grant = stored.tokens.grant_for(&graph).unwrap();
    let wanted = expected.grant_for(&graph).unwrap();
    assert_eq!(grant.token.expose(), "first-graph-token");
    assert_eq!(grant.scopes, wanted.scopes);
    assert_eq!(
        (grant.expires_at, grant.refresh_at),
        (wanted.expires_at, wanted.refresh_at)
    );
    assert_eq!(stored.tokens.access.len(), 2);
}

// proves: B21, D41
pub async fn of_many_that_want_the_lease_one_gets_it(database: Arc<Database>) {
    let stores = [
        database.quiet_replica().await,
        database.quiet_replica().await,
    ];
    let handle = signed_in(&database, &stores[0], "staff", "ada").await;
    let wants = (0..20).map(|at| stores[at % 2].lease(&handle, owner(), LONG));
    let answers = join_all(wants).await;
    let count = |wanted: fn(&Lease) -> bool| {
        let fits = |answer: &&Result<Lease, _>| wanted(answer.as_ref().unwrap());
        answers.iter().filter(fits).count()
    };
    assert_eq!(count(|lease| matches!(lease, Lease::Taken(_))), 1);
    assert_eq!(count(|lease| matches!(lease, Lease::Held)), 19);
}

// proves: D38
pub async fn a_lease_that_is_over_is_taken_over(database: Arc<Database>) {
    let (crashed, other) = (
        database.quiet_replica().await,
        database.quiet_replica().await,
    );
    let handle = signed_in(&database, &crashed, "staff", "ada").await;
    let (first, second) = (owner(), owner());
    let version = taken(&crashed, &handle, first, Duration::ZERO).await;
    taken(&other, &handle, second, LONG).await;
    let late = token_set("late", database.now());
    let replaced = crashed
        .replace_tokens(&handle, first, version, &late, None)
        .await;
    assert_eq!(replaced.unwrap(), ReplaceResult::LeaseLost);
    assert!(!crashed.renew_lease(&handle, first, LONG).await.unwrap());
    assert_eq!(id_token(&other, &handle).await, "first-id-token");
}

pub async fn a_lease_let_go_can_be_taken_at_once(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    let (first, second) = (owner(), owner());
    taken(&store, &handle, first, LONG).await;
    store.release_lease(&handle, second).await.unwrap();
    let held = store.lease(&handle, second, LONG).await.unwrap();
    assert!(matches!(held, Lease::Held), "only its owner lets go");
    store.release_lease(&handle, first).await.unwrap();
    taken(&store, &handle, second, LONG).await;
}

pub async fn a_lease_is_renewed_by_its_owner_only(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    let first = owner();
    taken(&store, &handle, first, Duration::ZERO).await;
    assert!(!store.renew_lease(&handle, owner(), LONG).await.unwrap());
    assert!(store.renew_lease(&handle, first, LONG).await.unwrap());
    let held = store.lease(&handle, owner(), LONG).await.unwrap();
    assert!(matches!(held, Lease::Held));
}

// proves: B21
pub async fn new_tokens_are_seen_by_every_replica(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &here, "staff", "ada").await;
    assert_eq!(id_token(&there, &handle).await, "first-id-token");
    let owner = owner();
    let version = taken(&here, &handle, owner, LONG).await;
    let fresh = token_set("second", database.now());
    let replaced = here
        .replace_tokens(&handle, owner, version, &fresh, None)
        .await;
    assert_eq!(replaced.unwrap(), ReplaceResult::Stored { version: 2 });
    assert_eq!(
        id_token(&here, &handle).await,
        "second-id-token",
        "here at once"
    );
    eventually("the other replica has the new tokens", async || {
        id_token(&there, &handle).await == "second-id-token"
    })
    .await;
    taken(&there, &handle, owner, LONG).await;
}

pub async fn a_new_identity_is_seen_by_every_replica(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &here, "staff", "ada").await;
    there.find(&handle).await.unwrap().unwrap();
    let owner = owner();
    let version = taken(&here, &handle, owner, LONG).await;
    let tokens = token_set("second", database.now());
    let countess = identity("ada", "Countess of Lovelace");
    here.replace_tokens(&handle, owner, version, &tokens, Some(&countess))
        .await
        .unwrap();
    let name = async |store: &SessionStore| {
        let session = store.find(&handle).await.unwrap().unwrap();
        session.identity.name().to_owned()
    };
    assert_eq!(name(&here).await, "Countess of Lovelace");
    eventually("the other replica has the new name", async || {
        name(&there).await == "Countess of Lovelace"
    })
    .await;
    let session = there.find(&handle).await.unwrap().unwrap();
    assert_eq!(session.created_at, database.now());
}

// proves: C87
pub async fn tokens_that_arrive_after_the_end_are_not_kept(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &here, "staff", "ada").await;
    let owner = owner();
    let version = taken(&here, &handle, owner, LONG).await;
    there.end(&handle, &STAFF).await.unwrap().unwrap();
    let tokens = token_set("second", database.now());
    let replaced = here
        .replace_tokens(&handle, owner, version, &tokens, None)
        .await;
    assert_eq!(replaced.unwrap(), ReplaceResult::SessionGone);
    assert!(here.find(&handle).await.unwrap().is_none());
    assert!(here.tokens(&handle).await.unwrap().is_none());
    let lease = here.lease(&handle, owner, LONG).await.unwrap();
    assert!(matches!(lease, Lease::Gone));
    assert_eq!(there.count().await.unwrap(), 0);
}

// proves: B21
pub async fn tokens_of_a_holder_that_lost_the_lease_are_not_kept(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    let (first, second) = (owner(), owner());
    let old = taken(&store, &handle, first, Duration::ZERO).await;
    let version = taken(&store, &handle, second, LONG).await;
    let good = token_set("good", database.now());
    store
        .replace_tokens(&handle, second, version, &good, None)
        .await
        .unwrap();
    let late = token_set("late", database.now());
    let replaced = store.replace_tokens(&handle, first, old, &late, None).await;
    assert_eq!(replaced.unwrap(), ReplaceResult::LeaseLost);
    assert_eq!(id_token(&store, &handle).await, "good-id-token");
}

// proves: D41
pub async fn a_waiter_gets_the_result_of_the_holder(database: Arc<Database>) {
    let (holder, waiter) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &holder, "staff", "ada").await;
    let owner = owner();
    let version = taken(&holder, &handle, owner, LONG).await;
    let waiting = {
        let (waiter, handle) = (waiter.clone(), handle.clone());
        tokio::spawn(async move { waiter.wait_for_refresh(&handle, version, LONG).await })
    };
    tokio::task::yield_now().await;
    let tokens = token_set("second", database.now());
    holder
        .replace_tokens(&handle, owner, version, &tokens, None)
        .await
        .unwrap();
    let outcome = waiting.await.unwrap().unwrap();
    let WaitResult::NewTokens(stored) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(stored.tokens.id_token.expose(), "second-id-token");
    assert_eq!(stored.version, 2);
}

pub async fn a_waiter_learns_that_the_holder_let_go(database: Arc<Database>) {
    let (holder, waiter) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &holder, "staff", "ada").await;
    let owner = owner();
    let version = taken(&holder, &handle, owner, LONG).await;
    let (outcome, released) = tokio::join!(
        waiter.wait_for_refresh(&handle, version, LONG),
        holder.release_lease(&handle, owner)
    );
    released.unwrap();
    assert!(matches!(outcome.unwrap(), WaitResult::LeaseFree));
}

pub async fn a_failed_exchange_rests_on_every_replica_until_its_time(database: Arc<Database>) {
    let (holder, waiter) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &holder, "staff", "ada").await;
    let first = owner();
    let version = taken(&holder, &handle, first, LONG).await;
    let pause = Duration::from_secs(5);
    holder.back_off(&handle, owner(), pause).await.unwrap();
    if !database.is_postgres() {
        let said = database.number("SELECT count(*) FROM notices").await;
        assert_eq!(said, 0, "nothing happened, so nobody is told");
    }
    let held = waiter.lease(&handle, owner(), LONG).await.unwrap();
    assert!(matches!(held, Lease::Held), "only its owner lets it rest");
    let (outcome, rested) = tokio::join!(
        waiter.wait_for_refresh(&handle, version, LONG),
        holder.back_off(&handle, first, pause),
    );
    rested.unwrap();
    assert!(matches!(outcome.unwrap(), WaitResult::BackingOff(left) if left == pause));
    database.clock.turn(chrono::TimeDelta::seconds(4));
    let resting = waiter.lease(&handle, owner(), LONG).await.unwrap();
    assert!(matches!(resting, Lease::BackingOff(left) if left == Duration::from_secs(1)));
    let writer = owner();
    let written = waiter.lease_to_write(&handle, writer, LONG).await.unwrap();
    assert!(
        matches!(written, Lease::Taken(_)),
        "who asks no authority may write"
    );
    waiter.back_off(&handle, writer, pause).await.unwrap();
    database.clock.turn(chrono::TimeDelta::seconds(5));
    taken(&waiter, &handle, owner(), LONG).await;
}

pub async fn a_waiter_learns_that_the_session_ended(database: Arc<Database>) {
    let (holder, waiter) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &holder, "staff", "ada").await;
    let version = taken(&holder, &handle, owner(), LONG).await;
    let (outcome, ended) = tokio::join!(
        waiter.wait_for_refresh(&handle, version, LONG),
        holder.end(&handle, &STAFF)
    );
    ended.unwrap();
    assert!(matches!(outcome.unwrap(), WaitResult::SessionGone));
}

pub async fn a_waiter_without_patience_learns_that_it_is_held(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    let version = taken(&store, &handle, owner(), LONG).await;
    let outcome = store
        .wait_for_refresh(&handle, version, Duration::ZERO)
        .await;
    assert!(matches!(outcome.unwrap(), WaitResult::StillHeld));
}

/// What a flow does until the tokens are new; counts the calls to the authority.
async fn refreshed(
    store: &SessionStore,
    handle: &SessionHandle,
    calls: &AtomicU32,
    fresh: &TokenSet,
) -> String {
    loop {
        let stored = store.tokens(handle).await.unwrap().unwrap();
        if stored.version > 1 {
            return stored.tokens.id_token.expose().to_owned();
        }
        let owner = owner();
        match store.lease(handle, owner, LONG).await.unwrap() {
            Lease::Taken(stored) if stored.version > 1 => {
                store.release_lease(handle, owner).await.unwrap();
            }
            Lease::Taken(stored) => {
                calls.fetch_add(1, Ordering::SeqCst);
                // The authority's answer takes a while, for which others come and wait.
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                let version = stored.version;
                store
                    .replace_tokens(handle, owner, version, fresh, None)
                    .await
                    .unwrap();
            }
            Lease::Held => {
                store.wait_for_refresh(handle, 1, LONG).await.unwrap();
            }
            Lease::Gone | Lease::BackingOff(_) => panic!("the session is there and nothing failed"),
        }
    }
}

// proves: D41
pub async fn three_hundred_requests_on_three_replicas_ask_the_authority_once(
    database: Arc<Database>,
) {
    let stores = [
        database.replica().await,
        database.replica().await,
        database.replica().await,
    ];
    let handle = signed_in(&database, &stores[0], "staff", "ada").await;
    let calls = AtomicU32::new(0);
    let fresh = token_set("second", database.now());
    let requests = (0..300).map(|at| refreshed(&stores[at % 3], &handle, &calls, &fresh));
    for answer in join_all(requests).await {
        assert_eq!(answer, "second-id-token");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    taken(&stores[1], &handle, owner(), LONG).await;
}
