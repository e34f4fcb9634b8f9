//! Acknowledgements reach who asked for them.

use std::time::Duration;

use chat_conformance::wire::{AckError, Incoming};
use futures_util::future::join_all;
use serde_json::json;

use crate::server::{PATIENCE, Peer, Server, next, next_event};

/// The number and the payload of an event `42<id>["echo",<payload>]`.
fn parts(frame: &str) -> (u64, &str) {
    let (id, rest) = frame.strip_prefix("42").unwrap().split_once('[').unwrap();
    (id.parse().unwrap(), rest.strip_prefix(r#""echo","#).unwrap().strip_suffix(']').unwrap())
}

/// Answers a thousand events from the last to the first.
async fn answer_backwards(mut peer: Peer) {
    let mut heard = Vec::new();
    while heard.len() < 1_000 {
        heard.push(peer.hear().await.unwrap());
    }
    for frame in heard.iter().rev() {
        let (id, payload) = parts(frame);
        peer.say(format!("43{id}[{payload}]")).await;
    }
    peer.until_the_end().await;
}

#[tokio::test]
async fn a_thousand_at_once_are_none_mixed_up() {
    let server = Server::socket_io(answer_backwards).await;
    let connection = server.connect().await;
    let asked = (0..1_000_u64).map(|n| {
        let sender = connection.sender();
        async move {
            let ack = sender.emit_with_ack("echo", &[json!(n)]).await.unwrap().wait(PATIENCE).await.unwrap();
            assert_eq!(ack.args, [json!(n)]);
            ack.seq
        }
    });
    let mut places = join_all(asked).await;
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), 1_000);
}

#[tokio::test]
async fn a_second_one_and_one_that_nobody_asked_for_are_heard() {
    let server = Server::socket_io(|mut peer| async move {
        let frame = peer.hear().await.unwrap();
        let (id, _) = parts(&frame);
        peer.say(r#"42["before"]"#).await;
        peer.say(format!("43{id}[1]")).await;
        peer.say(format!("43{id}[2]")).await;
        peer.say("43777[3]").await;
        peer.until_the_end().await;
    });
    let server = server.await;
    let mut connection = server.connect().await;
    let ack = connection.emit_with_ack("echo", &[json!("x")]).await.unwrap().wait(PATIENCE).await.unwrap();
    let Incoming::Event(before) = next(&mut connection).await else { panic!("an event was sent first") };
    assert!(before.seq < ack.seq, "an event that was sent before an acknowledgement has the lower place");
    for expected in [json!(2), json!(3)] {
        let Incoming::Ack(stray) = next(&mut connection).await else { panic!("a stray acknowledgement is heard") };
        assert_eq!(stray.args, [expected]);
    }
}

#[tokio::test]
async fn silence_and_a_lost_connection_are_told_apart() {
    let server = Server::socket_io(|mut peer| async move {
        peer.hear().await.unwrap();
        peer.say(r#"42["got it"]"#).await;
        peer.hear().await.unwrap();
    });
    let server = server.await;
    let mut connection = server.connect().await;
    let patience = Duration::from_millis(10);
    let silence = connection.emit_with_ack("echo", &[]).await.unwrap().wait(patience).await.unwrap_err();
    assert_eq!(silence, AckError::Timeout(patience));
    assert_eq!(next_event(&mut connection).await.0, "got it");
    let lost = connection.emit_with_ack("echo", &[]).await.unwrap().wait(PATIENCE).await.unwrap_err();
    assert!(matches!(lost, AckError::Closed(_)), "{lost}");
}
