//! Who is told that a user came or went.

use serde_json::json;

use crate::support::{ALICE, BOB, CAROL, Client, start, token};

#[tokio::test]
async fn a_user_comes_with_the_first_socket_and_goes_with_the_last() {
    let server = start().await;
    let mut alice = Client::authorised(&server, ALICE).await;
    let mut stranger = Client::connect(&server).await;
    let phone = Client::authorised(&server, BOB).await;
    assert_eq!(alice.hear("on.user.online").await, json!({ "id": BOB, "online": true }));
    let mut laptop = Client::authorised(&server, BOB).await;
    alice.hears_nothing().await;
    laptop.hears_nothing().await;
    phone.connection.close().await;
    let carol = Client::authorised(&server, CAROL).await;
    assert_eq!(alice.hear("on.user.online").await, json!({ "id": CAROL, "online": true }));
    laptop.connection.abort().await.unwrap();
    assert_eq!(alice.hear("on.user.online").await, json!({ "id": BOB, "online": false }));
    carol.connection.close().await;
    assert_eq!(alice.hear("on.user.online").await, json!({ "id": CAROL, "online": false }));
    assert_eq!(stranger.refused("chat.typing", json!({})).await, "unknown_action");
    assert!(stranger.connection.try_next().is_none());
    assert_eq!(stranger.authorise(ALICE).await["success"], true);
    alice.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quick_reconnects_never_say_the_same_twice_and_end_with_the_truth() {
    let server = start().await;
    let mut alice = Client::authorised(&server, ALICE).await;
    let mut states = Vec::new();
    for round in 0..20 {
        let client = Client::authorised(&server, BOB).await;
        match round % 3 {
            0 => drop(client),
            1 => client.connection.abort().await.unwrap(),
            _ => drop(client.connection.close().await),
        }
    }
    let client = Client::connect(&server).await;
    client.act("user.auth", json!({ "id": BOB, "token": token(BOB) })).await;
    // Every socket but the last is gone: the last change of state is that it came, or there is none after it.
    let mut is_online = false;
    alice.act("chat.start", json!({ "user_id": BOB, "text": "sentinel" })).await;
    while let Some(chat_conformance::wire::Incoming::Event(event)) = alice.connection.try_next() {
        if event.name == "on.user.online" {
            is_online = event.args[0]["online"] == true;
            states.push(is_online);
        }
    }
    assert!(is_online && states.windows(2).all(|pair| pair[0] != pair[1]), "{states:?}");
}
