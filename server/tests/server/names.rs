//! Event names that JSON writes with escapes are names like any other (ROB-2).

use chat_conformance::wire::sender::placeholder;
use chat_server::{app::RunningServer, config::TransportLimits};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{ALICE, Client, PATIENCE, dialog, start, token};

/// Names that no action has, and that JSON must write with escapes, or may.
const NAMES: &[&str] = &[
    "a\nb",
    "\"",
    "\\",
    "\\\\n",
    "say \"hi\"",
    "\0",
    "a\u{0}b",
    "\u{1b}[31m",
    "\u{7f}",
    "😀\n",
    "?name",
    "?name\n",
    "",
];

/// What is answered to an action that there is not.
fn unknown(name: &str, answer: &Value) {
    assert_eq!((&answer["action"], &answer["code"]), (&json!(name), &json!("unknown_action")), "{name:?}: {answer}");
}

#[tokio::test]
async fn names_that_need_escapes_are_unknown_actions_of_that_name() {
    let server = start().await;
    let (mut alice, mut bob, room) = dialog(&server).await;
    for name in NAMES {
        let payload = json!({ "room_id": room });
        unknown(name, &alice.ask(name, payload.clone()).await["error"]);
        alice.emit(name, payload).await;
        unknown(name, &alice.hear("on.error").await);
        let binary = json!({ "room_id": placeholder(0) });
        alice.connection.sender().emit_binary(name, &[binary], vec![vec![1].into()]).await.unwrap();
        unknown(name, &alice.hear("on.error").await);
    }
    alice.hears_nothing().await;
    bob.hears_nothing().await;
}

#[tokio::test]
async fn a_name_is_what_its_escapes_say() {
    let server = start().await;
    let (mut alice, _bob, room) = dialog(&server).await;
    let send = async |alice: &Client, packet: String| alice.connection.sender().send_text(packet).await.unwrap();
    for name in [r"chat\u002eread", r"\u0063\u0068\u0061\u0074.read", r"chat.rea\u0064"] {
        send(&alice, format!(r#"42["{name}",{{"room_id":{room}}}]"#)).await;
        assert_eq!(alice.hear("on.chat.read").await["room"]["id"], room);
    }
    for (packet, name) in [
        (r#"42["\ud83d\ude00",{}]"#, "😀"),
        (r#"42 [ "\u0000" ]"#, "\0"),
        (r#"42/,["\/",{}]"#, "/"),
        // Half a surrogate pair, and a number, are called as they were written.
        (r#"42["\ud800",{}]"#, r#""\ud800""#),
        (r#"42[7,{}]"#, "7"),
        // The stand-in by itself changes nothing about what comes after it.
        (&format!(r#"42["?name","chat.read",{{"room_id":{room}}}]"#), "?name"),
        (&format!(r#"42["\u003fname","chat.read",{{"room_id":{room}}}]"#), "?name"),
    ] {
        send(&alice, packet.to_owned()).await;
        unknown(name, &alice.hear("on.error").await);
    }
    // A namespace that is not there hears nothing, and nobody loses a connection by it.
    send(&alice, r#"42/admin,["\n"]"#.to_owned()).await;
    alice.hears_nothing().await;
    send(&alice, r#"42["\x41"]"#.to_owned()).await;
    alice.closed().await;
}

#[tokio::test]
async fn the_largest_packet_may_have_a_name_with_escapes() {
    let server = start().await;
    let (mut alice, _bob, _) = dialog(&server).await;
    let rest = TransportLimits::default().message_bytes - r#"42["\n",""]"#.len();
    alice.connection.sender().send_text(format!(r#"42["\n","{}"]"#, "x".repeat(rest))).await.unwrap();
    unknown("\n", &alice.hear("on.error").await);
    let name = "\n".repeat(100_000);
    alice.emit(&name, json!({})).await;
    unknown(&name, &alice.hear("on.error").await);
    alice.hears_nothing().await;
}

#[tokio::test]
async fn fragments_and_single_bytes_are_read_right() {
    let server = start().await;
    let mut socket = RawSocket::open(&server).await;
    let auth = format!(r#"42["user.auth",{}]"#, json!({ "id": ALICE, "token": token(ALICE) }));
    socket.send_slowly(&[b"40"]).await;
    socket.hear("40{").await;
    socket.send_slowly(&[auth.as_bytes()]).await;
    socket.hear("on.user.authorized").await;
    socket.send_slowly(&[br#"421["a\"#, b"n", br#"b"]"#]).await;
    socket.hear(r#"431[{"ok":false,"error":{"action":"a\nb","code":"unknown_action""#).await;
    socket.send_slowly(&[br#"422["chat\u00"#, br#"2eread",{"room_id":99"#, b"9}]"]).await;
    socket.hear(r#"432[{"ok":false,"error":{"action":"chat.read","code":"not_found""#).await;
}

/// A WebSocket whose frames are made by hand.
struct RawSocket {
    stream: TcpStream,
    heard: String,
}

impl RawSocket {
    async fn open(server: &RunningServer) -> Self {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let request = "GET /?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
                       Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Extensions: permessage-deflate\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut socket = Self { stream, heard: String::new() };
        socket.hear("101 Switching Protocols").await;
        socket.hear("\"pingTimeout\"").await;
        assert!(!socket.heard.to_lowercase().contains("sec-websocket-extensions"), "{}", socket.heard);
        socket
    }

    /// Sends a message in these fragments, with a ping behind each, and each byte by itself.
    async fn send_slowly(&mut self, fragments: &[&[u8]]) {
        let mut frames = Vec::new();
        for (index, fragment) in fragments.iter().enumerate() {
            let is_last = index + 1 == fragments.len();
            let mask = [index as u8, 0xA5, 0x00, 0xFF];
            let masked = fragment.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
            frames.extend([u8::from(is_last) << 7 | u8::from(index == 0), 0x80 | fragment.len() as u8]);
            frames.extend(mask.into_iter().chain(masked).chain([0x89, 0x80, 0, 0, 0, 0]));
        }
        for byte in frames {
            self.stream.write_all(&[byte]).await.unwrap();
            self.stream.flush().await.unwrap();
        }
    }

    /// Waits for these words.
    async fn hear(&mut self, words: &str) {
        let mut buffer = [0; 4_096];
        while !self.heard.contains(words) {
            let read = timeout(PATIENCE, self.stream.read(&mut buffer)).await;
            let read = read.unwrap_or_else(|_| panic!("expected {words:?}, not {:?}", self.heard)).unwrap();
            assert_ne!(read, 0, "closed before {words:?}: {:?}", self.heard);
            self.heard += &String::from_utf8_lossy(&buffer[..read]);
        }
    }
}
