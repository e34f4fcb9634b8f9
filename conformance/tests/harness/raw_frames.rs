//! Frames leave as they are given, in the order given.

use chat_conformance::wire::{SendError, sender::event_text};
use futures_util::StreamExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::server::{Server, next_event};

/// Tells a client what each of its frames was.
async fn parrot() -> Server {
    Server::socket_io(|mut peer| async move {
        while let Some(Ok(message)) = peer.0.next().await {
            let heard = match message {
                Message::Text(text) => text.to_string(),
                Message::Binary(bytes) => format!("{bytes:?}"),
                _ => return,
            };
            peer.say(format!("42{}", json!([heard]))).await;
        }
    })
    .await
}

#[tokio::test]
async fn malformed_ones_and_odd_json_leave_to_the_letter() {
    let server = parrot().await;
    let mut connection = server.connect().await;
    connection.send_text("4").await.unwrap();
    connection.send_text("").await.unwrap();
    connection.send_binary(vec![0, 255]).await.unwrap();
    connection.emit_raw_payload("call.start", r#"{"ice_candidate": 1e400}"#).await.unwrap();
    connection.emit_raw_payload("none", "").await.unwrap();
    connection.emit_raw_payload("two", r#"1, "\ud800""#).await.unwrap();
    for expected in [
        "4",
        "",
        r#"b"\0\xff""#,
        r#"42["call.start",{"ice_candidate": 1e400}]"#,
        r#"42["none"]"#,
        r#"42["two",1, "\ud800"]"#,
    ] {
        assert_eq!(next_event(&mut connection).await.0, expected);
    }
    let refused = connection.emit_raw_payload("x", "{").await;
    assert!(matches!(refused, Err(SendError::Payload(_))), "{refused:?}");
}

#[tokio::test]
async fn many_are_pipelined_in_order() {
    let server = parrot().await;
    let mut connection = server.connect().await;
    let frames: Vec<String> = (0..5_000).map(|n| event_text("n", &[json!(n)])).collect();
    connection.send_many(frames.clone()).await.unwrap();
    for expected in frames {
        assert_eq!(next_event(&mut connection).await.0, expected);
    }
}
