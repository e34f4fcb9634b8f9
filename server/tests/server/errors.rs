//! How the server says no.

use chat_conformance::wire::sender::placeholder;
use serde_json::{Value, json};

use crate::support::{ALICE, BOB, CAROL, Client, dialog, history, start};

#[tokio::test]
async fn a_refusal_without_a_callback_comes_as_an_event_to_the_calling_socket_alone() {
    let server = start().await;
    let (mut alice, mut bob, room) = dialog(&server).await;
    let mut laptop = Client::authorised(&server, ALICE).await;
    alice.emit("message.send", json!({ "room_id": room, "text": 7 })).await;
    let error = alice.hear("on.error").await;
    assert_eq!((&error["action"], &error["code"]), (&json!("message.send"), &json!("invalid_payload")));
    assert_eq!(error["message"], "`text` is malformed: expected a string");
    laptop.hears_nothing().await;
    bob.hears_nothing().await;
    alice.emit("user.auth", json!({ "id": ALICE })).await;
    assert_eq!(alice.hear("on.error").await["message"], "`token` is missing");
}

#[tokio::test]
async fn malformed_payloads_change_nothing_and_the_socket_goes_on() {
    let server = start().await;
    let (mut alice, mut bob, room) = dialog(&server).await;
    let fine = |text: Value| json!({ "room_id": room, "text": text });
    for payload in [
        json!(null),
        json!([]),
        json!("text"),
        json!({}),
        json!({ "room_id": room }),
        fine(json!(null)),
        fine(json!("")),
        fine(json!("a\u{0}b")),
        fine(json!("x".repeat(10_001))),
        json!({ "room_id": 0, "text": "x" }),
        json!({ "room_id": -1, "text": "x" }),
        json!({ "room_id": "1", "text": "x" }),
        json!({ "room_id": 1.5, "text": "x" }),
        json!({ "room_id": 9_007_199_254_740_992_u64, "text": "x" }),
        json!({ "room_id": room, "text": "x", "attachment_id": 0 }),
    ] {
        assert_eq!(alice.refused("message.send", payload.clone()).await, "invalid_payload", "{payload}");
    }
    let no_payload = alice.connection.sender().emit_with_ack("message.send", &[]).await.unwrap();
    let answer = no_payload.wait(crate::support::PATIENCE).await.unwrap();
    assert_eq!(answer.args[0]["error"]["message"], "the payload is missing: expected a JSON object");
    for limit in [json!(0), json!(-1), json!(0.5), json!("5")] {
        let payload = json!({ "room_id": room, "limit": limit });
        assert_eq!(alice.refused("chat.history", payload).await, "invalid_payload");
    }
    let binary = json!({ "room_id": room, "text": placeholder(0) });
    alice.connection.sender().emit_binary("message.send", &[binary], vec![vec![1].into()]).await.unwrap();
    assert_eq!(alice.hear("on.error").await["code"], "invalid_payload");
    bob.hears_nothing().await;
    // Extra fields and arguments are ignored, and `null` is the same as nothing.
    let extra = json!({ "room_id": room, "text": "fine", "attachment_id": null, "color": "red" });
    alice.connection.sender().emit("message.send", &[extra, json!(7)]).await.unwrap();
    assert_eq!(bob.hear("on.message.new").await["message"]["text"], "fine");
    let longest = "😀".repeat(10_000);
    alice.act("message.send", fine(json!(longest))).await;
    assert_eq!(history(&mut bob_after_one(bob).await, room).await, ["hello", "fine", &longest]);
}

async fn bob_after_one(mut bob: Client) -> Client {
    bob.hear("on.message.new").await;
    bob
}

#[tokio::test]
async fn what_is_not_yours_cannot_be_told_from_what_is_not_there() {
    let server = start().await;
    let (mut alice, mut bob, room) = dialog(&server).await;
    let mut carol = Client::authorised(&server, CAROL).await;
    for client in [&mut alice, &mut bob] {
        client.hear("on.user.online").await;
    }
    let actions = |room: u64, message: u64| {
        [
            ("message.send", json!({ "room_id": room, "text": "x" })),
            ("message.delete", json!({ "message_id": message })),
            ("chat.history", json!({ "room_id": room })),
            ("chat.read", json!({ "room_id": room })),
            ("chat.clear", json!({ "room_id": room })),
            ("chat.delete", json!({ "room_id": room })),
        ]
    };
    for (not_yours, not_there) in actions(room, 1).into_iter().zip(actions(777, 777)) {
        let [one, other] = [carol.ask(not_yours.0, not_yours.1).await, carol.ask(not_there.0, not_there.1).await];
        assert_eq!(one, other);
        assert_eq!(one["error"]["code"], "not_found");
    }
    for attachment in [5010, 777] {
        let payload = json!({ "user_id": ALICE, "text": "x", "attachment_id": attachment });
        assert_eq!(carol.refused("chat.start", payload).await, "not_found");
    }
    carol.hears_nothing().await;
    alice.hears_nothing().await;
    bob.hears_nothing().await;
    assert_eq!(history(&mut alice, room).await, ["hello"]);
}

#[tokio::test]
async fn each_refusal_has_its_code() {
    let server = start().await;
    let (alice, mut bob, room) = dialog(&server).await;
    assert_eq!(bob.refused("message.delete", json!({ "message_id": 1 })).await, "forbidden");
    for user in [(ALICE, "invalid_payload"), (999, "not_found"), (CAROL, "offline")] {
        let call = json!({ "user_id": user.0, "ice_candidate": {}, "session_description": {} });
        assert_eq!(alice.refused("call.start", call.clone()).await, user.1);
        assert_eq!(alice.refused("call.answer", call).await, user.1);
    }
    for user in [(ALICE, "invalid_payload"), (999, "not_found")] {
        assert_eq!(alice.refused("chat.start", json!({ "user_id": user.0, "text": "x" })).await, user.1);
    }
    let with_attachment = json!({ "room_id": room, "text": "", "attachment_id": 5010 });
    alice.act("message.send", with_attachment.clone()).await;
    assert_eq!(bob.hear("on.message.new").await["message"]["attachment"]["room_id"], room);
    assert_eq!(alice.refused("message.send", with_attachment.clone()).await, "conflict");
    alice.act("message.delete", json!({ "message_id": 2 })).await;
    assert_eq!(alice.refused("message.send", with_attachment).await, "conflict");
    assert_eq!(alice.refused("message.delete", json!({ "message_id": 2 })).await, "not_found");
    let mut deep = json!(null);
    for _ in 0..101 {
        deep = json!([deep]);
    }
    let call = json!({ "user_id": BOB, "ice_candidate": deep, "session_description": {} });
    assert_eq!(alice.refused("call.start", call).await, "invalid_payload");
}
