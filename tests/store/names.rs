//! Names that people give to their sessions, and the networks that sessions keep.

use std::sync::Arc;

use gatehouse::domain::client_network::ClientNetwork;
use gatehouse::domain::identity::SubjectKey;
use gatehouse::domain::session_name::SessionName;
use gatehouse::seal::{OsRandom, hex, new_key_text};
use gatehouse::store::{SessionFilter, SessionStore};

use crate::harness::{Database, STAFF, signed_in};

fn person(sub: &str) -> SubjectKey {
    SubjectKey::stored(format!("https://authority.example#{sub}"))
}

/// Name and network of each session of a person.
async fn shown(store: &SessionStore, sub: &str) -> Vec<(Option<String>, Option<String>)> {
    let filter = SessionFilter {
        person: Some(person(sub)),
        ..SessionFilter::default()
    };
    let listed = store.list(&filter).await.unwrap().into_iter();
    listed
        .map(|session| (session.name, session.network))
        .collect()
}

async fn rename(store: &SessionStore, sub: &str, of: &str, name: &str) {
    let filter = SessionFilter {
        person: Some(person(of)),
        ..SessionFilter::default()
    };
    let id = store.list(&filter).await.unwrap()[0].id;
    let name = SessionName::typed(name);
    store
        .rename(&STAFF, &person(sub), id, name.as_ref())
        .await
        .unwrap();
}

pub async fn a_name_is_shown_in_lists_and_goes_again(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    assert_eq!(shown(&store, "ada").await, [(None, None)]);
    for name in ["Kitchen tablet", "Kitchen tablet", "Büro 🖥"] {
        rename(&store, "ada", "ada", name).await;
        assert_eq!(shown(&store, "ada").await, [(Some(name.to_owned()), None)]);
    }
    let other = database.quiet_replica().await;
    rename(&other, "ada", "ada", "  ").await;
    assert_eq!(shown(&store, "ada").await, [(None, None)]);
    assert!(other.find(&handle).await.unwrap().is_some());
}

pub async fn a_session_of_another_person_or_profile_keeps_its_name(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let _ada = signed_in(&database, &store, "staff", "ada").await;
    let _eve = signed_in(&database, &store, "staff", "eve").await;
    rename(&store, "eve", "ada", "Eves").await;
    let _elsewhere = signed_in(&database, &store, "customers", "bob").await;
    rename(&store, "bob", "bob", "Bobs").await;
    for sub in ["ada", "eve", "bob"] {
        assert_eq!(shown(&store, sub).await, [(None, None)], "{sub}");
    }
}

pub async fn a_name_and_a_network_are_sealed_and_outlive_a_change_of_keys(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let mut new = database.sign_in("staff", "ada");
    new.network = Some(ClientNetwork::of([203, 0, 113, 77].into()));
    store.create(new).await.unwrap();
    rename(&store, "ada", "ada", "Kitchen-tablet").await;
    let kept = [(
        Some("Kitchen-tablet".to_owned()),
        Some("203.0.113.0/24".to_owned()),
    )];
    assert_eq!(shown(&store, "ada").await, kept);
    let dump = database.dump().await;
    for text in ["Kitchen-tablet", "203.0.113"] {
        for needle in [text.as_bytes().to_vec(), hex(text.as_bytes()).into_bytes()] {
            assert!(
                !dump.windows(needle.len()).any(|window| window == needle),
                "{text}"
            );
        }
    }
    let newest = new_key_text(&OsRandom);
    let both: Vec<String> = [newest.clone()]
        .into_iter()
        .chain(database.keys.clone())
        .collect();
    let rotated = database.replica_with(&both);
    rename(&rotated, "ada", "ada", "Renamed").await;
    let alone = database.replica_with(&[newest]);
    let kept = [(
        Some("Renamed".to_owned()),
        Some("203.0.113.0/24".to_owned()),
    )];
    assert_eq!(shown(&alone, "ada").await, kept, "under the new key alone");
}
