//! A shutdown that was asked for.

use std::time::{Duration, Instant};

use chat_conformance::wire::{OpenOptions, sender::event_text};
use chat_server::{
    app::Server,
    config::{Config, Database},
};
use serde_json::json;

use crate::support::{ALICE, BOB, Client, config, dialog};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_stored_and_clients_see_a_close() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config { database: Database::File(directory.path().join("chat.db")), ..config() };
    let server = Server::start(config.clone()).await.unwrap();
    let (mut alice, mut bob, room) = dialog(&server).await;
    let frames = (0..200).map(|n| event_text("message.send", &[json!({ "room_id": room, "text": n.to_string() })]));
    alice.connection.sender().send_many(frames).await.unwrap();
    alice.hear("on.message.new").await;
    server.shutdown().await.unwrap();

    let mut announced = 1;
    let mut is_closed = false;
    while let Some(incoming) = bob.connection.next(crate::support::PATIENCE).await {
        match incoming {
            chat_conformance::wire::Incoming::Event(event) if event.name == "on.message.new" => announced += 1,
            chat_conformance::wire::Incoming::Closed { .. } => is_closed = true,
            _ => {}
        }
    }
    alice.closed().await;
    assert!(is_closed && announced > 1);
    let server = Server::start(config).await.unwrap();
    let mut bob = Client::connect(&server).await;
    let unread = bob.authorise(BOB).await["dialogs"][0]["chat"]["unread_count"].as_u64().unwrap();
    assert!(unread >= announced, "{announced} were announced and {unread} stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_does_not_hold_it_up() {
    let server = Server::start(config()).await.unwrap();
    let (alice, bob, room) = dialog(&server).await;
    bob.connection.close().await;
    let options = OpenOptions { receive_buffer: Some(4_096), ..OpenOptions::default() };
    let mut deaf = Client::connect_to(server.url(), options).await;
    deaf.authorise(BOB).await;
    deaf.connection.stop_reading();
    for _ in 0..600 {
        alice.act("message.send", json!({ "room_id": room, "text": "x".repeat(10_000) })).await;
    }
    let began = Instant::now();
    server.shutdown().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_ne!(ALICE, BOB);
}
