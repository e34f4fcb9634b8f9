//! Every frame is recorded, tokens are found and masked, memory is bounded.

use std::{sync::Arc, time::Instant};

use chat_conformance::{
    result::Heard,
    wire::{OpenOptions, Secrets, record::Keep},
};
use serde_json::json;

use crate::server::{Server, next_event, options};

const TOKEN: &str = "demo-101-3f1d734bfeae";

fn secrets() -> Arc<Secrets> {
    Arc::new(Secrets::new([("token of user 101".to_owned(), TOKEN.to_owned())]).unwrap())
}

/// Sends back whatever it hears.
async fn echo() -> Server {
    Server::socket_io(|mut peer| async move {
        while let Some(frame) = peer.hear().await {
            peer.say(frame).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_token_from_the_server_is_a_leak_and_none_is_shown() {
    let start = Instant::now();
    let server = echo().await;
    let mut connection = server.connect_with(OpenOptions { secrets: secrets(), ..options() }).await;
    connection.emit("user.auth", &[json!({"token": TOKEN})]).await.unwrap();
    next_event(&mut connection).await;
    connection.emit("harmless", &[json!("x".repeat(5_000))]).await.unwrap();
    next_event(&mut connection).await;

    let record = connection.record();
    let leaks = record.leaks();
    assert_eq!(leaks.len(), 1, "what the client sends is no leak");
    assert_eq!(leaks[0].secret, "token of user 101");
    assert_eq!(leaks[0].frame, r#"42["user.auth",{"token":"<token of user 101>"}]"#);
    assert_eq!(record.received_with(TOKEN).len(), 1);

    let lines = record.lines(start, "alice/phone");
    let directions: Vec<Heard> = lines.iter().map(|line| line.direction).collect();
    assert_eq!(
        directions,
        [Heard::Received, Heard::Sent, Heard::Received, Heard::Sent, Heard::Received, Heard::Sent, Heard::Received]
    );
    assert!(lines.iter().all(|line| !line.frame.contains(TOKEN)));
    assert!(lines.iter().all(|line| line.at_ms > 0.0 && line.socket == "alice/phone"));
    assert!(lines.last().unwrap().frame.ends_with("… (5017 bytes in all)"), "{}", lines.last().unwrap().frame);
}

#[tokio::test]
async fn a_full_record_keeps_the_last_frames_and_counts_all() {
    for (keep, kept) in [(Keep::Last { frames: 10, bytes: 1 << 20 }, 10), (Keep::CountsOnly, 0)] {
        let server = echo().await;
        let mut connection = server.connect_with(OpenOptions { record: keep, secrets: secrets(), ..options() }).await;
        for n in 0..100 {
            connection.emit("n", &[json!(n), json!(TOKEN)]).await.unwrap();
            next_event(&mut connection).await;
        }
        let counts = connection.record().counts();
        assert_eq!((counts.sent, counts.received), (101, 102));
        assert_eq!(connection.record().snapshot().len(), kept);
        assert_eq!(counts.dropped, 203 - kept as u64);
        assert_eq!(connection.record().leaks().len(), 100, "frames that are not kept are searched as well");
    }
}
