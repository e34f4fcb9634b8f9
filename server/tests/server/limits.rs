//! One client's excess is its own affair.

use std::time::Duration;

use chat_conformance::wire::{OpenOptions, sender::event_text};
use chat_server::{app::Server, config::Config, net::ConnectionLimits, wire::InboxLimits};
use serde_json::json;

use crate::support::{ALICE, BOB, Client, config, demo_accounts, dialog, start, token};

#[tokio::test]
async fn a_client_that_sends_too_fast_is_told_so_and_nothing_is_dropped_silently() {
    let inbox = InboxLimits { rate: 1, burst: 20, ..InboxLimits::default() };
    let server = Server::start(Config { inbox, ..config() }).await.unwrap();
    let mut alice = Client::authorised(&server, ALICE).await;
    let frames = (0..100).map(|_| event_text("chat.read", &[json!({ "room_id": 7 })]));
    alice.connection.sender().send_many(frames).await.unwrap();
    let mut refused = std::collections::HashMap::<String, usize>::new();
    for _ in 0..100 {
        let code = alice.hear("on.error").await["code"].as_str().unwrap().to_owned();
        *refused.entry(code).or_default() += 1;
    }
    assert!(refused["not_found"] >= 19 && refused["rate_limited"] >= 70, "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_is_cut_off_and_the_others_go_on() {
    let connection = ConnectionLimits { write_stall: Duration::from_millis(500), ..ConnectionLimits::default() };
    let server = Server::start(Config { connection, ..config() }).await.unwrap();
    let (mut alice, bob, room) = dialog(&server).await;
    bob.connection.close().await;
    alice.hear("on.user.online").await;
    let options = OpenOptions { receive_buffer: Some(4_096), ..OpenOptions::default() };
    let mut deaf = Client::connect_to(server.url(), options).await;
    assert_eq!(deaf.authorise(BOB).await["success"], true);
    alice.hear("on.user.online").await;
    deaf.connection.stop_reading();
    let text = "x".repeat(10_000);
    // Until the server notices: the user is offline by it, and every message was answered in the meantime.
    let mut is_online = true;
    for _ in 0..5_000 {
        alice.act("message.send", json!({ "room_id": room, "text": text })).await;
        while let Some(chat_conformance::wire::Incoming::Event(event)) = alice.connection.try_next() {
            is_online &= event.name != "on.user.online";
        }
        if !is_online {
            return;
        }
    }
    panic!("the client that does not read is still online");
}

#[tokio::test]
async fn a_user_has_only_so_many_sockets() {
    let mut config = config();
    config.sequencer.sockets_per_user = 2;
    let server = Server::start(config).await.unwrap();
    let _sockets = [Client::authorised(&server, ALICE).await, Client::authorised(&server, ALICE).await];
    let mut third = Client::connect(&server).await;
    assert_eq!(third.refused("user.auth", json!({ "id": ALICE, "token": token(ALICE) })).await, "rate_limited");
    assert_eq!(third.hear("on.user.authorized").await["success"], false);
    assert_eq!(third.authorise(BOB).await["success"], true);
}

#[tokio::test]
async fn a_message_that_is_too_large_costs_its_sender_alone() {
    let server = start().await;
    let (alice, mut bob, room) = dialog(&server).await;
    let mut large = Client::authorised(&server, ALICE).await;
    large.emit("message.send", json!({ "room_id": room, "text": "x".repeat(2 << 20) })).await;
    large.closed().await;
    alice.act("message.send", json!({ "room_id": room, "text": "fine" })).await;
    assert_eq!(bob.hear("on.message.new").await["message"]["text"], "fine");
}

#[tokio::test]
async fn one_long_event_is_no_slow_reader() {
    let connection = ConnectionLimits { unsent_bytes: 10_000, ..ConnectionLimits::default() };
    let server = Server::start(Config { connection, ..config() }).await.unwrap();
    for user in demo_accounts().into_iter().map(|account| account.id.get()).filter(|user| *user != ALICE) {
        let mut other = Client::authorised(&server, user).await;
        other.act("chat.start", json!({ "user_id": ALICE, "text": "x".repeat(9_000) })).await;
        other.hear("on.message.new").await;
    }
    let mut alice = Client::connect(&server).await;
    let authorised = alice.authorise(ALICE).await;
    let length = authorised.to_string().len();
    assert!(length > 3 * 10_000, "it is {length} bytes long, and says nothing of the limit");
    let room = &authorised["dialogs"][0]["room"]["id"];
    alice.act("message.send", json!({ "room_id": room, "text": "I am still here" })).await;
}
