//! Heartbeats are answered, until they are not to be.

use chat_conformance::wire::OpenOptions;

use crate::server::{Server, next_event, options};

/// Pings once, and says which frames came as an answer, up to an event `echo`.
async fn pinging() -> Server {
    Server::socket_io(|mut peer| async move {
        peer.say("2").await;
        peer.say(r#"42["pinged"]"#).await;
        let mut heard = Vec::new();
        while let Some(frame) = peer.hear().await {
            let last = frame.contains("echo");
            heard.push(frame);
            if last {
                peer.say(format!("42{}", serde_json::json!(["heard", heard]))).await;
            }
        }
    })
    .await
}

#[tokio::test]
async fn they_are_answered_though_nobody_listens() {
    let server = Server::socket_io(|mut peer| async move {
        for _ in 0..10 {
            peer.say("2").await;
            assert_eq!(peer.hear().await.as_deref(), Some("3"));
        }
        peer.say(r#"42["alive"]"#).await;
        peer.until_the_end().await;
    });
    let server = server.await;
    let mut connection = server.connect().await;
    assert_eq!(next_event(&mut connection).await.0, "alive");
    assert_eq!(connection.pings(), 10);
}

#[tokio::test]
async fn they_can_be_left_unanswered() {
    let server = pinging().await;
    let mut connection = server.connect_with(OpenOptions { answer_pings: false, ..options() }).await;
    assert_eq!(next_event(&mut connection).await.0, "pinged");
    connection.emit("echo", &[]).await.unwrap();
    assert_eq!(next_event(&mut connection).await.1, r#"[["42[\"echo\"]"]]"#);
    assert_eq!(connection.pings(), 1);

    let server = pinging().await;
    let mut connection = server.connect().await;
    assert_eq!(next_event(&mut connection).await.0, "pinged");
    connection.stop_answering_pings();
    connection.emit("echo", &[]).await.unwrap();
    assert_eq!(next_event(&mut connection).await.1, r#"[["3","42[\"echo\"]"]]"#);
}
