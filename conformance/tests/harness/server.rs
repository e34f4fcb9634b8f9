//! Tiny servers: each test says by hand what its server says.

use std::time::Duration;

use chat_conformance::wire::{Connection, Incoming, OpenOptions, Target};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};
use tokio_util::task::AbortOnDropHandle;

/// Long enough for a busy machine; no test waits for it to pass.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The greeting of a correct server.
pub(crate) const OPEN: &str =
    r#"0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;

/// A server that runs until it is dropped.
pub(crate) struct Server {
    pub(crate) target: Target,
    _task: AbortOnDropHandle<()>,
}

impl Server {
    /// Accepts TCP connections, and serves one after the other.
    pub(crate) async fn tcp<F: Future<Output = ()> + Send>(
        serve: impl Fn(TcpStream) -> F + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = format!("ws://{}", listener.local_addr().unwrap()).parse().unwrap();
        let task = tokio::spawn(async move {
            loop {
                serve(listener.accept().await.unwrap().0).await;
            }
        });
        Self { target, _task: AbortOnDropHandle::new(task) }
    }

    /// Accepts WebSockets, and serves one after the other.
    pub(crate) async fn web_socket<F: Future<Output = ()> + Send>(
        serve: impl Fn(Peer) -> F + Clone + Send + Sync + 'static,
    ) -> Self {
        Self::tcp(move |tcp| {
            let serve = serve.clone();
            async move { serve(Peer(accept_async(tcp).await.unwrap())).await }
        })
        .await
    }

    /// Accepts WebSockets, greets, and lets clients join before it serves.
    pub(crate) async fn socket_io<F: Future<Output = ()> + Send>(
        serve: impl Fn(Peer) -> F + Clone + Send + Sync + 'static,
    ) -> Self {
        Self::web_socket(move |mut peer| {
            let serve = serve.clone();
            async move {
                peer.say(OPEN).await;
                assert_eq!(peer.hear().await.as_deref(), Some("40"));
                peer.say(r#"40{"sid":"abc"}"#).await;
                serve(peer).await;
            }
        })
        .await
    }

    pub(crate) async fn connect(&self) -> Connection {
        self.connect_with(options()).await
    }

    pub(crate) async fn connect_with(&self, options: OpenOptions) -> Connection {
        Connection::open(&self.target, options).await.unwrap_or_else(|error| panic!("{error}"))
    }
}

pub(crate) fn options() -> OpenOptions {
    OpenOptions { patience: PATIENCE, ..OpenOptions::default() }
}

/// The server's end of a connection.
pub(crate) struct Peer(pub(crate) WebSocketStream<TcpStream>);

impl Peer {
    pub(crate) async fn say(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }

    pub(crate) async fn say_bytes(&mut self, bytes: &'static [u8]) {
        self.0.send(Message::binary(bytes)).await.unwrap();
    }

    /// The next text frame; `None` at the end.
    pub(crate) async fn hear(&mut self) -> Option<String> {
        match self.0.next().await? {
            Ok(Message::Text(text)) => Some(text.to_string()),
            Ok(Message::Close(_)) | Err(_) => None,
            Ok(other) => panic!("the client said {other:?}"),
        }
    }

    /// Serves nothing, until the client goes.
    pub(crate) async fn until_the_end(&mut self) {
        while self.hear().await.is_some() {}
    }
}

/// The next that the connection hears.
pub(crate) async fn next(connection: &mut Connection) -> Incoming {
    connection.next(PATIENCE).await.expect("something is heard")
}

/// The next that the connection hears, as an event: its name and arguments as JSON.
pub(crate) async fn next_event(connection: &mut Connection) -> (String, String) {
    match next(connection).await {
        Incoming::Event(event) => (event.name.clone(), serde_json::Value::from(event.args).to_string()),
        other => panic!("expected an event, heard {other:?}"),
    }
}
