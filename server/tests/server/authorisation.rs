//! Who may come in.

use std::time::{Duration, Instant};

use chat_conformance::wire::{Incoming, sender::event_text};
use chat_server::{
    app::Server,
    auth::{Authenticator, ThrottleSettings},
};
use serde_json::json;

use crate::support::{ALICE, BOB, CAROL, Client, PATIENCE, config, start, token};

#[tokio::test]
async fn a_wrong_token_and_an_unknown_id_get_the_same_answer() {
    let server = start().await;
    let mut client = Client::connect(&server).await;
    for (id, token) in [(ALICE, "wrong".to_owned()), (999, token(ALICE)), (BOB, token(ALICE))] {
        let answer = client.ask("user.auth", json!({ "id": id, "token": token })).await;
        let message = "the id or the token is wrong";
        let error = json!({ "action": "user.auth", "code": "unauthenticated", "message": message });
        assert_eq!(answer, json!({ "ok": false, "error": error }));
        let refused = client.hear("on.user.authorized").await;
        assert_eq!(refused, json!({ "success": false, "dialogs": [], "user": null }));
    }
    assert_eq!(client.authorise(ALICE).await["user"]["id"], ALICE);
}

#[tokio::test]
async fn a_socket_stays_who_it_was_first() {
    let server = start().await;
    let mut client = Client::authorised(&server, ALICE).await;
    let mut bob = Client::authorised(&server, BOB).await;
    client.hear("on.user.online").await;
    assert_eq!(client.refused("user.auth", json!({ "id": CAROL, "token": token(CAROL) })).await, "conflict");
    assert_eq!(client.hear("on.user.authorized").await["success"], false);
    assert_eq!(client.authorise(ALICE).await["success"], true);
    bob.act("chat.start", json!({ "user_id": ALICE, "text": "once" })).await;
    assert_eq!(client.hear("on.message.new").await["chat"]["user_id"], ALICE);
    client.hears_nothing().await;
    bob.hear("on.message.new").await;
    bob.hears_nothing().await;
}

#[tokio::test]
async fn nothing_works_before_authorisation() {
    let server = start().await;
    let mut client = Client::connect(&server).await;
    for entry in chat_spec::events::TABLE.iter().filter(|entry| entry.answered_by.is_some()) {
        if entry.name != "user.auth" {
            assert_eq!(client.refused(entry.name, (entry.example)()).await, "unauthenticated");
            assert_eq!(client.refused(entry.name, json!(7)).await, "unauthenticated");
        }
    }
    assert_eq!(client.refused("chat.typing", json!({})).await, "unknown_action");
    assert!(client.connection.try_next().is_none());
}

#[tokio::test]
async fn guessing_gets_slower_and_ends_but_the_right_token_gets_in() {
    let settings = ThrottleSettings {
        delay_step: Duration::from_millis(5),
        longest_delay: Duration::from_millis(50),
        most_refusals: 10,
        ..ThrottleSettings::default()
    };
    let server = Server::start(chat_server::config::Config { throttle: settings, ..config() }).await.unwrap();
    let mut guesser = Client::connect(&server).await;
    let mut last = Duration::ZERO;
    for guess in 1..=10 {
        let began = Instant::now();
        let code = guesser.refused("user.auth", json!({ "id": ALICE, "token": guess.to_string() })).await;
        assert_eq!(code, if guess < 10 { "unauthenticated" } else { "rate_limited" });
        assert_eq!(guesser.hear("on.user.authorized").await["success"], false);
        last = began.elapsed();
    }
    assert!(last >= settings.delay_step * 5, "{last:?}");
    guesser.closed().await;
    Client::authorised(&server, ALICE).await;
}

#[tokio::test]
async fn what_waits_behind_too_many_wrong_tokens_is_not_looked_at() {
    let settings = ThrottleSettings { most_refusals: 6, ..ThrottleSettings::default() };
    let server = Server::start(chat_server::config::Config { throttle: settings, ..config() }).await.unwrap();
    let mut bob = Client::authorised(&server, BOB).await;
    let mut guesser = Client::connect(&server).await;
    let wrong = (0..20).map(|n| json!({ "id": ALICE, "token": n.to_string() }));
    let tries = wrong.chain([json!({ "id": ALICE, "token": token(ALICE) })]);
    let frames = tries.map(|payload| event_text("user.auth", &[payload]));
    guesser.connection.sender().send_many(frames).await.unwrap();
    let mut answers = 0;
    loop {
        match guesser.connection.next(PATIENCE).await {
            Some(Incoming::Event(event)) => {
                assert_eq!(event.args[0]["success"], false);
                answers += 1;
            }
            Some(Incoming::Closed { .. }) => break,
            other => panic!("expected an answer or the end, not {other:?}"),
        }
    }
    assert_eq!(answers, 6);
    // Nobody came, and somebody else can.
    Client::authorised(&server, CAROL).await;
    assert_eq!(bob.hear("on.user.online").await["id"], CAROL);
}

/// Lets everybody in as the first user.
struct OpenDoor(std::sync::Arc<dyn Authenticator>);

#[async_trait::async_trait]
impl Authenticator for OpenDoor {
    async fn verify(
        &self,
        id: chat_spec::types::UserId,
        _: &str,
    ) -> chat_server::store::Result<Option<chat_spec::types::User>> {
        self.0.verify(id, &token(id.get())).await
    }

    async fn identify(&self, token: &str) -> chat_server::store::Result<Option<chat_spec::types::User>> {
        self.0.identify(token).await
    }
}

#[tokio::test]
async fn parts_of_the_server_can_be_wrapped_from_outside() {
    let builder = Server::builder(config()).wrap_authenticator(|inner| std::sync::Arc::new(OpenDoor(inner)));
    let server = builder.start().await.unwrap();
    let mut client = Client::connect(&server).await;
    client.emit("user.auth", json!({ "id": ALICE, "token": "anything" })).await;
    assert_eq!(client.hear("on.user.authorized").await["success"], true);
    assert!(client.connection.next(Duration::ZERO).await.is_none());
    assert!(PATIENCE > Duration::ZERO);
}
