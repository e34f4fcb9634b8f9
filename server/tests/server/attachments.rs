//! Files over HTTP.

use std::{net::SocketAddr, time::Duration};

use chat_server::config::{Config, Database};
use reqwest::{
    Client as Http, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::{ALICE, BOB, CAROL, PATIENCE, dialog, start, token};

async fn get(url: &str, path: &str, user: Option<u64>) -> reqwest::Response {
    let request = Http::new().get(format!("{url}{path}"));
    let request = match user {
        Some(user) => request.bearer_auth(token(user)),
        None => request,
    };
    request.send().await.unwrap()
}

async fn upload(url: &str, user: u64, form: Form) -> reqwest::Response {
    Http::new().post(format!("{url}attachments")).bearer_auth(token(user)).multipart(form).send().await.unwrap()
}

#[tokio::test]
async fn a_file_is_its_owners_until_it_is_sent_and_then_both_users() {
    let server = start().await;
    let (alice, mut bob, room) = dialog(&server).await;
    let part = Part::bytes(vec![0, 1, 2]).file_name("кот.png").mime_str("image/png").unwrap();
    let response = upload(server.url(), ALICE, Form::new().part("file", part)).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let made: Value = response.json().await.unwrap();
    assert_eq!((&made["file"]["user_id"], &made["attachment"]["type"]), (&json!(ALICE), &json!("image")));
    assert_eq!((&made["attachment"]["file_id"], &made["attachment"]["room_id"]), (&made["file"]["id"], &json!(null)));
    let id = &made["attachment"]["id"];
    let path = format!("attachments/{id}");
    let statuses = async |expected: [u16; 4]| {
        for (user, status) in [Some(ALICE), Some(BOB), Some(CAROL), None].into_iter().zip(expected) {
            assert_eq!(get(server.url(), &path, user).await.status(), status, "{user:?}");
        }
    };
    statuses([200, 404, 404, 401]).await;
    alice.act("message.send", json!({ "room_id": room, "text": "", "attachment_id": id })).await;
    let sent = bob.hear("on.message.new").await["message"].clone();
    assert_eq!((&sent["attachment"]["id"], &sent["attachment"]["room_id"]), (id, &json!(room)));
    statuses([200, 200, 404, 401]).await;

    let response = get(server.url(), &path, Some(BOB)).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-disposition"), "attachment; filename*=UTF-8''%D0%BA%D0%BE%D1%82.png");
    assert_eq!(response.bytes().await.unwrap(), vec![0, 1, 2]);

    alice.act("message.delete", json!({ "message_id": sent["id"] })).await;
    statuses([404, 404, 404, 401]).await;
}

#[tokio::test]
async fn bad_uploads_are_refused_and_say_why() {
    let mut config = crate::support::config();
    config.transport.upload_bytes = 2_000;
    let server = chat_server::app::Server::start(config).await.unwrap();
    // The largest that may be, one byte more, and more than is read at all.
    for (bytes, status) in
        [(2_000, StatusCode::CREATED), (2_001, StatusCode::PAYLOAD_TOO_LARGE), (3 << 20, StatusCode::PAYLOAD_TOO_LARGE)]
    {
        let form = Form::new().part("file", Part::bytes(vec![0; bytes]));
        assert_eq!(upload(server.url(), ALICE, form).await.status(), status, "{bytes} bytes");
    }
    let response = upload(server.url(), ALICE, Form::new().text("type", "image")).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"]["message"], "`file` is missing");
    for name in ["file", "type"] {
        let twice = Form::new().text(name, "image").text(name, "audio").part("file", Part::bytes(vec![1]));
        let response = upload(server.url(), ALICE, twice).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(response.json::<Value>().await.unwrap()["error"]["message"], format!("`{name}` is there twice"));
    }
    let no_form = Http::new().post(format!("{}attachments", server.url())).bearer_auth(token(ALICE)).body("x");
    assert_eq!(no_form.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    for path in ["attachments/0", "attachments/x", "attachments/5010", "attachments/999999"] {
        assert_eq!(get(server.url(), path, Some(ALICE)).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

/// Begins to upload a large file.
async fn begin_upload(server: SocketAddr, user: u64) -> TcpStream {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let head = format!(
        "POST /attachments HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {}\r\ncontent-length: 1000000\r\n\
         content-type: multipart/form-data; boundary=end\r\n\r\n\
         --end\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n",
        token(user),
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn one_user_does_not_take_all_places_for_uploads() {
    let mut config = crate::support::config();
    config.transport.uploads = 4;
    let server = chat_server::app::Server::start(config).await.unwrap();
    let mut begun = Vec::new();
    for _ in 0..8 {
        begun.push(begin_upload(server.address(), ALICE).await);
    }
    // What the server answers after it took all of them.
    assert_eq!(get(server.url(), "attachments/1", Some(ALICE)).await.status(), StatusCode::NOT_FOUND);
    let form = Form::new().part("file", Part::bytes(vec![1, 2, 3]));
    let uploaded = timeout(PATIENCE, upload(server.url(), BOB, form)).await;
    assert_eq!(uploaded.expect("Alice's uploads hold up Bob's").status(), StatusCode::CREATED);
    drop(begun);
    // Nor does she keep her places when she goes.
    let form = Form::new().part("file", Part::bytes(vec![1, 2, 3]));
    assert_eq!(timeout(PATIENCE, upload(server.url(), ALICE, form)).await.unwrap().status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_large_file_comes_back_whole_from_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::File(directory.path().join("chat.db"));
    let server = chat_server::app::Server::start(Config { database, ..crate::support::config() }).await.unwrap();
    let content: Vec<u8> = (0..3_000_001_u32).map(|n| n.to_le_bytes()[1]).collect();
    let form = Form::new().part("file", Part::bytes(content.clone()));
    let made: Value = upload(server.url(), ALICE, form).await.json().await.unwrap();
    let response = get(server.url(), &format!("attachments/{}", made["attachment"]["id"]), Some(ALICE)).await;
    assert_eq!(response.headers()["content-length"], content.len().to_string());
    assert!(response.bytes().await.unwrap() == content, "the content is another one");
}

#[tokio::test]
async fn an_upload_that_trickles_in_holds_no_place_for_ever() {
    let mut config = crate::support::config();
    (config.transport.uploads, config.transport.upload_time) = (1, Duration::from_millis(300));
    let server = chat_server::app::Server::start(config).await.unwrap();
    let (mut from_server, mut to_server) = begin_upload(server.address(), ALICE).await.into_split();
    let trickle = tokio::spawn(async move {
        while to_server.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    });
    let mut status = [0; 12];
    let (read, quick) = tokio::join!(timeout(PATIENCE, from_server.read_exact(&mut status)), async {
        let form = Form::new().part("file", Part::bytes(vec![1, 2, 3]));
        upload(server.url(), BOB, form).await.status()
    });
    read.unwrap().unwrap();
    assert_eq!((&status, quick), (b"HTTP/1.1 408", StatusCode::CREATED));
    trickle.abort();
}

#[tokio::test]
async fn guessing_tokens_is_slow_here_too() {
    let mut config = crate::support::config();
    (config.throttle.peer_refusals, config.throttle.peer_refusals_per_second) = (3, 1);
    config.throttle.longest_delay = Duration::from_millis(200);
    let server = chat_server::app::Server::start(config).await.unwrap();
    let guess = async |token: &str| {
        let request = Http::new().get(format!("{}attachments/5010", server.url())).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!([guess("1").await, guess("2").await, guess("3").await, guess("4").await], [401, 401, 401, 429]);
    // The right token is not held up by who guesses behind the same address.
    assert_eq!(guess(&token(ALICE)).await, 404);
}

#[tokio::test]
async fn there_is_a_home_page_health_and_cors() {
    let server = start().await;
    let home = get(server.url(), "", None).await;
    assert!(home.text().await.unwrap().contains("Chat server"));
    let health = Http::new().get(format!("{}healthz", server.url())).header("origin", "http://elsewhere.test");
    let health = health.send().await.unwrap();
    assert_eq!(health.headers()["access-control-allow-origin"], "*");
    assert_eq!(health.json::<Value>().await.unwrap(), json!({ "status": "ok" }));
    assert_eq!(get(server.url(), "elsewhere", None).await.status(), StatusCode::NOT_FOUND);
}
