//! The sealing key is exchanged while replicas of two steps run beside one another.

use gatehouse::seal::{OsRandom, new_key_text};

use crate::harness::browser::Browser;
use crate::harness::replica::Replica;
use crate::harness::{Kind, Plan, TestGatehouse, host};

const KIND: Kind = Kind::EntraId;

async fn replica_with(gate: &mut TestGatehouse, keys: &[&String]) -> Replica {
    gate.keys = keys.iter().map(|key| (*key).clone()).collect();
    gate.replica().await
}

/// Begins at one replica and completes at another.
async fn sign_in(gate: &TestGatehouse, begins: &Replica, completes: &Replica) -> Browser {
    let browser = Browser::new();
    let begun = begins.get(gate, &browser, KIND, "/auth/sign_in").await;
    let mut callback = gate.choose(&browser, &begun, "ada").await.location();
    callback.set_port(Some(completes.port)).unwrap();
    let named = format!("{}:{}", host(KIND), gate.port);
    let done = browser
        .get_with(callback, &[("host", named.as_str())])
        .await;
    assert_eq!(done.status, 303, "{}", done.text);
    browser
}

// proves: D28
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_exchanged_in_three_steps_signs_nobody_out_while_two_replicas_roll() {
    let mut gate = Plan::default().start().await;
    let (old, new) = (gate.keys[0].clone(), new_key_text(&OsRandom));
    let steps: [&[&String]; 4] = [&[&old], &[&old, &new], &[&new, &old], &[&new]];
    let mut people = Vec::new();
    let mut second = replica_with(&mut gate, steps[0]).await;
    for keys in steps {
        // The first is restarted, then the second; people come to both all the while.
        let first = replica_with(&mut gate, keys).await;
        for restarted in [false, true] {
            if restarted {
                second = replica_with(&mut gate, keys).await;
            }
            people.push(sign_in(&gate, &first, &second).await);
            people.push(sign_in(&gate, &second, &first).await);
            for browser in &people {
                for replica in [&first, &second, &first] {
                    let seen = replica.get(&gate, browser, KIND, "/auth/session").await;
                    assert_eq!(seen.status, 200, "{}", seen.text);
                    let token = replica.get(&gate, browser, KIND, "/auth/call_api/graph");
                    assert_eq!(token.await.status, 200);
                }
            }
        }
    }
}

// proves: D28
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_that_seals_before_every_replica_has_it_is_why_there_are_three_steps() {
    let mut gate = Plan::default().start().await;
    let (old, new) = (gate.keys[0].clone(), new_key_text(&OsRandom));
    let behind = replica_with(&mut gate, &[&old]).await;
    let ahead = replica_with(&mut gate, &[&new, &old]).await;
    let browser = sign_in(&gate, &ahead, &ahead).await;
    assert!(ahead.is_signed_in(&gate, &browser, KIND).await);
    assert!(!behind.is_signed_in(&gate, &browser, KIND).await);
}
