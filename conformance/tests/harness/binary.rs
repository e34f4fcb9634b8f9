//! Binary events, both ways.

use bytes::Bytes;
use chat_conformance::wire::{Incoming, sender::placeholder};
use futures_util::StreamExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::server::{Server, next, next_event};

#[tokio::test]
async fn attachments_are_put_together() {
    let server = Server::socket_io(|mut peer| async move {
        peer.say(r#"452-["photo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#).await;
        peer.say_bytes(b"one").await;
        peer.say_bytes(b"two").await;
        peer.say(r#"42["after"]"#).await;
        peer.until_the_end().await;
    });
    let server = server.await;
    let mut connection = server.connect().await;
    let Incoming::Event(photo) = next(&mut connection).await else { panic!("an event") };
    assert_eq!((photo.binary, photo.args), (true, vec![placeholder(0), placeholder(1)]));
    assert_eq!(photo.attachments, ["one", "two"]);
    assert_eq!(next_event(&mut connection).await.0, "after");
}

#[tokio::test]
async fn missing_and_stray_attachments_are_malformed() {
    let server = Server::socket_io(|mut peer| async move {
        peer.say_bytes(b"stray").await;
        peer.say(r#"451-["cut short",{"_placeholder":true,"num":0}]"#).await;
        peer.say(r#"42["after"]"#).await;
        peer.until_the_end().await;
    });
    let server = server.await;
    let mut connection = server.connect().await;
    for expected in ["no packet before it", "announced 1 attachments and got 0"] {
        let Incoming::Malformed { why, .. } = next(&mut connection).await else { panic!("malformed") };
        assert!(why.contains(expected), "{why}");
    }
    assert_eq!(next_event(&mut connection).await.0, "after");
}

#[tokio::test]
async fn attachments_are_sent_after_their_event() {
    let server = Server::socket_io(|mut peer| async move {
        let text = peer.hear().await.unwrap();
        let Message::Binary(bytes) = peer.0.next().await.unwrap().unwrap() else { panic!("an attachment follows") };
        assert_eq!(bytes, "bytes");
        peer.say(format!("42{}", json!(["heard", text]))).await;
        peer.until_the_end().await;
    });
    let server = server.await;
    let mut connection = server.connect().await;
    let attachments = vec![Bytes::from_static(b"bytes")];
    connection.emit_binary("message.send", &[json!({"text": placeholder(0)})], attachments).await.unwrap();
    let heard = r#"["451-[\"message.send\",{\"text\":{\"_placeholder\":true,\"num\":0}}]"]"#;
    assert_eq!(next_event(&mut connection).await, ("heard".to_owned(), heard.to_owned()));
}
