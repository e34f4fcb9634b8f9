//! Safety: who may do what, and what nobody may learn.

pub(super) mod strangers;

use std::collections::BTreeSet;

use chat_spec::{
    events::{
        ChatClear, ChatDelete, ChatHistory, ChatRead, MessageDelete, MessageSend, OnChatClear, OnChatDelete,
        OnChatHistory, OnChatRead, OnMessageDelete, OnMessageNew, OnUserAuthorized, Payload, UserAuth,
    },
    types::{MAX_ID, MessageId, RoomId},
};
use serde_json::{Value, json};

use crate::{
    scenario::{Needs, scenarios},
    stop::{Outcome, Stop},
    world::{Client, Reactions, World},
};

scenarios! { "safety";
    nothing_for_outsiders ["SEC-2"]
        "Of a user outside the room no action on it or its messages has an effect, is answered, or is seen.";
    hidden_rooms_and_messages_do_not_exist ["SEC-3"]
        "Rooms and messages of others are refused like those that there never were.";
    hidden_attachments_do_not_exist ["SEC-3"]
        "Attachments of others are refused like those that there never were."
        needs Needs::Profile("attachments");
    tokens_stay_secret ["SEC-5"]
        "Whatever is done or refused, nothing that the server sends carries a token.";
}

fn message(world: &World, room: RoomId, text: &str) -> MessageSend {
    MessageSend { room_id: room, text: world.text(text), attachment_id: None }
}

/// Sends a text and gives the message's id, outside of the transcript.
pub(super) async fn exchange(
    world: &World,
    from: &Client,
    to: &Client,
    room: RoomId,
    text: &str,
) -> Outcome<MessageId> {
    let exchange = async {
        from.emit(&message(world, room, text)).await?;
        to.expect::<OnMessageNew>("SEND-1").await?;
        Ok(from.expect::<OnMessageNew>("SEND-1").await?.message.id)
    };
    world.silently(exchange).await
}

/// What a user finds on coming back: compared before and after what should have no effect.
#[derive(Debug, PartialEq)]
pub(super) struct Picture {
    /// Each dialog's room, what is not read, and the newest message.
    dialogs: BTreeSet<(RoomId, u64, Option<MessageId>)>,
    /// The messages of the room in question.
    messages: Vec<(MessageId, String)>,
}

/// The user comes back and looks. Dialogs with the user that sentinels are sent to are left out.
pub(super) async fn look(world: &World, user: &Client, room: RoomId) -> Outcome<(Client, Picture)> {
    let (user, answer) = world.come_back(user).await?;
    let beacon = world.subject().casting.beacon().id;
    let dialogs: BTreeSet<_> = answer
        .dialogs
        .iter()
        .filter(|dialog| dialog.room.users.iter().all(|member| member.id != beacon))
        .map(|dialog| (dialog.room.id, dialog.chat.unread_count, dialog.message.as_ref().map(|message| message.id)))
        .collect();
    let is_there = dialogs.iter().any(|(listed, ..)| *listed == room);
    let messages = if is_there { user.history(room).await? } else { Vec::new() };
    let messages = messages.into_iter().map(|message| (message.id, message.text)).collect();
    Ok((user, Picture { dialogs, messages }))
}

/// Checks that a user finds what it found before.
pub(super) async fn look_again(
    world: &World,
    requirement: &'static str,
    user: &Client,
    room: RoomId,
    before: &Picture,
) -> Outcome<Client> {
    let (user, after) = look(world, user, room).await?;
    let who = user.label();
    world.check_eq(
        requirement,
        &format!("what `{who}` finds in the room, which nobody changed who may,"),
        &after.messages,
        &before.messages,
    );
    world.check_eq(
        requirement,
        &format!("the dialogs of `{who}`, which nobody changed who may,"),
        &after.dialogs,
        &before.dialogs,
    );
    Ok(user)
}

async fn nothing_for_outsiders(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    // The outsider knows a member of the room, and has a room and a message of its own.
    let own = world.dialog(&mallory, &bob).await?;
    let own_message = exchange(world, &mallory, &bob, own, "in my own room").await?;
    let of_alice = exchange(world, &alice, &bob, room, "from alice").await?;
    let of_bob = exchange(world, &bob, &alice, room, "from bob").await?;
    let (alice, before_alice) = look(world, &alice, room).await?;
    let (bob, before_bob) = look(world, &bob, room).await?;

    intrude(world, &mallory, room, [of_alice, of_bob], own_message).await?;
    look_across(world, &mallory, own, of_alice).await?;
    let alice = look_again(world, "SEC-2", &alice, room, &before_alice).await?;
    let bob = look_again(world, "SEC-2", &bob, room, &before_bob).await?;

    // Nor while the members are away.
    alice.close().await;
    bob.close().await;
    intrude(world, &mallory, room, [of_alice, of_bob], own_message).await?;
    let alice = look_again(world, "SEC-2", &alice, room, &before_alice).await?;
    let bob = look_again(world, "SEC-2", &bob, room, &before_bob).await?;
    // Nor is who tried told of what is said in the room afterwards.
    exchange(world, &alice, &bob, room, "among ourselves").await?;
    world.nobody_hears_more("SEC-2").await?;

    // The control: the outsider's own room answers.
    exchange(world, &mallory, &bob, own, "still in my own room").await?;
    let history = mallory.history(own).await?;
    world.check("SEC-2", history.iter().all(|message| message.room_id == own), || {
        "the outsider's own room shows messages of another room".into()
    });
    Ok(())
}

/// Tries every action on a room and its messages.
async fn intrude(world: &World, mallory: &Client, room: RoomId, messages: [MessageId; 2], own: MessageId) -> Outcome {
    let tries = [
        ("chat.history", json!({"room_id": room})),
        ("chat.history", json!({"room_id": room, "limit": 1})),
        ("chat.history", json!({"room_id": room, "limit": 50, "last_id": messages[1]})),
        ("chat.history", json!({"room_id": room, "last_id": own})),
        ("chat.read", json!({"room_id": room})),
        ("message.send", json!({"room_id": room, "text": world.text("let me in")})),
        ("message.delete", json!({"message_id": messages[0]})),
        ("message.delete", json!({"message_id": messages[1]})),
    ];
    for (action, payload) in tries {
        mallory.emit_arguments(action, vec![payload]).await?;
    }
    world.nobody_hears_more("SEC-2").await?;
    for action in ["chat.clear", "chat.delete"] {
        mallory.emit_arguments(action, vec![json!({"room_id": room})]).await?;
    }
    world.nobody_hears_more("SEC-2").await
}

/// Asks for one's own history from a message of another room on: whether that is answered is free here (HIST-12), but
/// not with what.
async fn look_across(world: &World, mallory: &Client, own: RoomId, foreign: MessageId) -> Outcome {
    let ask = ChatHistory { room_id: own, limit: None, last_id: Some(foreign) };
    let answer = world
        .silently(async {
            mallory.emit(&ask).await?;
            world.settle().await?;
            mallory.take::<OnChatHistory>()
        })
        .await?;
    let messages = answer.map(|answer| answer.messages).unwrap_or_default();
    world.check("SEC-2", messages.iter().all(|message| message.room_id == own), || {
        "the history of one's own room, from a message of another room on, shows messages of that room".into()
    });
    Ok(())
}

/// Two ids that nobody has, one next to the real ones and one far from them. Where somebody has one, it is still none
/// of the caller's.
fn unknown(ids: [u64; 2]) -> [[u64; 2]; 2] {
    let near = |id: u64| if id < MAX_ID / 2 { id + 1_000_003 } else { id - 1_000_003 };
    [ids.map(near), [MAX_ID - 11, MAX_ID - 12]]
}

/// The payload of an action on what has an id.
type About<'a> = &'a (dyn Fn(u64) -> Value + Sync);

async fn hidden_rooms_and_messages_do_not_exist(world: &World) -> Outcome {
    let [alice, bob, carol, mallory] = world.users(["alice", "bob", "carol", "mallory"]).await?;
    let rooms = [world.dialog(&alice, &bob).await?, world.dialog(&alice, &carol).await?];
    let messages = [
        exchange(world, &bob, &alice, rooms[0], "one").await?.get(),
        exchange(world, &carol, &alice, rooms[1], "two").await?.get(),
    ];
    let own = world.dialog(&mallory, &bob).await?;
    let own = exchange(world, &mallory, &bob, own, "mine").await?;
    world.no_transcript();

    let rooms = rooms.map(RoomId::get);
    let of_room: [(&str, About); 6] = [
        ("message.send", &|room| json!({"room_id": room, "text": world.text("let me in")})),
        ("chat.history", &|room| json!({"room_id": room})),
        ("chat.history", &|room| json!({"room_id": room, "limit": 5, "last_id": own})),
        ("chat.read", &|room| json!({"room_id": room})),
        ("chat.clear", &|room| json!({"room_id": room})),
        ("chat.delete", &|room| json!({"room_id": room})),
    ];
    for (action, payload) in of_room {
        cannot_be_told_apart(world, &mallory, action, "room", rooms, payload).await?;
    }
    cannot_be_told_apart(world, &mallory, "message.delete", "message", messages, &|id| json!({"message_id": id})).await
}

async fn hidden_attachments_do_not_exist(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let of = |user: &Client| user.account().attachments.first().map(|attachment| attachment.id.get());
    let (Some(first), Some(second)) = (of(&alice), of(&bob)) else {
        return Err(Stop::not_evaluable(
            "the accounts of this scenario have no attachments: list one for each account",
        ));
    };
    let own = world.dialog(&mallory, &bob).await?;
    world.no_transcript();
    let send = |id: u64| json!({"room_id": own, "text": world.text("not mine"), "attachment_id": id});
    cannot_be_told_apart(world, &mallory, "message.send", "attachment", [first, second], &send).await?;
    let start = |id: u64| json!({"user_id": bob.id(), "text": world.text("not mine"), "attachment_id": id});
    cannot_be_told_apart(world, &mallory, "chat.start", "attachment", [first, second], &start).await
}

/// Checks that an action on what is others' is refused like one on what does not exist, with a callback and without.
async fn cannot_be_told_apart(
    world: &World,
    who: &Client,
    action: &str,
    what: &str,
    foreign: [u64; 2],
    payload: About<'_>,
) -> Outcome {
    let [near, far] = unknown(foreign);
    let kinds = [foreign, near, far];
    for acknowledged in [false, true] {
        let mut reactions = Reactions::new(kinds.len());
        // What differs by chance does not differ by chance twice.
        for _ in 0..2 {
            for sample in 0..2 {
                for (kind, ids) in kinds.iter().enumerate() {
                    reactions.add(kind, who.reaction(action, &payload(ids[sample]), acknowledged).await?);
                }
            }
            if reactions.are_alike() {
                break;
            }
        }
        let apart = reactions.told_apart();
        world.check("SEC-3", apart.is_none(), || {
            let (_, how) = apart.unwrap_or_default();
            format!("{action} tells a {what} of others from one that does not exist: {how}")
        });
    }
    Ok(())
}

async fn tokens_stay_secret(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    let room = everything_done(world, &alice, &bob).await?;
    everything_refused(world, &carol, &alice, room).await?;
    // The list of dialogs shows users, each as others may see it.
    let (alice, _) = world.come_back(&alice).await?;
    let (bob, _) = world.come_back(&bob).await?;
    // What is wrong with an authorisation may be said, but not by showing the token.
    let right = alice.account().token.clone();
    let [unknown, ..] = world.subject().casting.unknown();
    let malformed = [
        json!({"id": "x", "token": right}),
        json!({"id": -1, "token": right}),
        json!({"id": {"token": right}, "token": right}),
        json!({"token": right}),
        json!({"id": bob.id(), "token": right}),
        json!({"id": unknown, "token": right}),
        json!([alice.id(), right]),
        json!(right),
    ];
    for payload in malformed {
        for acknowledged in [false, true] {
            try_malformed(world, &carol, &payload, acknowledged).await?;
        }
    }
    world.check("SEC-5", true, String::new);
    Ok(())
}

/// Sends a `user.auth` that should be refused on a connection of its own, and waits for whatever is said.
async fn try_malformed(world: &World, who: &Client, payload: &Value, acknowledged: bool) -> Outcome {
    let socket = world.connect(who.account(), "carol/other").await?;
    let pending = match acknowledged {
        true => socket.wire().emit_with_ack(UserAuth::NAME, std::slice::from_ref(payload)).await.ok(),
        false => {
            socket.emit_arguments(UserAuth::NAME, vec![payload.clone()]).await?;
            None
        }
    };
    world.settle().await?;
    drop(pending);
    while socket.take::<OnUserAuthorized>()?.is_some() {}
    socket.close().await;
    Ok(())
}

/// Every action is done once, and its events are heard.
async fn everything_done(world: &World, alice: &Client, bob: &Client) -> Outcome<RoomId> {
    let room = world.dialog(alice, bob).await?;
    let target = exchange(world, alice, bob, room, "soon gone").await?;
    alice.page(room, None, None).await?;
    let call = json!({"user_id": bob.id(), "ice_candidate": {}, "session_description": {}});
    for (action, payload) in [("call.start", call.clone()), ("call.answer", call)] {
        alice.emit_arguments(action, vec![payload]).await?;
    }
    alice.emit(&ChatRead { room_id: room }).await?;
    alice.emit(&MessageDelete { message_id: target }).await?;
    alice.emit(&ChatClear { room_id: room }).await?;
    alice.emit(&ChatDelete { room_id: room }).await?;
    world.settle().await?;
    for client in [alice, bob] {
        hear_all(client)?;
    }
    world.dialog(alice, bob).await
}

/// Takes notice of whatever came.
fn hear_all(client: &Client) -> Outcome {
    use chat_spec::events::{OnCallAnswer, OnCallInit};
    while client.take::<OnMessageNew>()?.is_some() {}
    while client.take::<OnMessageDelete>()?.is_some() {}
    while client.take::<OnChatRead>()?.is_some() {}
    while client.take::<OnChatClear>()?.is_some() {}
    while client.take::<OnChatDelete>()?.is_some() {}
    while client.take::<OnCallInit>()?.is_some() {}
    while client.take::<OnCallAnswer>()?.is_some() {}
    Ok(())
}

/// Every action is refused, each for a reason of its own, with a callback and without.
async fn everything_refused(world: &World, outsider: &Client, member: &Client, room: RoomId) -> Outcome {
    let target = member.history(room).await?.pop();
    let target = target.map_or(Ok(room.get()), |message| Ok::<_, Stop>(message.id.get()))?;
    let user = outsider.id();
    let [unknown, ..] = world.subject().casting.unknown();
    let tries = [
        ("chat.history", json!({"room_id": room})),
        ("chat.read", json!({"room_id": room})),
        ("message.send", json!({"room_id": room, "text": world.text("let me in")})),
        ("message.delete", json!({"message_id": target})),
        ("chat.clear", json!({"room_id": room})),
        ("chat.delete", json!({"room_id": room})),
        ("chat.start", json!({"user_id": user, "text": world.text("to myself")})),
        ("call.start", json!({"user_id": unknown, "ice_candidate": {}, "session_description": {}})),
        ("call.answer", json!({"user_id": unknown, "ice_candidate": {}, "session_description": {}})),
        ("user.auth", json!({"id": member.id(), "token": outsider.account().token})),
    ];
    // A server may cut off who authorises with a wrong token.
    outsider.may_be_closed();
    for (action, payload) in tries {
        outsider.emit_arguments(action, vec![payload.clone()]).await?;
        drop(outsider.wire().emit_with_ack(action, &[payload]).await);
    }
    world.settle().await?;
    while outsider.take::<OnUserAuthorized>()?.is_some() {}
    Ok(())
}
