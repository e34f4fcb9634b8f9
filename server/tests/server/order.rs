//! One order for everybody, and the order of each socket.

use chat_conformance::wire::{Incoming, sender::event_text};
use serde_json::json;

use crate::support::{ALICE, BOB, Client, PATIENCE, dialog, history, start};

/// Takes events until so many messages were heard; their ids and texts.
async fn messages(client: &mut Client, count: usize) -> Vec<(u64, String)> {
    let mut heard = Vec::new();
    while heard.len() < count {
        match client.connection.next(PATIENCE).await {
            Some(Incoming::Event(event)) if event.name == "on.message.new" => {
                let message = &event.args[0]["message"];
                heard.push((message["id"].as_u64().unwrap(), message["text"].as_str().unwrap().to_owned()));
            }
            Some(Incoming::Event(event)) if event.name == "on.user.online" => {}
            other => panic!("expected a message, not {other:?}"),
        }
    }
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_the_same_order_and_each_socket_its_own() {
    const EACH: usize = 300;
    let server = start().await;
    let (mut alice, mut bob, room) = dialog(&server).await;
    let mut tablet = Client::authorised(&server, BOB).await;
    let frames = |name: &str| -> Vec<String> {
        let text = |number| json!({ "room_id": room, "text": format!("{name} {number}") });
        (0..EACH).map(|number| event_text("message.send", &[text(number)])).collect()
    };
    let (of_alice, of_bob) = (frames("alice"), frames("bob"));
    let (one, other) =
        tokio::join!(alice.connection.sender().send_many(of_alice), bob.connection.sender().send_many(of_bob));
    one.and(other).unwrap();
    let seen = messages(&mut alice, 2 * EACH).await;
    assert_eq!(messages(&mut bob, 2 * EACH).await, seen);
    assert_eq!(messages(&mut tablet, 2 * EACH).await, seen);
    assert!(seen.is_sorted_by_key(|(id, _)| *id));
    for name in ["alice", "bob"] {
        let own = seen.iter().filter(|(_, text)| text.starts_with(name)).map(|(_, text)| text.clone());
        assert_eq!(own.collect::<Vec<_>>(), (0..EACH).map(|n| format!("{name} {n}")).collect::<Vec<_>>());
    }
    let newest: Vec<String> = seen[seen.len() - 50..].iter().map(|(_, text)| text.clone()).collect();
    assert_eq!(history(&mut tablet, room).await, newest);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_between_two_messages_holds_the_first_and_not_the_second() {
    let server = start().await;
    let (mut alice, _bob, room) = dialog(&server).await;
    for round in 0..20 {
        let send = |text| event_text("message.send", &[json!({ "room_id": room, "text": text })]);
        let frames = [
            send(format!("before {round}")),
            event_text("chat.history", &[json!({ "room_id": room, "limit": 1 })]),
            send(format!("after {round}")),
        ];
        alice.connection.sender().send_many(frames).await.unwrap();
        alice.hear("on.message.new").await;
        let page = alice.hear("on.chat.history").await;
        assert_eq!(page["messages"][0]["text"], format!("before {round}"));
        alice.hear("on.message.new").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_users_who_start_at_the_same_moment_share_one_room() {
    let server = start().await;
    let mut alice = Client::authorised(&server, ALICE).await;
    let bob = Client::authorised(&server, BOB).await;
    alice.hear("on.user.online").await;
    tokio::join!(
        alice.emit("chat.start", json!({ "user_id": BOB, "text": "a" })),
        bob.emit("chat.start", json!({ "user_id": ALICE, "text": "b" }))
    );
    let rooms = [alice.hear("on.message.new").await, alice.hear("on.message.new").await];
    assert_eq!(rooms[0]["room"]["id"], rooms[1]["room"]["id"]);
    let room = rooms[0]["room"]["id"].as_u64().unwrap();
    assert_eq!(history(&mut alice, room).await.len(), 2);
}
