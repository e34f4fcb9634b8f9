//! Where accounts come from, and what is said when they do not.

use chat_conformance::accounts::{Accounts, AccountsError, Source};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::Server;

async fn said(source: Source) -> String {
    source.load(8, 6).await.expect_err("there are no accounts").to_string()
}

/// A shell command that prints as many accounts as it is asked for.
const MAKER: &str = r#"make() {
    printf '{"accounts": ['
    for id in $(seq 1 "$1"); do [ "$id" = 1 ] || printf ,; printf '{"id": %s, "token": "token-%s"}' "$id" "$id"; done
    printf ']}'
}; make"#;

#[tokio::test]
async fn the_built_in_ones_load() {
    let Accounts { pool, fresh, .. } = Source::Fixtures.load(8, 6).await.unwrap();
    assert!(pool.len() >= 6 && !fresh);
}

#[tokio::test]
async fn a_file_is_named_when_it_is_missing_or_short() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let text = said(Source::File(path.clone())).await;
    assert!(text.contains("a.json` cannot be read: No such file"), "{text}");
    std::fs::write(&path, r#"{"accounts": [{"id": 1, "token": "x"}]}"#).unwrap();
    let text = said(Source::File(path)).await;
    assert!(text.ends_with("a.json`: 1 accounts, but the suite needs at least 6"), "{text}");
}

#[tokio::test]
async fn a_command_makes_as_many_as_it_is_asked_for() {
    let accounts = Source::Command(MAKER.to_owned()).load(8, 6).await.unwrap();
    assert_eq!((accounts.pool.len(), accounts.fresh), (8, true));
    assert_eq!(accounts.pool[7].token, "token-8");
    let secrets = accounts.secrets().unwrap();
    assert_eq!(secrets.find(br#"["token-8"]"#), Some("token of user 8"));
}

#[tokio::test]
async fn a_command_that_fails_shows_its_complaints() {
    let text = said(Source::Command("echo no database >&2; exit 3 #".to_owned())).await;
    assert_eq!(
        text,
        "the provision command `echo no database >&2; exit 3 #` failed: it ended with exit status: 3:\nno database"
    );
    let malformed = Source::Command("echo hello; true".to_owned()).load(8, 6).await.unwrap_err();
    assert!(matches!(malformed, AccountsError::NotJson { .. }), "{malformed}");
}

/// A server that answers a POST with a status and a text.
async fn http(status: &'static str, body: &'static str) -> (Server, Source) {
    let server = Server::tcp(move |mut tcp| async move {
        let mut request = String::new();
        while !request.ends_with(r#"{"count":8}"#) {
            let mut part = [0; 1024];
            let length = tcp.read(&mut part).await.unwrap();
            assert!(length > 0, "the request ended early: {request}");
            request.push_str(str::from_utf8(&part[..length]).unwrap());
        }
        assert!(request.starts_with("POST /users HTTP/1.1"), "{request}");
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        tcp.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let url = server.target.with_path("/users").to_string().replace("ws://", "http://");
    let source = Source::Url(url.parse().unwrap());
    (server, source)
}

#[tokio::test]
async fn a_url_makes_them_too() {
    let body = r#"{"accounts": [{"id": 1, "token": "a"}, {"id": 2, "token": "b"}]}"#;
    let (_server, source) = http("201 Created", body).await;
    let accounts = source.load(8, 2).await.unwrap();
    assert_eq!((accounts.pool.len(), accounts.fresh), (2, true));
}

#[tokio::test]
async fn a_url_that_fails_says_how() {
    let (server, source) = http("403 Forbidden", "not you").await;
    let text = said(source.clone()).await;
    assert!(text.ends_with("failed: it answered with HTTP status 403 Forbidden:\nnot you"), "{text}");
    drop(server);
    let text = said(source).await;
    assert!(text.contains("tcp connect error"), "{text}");
}
