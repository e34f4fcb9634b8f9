//! What each action does, and who hears of it.

use serde_json::json;

use crate::support::{ALICE, BOB, CAROL, Client, dialog, history, start};

#[tokio::test]
async fn a_dialog_starts_once_and_each_side_gets_its_own_chat() {
    let server = start().await;
    let (mut alice, mut bob, room) = dialog(&server).await;
    bob.act("chat.start", json!({ "user_id": ALICE, "text": "again" })).await;
    let [heard_by_alice, heard_by_bob] = [alice.hear("on.message.new").await, bob.hear("on.message.new").await];
    assert_eq!(
        (&heard_by_alice["room"], &heard_by_alice["message"]),
        (&heard_by_bob["room"], &heard_by_bob["message"])
    );
    assert_eq!(heard_by_alice["room"]["id"], room);
    let chats = [&heard_by_alice["chat"], &heard_by_bob["chat"]].map(|chat| (&chat["user_id"], &chat["unread_count"]));
    assert_eq!(chats, [(&json!(ALICE), &json!(1)), (&json!(BOB), &json!(1))]);
}

#[tokio::test]
async fn a_text_comes_back_exactly_as_it_was_sent() {
    let server = start().await;
    let (mut alice, mut bob, room) = dialog(&server).await;
    let every_plane: String = (0..=0x10).filter_map(|plane| char::from_u32(plane * 0x1_0000 + 0xABCD)).collect();
    let edges = "\u{1}\u{7f}\u{85}\u{2028}\u{feff}\u{fffe}\u{ffff}\u{10ffff}";
    let texts = [" \t\r\n ", "\"'\\</script>%s{}", "e\u{301}\u{e9}", "';DROP TABLE messages;--", edges, &every_plane];
    for text in texts {
        alice.act("message.send", json!({ "room_id": room, "text": text })).await;
        assert_eq!(alice.hear("on.message.new").await["message"]["text"], text);
        assert_eq!(bob.hear("on.message.new").await["message"]["text"], text);
    }
    assert_eq!(history(&mut bob, room).await[1..], texts);
}

#[tokio::test]
async fn unread_messages_are_counted_until_they_are_read_or_deleted() {
    let server = start().await;
    let (mut alice, mut bob, room) = dialog(&server).await;
    alice.act("message.send", json!({ "room_id": room, "text": "two" })).await;
    alice.hear("on.message.new").await;
    let two = bob.hear("on.message.new").await;
    assert_eq!(two["chat"]["unread_count"], 2);
    alice.act("message.delete", json!({ "message_id": two["message"]["id"] })).await;
    assert_eq!(alice.hear("on.message.delete").await["chat"]["unread_count"], 0);
    assert_eq!(bob.hear("on.message.delete").await["chat"]["unread_count"], 1);

    bob.act("chat.read", json!({ "room_id": room })).await;
    assert_eq!(bob.hear("on.chat.read").await["chat"]["unread_count"], 0);
    alice.hears_nothing().await;
    alice.act("message.send", json!({ "room_id": room, "text": "three" })).await;
    alice.hear("on.message.new").await;
    assert_eq!(bob.hear("on.message.new").await["chat"]["unread_count"], 1);
    // The first was read, so that its deletion leaves the one that was not.
    alice.act("message.delete", json!({ "message_id": 1 })).await;
    assert_eq!(bob.hear("on.message.delete").await["chat"]["unread_count"], 1);
}

#[tokio::test]
async fn a_cleared_room_is_empty_and_goes_on_and_a_deleted_one_is_gone() {
    let server = start().await;
    let (mut alice, mut bob, room) = dialog(&server).await;
    alice.act("chat.clear", json!({ "room_id": room })).await;
    for client in [&mut alice, &mut bob] {
        assert_eq!(client.hear("on.chat.clear").await["chat"]["unread_count"], 0);
        assert!(history(client, room).await.is_empty());
        let dialogs = client_dialogs(client).await;
        assert_eq!(dialogs[0]["message"], json!(null));
    }
    bob.act("message.send", json!({ "room_id": room, "text": "goes on" })).await;
    let message = bob.hear("on.message.new").await["message"]["id"].as_u64().unwrap();
    assert_eq!(alice.hear("on.message.new").await["chat"]["unread_count"], 1);

    bob.act("chat.delete", json!({ "room_id": room })).await;
    for client in [&mut alice, &mut bob] {
        client.hear("on.chat.delete").await;
        assert_eq!(client.refused("message.send", json!({ "room_id": room, "text": "x" })).await, "not_found");
        assert_eq!(client_dialogs(client).await, json!([]));
    }
    bob.act("chat.start", json!({ "user_id": ALICE, "text": "anew" })).await;
    let anew = bob.hear("on.message.new").await;
    assert!(anew["room"]["id"].as_u64().unwrap() > room && anew["message"]["id"].as_u64().unwrap() > message);
    assert_eq!(history(&mut bob, anew["room"]["id"].as_u64().unwrap()).await, ["anew"]);
}

/// The dialogs that a client gets when it authorises again.
async fn client_dialogs(client: &mut Client) -> serde_json::Value {
    // Who it is shows in any of its chats; authorising again as the same user is fine (D9).
    for user in [ALICE, BOB] {
        let answer = client.authorise(user).await;
        if answer["success"] == true {
            return answer["dialogs"].clone();
        }
    }
    panic!("the client is neither");
}

#[tokio::test]
async fn the_history_is_walked_from_the_newest_to_the_oldest() {
    let server = start().await;
    let (mut alice, bob, room) = dialog(&server).await;
    for number in 1..=120 {
        alice.emit("message.send", json!({ "room_id": room, "text": number.to_string() })).await;
    }
    let mut seen = Vec::new();
    let mut last_id = json!(null);
    // What was sent before is in the history of the same socket.
    for (limit, expected) in [(json!(1_000), 100), (json!(7), 7), (json!(null), 14)] {
        alice.emit("chat.history", json!({ "room_id": room, "limit": limit, "last_id": last_id })).await;
        let page = loop {
            let incoming = alice.connection.next(crate::support::PATIENCE).await.unwrap();
            if let chat_conformance::wire::Incoming::Event(event) = incoming
                && event.name == "on.chat.history"
            {
                break event.args[0].clone();
            }
        };
        let messages = page["messages"].as_array().unwrap().clone();
        assert_eq!(messages.len(), expected);
        last_id = messages[0]["id"].clone();
        seen.splice(0..0, messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()));
    }
    let expected: Vec<String> = std::iter::once("hello".to_owned()).chain((1..=120).map(|n| n.to_string())).collect();
    assert_eq!(seen, expected);
    bob.act("chat.history", json!({ "room_id": room, "last_id": 9_007_199_254_740_991_u64 })).await;
}

#[tokio::test]
async fn a_call_reaches_all_sockets_of_the_user_called_to_the_letter() {
    let server = start().await;
    let mut alice = Client::authorised(&server, ALICE).await;
    let mut phone = Client::authorised(&server, BOB).await;
    let mut laptop = Client::authorised(&server, BOB).await;
    let mut carol = Client::authorised(&server, CAROL).await;
    for _ in 0..2 {
        alice.hear("on.user.online").await;
    }
    for client in [&mut phone, &mut laptop] {
        client.hear("on.user.online").await;
    }
    let sdp = "v=0\\r\\n".repeat(10_000);
    let fields = format!(r#""ice_candidate": [1.10, 1e400, {{"b": 1, "a": null}}], "session_description": "{sdp}""#);
    let payload = format!(r#"{{"user_id": {BOB}, {fields}}}"#);
    alice.connection.sender().emit_raw_payload("call.start", &payload).await.unwrap();
    for client in [&mut phone, &mut laptop] {
        let incoming = client.connection.next(crate::support::PATIENCE).await.unwrap();
        let chat_conformance::wire::Incoming::Event(event) = incoming else { panic!("{incoming:?}") };
        assert_eq!(event.name, "on.call.init");
        let raw = event.raw_args()[0].get();
        assert!(raw.contains(r#""ice_candidate":[1.10, 1e400, {"b": 1, "a": null}]"#), "{raw:.300}");
        assert!(raw.contains(&sdp));
    }
    carol.hears_nothing().await;
    alice.hears_nothing().await;
    let answer = json!({ "user_id": ALICE, "ice_candidate": null, "session_description": {} });
    laptop.act("call.answer", answer).await;
    assert_eq!(alice.hear("on.call.answer").await["user"]["id"], BOB);
    phone.hears_nothing().await;
}
