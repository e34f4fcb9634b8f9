//! A shutdown that was asked for.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chat_conformance::wire::{CloseReason, Incoming, OpenOptions, sender::event_text};
use chat_server::{
    app::Server,
    auth::Authenticator,
    config::{Config, Database},
    store,
};
use chat_spec::types::{User, UserId};
use serde_json::json;
use tokio::{net::TcpStream, sync::Semaphore};

use crate::support::{ALICE, BOB, CAROL, Client, PATIENCE, config, dialog, token};

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
    while let Some(incoming) = bob.connection.next(PATIENCE).await {
        match incoming {
            Incoming::Event(event) if event.name == "on.message.new" => announced += 1,
            Incoming::Closed { .. } => is_closed = true,
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_go_on_sending_see_a_close_and_not_a_reset() {
    let server = Server::start(config()).await.unwrap();
    let (alice, bob, room) = dialog(&server).await;
    let stopping = Arc::new(Semaphore::new(0));
    let flooding = [alice.connection.sender(), bob.connection.sender()].map(|sender| {
        let (sender, stopping) = (sender.clone(), Arc::clone(&stopping));
        tokio::spawn(async move {
            let payload = json!({ "room_id": room, "text": "x".repeat(5_000) });
            // As much as the server takes, until it takes no more.
            while sender.emit("message.send", std::slice::from_ref(&payload)).await.is_ok() {
                stopping.add_permits(1);
            }
        })
    });
    stopping.acquire_many(50).await.unwrap().forget();
    server.shutdown().await.unwrap();
    for mut client in [alice, bob] {
        let reason = loop {
            match client.connection.next(PATIENCE).await {
                Some(Incoming::Closed { reason, .. }) => break reason,
                Some(_) => {}
                None => panic!("the connection is still open"),
            }
        };
        assert!(matches!(reason, CloseReason::CloseFrame { .. } | CloseReason::EngineClose), "{reason}");
    }
    for task in flooding {
        task.await.unwrap();
    }
}

/// Holds up the answer to one user's token until it is let go.
struct Slow {
    inner: Arc<dyn Authenticator>,
    asked: Arc<Semaphore>,
    let_go: Arc<Semaphore>,
}

#[async_trait]
impl Authenticator for Slow {
    async fn verify(&self, id: UserId, token: &str) -> store::Result<Option<User>> {
        if id.get() == ALICE {
            self.asked.add_permits(1);
            self.let_go.acquire().await.unwrap().forget();
        }
        self.inner.verify(id, token).await
    }

    async fn identify(&self, token: &str) -> store::Result<Option<User>> {
        self.inner.identify(token).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_right_token_is_called_wrong_by_a_server_that_stops() {
    let (asked, let_go) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let seams = (asked.clone(), let_go.clone());
    let builder = Server::builder(config())
        .wrap_authenticator(move |inner| Arc::new(Slow { inner, asked: seams.0, let_go: seams.1 }));
    let server = builder.start().await.unwrap();
    let address = server.address();
    let (mut alice, mut carol) = (Client::connect(&server).await, Client::connect(&server).await);
    alice.emit("user.auth", json!({ "id": ALICE, "token": token(ALICE) })).await;
    asked.acquire().await.unwrap().forget();
    // Alice came before the server was told to stop: it waits for her answer. Carol comes too late.
    let stopping = tokio::spawn(server.shutdown());
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let right = json!({ "id": CAROL, "token": token(CAROL) });
    carol.emit("user.auth", right.clone()).await;
    assert_eq!(carol.refused("user.auth", right).await, "unavailable");
    assert_eq!(carol.refused("chat.start", json!({ "user_id": BOB, "text": "hello" })).await, "unavailable");
    carol.emit("chat.history", json!({ "room_id": 1 })).await;
    assert_eq!(carol.hear("on.error").await["code"], "unavailable");
    let_go.add_permits(1);
    assert_eq!(alice.hear("on.user.authorized").await["success"], true);
    assert!(matches!(carol.connection.next(PATIENCE).await, Some(Incoming::Closed { .. })));
    stopping.await.unwrap().unwrap();
}
