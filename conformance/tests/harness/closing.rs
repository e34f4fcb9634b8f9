//! How a connection ends, and that it says so.

use std::time::Duration;

use chat_conformance::wire::{CloseReason, Incoming, OpenOptions, SendError};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::server::{PATIENCE, Peer, Server, next, next_event, options};

/// A server that tells the test what it heard of a client's end.
async fn witness() -> (Server, mpsc::UnboundedReceiver<String>) {
    let (tell, told) = mpsc::unbounded_channel();
    let server = Server::socket_io(move |mut peer: Peer| {
        let tell = tell.clone();
        async move {
            while let Some(message) = peer.0.next().await {
                let told = match message {
                    Ok(Message::Text(text)) => text.to_string(),
                    Ok(Message::Close(_)) => "close frame".to_owned(),
                    Err(Error::Io(error)) => format!("{:?}", error.kind()),
                    other => format!("{other:?}"),
                };
                tell.send(told).unwrap();
            }
        }
    });
    (server.await, told)
}

#[tokio::test]
async fn a_clean_close_says_goodbye() {
    let (server, mut told) = witness().await;
    let connection = server.connect().await;
    let record = connection.record();
    assert_eq!(connection.close().await, CloseReason::ByClient);
    assert_eq!(told.recv().await.as_deref(), Some("41"));
    assert_eq!(told.recv().await.as_deref(), Some("close frame"));
    let last = record.lines(std::time::Instant::now(), "alice").pop().unwrap();
    assert_eq!(last.frame, "closed by the client");
}

#[tokio::test]
async fn an_abort_is_a_reset_without_a_goodbye() {
    let (server, mut told) = witness().await;
    let connection = server.connect().await;
    let sender = connection.sender().clone();
    connection.abort().await.unwrap();
    assert_eq!(told.recv().await.as_deref(), Some("ConnectionReset"));
    assert_eq!(sender.emit("late", &[]).await, Err(SendError::Closed(CloseReason::ByClient)));
}

#[tokio::test]
async fn a_dropped_connection_ends_without_a_goodbye() {
    let (server, mut told) = witness().await;
    drop(server.connect().await);
    let told = told.recv().await.unwrap();
    assert!(told.contains("ResetWithoutClosingHandshake") || told == "ConnectionReset", "{told}");
}

#[tokio::test]
async fn every_end_has_its_reason_and_is_heard_once() {
    let frame = CloseFrame { code: CloseCode::Policy, reason: "too fast".into() };
    let ends: [(&str, CloseReason); 4] = [
        ("frame", CloseReason::CloseFrame { code: Some(1008), reason: "too fast".to_owned() }),
        ("engine", CloseReason::EngineClose),
        ("drop", CloseReason::Dropped("end of stream".to_owned())),
        ("garbage", CloseReason::Protocol("Encountered invalid opcode: 3".to_owned())),
    ];
    for (how, expected) in ends {
        let frame = frame.clone();
        let server = Server::socket_io(move |mut peer: Peer| {
            let frame = frame.clone();
            async move {
                peer.say(r#"42["last words"]"#).await;
                match how {
                    "frame" => peer.0.close(Some(frame)).await.unwrap(),
                    "engine" => peer.say("1").await,
                    "garbage" => {
                        use tokio::io::AsyncWriteExt;
                        peer.0.get_mut().write_all(&[0x83, 0x00]).await.unwrap();
                        peer.until_the_end().await;
                    }
                    _ => {}
                }
            }
        });
        let server = server.await;
        let mut connection = server.connect().await;
        assert_eq!(next_event(&mut connection).await.0, "last words");
        let Incoming::Closed { reason, .. } = next(&mut connection).await else { panic!("{how}: the end is heard") };
        assert_eq!(reason, expected, "{how}");
        assert!(connection.next(PATIENCE).await.is_none());
        assert_eq!(connection.closed().map(|(reason, _)| reason), Some(expected));
    }
}

#[tokio::test]
async fn a_server_that_ignores_the_close_frame_is_told() {
    let server = Server::socket_io(|peer| async move {
        std::future::pending::<()>().await;
        drop(peer);
    });
    let options = OpenOptions { patience: Duration::from_millis(200), ..options() };
    assert_eq!(server.await.connect_with(options).await.close().await, CloseReason::Unanswered);
}

#[tokio::test]
async fn leaving_the_namespace_is_no_end() {
    let server = Server::socket_io(|mut peer| async move {
        peer.say("41").await;
        peer.say(r#"42["still here"]"#).await;
        peer.until_the_end().await;
    });
    let server = server.await;
    let mut connection = server.connect().await;
    assert!(matches!(next(&mut connection).await, Incoming::Disconnected));
    assert_eq!(next_event(&mut connection).await.0, "still here");
}

#[tokio::test]
async fn a_queue_that_overflows_closes_the_connection() {
    let server = Server::socket_io(|mut peer| async move {
        for n in 0..100 {
            peer.say(format!(r#"42["n",{n}]"#)).await;
        }
        peer.until_the_end().await;
    });
    let server = server.await;
    let mut connection = server.connect_with(OpenOptions { queue: 10, ..options() }).await;
    let mut heard = 0;
    let reason = loop {
        match next(&mut connection).await {
            Incoming::Event(_) => heard += 1,
            Incoming::Closed { reason, .. } => break reason,
            other => panic!("{other:?}"),
        }
    };
    assert!(heard >= 10);
    assert_eq!(reason, CloseReason::QueueFull(10));
}
