//! What rows are searched by and what lists show names nobody to a thief of the database.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use gatehouse::domain::identity::SubjectKey;
use gatehouse::domain::session::SessionHandle;
use gatehouse::seal::{OsRandom, hex, new_key_text};
use gatehouse::store::{
    EndedBySid, LeaseOwner, LogoutTokenUse, ReplayScope, SessionFilter, SessionStore,
};

use crate::harness::{Database, STAFF};

fn person(sub: &str) -> SubjectKey {
    SubjectKey::stored(format!("https://authority.example#{sub}"))
}

async fn sign_in(database: &Database, store: &SessionStore, sub: &str, sid: &str) -> SessionHandle {
    let mut new = database.sign_in("staff", sub);
    new.sid = Some(sid.to_owned());
    new.user_agent = Some("Mozilla/5.0 Netscape-of-Ada".to_owned());
    let handle = new.handle.clone();
    store.create(new).await.unwrap();
    handle
}

/// The `sid` and the browser that a list of this person's sessions shows.
async fn listed(store: &SessionStore, sub: &str) -> Vec<(Option<String>, Option<String>)> {
    let filter = SessionFilter {
        person: Some(person(sub)),
        ..SessionFilter::default()
    };
    let sessions = store.list(&filter).await.unwrap();
    let shown = sessions.into_iter().map(|session| {
        assert_eq!(session.person, person(sub));
        (session.sid, session.user_agent)
    });
    shown.collect()
}

/// Nothing of the person stands in the database in clear, as text or as the digits of a binary column.
async fn assert_nobody_is_named(database: &Database) {
    let dump = database.dump().await;
    for name in [
        "adas-subject",
        "adas-sid",
        "Netscape-of-Ada",
        "authority.example#",
    ] {
        for needle in [name.as_bytes().to_vec(), hex(name.as_bytes()).into_bytes()] {
            let found = dump.windows(needle.len()).any(|window| window == needle);
            assert!(!found, "{name} stands in the database");
        }
    }
}

/// Puts a row back to what the release before the keyed hashes wrote.
async fn as_an_earlier_release_wrote(database: &Database, sub: &str, sid: &str) {
    database
        .meddle(&format!(
            "UPDATE sessions SET person = '{}', sid = '{sid}', user_agent = 'Netscape-of-Ada',
                                 listed = NULL, began_after = NULL",
            person(sub)
        ))
        .await;
}

// proves: B9
pub async fn a_dump_of_the_database_after_a_whole_journey_names_nobody(database: Arc<Database>) {
    let store = database.replica().await;
    let first = sign_in(&database, &store, "adas-subject", "adas-sid").await;
    let mut again = database.sign_in("staff", "adas-subject");
    again.ended = Some(first);
    again.sid = Some("adas-sid".to_owned());
    let handle = again.handle.clone();
    store.create(again).await.unwrap();
    database.clock.turn(TimeDelta::minutes(2));
    let now = database.now();
    store.touch(&handle, now, now + Duration::from_hours(1));
    store.flush_touches().await.unwrap();
    let owner = LeaseOwner::generate(&OsRandom);
    store
        .lease(&handle, owner, Duration::from_secs(5))
        .await
        .unwrap();
    store.release_lease(&handle, owner).await.unwrap();
    store
        .record_once(ReplayScope::State, b"state", now + Duration::from_mins(15))
        .await
        .unwrap();
    sign_in(&database, &store, "adas-subject", "adas-sid-2").await;
    assert_eq!(listed(&store, "adas-subject").await.len(), 2);
    assert_nobody_is_named(&database).await;

    database.multiply_sessions(2_000).await;
    let someone = person("adas-subject");
    let token = LogoutTokenUse {
        key: b"jti",
        until: now + Duration::from_mins(4),
        sid: None,
        person: Some(&someone),
    };
    store.end_by_logout_token(&STAFF, token).await.unwrap();
    assert_eq!(
        database.number("SELECT count(*) FROM cutoffs").await,
        1,
        "a cutoff for the text that the rows hold, and none for the clear text"
    );
    assert_nobody_is_named(&database).await;
}

// proves: B9
pub async fn a_person_is_found_under_every_key_and_sealed_with_the_newest(database: Arc<Database>) {
    let before = database.quiet_replica().await;
    sign_in(&database, &before, "ada", "one").await;
    sign_in(&database, &before, "ada", "two").await;
    let new = new_key_text(&OsRandom);
    let both = [vec![new.clone()], database.keys.clone()].concat();
    let rotated = database.replica_with(&both);
    assert_eq!(listed(&rotated, "ada").await.len(), 2);
    let ended = rotated
        .end_by_sid(&STAFF, "one", Some(&person("ada")))
        .await;
    assert_eq!(ended.unwrap(), EndedBySid::Ended(1));
    let ended = rotated
        .end_by_sid(&STAFF, "two", Some(&person("eve")))
        .await;
    assert_eq!(ended.unwrap(), EndedBySid::OtherPerson);

    let only_new = database.replica_with(&[new]);
    assert!(listed(&only_new, "ada").await.is_empty());
    assert_eq!(rotated.seal_listed_rows_anew().await.unwrap(), 1);
    assert_eq!(rotated.seal_listed_rows_anew().await.unwrap(), 0);
    assert_eq!(listed(&only_new, "ada").await.len(), 1);
    let ended = only_new.end_by_person(&STAFF, &person("ada"), None).await;
    assert_eq!(ended.unwrap(), 1);
}

// proves: B9
pub async fn rows_of_an_earlier_release_are_found_and_sealed(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = sign_in(&database, &store, "adas-subject", "x").await;
    as_an_earlier_release_wrote(&database, "adas-subject", "adas-sid").await;
    let shown = (
        Some("adas-sid".to_owned()),
        Some("Netscape-of-Ada".to_owned()),
    );
    assert_eq!(listed(&store, "adas-subject").await[0], shown);
    assert_eq!(store.seal_listed_rows_anew().await.unwrap(), 1);
    let clear = "SELECT count(*) FROM sessions
        WHERE person NOT LIKE 'hmac:%' OR sid NOT LIKE 'hmac:%' OR user_agent IS NOT NULL";
    assert_eq!(database.number(clear).await, 0);
    assert_eq!(listed(&store, "adas-subject").await[0], shown);
    assert!(store.find(&handle).await.unwrap().is_some());

    as_an_earlier_release_wrote(&database, "adas-subject", "adas-sid").await;
    let ended = store.end_by_sid(&STAFF, "adas-sid", None).await;
    assert_eq!(ended.unwrap(), EndedBySid::Ended(1));
}

// proves: B9, E2
pub async fn many_rows_of_an_earlier_release_end_by_a_cutoff(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = sign_in(&database, &store, "adas-subject", "adas-sid").await;
    database.multiply_sessions(2_000).await;
    as_an_earlier_release_wrote(&database, "adas-subject", "adas-sid").await;
    let someone = person("adas-subject");
    store.end_by_person(&STAFF, &someone, None).await.unwrap();
    assert!(store.find(&handle).await.unwrap().is_none());
    store.seal_listed_rows_anew().await.unwrap();
    assert_eq!(
        store.count().await.unwrap(),
        0,
        "sealing anew revives nobody"
    );
    database.clock.turn(TimeDelta::seconds(1));
    let later = sign_in(&database, &store, "adas-subject", "adas-sid").await;
    let fresh = database.quiet_replica().await;
    assert!(fresh.find(&later).await.unwrap().is_some());
}
