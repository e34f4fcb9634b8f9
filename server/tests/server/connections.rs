//! Connections that do not behave.

use std::time::Duration;

use chat_conformance::wire::OpenOptions;
use chat_server::{app::Server, config::Config, net::ConnectionLimits};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::{ALICE, BOB, CAROL, Client, PATIENCE, config, start};

fn impatient() -> Config {
    let short = Duration::from_millis(300);
    let connection = ConnectionLimits { idle_before_join: short, ..ConnectionLimits::default() };
    Config { ping_interval: short, ping_timeout: short, join_timeout: short, connection, ..config() }
}

#[tokio::test]
async fn both_paths_serve_the_same_chat() {
    let server = start().await;
    let mut alice = Client::authorised(&server, ALICE).await;
    // The default path of clients, and what python-socketio makes of `/`.
    for (path, user) in [("socket.io/", BOB), ("/", CAROL)] {
        let url = format!("{}{path}", server.url());
        let mut client = Client::connect_to(&url, OpenOptions::default()).await;
        assert_eq!(client.authorise(user).await["success"], true);
        assert_eq!(alice.hear("on.user.online").await, json!({ "id": user, "online": true }));
        client.connection.close().await;
        assert_eq!(alice.hear("on.user.online").await, json!({ "id": user, "online": false }));
    }
}

#[tokio::test]
async fn a_client_that_does_not_answer_pings_is_gone_and_offline() {
    let server = Server::start(impatient()).await.unwrap();
    let mut alice = Client::authorised(&server, ALICE).await;
    let mut bob = Client::authorised(&server, BOB).await;
    alice.hear("on.user.online").await;
    bob.connection.stop_answering_pings();
    bob.closed().await;
    assert_eq!(alice.hear("on.user.online").await, json!({ "id": BOB, "online": false }));
    alice.hears_nothing().await;
}

#[tokio::test]
async fn a_connection_that_never_joins_is_closed() {
    let server = Server::start(impatient()).await.unwrap();
    let options = || OpenOptions { auto_connect: false, ..OpenOptions::default() };
    Client::connect_to(server.url(), options()).await.closed().await;
    // One that says nothing at all.
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    let mut nothing = Vec::new();
    timeout(PATIENCE, silent.read_to_end(&mut nothing)).await.unwrap().unwrap();
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn a_request_that_trickles_in_is_cut_off() {
    let mut config = config();
    config.connection.request_time = Duration::from_millis(300);
    let server = Server::start(config).await.unwrap();
    let (mut from_server, mut to_server) = TcpStream::connect(server.address()).await.unwrap().into_split();
    let trickle = tokio::spawn(async move {
        to_server.write_all(b"GET /healthz HTTP/1.1\r\nx-slow: ").await.unwrap();
        while to_server.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    });
    let mut heard = Vec::new();
    // A reset is an end too.
    drop(timeout(PATIENCE, from_server.read_to_end(&mut heard)).await.expect("the connection is cut off"));
    trickle.await.unwrap();
    // A client that joined may say little, and hear nothing, for as long as it likes.
    let mut alice = Client::authorised(&server, ALICE).await;
    alice.connection.sender().send_text("3").await.unwrap();
    sleep(Duration::from_millis(400)).await;
    alice.hears_nothing().await;
}

#[tokio::test]
async fn a_client_that_leaves_the_namespace_is_offline_and_its_connection_closed() {
    let server = start().await;
    let mut alice = Client::authorised(&server, ALICE).await;
    let mut bob = Client::authorised(&server, BOB).await;
    alice.hear("on.user.online").await;
    bob.connection.sender().leave_namespace().await.unwrap();
    bob.closed().await;
    assert_eq!(alice.hear("on.user.online").await, json!({ "id": BOB, "online": false }));
}

#[tokio::test]
async fn malformed_packets_cost_their_own_connection_at_most() {
    let server = start().await;
    let mut alice = Client::authorised(&server, ALICE).await;
    for packet in
        ["", "9", "4", "42", "42[", "42{}", "42[]", "42[7]", "45", "451-[", "43", "40{", "41x", "2probe", "5", "6"]
    {
        let client = Client::connect(&server).await;
        client.connection.sender().send_text(packet).await.unwrap();
        client.connection.sender().send_binary(vec![0xFF]).await.unwrap();
    }
    alice.hears_nothing().await;
}
