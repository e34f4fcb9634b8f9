//! A server and its clients, as tests speak of them.

use std::time::Duration;

use chat_conformance::wire::{Connection, Incoming, OpenOptions, Target};
use chat_server::{
    accounts::{self, Account},
    app::{RunningServer, Server},
    config::Config,
};
use serde_json::{Value, json};

/// Long enough for any answer on a busy machine. Nothing waits for it unless a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const ALICE: u64 = 101;
pub(crate) const BOB: u64 = 102;
pub(crate) const CAROL: u64 = 103;

/// The settings of a server in memory, with the demo accounts.
pub(crate) fn config() -> Config {
    Config { accounts: demo_accounts(), ..Config::default() }
}

pub(crate) fn demo_accounts() -> Vec<Account> {
    accounts::parse(chat_fixtures::ACCOUNTS).unwrap()
}

pub(crate) fn token(user: u64) -> String {
    demo_accounts().into_iter().find(|account| account.id.get() == user).unwrap().token
}

pub(crate) async fn start() -> RunningServer {
    Server::start(config()).await.unwrap()
}

/// A client of a server.
pub(crate) struct Client {
    pub(crate) connection: Connection,
}

impl Client {
    pub(crate) async fn connect(server: &RunningServer) -> Self {
        Self::connect_to(server.url(), OpenOptions::default()).await
    }

    pub(crate) async fn connect_to(url: &str, options: OpenOptions) -> Self {
        let target: Target = url.parse().unwrap();
        Self { connection: Connection::open(&target, options).await.unwrap() }
    }

    /// A client that is authorised, and has heard so.
    pub(crate) async fn authorised(server: &RunningServer, user: u64) -> Self {
        let mut client = Self::connect(server).await;
        let authorised = client.authorise(user).await;
        assert_eq!(authorised["success"], true);
        client
    }

    pub(crate) async fn authorise(&mut self, user: u64) -> Value {
        self.emit("user.auth", json!({ "id": user, "token": token(user) })).await;
        self.hear("on.user.authorized").await
    }

    pub(crate) async fn emit(&self, action: &str, payload: Value) {
        self.connection.sender().emit(action, &[payload]).await.unwrap();
    }

    /// What the callback of an action gets.
    pub(crate) async fn ask(&self, action: &str, payload: Value) -> Value {
        let pending = self.connection.sender().emit_with_ack(action, &[payload]).await.unwrap();
        pending.wait(PATIENCE).await.unwrap().args.remove(0)
    }

    /// Sends an action that must be carried out.
    pub(crate) async fn act(&self, action: &str, payload: Value) {
        assert_eq!(self.ask(action, payload).await, json!({ "ok": true }), "{action}");
    }

    /// Sends an action that must be refused; the code.
    pub(crate) async fn refused(&self, action: &str, payload: Value) -> String {
        let answer = self.ask(action, payload).await;
        assert_eq!((&answer["ok"], &answer["error"]["action"]), (&json!(false), &json!(action)), "{answer}");
        answer["error"]["code"].as_str().unwrap().to_owned()
    }

    /// The next event, which must have this name.
    pub(crate) async fn hear(&mut self, name: &str) -> Value {
        let (heard, payload) = self.next_event().await;
        assert_eq!(heard, name, "{payload}");
        assert_eq!(chat_spec::schema::findings(name, &payload), [], "{payload}");
        payload
    }

    async fn next_event(&mut self) -> (String, Value) {
        match self.connection.next(PATIENCE).await {
            Some(Incoming::Event(mut event)) => {
                assert_eq!(event.args.len(), 1, "{event:?}");
                (event.name, event.args.remove(0))
            }
            other => panic!("expected an event, not {other:?}"),
        }
    }

    /// Asserts that nothing was heard: after an action was answered, which is on the same path.
    pub(crate) async fn hears_nothing(&mut self) {
        assert_eq!(self.refused("chat.history", json!({ "room_id": 9_007_199_254_740_991_u64 })).await, "not_found");
        if let Some(heard) = self.connection.try_next() {
            panic!("expected nothing, not {heard:?}");
        }
    }

    /// Waits until the connection is closed, whatever is heard before.
    pub(crate) async fn closed(&mut self) {
        loop {
            match self.connection.next(PATIENCE).await {
                Some(Incoming::Closed { .. }) => return,
                Some(_) => {}
                None => panic!("the connection is still open"),
            }
        }
    }
}

/// Two clients with a dialog of one message, which both have heard; and its room.
pub(crate) async fn dialog(server: &RunningServer) -> (Client, Client, u64) {
    let mut alice = Client::authorised(server, ALICE).await;
    let mut bob = Client::authorised(server, BOB).await;
    alice.hear("on.user.online").await;
    alice.act("chat.start", json!({ "user_id": BOB, "text": "hello" })).await;
    let room = alice.hear("on.message.new").await["room"]["id"].as_u64().unwrap();
    bob.hear("on.message.new").await;
    (alice, bob, room)
}

/// The texts of the newest page of a room.
pub(crate) async fn history(client: &mut Client, room: u64) -> Vec<String> {
    client.emit("chat.history", json!({ "room_id": room })).await;
    let page = client.hear("on.chat.history").await;
    page["messages"].as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}
