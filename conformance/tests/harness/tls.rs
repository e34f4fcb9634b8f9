//! TLS: a certificate that nobody trusts, and a server that speaks none.

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_STANDARD as STANDARD};
use chat_conformance::wire::{CloseReason, Connection, OpenError, Target};
use futures_util::{SinkExt, StreamExt};
use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::{accept_async, tungstenite::Message};

use crate::server::{OPEN, Server, options};

/// The same server by an encrypted URL.
fn secure(server: &Server) -> Target {
    server.target.to_string().replace("ws://", "wss://").parse().unwrap()
}

/// An acceptor with a certificate for this machine, and that certificate in PEM.
fn acceptor() -> (TlsAcceptor, String) {
    let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let der = certified.cert.der().clone();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(&der));
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der], key.into())
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), pem)
}

/// Connects to `$TARGET`, with the certificates in `$SSL_CERT_FILE`: those are read once a process, hence a process of
/// its own.
#[tokio::test]
#[ignore = "the client of `a_trusted_certificate_is_all_it_takes`, which starts it"]
async fn client() {
    let Ok(target) = std::env::var("TARGET") else { return };
    let connection = Connection::open(&target.parse().unwrap(), options()).await.unwrap();
    assert_eq!(connection.close().await, CloseReason::ByClient);
}

#[tokio::test]
async fn a_trusted_certificate_is_all_it_takes() {
    let (acceptor, pem) = acceptor();
    let server = Server::tcp(move |tcp| {
        let acceptor = acceptor.clone();
        async move {
            let mut socket = accept_async(acceptor.accept(tcp).await.unwrap()).await.unwrap();
            socket.send(Message::text(OPEN)).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("40"));
            socket.send(Message::text("40")).await.unwrap();
            while let Some(Ok(_)) = socket.next().await {}
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, pem).unwrap();
    let client = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["tls::client", "--exact", "--ignored", "--nocapture"])
        .env("SSL_CERT_FILE", file)
        .env("TARGET", secure(&server).to_string())
        .kill_on_drop(true)
        .output();
    let client = client.await.unwrap();
    assert!(client.status.success(), "{}", String::from_utf8_lossy(&client.stderr));
}

#[tokio::test]
async fn an_untrusted_certificate_says_what_to_do() {
    let (acceptor, _) = acceptor();
    let server = Server::tcp(move |tcp| {
        let acceptor = acceptor.clone();
        async move { assert!(acceptor.accept(tcp).await.is_err(), "the client does not trust it") }
    });
    let server = server.await;
    let error = Connection::open(&secure(&server), options()).await.unwrap_err();
    assert!(matches!(error, OpenError::Tls { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("certificate") && text.contains("SSL_CERT_FILE"), "{text}");
}

#[tokio::test]
async fn a_server_without_tls_is_named_as_such() {
    use tokio::io::AsyncWriteExt;
    let server = Server::tcp(|mut tcp| async move {
        tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        // Closing at once could reset the connection before the client reads.
        tcp.shutdown().await.unwrap();
        tokio::io::copy(&mut tcp, &mut tokio::io::sink()).await.unwrap();
    })
    .await;
    let error = Connection::open(&secure(&server), options()).await.unwrap_err();
    assert!(matches!(error, OpenError::Tls { .. }), "{error}");
    assert!(error.to_string().ends_with("If not, write ws:// or http://"), "{error}");
}
