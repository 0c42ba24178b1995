//! Ending sessions without their handles, and seeing which there are.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;
use gatehouse::domain::identity::SubjectKey;
use gatehouse::domain::profile::ProfileId;
use gatehouse::domain::session::SessionHandle;
use gatehouse::store::{
    EndedByLogoutToken, EndedBySid, LogoutTokenUse, SessionFilter, SessionStore,
};

use crate::harness::{Database, STAFF, eventually, signed_in};

fn profile(id: &str) -> ProfileId {
    ProfileId::parse(id).unwrap()
}

fn person(sub: &str) -> SubjectKey {
    SubjectKey::stored(format!("https://authority.example#{sub}"))
}

async fn with_sid(
    database: &Database,
    store: &SessionStore,
    profile: &str,
    person: &str,
    sid: &str,
) -> SessionHandle {
    let mut new = database.sign_in(profile, person);
    new.sid = Some(sid.to_owned());
    let handle = new.handle.clone();
    store.create(new).await.unwrap();
    handle
}

async fn alive(store: &SessionStore, handles: &[&SessionHandle]) -> Vec<bool> {
    let found = join_all(handles.iter().map(|handle| store.find(handle))).await;
    found
        .into_iter()
        .map(|found| found.unwrap().is_some())
        .collect()
}

pub async fn an_end_gives_the_tokens_exactly_once(database: Arc<Database>) {
    let stores = [database.replica().await, database.replica().await];
    let handle = signed_in(&database, &stores[0], "staff", "ada").await;
    let ends = join_all((0..10).map(|at| stores[at % 2].end(&handle, &STAFF))).await;
    let ended: Vec<_> = ends.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].tokens.id_token.expose(), "first-id-token");
    assert_eq!(ended[0].session.profile, profile("staff"));
    assert_eq!(alive(&stores[0], &[&handle]).await, [false]);
}

// proves: C76
pub async fn a_handle_of_another_profile_ends_nothing(database: Arc<Database>) {
    let store = database.replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    let ended = store.end(&handle, &profile("customers")).await.unwrap();
    assert!(ended.is_none());
    let mut new = database.sign_in("customers", "ada");
    new.ended = Some(handle.clone());
    let other = new.handle.clone();
    store.create(new).await.unwrap();
    // Another replica has nothing in memory.
    let there = database.replica().await;
    assert_eq!(alive(&there, &[&handle, &other]).await, [true, true]);
    assert!(store.end(&handle, &STAFF).await.unwrap().is_some());
}

// proves: B137
pub async fn an_end_by_sid_leaves_other_sids_and_other_profiles_alone(database: Arc<Database>) {
    let store = database.replica().await;
    let one = with_sid(&database, &store, "staff", "ada", "s1").await;
    let two = with_sid(&database, &store, "staff", "ada", "s1").await;
    let other_sid = with_sid(&database, &store, "staff", "ada", "s2").await;
    let other_profile = with_sid(&database, &store, "customers", "ada", "s1").await;
    let ended = store.end_by_sid(&profile("staff"), "s1", None).await;
    assert_eq!(ended.unwrap(), EndedBySid::Ended(2));
    let alive = alive(&store, &[&one, &two, &other_sid, &other_profile]).await;
    assert_eq!(alive, [false, false, true, true]);
    let again = store.end_by_sid(&profile("staff"), "s1", None).await;
    assert_eq!(again.unwrap(), EndedBySid::Ended(0));
}

// proves: B115
pub async fn a_sid_of_another_person_ends_nothing(database: Arc<Database>) {
    let store = database.replica().await;
    let handle = with_sid(&database, &store, "staff", "ada", "s1").await;
    let (staff, eve, ada) = (profile("staff"), person("eve"), person("ada"));
    let ended = store.end_by_sid(&staff, "s1", Some(&eve)).await;
    assert_eq!(ended.unwrap(), EndedBySid::OtherPerson);
    assert_eq!(alive(&store, &[&handle]).await, [true]);
    let ended = store.end_by_sid(&staff, "s1", Some(&ada)).await;
    assert_eq!(ended.unwrap(), EndedBySid::Ended(1));
    assert_eq!(alive(&store, &[&handle]).await, [false]);
}

// proves: B137
pub async fn my_other_sessions_end_and_this_one_stays(database: Arc<Database>) {
    let store = database.replica().await;
    let this = signed_in(&database, &store, "staff", "ada").await;
    let mine = signed_in(&database, &store, "staff", "ada").await;
    let elsewhere = signed_in(&database, &store, "customers", "ada").await;
    let others = signed_in(&database, &store, "staff", "bob").await;
    let id = store.find(&this).await.unwrap().unwrap().id;
    let ended = store
        .end_by_person(&profile("staff"), &person("ada"), Some(id))
        .await;
    assert_eq!(ended.unwrap(), 1);
    let alive = alive(&store, &[&this, &mine, &elsewhere, &others]).await;
    assert_eq!(alive, [true, false, true, true]);
}

// proves: B137, B139
pub async fn a_session_ends_by_its_id_at_its_profile_only(database: Arc<Database>) {
    let store = database.replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    let id = store.find(&handle).await.unwrap().unwrap().id;
    let customers = profile("customers");
    assert_eq!(store.end_by_id(Some(&customers), id).await.unwrap(), 0);
    assert_eq!(alive(&store, &[&handle]).await, [true]);
    assert_eq!(store.end_by_id(None, id).await.unwrap(), 1);
    assert_eq!(alive(&store, &[&handle]).await, [false]);
}

// proves: B137
pub async fn all_sessions_of_a_profile_end_and_no_other(database: Arc<Database>) {
    let store = database.replica().await;
    let one = signed_in(&database, &store, "staff", "ada").await;
    let two = signed_in(&database, &store, "staff", "bob").await;
    let other = signed_in(&database, &store, "customers", "ada").await;
    assert_eq!(store.end_all(Some(&profile("staff"))).await.unwrap(), 2);
    assert_eq!(
        alive(&store, &[&one, &two, &other]).await,
        [false, false, true]
    );
    assert_eq!(store.end_all(None).await.unwrap(), 1);
    assert_eq!(alive(&store, &[&other]).await, [false]);
}

// proves: B139
pub async fn a_list_shows_what_is_asked_for_and_nothing_that_is_over(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    signed_in(&database, &store, "staff", "idle").await;
    database.clock.turn(TimeDelta::minutes(50));
    with_sid(&database, &store, "staff", "ada", "s1").await;
    signed_in(&database, &store, "customers", "ada").await;
    database.clock.turn(TimeDelta::minutes(10));
    signed_in(&database, &store, "staff", "bob").await;

    let people = async |filter: SessionFilter| {
        let listed = store.list(&filter).await.unwrap();
        let short = |text: &str| text.rsplit_once('#').unwrap().1.to_owned();
        let people = listed.iter().map(|row| short(row.person.as_str()));
        people.collect::<Vec<_>>()
    };
    let all = SessionFilter::default;
    assert_eq!(
        people(all()).await,
        ["bob", "ada", "ada"],
        "used last first"
    );
    assert_eq!(people(SessionFilter { limit: 1, ..all() }).await, ["bob"]);
    let staff = Some(profile("staff"));
    assert_eq!(
        people(SessionFilter {
            profile: staff,
            ..all()
        })
        .await,
        ["bob", "ada"]
    );
    let ada = Some(person("ada"));
    assert_eq!(
        people(SessionFilter {
            person: ada,
            ..all()
        })
        .await,
        ["ada", "ada"]
    );
    let sid = Some("s1".to_owned());
    assert_eq!(people(SessionFilter { sid, ..all() }).await, ["ada"]);
    assert_eq!(store.count().await.unwrap(), 3);
}

// proves: B118
pub async fn of_many_equal_notices_at_once_one_ends_and_later_ones_are_replays(
    database: Arc<Database>,
) {
    let stores = [database.replica().await, database.replica().await];
    let staff = profile("staff");
    let handle = with_sid(&database, &stores[0], "staff", "ada", "s1").await;
    let notice = LogoutTokenUse {
        key: b"jti",
        until: database.now() + TimeDelta::minutes(4),
        sid: Some("s1"),
        person: None,
    };
    let ends = (0..20).map(|at| stores[at % 2].end_by_logout_token(&staff, notice));
    let ends: Vec<EndedByLogoutToken> = join_all(ends)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let of = |wanted| ends.iter().filter(|end| **end == wanted).count();
    assert_eq!(of(EndedByLogoutToken::Ended(1)), 1, "{ends:?}");
    assert_eq!(of(EndedByLogoutToken::Replayed), 19, "{ends:?}");
    for store in &stores {
        // The replica that did not end it hears of it.
        eventually("the end is heard of", async || {
            alive(store, &[&handle]).await == [false]
        })
        .await;
    }
    let later = with_sid(&database, &stores[1], "staff", "ada", "s1").await;
    let again = stores[0].end_by_logout_token(&staff, notice).await;
    assert_eq!(again.unwrap(), EndedByLogoutToken::Replayed);
    assert_eq!(alive(&stores[1], &[&later]).await, [true]);
}

pub async fn a_notice_whose_end_failed_still_counts(database: Arc<Database>) {
    let store = database.replica().await;
    let staff = profile("staff");
    let handle = with_sid(&database, &store, "staff", "ada", "s1").await;
    let notice = LogoutTokenUse {
        key: b"jti",
        until: database.now() + TimeDelta::minutes(4),
        sid: Some("s1"),
        person: None,
    };
    database
        .meddle("ALTER TABLE sessions RENAME TO sessions_away")
        .await;
    assert!(store.end_by_logout_token(&staff, notice).await.is_err());
    let marked = "SELECT count(*) FROM used_once";
    assert_eq!(database.number(marked).await, 0, "both or neither");
    database
        .meddle("ALTER TABLE sessions_away RENAME TO sessions")
        .await;
    let repeated = store.end_by_logout_token(&staff, notice).await;
    assert_eq!(repeated.unwrap(), EndedByLogoutToken::Ended(1));
    assert_eq!(alive(&store, &[&handle]).await, [false]);
}
