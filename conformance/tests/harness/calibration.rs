//! Measuring a server.

use std::time::Duration;

use chat_conformance::{
    accounts::{Account, Source},
    calibration::{CalibrationError, Patience},
};

use crate::server::{PATIENCE, Server};

/// A server that answers `user.auth` with a payload, or not at all.
async fn authorising(answer: Option<&'static str>) -> Server {
    Server::socket_io(move |mut peer| async move {
        while let Some(frame) = peer.hear().await {
            if frame.starts_with(r#"42["user.auth""#) {
                peer.say(r#"42["on.user.online",{"id":7,"online":true}]"#).await;
                if let Some(answer) = answer {
                    peer.say(format!(r#"42["on.user.authorized",{answer}]"#)).await;
                }
            }
        }
    })
    .await
}

async fn account() -> Account {
    Source::Fixtures.load(6, 6).await.unwrap().pool.remove(0)
}

#[tokio::test]
async fn a_quick_server_gets_short_waits() {
    let server = authorising(Some(r#"{"success":true}"#)).await;
    let patience = Patience::measure(&server.target, &account().await, PATIENCE).await.unwrap();
    assert!(patience.round_trip > Duration::ZERO && patience.round_trip < patience.event, "{patience:?}");
    assert!(patience.event >= Duration::from_secs(2) && patience.event <= PATIENCE);
}

#[tokio::test]
async fn a_refused_token_is_told_from_silence() {
    let server = authorising(Some(r#"{"success":false}"#)).await;
    let refused = Patience::measure(&server.target, &account().await, PATIENCE).await.unwrap_err();
    assert!(matches!(refused, CalibrationError::TokenRefused(101)), "{refused}");

    let server = authorising(None).await;
    let silent = Patience::measure(&server.target, &account().await, Duration::from_millis(300)).await.unwrap_err();
    assert!(silent.to_string().ends_with("expected on.user.authorized"), "{silent}");
}
