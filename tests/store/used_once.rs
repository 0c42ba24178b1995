//! What may be used once, and what is pinned at first sight.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use gatehouse::domain::issuer::TenantGuid;
use gatehouse::store::{FirstUse, ReplayScope};

use crate::harness::Database;

pub async fn of_many_that_use_a_state_at_once_one_is_the_first(database: Arc<Database>) {
    let stores = [
        database.quiet_replica().await,
        database.quiet_replica().await,
    ];
    let until = database.now() + Duration::from_mins(15);
    let uses = (0..20).map(|at| stores[at % 2].record_once(ReplayScope::State, b"state", until));
    let uses = join_all(uses).await;
    let first = uses
        .iter()
        .filter(|used| *used.as_ref().unwrap() == FirstUse::Yes)
        .count();
    assert_eq!(first, 1);
}

pub async fn a_use_is_remembered_across_restarts_and_told_apart_by_purpose(
    database: Arc<Database>,
) {
    let until = database.now() + Duration::from_mins(15);
    let before = database.quiet_replica().await;
    let used = before.record_once(ReplayScope::State, b"key", until).await;
    assert_eq!(used.unwrap(), FirstUse::Yes);
    before.close().await;
    let after = database.quiet_replica().await;
    let used = after.record_once(ReplayScope::State, b"key", until).await;
    assert_eq!(used.unwrap(), FirstUse::No);
    let used = after
        .record_once(ReplayScope::LogoutToken, b"key", until)
        .await;
    assert_eq!(used.unwrap(), FirstUse::Yes);
}

pub async fn a_tenant_is_pinned_at_first_sight_for_every_replica(database: Arc<Database>) {
    let guid = |digit: char| {
        let text = "00000000-0000-0000-0000-00000000000";
        TenantGuid::parse(&format!("{text}{digit}")).unwrap()
    };
    let stores = [
        database.quiet_replica().await,
        database.quiet_replica().await,
    ];
    let tenants: Vec<_> = "0123456789".chars().map(guid).collect();
    let address = "https://contoso.ciamlogin.com/";
    let pins = tenants.iter().enumerate();
    let pins = join_all(pins.map(|(at, tenant)| stores[at % 2].pin_tenant(address, tenant))).await;
    let held = pins[0].as_ref().unwrap().clone();
    for pin in pins {
        assert_eq!(pin.unwrap(), held);
    }
    let later = database.quiet_replica().await;
    assert_eq!(later.pin_tenant(address, &guid('f')).await.unwrap(), held);
    let other = later
        .pin_tenant("https://fabrikam.ciamlogin.com/", &guid('f'))
        .await;
    assert_eq!(other.unwrap(), guid('f'));
}
