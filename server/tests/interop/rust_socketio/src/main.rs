//! Two users walk through all ten actions with rust_socketio, at its only path, `/socket.io/`.
//! Arguments: the server's URL, and two accounts as `id:token`.

use std::time::Duration;

use futures_util::FutureExt as _;
use rust_socketio::{
    Event, Payload, TransportType,
    asynchronous::{Client, ClientBuilder},
};
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::timeout};

struct User {
    id: u64,
    client: Client,
    events: mpsc::UnboundedReceiver<(String, Value)>,
}

impl User {
    async fn connect(url: &str, id: u64) -> Self {
        let (heard, mut events) = mpsc::unbounded_channel();
        let connected = heard.clone();
        let client = ClientBuilder::new(url)
            .transport_type(TransportType::Websocket)
            .reconnect(false)
            .on(Event::Connect, move |_, _| {
                connected.send(("connected".to_owned(), Value::Null)).expect("the user listens");
                async {}.boxed()
            })
            .on_any(move |event, payload, _| {
                if let (Event::Custom(name), Payload::Text(mut arguments)) = (event, payload) {
                    assert_eq!(arguments.len(), 1, "{name} has one argument");
                    heard.send((name, arguments.remove(0))).expect("the user listens");
                }
                async {}.boxed()
            })
            .connect()
            .await
            .expect("the server is there");
        // `connect` returns before the namespace is joined.
        let first = timeout(Duration::from_secs(10), events.recv()).await.expect("the namespace is joined");
        assert_eq!(first.map(|(name, _)| name).as_deref(), Some("connected"));
        Self { id, client, events }
    }

    async fn emit(&self, action: &str, payload: Value) {
        self.client.emit(action, payload).await.expect("the connection is open");
    }

    async fn hear(&mut self, name: &str) -> Value {
        let heard = timeout(Duration::from_secs(10), self.events.recv())
            .await
            .unwrap_or_else(|_| panic!("{} did not hear {name}", self.id))
            .expect("the connection is open");
        assert_eq!(heard.0, name, "{}", heard.1);
        heard.1
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("a URL");
    let accounts: Vec<(u64, String)> = arguments
        .map(|account| {
            let (id, token) = account.split_once(':').expect("an account as id:token");
            (id.parse().expect("an id"), token.to_owned())
        })
        .collect();
    let [(alice_id, alice_token), (bob_id, bob_token)] = &accounts[..] else { panic!("two accounts") };
    let mut alice = User::connect(&url, *alice_id).await;
    let mut bob = User::connect(&url, *bob_id).await;

    alice.emit("user.auth", json!({ "id": alice_id, "token": alice_token })).await;
    assert_eq!(alice.hear("on.user.authorized").await["success"], true);
    bob.emit("user.auth", json!({ "id": bob_id, "token": bob_token })).await;
    assert_eq!(bob.hear("on.user.authorized").await["success"], true);
    assert_eq!(alice.hear("on.user.online").await, json!({ "id": bob_id, "online": true }));

    alice.emit("chat.start", json!({ "user_id": bob_id, "text": "hello" })).await;
    let room = alice.hear("on.message.new").await["room"]["id"].clone();
    assert_eq!(bob.hear("on.message.new").await["chat"]["unread_count"], 1);
    bob.emit("message.send", json!({ "room_id": room, "text": "привет 👋" })).await;
    let message = bob.hear("on.message.new").await["message"]["id"].clone();
    assert_eq!(alice.hear("on.message.new").await["message"]["text"], "привет 👋");
    bob.emit("chat.read", json!({ "room_id": room })).await;
    assert_eq!(bob.hear("on.chat.read").await["chat"]["unread_count"], 0);
    bob.emit("message.delete", json!({ "message_id": message })).await;
    for user in [&mut alice, &mut bob] {
        assert_eq!(user.hear("on.message.delete").await["message"]["id"], message);
    }
    alice.emit("chat.history", json!({ "room_id": room })).await;
    assert_eq!(alice.hear("on.chat.history").await["messages"][0]["text"], "hello");
    let call = |user: u64| json!({ "user_id": user, "ice_candidate": {}, "session_description": { "type": "offer" } });
    alice.emit("call.start", call(*bob_id)).await;
    assert_eq!(bob.hear("on.call.init").await["user"]["id"], *alice_id);
    bob.emit("call.answer", call(*alice_id)).await;
    assert_eq!(alice.hear("on.call.answer").await["session_description"]["type"], "offer");
    for (action, event) in [("chat.clear", "on.chat.clear"), ("chat.delete", "on.chat.delete")] {
        alice.emit(action, json!({ "room_id": room })).await;
        for user in [&mut alice, &mut bob] {
            assert_eq!(user.hear(event).await["room"]["id"], room);
        }
    }
    alice.emit("chat.read", json!({ "room_id": room })).await;
    assert_eq!(alice.hear("on.error").await["code"], "not_found");
    bob.client.disconnect().await.expect("the connection is open");
    assert_eq!(alice.hear("on.user.online").await, json!({ "id": bob_id, "online": false }));
}
