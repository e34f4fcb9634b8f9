//! TLS: a certificate that nobody trusts, and a server that speaks none.

use std::sync::Arc;

use chat_conformance::wire::{Connection, OpenError, Target};
use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::server::{Server, options};

/// The same server by an encrypted URL.
fn secure(server: &Server) -> Target {
    server.target.to_string().replace("ws://", "wss://").parse().unwrap()
}

#[tokio::test]
async fn an_untrusted_certificate_says_what_to_do() {
    let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
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
