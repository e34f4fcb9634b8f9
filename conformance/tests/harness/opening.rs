//! How a connection opens, and how each failure is told apart.

use std::time::Duration;

use chat_conformance::wire::{Connection, Incoming, OpenError, OpenOptions, Target, error::Stage};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::server::{OPEN, Server, next_event, options};

async fn refusal(target: &Target, options: OpenOptions) -> OpenError {
    Connection::open(target, options).await.expect_err("it must not open")
}

/// A server that answers every HTTP request with a text.
async fn http(answer: &'static str) -> Server {
    Server::tcp(move |mut tcp| async move {
        let mut request = [0; 4096];
        assert!(tcp.read(&mut request).await.unwrap() > 0);
        tcp.write_all(answer.as_bytes()).await.unwrap();
    })
    .await
}

#[tokio::test]
async fn joins_the_namespace_and_hears_what_came_before_in_order() {
    let server = Server::web_socket(|mut peer| async move {
        peer.say(OPEN).await;
        // A ping right after the greeting, a noop, and an event before the answer: legal or at least survivable.
        peer.say("2").await;
        peer.say("6").await;
        peer.say(r#"42["early",1]"#).await;
        let mut said = [peer.hear().await.unwrap(), peer.hear().await.unwrap()];
        said.sort();
        assert_eq!(said, ["3", "40"]);
        peer.say(r#"40{"sid":"abc"}"#).await;
        peer.say(r#"42["late",2]"#).await;
        peer.until_the_end().await;
    })
    .await;
    let mut connection = server.connect().await;
    assert_eq!(connection.handshake().sid.len(), 20);
    assert_eq!(connection.handshake().problems, []);
    assert_eq!(connection.namespace_sid(), Some("abc"));
    assert_eq!(connection.pings(), 1);
    assert_eq!(next_event(&mut connection).await, ("early".into(), "[1]".into()));
    assert_eq!(next_event(&mut connection).await, ("late".into(), "[2]".into()));
}

#[tokio::test]
async fn can_stay_out_of_the_namespace_and_join_later() {
    let server = Server::socket_io(|mut peer| async move { peer.until_the_end().await }).await;
    let mut connection = server.connect_with(OpenOptions { auto_connect: false, ..options() }).await;
    assert!(connection.try_next().is_none());
    connection.join_namespace().await.unwrap();
    let answer = crate::server::next(&mut connection).await;
    assert!(matches!(answer, Incoming::Connected { sid: Some(sid) } if sid == "abc"));
}

#[tokio::test]
async fn tells_a_missing_server_from_a_missing_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free: Target = format!("ws://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let refused = refusal(&free, options()).await;
    assert!(matches!(refused, OpenError::Refused { .. }), "{refused}");
    assert!(refused.to_string().ends_with("start the server, or check the port in the URL"));
    let unknown = refusal(&"ws://no-such-host.invalid".parse().unwrap(), options()).await;
    assert!(matches!(unknown, OpenError::Name { .. }), "{unknown}");
}

#[tokio::test]
async fn tells_which_step_was_too_slow() {
    let options = || OpenOptions { patience: Duration::from_millis(100), ..options() };
    let silent = Server::tcp(|tcp| async move {
        std::future::pending::<()>().await;
        drop(tcp);
    });
    let error = refusal(&silent.await.target, options()).await;
    assert!(matches!(error, OpenError::Timeout { stage: Stage::Upgrade, .. }), "{error}");

    let no_greeting = Server::web_socket(|mut peer| async move { peer.until_the_end().await }).await;
    let error = refusal(&no_greeting.target, options()).await;
    assert!(matches!(error, OpenError::Timeout { stage: Stage::Open, .. }), "{error}");

    let no_answer = Server::web_socket(|mut peer| async move {
        peer.say(OPEN).await;
        peer.until_the_end().await;
    });
    let error = refusal(&no_answer.await.target, options()).await;
    assert!(matches!(error, OpenError::Timeout { stage: Stage::Namespace, .. }), "{error}");
    assert!(error.to_string().contains("did not answer within 100ms while waiting for the answer to joining"));
}

#[tokio::test]
async fn a_wrong_path_shows_status_and_answer() {
    let server = http("HTTP/1.1 404 Not Found\r\nContent-Length: 11\r\n\r\nno\n such do").await;
    let error = refusal(&server.target.with_path("/chat/"), options()).await;
    let text = error.to_string();
    assert!(
        text.contains("HTTP status 404, `no such do`: is the path `/chat/` the server's Socket.IO path?"),
        "{text}"
    );

    let server = http("HTTP/1.1 308 Permanent Redirect\r\nLocation: /socket.io/\r\nContent-Length: 0\r\n\r\n").await;
    let text = refusal(&server.target, options()).await.to_string();
    assert!(text.contains("HTTP status 308 (to /socket.io/)"), "{text}");
}

#[tokio::test]
async fn what_is_no_web_socket_or_no_engine_io_is_named() {
    let server = http("SSH-2.0-OpenSSH_9.6\r\n\r\n").await;
    let error = refusal(&server.target, options()).await;
    assert!(matches!(error, OpenError::NotWebSocket { .. }), "{error}");

    for (frame, name) in
        [("hello", "NotEngineIo"), ("42[]", "NotEngineIo"), ("0[]", "MalformedOpen"), ("0{", "MalformedOpen")]
    {
        let server = Server::web_socket(move |mut peer| async move {
            peer.say(frame).await;
            peer.until_the_end().await;
        });
        let error = refusal(&server.await.target, options()).await;
        assert!(format!("{error:?}").starts_with(name), "{frame}: {error}");
    }
}

#[tokio::test]
async fn a_greeting_with_faults_is_reported_and_still_opens() {
    let server = Server::web_socket(|mut peer| async move {
        peer.say(r#"0{"sid":"x","pingInterval":25000,"pingTimeout":"20000"}"#).await;
        assert_eq!(peer.hear().await.as_deref(), Some("40"));
        peer.say("40").await;
        peer.until_the_end().await;
    });
    let server = server.await;
    let connection = server.connect().await;
    let problems: Vec<&str> = connection.handshake().problems.iter().map(|problem| problem.field).collect();
    assert_eq!((problems, connection.namespace_sid()), (vec!["pingTimeout", "maxPayload"], None));
}

#[tokio::test]
async fn a_refused_namespace_says_why() {
    let server = Server::web_socket(|mut peer| async move {
        peer.say(OPEN).await;
        assert_eq!(peer.hear().await.as_deref(), Some("40"));
        peer.say(r#"44{"message":"Invalid namespace"}"#).await;
        peer.until_the_end().await;
    });
    let error = refusal(&server.await.target, options()).await;
    assert!(error.to_string().ends_with("refuses the namespace `/`: Invalid namespace"), "{error}");
}

#[tokio::test]
async fn a_server_that_hangs_up_is_no_timeout() {
    let server = Server::web_socket(|mut peer| async move { peer.say(OPEN).await }).await;
    let error = refusal(&server.target, options()).await;
    assert!(matches!(error, OpenError::Closed { stage: Stage::Namespace, .. }), "{error}");
}
