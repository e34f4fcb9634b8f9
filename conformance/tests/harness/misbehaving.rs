//! Servers that say what they should not, and clients that do what they should not.

use std::time::Duration;

use chat_conformance::wire::{Incoming, OpenOptions, SendError, record::Keep};

use crate::server::{Peer, Server, next, next_event, options};

#[tokio::test]
async fn malformed_frames_are_heard_as_such_and_the_connection_goes_on() {
    let frames = [
        "",
        "hello",
        "7",
        "4",
        "49",
        "42",
        r#"42{"a":1}"#,
        "42[",
        "42[]",
        "42[1]",
        "43[]",
        "45[]",
        "42/admin,[\"x\"]",
        "0{}",
    ];
    let server = Server::socket_io(move |mut peer: Peer| async move {
        for frame in frames {
            peer.say(frame).await;
        }
        peer.say(r#"42["fine"]"#).await;
        peer.until_the_end().await;
    });
    let server = server.await;
    let mut connection = server.connect().await;
    for frame in frames {
        let heard = next(&mut connection).await;
        assert!(matches!(heard, Incoming::Malformed { .. }), "{frame}: {heard:?}");
    }
    assert_eq!(next_event(&mut connection).await.0, "fine");
}

#[tokio::test]
async fn what_a_value_cannot_hold_is_kept_as_text() {
    let server = Server::socket_io(|mut peer| async move {
        peer.say(r#"42["on.call.init",{"ice_candidate":1e400,"n":1.10}]"#).await;
        peer.until_the_end().await;
    });
    let Incoming::Event(event) = next(&mut server.await.connect().await).await else { panic!("an event") };
    assert_eq!(event.args, [serde_json::json!({"ice_candidate": null, "n": 1.1})]);
    assert_eq!(event.raw_args()[0].get(), r#"{"ice_candidate":1e400,"n":1.10}"#);
}

#[tokio::test]
async fn a_client_that_does_not_read_stops_the_server_from_sending_and_can_go_on() {
    const FRAMES: usize = 32;
    let server = Server::socket_io(|mut peer| async move {
        peer.hear().await.unwrap();
        for _ in 0..FRAMES {
            peer.say(format!(r#"42["big","{}"]"#, "x".repeat(1 << 20))).await;
        }
        peer.until_the_end().await;
    });
    let options = OpenOptions { read: false, receive_buffer: Some(4_096), record: Keep::CountsOnly, ..options() };
    let server = server.await;
    let mut connection = server.connect_with(options).await;
    connection.emit("go", &[]).await.unwrap();
    assert!(connection.next(Duration::from_millis(100)).await.is_none());
    assert_eq!(connection.record().counts().received, 2, "nothing but the greeting and the answer to joining");
    connection.resume_reading();
    for _ in 0..FRAMES {
        assert_eq!(next_event(&mut connection).await.0, "big");
    }
}

#[tokio::test]
async fn a_server_that_does_not_read_makes_sending_fail_in_the_end() {
    let server = Server::socket_io(|peer| async move {
        std::future::pending::<()>().await;
        drop(peer);
    });
    let patience = Duration::from_millis(200);
    let server = server.await;
    let connection = server.connect_with(OpenOptions { patience, ..options() }).await;
    let frame = "x".repeat(1 << 16);
    let error = loop {
        if let Err(error) = connection.send_text(frame.clone()).await {
            break error;
        }
    };
    assert_eq!(error, SendError::Stalled(patience));
}
