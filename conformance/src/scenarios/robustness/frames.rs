//! WebSocket frames: messages in fragments are read, and what is no proper frame costs at most its own connection.

use std::iter;

use chat_spec::events::OnMessageNew;
use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::frame::{
    Frame, FrameHeader,
    coding::{Control, Data, OpCode},
};

use super::bystanders::Bystanders;
use crate::{scenario::scenarios, stop::Outcome, wire::sender::event_text, world::World};

scenarios! { "robustness";
    messages_in_fragments ["SEND-4"]
        "A message that comes in WebSocket fragments, cut in the middle of characters, arrives as it was sent.";
    malformed_frames ["ROB-4"]
        "WebSocket frames that break the rules of WebSocket cost at most the connection that sends them.";
}

const TEXT: OpCode = OpCode::Data(Data::Text);
const CONTINUED: OpCode = OpCode::Data(Data::Continue);
const PING: OpCode = OpCode::Control(Control::Ping);
const CLOSE: OpCode = OpCode::Control(Control::Close);

/// One frame, the last of its message or not.
fn frame(opcode: OpCode, is_final: bool, payload: impl AsRef<[u8]>) -> Frame {
    let header = FrameHeader { is_final, opcode, ..FrameHeader::default() };
    Frame::from_payload(header, payload.as_ref().to_vec().into())
}

/// A text in fragments of so many bytes, with a ping behind the first and one in the middle. No more of them: servers
/// hang up on clients that send many at once, and are right.
fn fragments(text: &str, bytes: usize) -> Vec<Frame> {
    let pieces: Vec<_> = text.as_bytes().chunks(bytes).collect();
    let (middle, last) = (pieces.len() / 2, pieces.len() - 1);
    let opcodes = iter::once(TEXT).chain(iter::repeat(CONTINUED));
    let fragment = |(index, (piece, opcode))| {
        let ping = [0, middle].contains(&index).then(|| frame(PING, true, "still here"));
        iter::once(frame(opcode, index == last, piece)).chain(ping)
    };
    pieces.into_iter().zip(opcodes).enumerate().flat_map(fragment).collect()
}

async fn messages_in_fragments(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    for bytes in [1, 3, 7, 50] {
        let text = world.text("im Stück: привет 👋\n\"ja\"");
        let packet = event_text("message.send", &[json!({"room_id": room, "text": text})]);
        // A connection that is closed is noticed where something is expected of it, with the reason.
        drop(alice.wire().send_frames(fragments(&packet, bytes)).await);
        for client in [&bob, &alice] {
            let heard: OnMessageNew = client.expect("SEND-4").await?;
            world.check_eq("SEND-4", &format!("a text in fragments of {bytes} bytes"), &heard.message.text, &text);
        }
    }
    Ok(())
}

/// Frames, and what is wrong with them.
fn cases() -> Vec<(&'static str, Vec<Frame>)> {
    let packet = event_text("chat.read", &[json!({"room_id": 1})]);
    let reserved = |header: FrameHeader| {
        let header = FrameHeader { opcode: TEXT, ..header };
        vec![Frame::from_payload(header, packet.clone().into())]
    };
    let endless = |piece: &'static str| {
        let pieces = iter::repeat_with(move || frame(CONTINUED, false, piece));
        iter::once(frame(TEXT, false, "42[\"")).chain(pieces.take(20_000)).collect::<Vec<_>>()
    };
    vec![
        ("a frame that says that it is compressed", reserved(FrameHeader { rsv1: true, ..FrameHeader::default() })),
        ("a frame with the second reserved bit", reserved(FrameHeader { rsv2: true, ..FrameHeader::default() })),
        ("a frame with the third reserved bit", reserved(FrameHeader { rsv3: true, ..FrameHeader::default() })),
        ("a reserved kind of data", vec![frame(OpCode::Data(Data::Reserved(3)), true, &packet)]),
        ("a reserved kind of control frame", vec![frame(OpCode::Control(Control::Reserved(11)), true, "x")]),
        ("a fragment of nothing", vec![frame(CONTINUED, true, &packet)]),
        ("a message inside of a message", vec![frame(TEXT, false, "42[\""), frame(TEXT, true, &packet)]),
        ("a message that is never finished", vec![frame(TEXT, false, "42[\"chat.read"), frame(PING, true, "")]),
        ("twenty thousand empty fragments", endless("")),
        ("twenty thousand fragments of a name", endless("x")),
        ("twenty thousand fragments of an escape", endless("\\")),
        ("a ping that is too long", vec![frame(PING, true, "x".repeat(126))]),
        ("a ping in fragments", vec![frame(PING, false, "x"), frame(CONTINUED, true, "y")]),
        ("a thousand pings", vec![frame(PING, true, "x".repeat(125)); 1_000]),
        ("text that is no UTF-8", vec![frame(TEXT, true, b"42[\"\xFF\"]")]),
        ("text that ends in the middle of a character", vec![frame(TEXT, true, b"42[\"\xF0\x9F")]),
        ("half a surrogate pair in UTF-8", vec![frame(TEXT, true, b"42[\"\xED\xA0\x80\"]")]),
        ("a goodbye of one byte", vec![frame(CLOSE, true, b"\x03")]),
        ("a goodbye with the code 0", vec![frame(CLOSE, true, b"\0\0")]),
        ("a goodbye whose reason is no UTF-8", vec![frame(CLOSE, true, b"\x03\xE8\xFF")]),
        ("a message after a goodbye", vec![frame(CLOSE, true, b"\x03\xE8"), frame(TEXT, true, &packet)]),
    ]
}

async fn malformed_frames(world: &World) -> Outcome {
    let [mallory, alice, bob] = world.users(["mallory", "alice", "bob"]).await?;
    let others = Bystanders::new(world, &alice, &bob, "ROB-4").await?;
    world.no_transcript();
    mallory.close().await;
    for (what, frames) in cases() {
        let client = others.open(mallory.account(), what).await?;
        // A connection that is lost on the way may be lost.
        drop(client.wire().send_frames(frames).await);
        client.responds().await;
        client.abort().await;
        drop((client.errors(), client.leftovers()));
        others.go_on(what).await?;
    }
    others.newcomer(mallory.account(), "malformed WebSocket frames").await
}
