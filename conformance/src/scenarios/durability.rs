//! Durability: section 4, DUR. What was announced survives a restart, and a kill in the middle of load.

use std::sync::Arc;

use chat_spec::{
    events::{
        ChatClear, ChatDelete, ChatRead, MessageDelete, MessageSend, OnChatClear, OnChatRead, OnMessageDelete,
        OnMessageNew, OnUserAuthorized, Payload,
    },
    types::{AttachmentId, Message, MessageId, RoomId, User},
};
use futures_util::future::{try_join, try_join3};
use tokio::sync::{Mutex, watch};

use crate::{
    scenario::{Needs, scenarios},
    scenarios::stored::{check_same_room, hear_of_deletion, say_exactly},
    server_process::ServerProcess,
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "durability";
    survives_a_restart ["DUR-1", "SEND-6", "START-6", "ATT-4"]
        "Messages, deletions, what was read, cleared and deleted are as they were after a restart, twice."
        needs Needs::OwnServer;
    survives_a_kill_under_load ["DUR-2", "SEND-6", "AUTH-7"]
        "Everything that anybody heard before the server was killed in the middle of load is there when it is back."
        needs Needs::OwnServer;
    what_was_done_last_survives_a_kill ["DUR-2"]
        "A deletion, a reading, a clearing, a deleted dialog and a new one, each the last before a kill, are not undone."
        needs Needs::OwnServer;
}

/// How many messages were heard when the server is killed.
const HEARD: usize = 60;
/// How many messages each of the two who make load sends at most.
const LOAD: usize = 1_500;
/// How many messages each of them is ahead of what was heard.
const AHEAD: usize = 64;

/// How often somebody tries to come back.
const TRIES: u32 = 3;

/// What the suite does to the server costs every connection that is open.
fn may_lose_all(world: &World) {
    world.clients().iter().for_each(Client::may_be_closed);
}

fn process(world: &World) -> Outcome<Arc<Mutex<ServerProcess>>> {
    let process = world.subject().process.clone();
    process.ok_or_else(|| Stop::NotApplicable("the suite did not start the server itself".into()))
}

async fn restart(world: &World, requirement: &'static str) -> Outcome {
    let process = process(world)?;
    may_lose_all(world);
    let restarted = process.lock().await.restart().await;
    restarted.map_err(|error| world.broken(requirement, format!("the server does not come back: {error}")))
}

async fn kill(world: &World) -> Outcome {
    let process = process(world)?;
    may_lose_all(world);
    let killed = process.lock().await.kill().await;
    killed.map_err(|error| Stop::Harness(format!("the server cannot be killed: {error}")))
}

async fn return_after(world: &World, user: &Client, requirement: &'static str) -> Outcome<(Client, OnUserAuthorized)> {
    user.closed(world.patience().max).await;
    user.close().await;
    // A server that has just started on a busy machine may be late, and hang up on who is so because of it.
    let mut left = TRIES;
    loop {
        left -= 1;
        match world.arrive(user.account(), user.label()).await {
            Err(Stop::NotEvaluable(_)) if left > 0 => {}
            Err(Stop::NotEvaluable(why)) => {
                return Err(world.broken(requirement, format!("nobody can come back: {why}")));
            }
            arrived => return arrived,
        }
    }
}

/// A room without which nothing else can be looked at: that it is lost is what is found, and not what comes of it.
fn expect_room(
    world: &World,
    requirement: &'static str,
    user: &Client,
    authorized: &OnUserAuthorized,
    room: RoomId,
) -> Outcome {
    if authorized.dialogs.iter().any(|dialog| dialog.room.id == room) {
        return Ok(());
    }
    Err(world.broken(requirement, format!("`{}` does not find its dialog of before, room {room}", user.label())))
}

/// What a user finds of its dialogs with these others, and of their histories. Dates of change are free.
async fn found(user: &Client, authorized: &OnUserAuthorized, others: &[&Client]) -> Outcome<Vec<String>> {
    let mut dialogs = authorized.dialogs.clone();
    dialogs.retain(|dialog| {
        dialog
            .room
            .users
            .iter()
            .any(|member| others.iter().any(|other| other.id() == member.id && other.id() != user.id()))
    });
    dialogs.sort_by_key(|dialog| dialog.room.id);
    let mut found: Vec<String> = authorized.user.iter().map(shown_user).collect();
    for dialog in dialogs {
        let (room, unread) = (dialog.room.id, dialog.chat.unread_count);
        let since = &dialog.chat.created_at;
        found.push(format!("`{}`: room {room}, {unread} unread, its chat since {since}", user.label()));
        let mut members: Vec<String> = dialog.room.users.iter().map(shown_user).collect();
        members.sort();
        found.push(format!("room {room} since {}: {}", dialog.room.created_at, members.join(", ")));
        found.extend(dialog.message.iter().map(|message| format!("newest in {room}: {}", shown(message))));
        found.extend(user.history(room).await?.iter().map(|message| format!("in {room}: {}", shown(message))));
    }
    Ok(found)
}

fn shown_user(user: &User) -> String {
    format!("user {} since {}", user.id, user.created_at)
}

fn shown(message: &Message) -> String {
    let Message { id, user_id, created_at, text, attachment, .. } = message;
    let attachment = attachment.as_ref().map_or(0, |attachment| attachment.id.get());
    format!("{id} of {user_id} at {created_at}: {text:?}, attachment {attachment}")
}

async fn survives_a_restart(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    prepare(world, &alice, &bob, &carol, room).await?;
    say_exactly(world, &alice, &bob, room).await?;
    let used = used_attachment(world, &alice, &bob, room).await?;
    let (mut users, mut last) = (vec![alice, bob, carol], MessageId::try_from(1_u64).ok());
    for round in 1..=2 {
        let [alice, bob] = [&users[0], &users[1]];
        let seen = [
            world.say(alice, bob, room, "read, and deleted before the restart").await?.message.id,
            world.say(alice, bob, room, "read, and deleted after the restart").await?.message.id,
        ];
        read(bob, room).await?;
        let newest = world.say(alice, bob, room, &format!("before restart {round}")).await?.message;
        // That deleting what was read leaves the counter is a SHOULD (DEL-5): the server shows what it does.
        let unread = delete(alice, bob, seen[0]).await?;
        // The largest id is of a message that is deleted: it must not come back.
        let gone = world.say(alice, bob, room, "deleted before the restart").await?.message;
        let left = delete(alice, bob, gone.id).await?;
        let (mut before, mut back) = (Vec::new(), Vec::new());
        for user in &users {
            let (user, authorized) = world.come_back(user).await?;
            before.push(found(&user, &authorized, &users.iter().collect::<Vec<_>>()).await?);
            back.push(user);
        }
        restart(world, "DUR-1").await?;
        users.clear();
        let mut unchanged = true;
        for (index, (user, before)) in back.iter().zip(before).enumerate() {
            let (user, authorized) = return_after(world, user, "DUR-1").await?;
            if index < 2 {
                expect_room(world, "DUR-1", &user, &authorized, room)?;
            }
            let after = found(&user, &authorized, &back.iter().collect::<Vec<_>>()).await?;
            world.check_eq("DUR-1", &format!("what `{}` finds after a restart", user.label()), &after, &before);
            unchanged &= after == before;
            users.push(user);
        }
        // What is lost is found above, and cannot be deleted.
        if unread == 1 && unchanged {
            let after = delete(&users[0], &users[1], seen[1]).await?;
            world.check_eq(
                "DUR-1",
                "what is unread after a message went that was read before a restart",
                &after,
                &left,
            );
        }
        last = last.max(Some(gone.id)).max(Some(newest.id));
        let next = world.say(&users[1], &users[0], room, "after the restart").await?.message;
        world.check("SEND-6", Some(next.id) > last, || "a message id is used again after a restart".into());
    }
    check_same_room(world, [&users[1], &users[0]], room).await?;
    if let Some(used) = used {
        let again = try_attachment(world, &users[0], &users[1], room, used).await?;
        world.check("ATT-4", again.is_none(), || {
            "an attachment whose message was deleted can be sent again after a restart".into()
        });
    }
    Ok(())
}

/// An attachment that was sent, and whose message was deleted; `None` where there are no more.
async fn used_attachment(world: &World, alice: &Client, bob: &Client, room: RoomId) -> Outcome<Option<AttachmentId>> {
    let Some(offered) = world.attachment(alice).await else { return Ok(None) };
    // It may have been sent in an earlier run, and be refused now.
    let Some(sent) = try_attachment(world, alice, bob, room, offered.id).await? else { return Ok(None) };
    delete(alice, bob, sent).await?;
    Ok(Some(offered.id))
}

/// Sends an attachment that may be refused; gives the message that both heard.
async fn try_attachment(
    world: &World,
    alice: &Client,
    bob: &Client,
    room: RoomId,
    attachment: AttachmentId,
) -> Outcome<Option<MessageId>> {
    let text = world.text("with a file");
    alice.emit(&MessageSend { room_id: room, text, attachment_id: Some(attachment) }).await?;
    world.settle().await?;
    let (_, heard) = try_join(alice.may_hear::<OnMessageNew>(), bob.may_hear::<OnMessageNew>()).await?;
    drop((alice.errors(), bob.errors()));
    Ok(heard.map(|event| event.message.id))
}

/// Something of everything: read and unread messages, a cleared dialog, a deleted one.
async fn prepare(world: &World, alice: &Client, bob: &Client, carol: &Client, room: RoomId) -> Outcome {
    for number in 1..=3 {
        world.say(alice, bob, room, &format!("to bob {number}")).await?;
        world.say(bob, alice, room, &format!("to alice {number} 😀")).await?;
    }
    let deleted = world.say(bob, alice, room, "to be deleted").await?.message;
    delete(bob, alice, deleted.id).await?;
    read(bob, room).await?;
    world.say(alice, bob, room, "unread").await?;
    let cleared = world.dialog(carol, alice).await?;
    clear(alice, carol, cleared).await?;
    let dropped = world.dialog(bob, carol).await?;
    carol.emit(&ChatDelete { room_id: dropped }).await?;
    world.expect_dropped("DROP-1", [carol, bob], dropped).await?;
    if let Some(attachment) = world.attachment(alice).await {
        // It may have been sent in an earlier run, and be refused now.
        try_attachment(world, alice, bob, room, attachment.id).await?;
    }
    Ok(())
}

/// Deletes a message; gives what the other side has not read afterwards, as it is told.
async fn delete(author: &Client, other: &Client, message: MessageId) -> Outcome<u64> {
    author.emit(&MessageDelete { message_id: message }).await?;
    author.expect::<OnMessageDelete>("DEL-1").await?;
    Ok(other.expect::<OnMessageDelete>("DEL-1").await?.chat.unread_count)
}

async fn read(reader: &Client, room: RoomId) -> Outcome {
    reader.emit(&ChatRead { room_id: room }).await?;
    reader.expect::<OnChatRead>("READ-1").await?;
    Ok(())
}

async fn clear(caller: &Client, other: &Client, room: RoomId) -> Outcome {
    caller.emit(&ChatClear { room_id: room }).await?;
    caller.expect::<OnChatClear>("CLEAR-1").await?;
    other.expect::<OnChatClear>("CLEAR-2").await?;
    Ok(())
}

async fn survives_a_kill_under_load(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let mut users = [alice, bob];
    for _ in 0..2 {
        let [alice, bob] = &users;
        read(bob, room).await?;
        let read_until = bob.history(room).await?.last().map(|message| message.id);
        let announced = kill_under_load(world, alice, bob, room).await?;
        restart(world, "DUR-2").await?;
        let (alice, of_alice) = return_after(world, alice, "DUR-2").await?;
        let (bob, authorized) = return_after(world, bob, "DUR-2").await?;
        expect_room(world, "DUR-2", &alice, &of_alice, room)?;
        expect_room(world, "DUR-2", &bob, &authorized, room)?;
        for reader in [&alice, &bob] {
            let stored = reader.history(room).await?;
            let lost: Vec<String> = announced.iter().filter(|heard| !is_in(heard, &stored)).map(shown).collect();
            world.check("DUR-2", lost.is_empty(), || {
                let (count, first) = (lost.len(), lost.first().cloned().unwrap_or_default());
                format!(
                    "`{}` lost {count} of {} messages that were announced, the first {first}",
                    reader.label(),
                    announced.len()
                )
            });
            if reader.id() == bob.id() {
                check_unread(world, &bob, &authorized, room, &stored, read_until);
            }
        }
        let largest = announced.iter().map(|message| message.id).max();
        let next = world.say(&alice, &bob, room, "after the kill").await?.message;
        world.check("SEND-6", Some(next.id) > largest, || "a message id is used again after a kill".into());
        users = [alice, bob];
    }
    Ok(())
}

/// Whether a message that was heard is stored as it was heard.
fn is_in(heard: &Message, stored: &[Message]) -> bool {
    stored.iter().any(|message| (message.id, &message.text, message.user_id) == (heard.id, &heard.text, heard.user_id))
}

/// What is unread is what is stored of the other side since it was read, whether it was announced or not.
fn check_unread(
    world: &World,
    reader: &Client,
    authorized: &OnUserAuthorized,
    room: RoomId,
    stored: &[Message],
    read_until: Option<MessageId>,
) {
    let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == room);
    let others = |message: &&Message| message.user_id != reader.id() && Some(message.id) > read_until;
    let expected = stored.iter().filter(others).count() as u64;
    let unread = dialog.map(|dialog| dialog.chat.unread_count);
    world.check_eq("AUTH-7", "what is unread after a kill", &unread, &Some(expected));
}

/// Both send without pause; when enough was heard, the server is killed. Gives every message that anybody heard.
async fn kill_under_load(world: &World, alice: &Client, bob: &Client, room: RoomId) -> Outcome<Vec<Message>> {
    let (count, counted) = watch::channel(0_usize);
    let pump = async |client: &Client| {
        let mut counted = counted.clone();
        for number in 0..LOAD {
            // A server that is far behind may stop reading, pongs included, and close what it takes for dead.
            let near = counted.wait_for(|heard| number < heard + AHEAD).await.is_ok();
            if !near || !client.is_open() {
                break;
            }
            let text = world.text(&format!("{} {number}", client.label()));
            client.emit(&MessageSend { room_id: room, text, attachment_id: None }).await?;
            tokio::task::yield_now().await;
        }
        Ok::<(), Stop>(())
    };
    let killer = async move {
        // Where the killer ends, by its work or otherwise, nobody waits for what it counts.
        let count = count;
        let mut heard = Vec::new();
        while heard.len() < HEARD {
            heard.push(bob.expect::<OnMessageNew>("SEND-1").await?.message);
            count.send_replace(heard.len());
        }
        kill(world).await?;
        Ok(heard)
    };
    let ((), (), mut announced) = try_join3(pump(alice), pump(bob), killer).await?;
    for client in [alice, bob] {
        client.closed(world.patience().max).await;
        let messages = client.leftovers().into_iter().filter(|event| event.name == OnMessageNew::NAME);
        announced.extend(messages.filter_map(|event| serde_json::from_value(event.payload["message"].clone()).ok()));
    }
    Ok(announced)
}

async fn what_was_done_last_survives_a_kill(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let mut room = world.dialog(&alice, &bob).await?;
    let mut users = [alice, bob];
    for last in ["a message", "a deletion", "a reading", "a clearing", "a deleted dialog", "a new dialog"] {
        let [alice, bob] = &users;
        if last != "a new dialog" {
            world.say(alice, bob, room, "to be read").await?;
        }
        room = do_last(world, alice, bob, room, last).await?;
        kill(world).await?;
        if last == "a deleted dialog" {
            for user in [alice, bob] {
                user.forget_dropped(room).await;
            }
        }
        restart(world, "DUR-2").await?;
        let (alice, of_alice) = return_after(world, alice, "DUR-2").await?;
        let (bob, of_bob) = return_after(world, bob, "DUR-2").await?;
        let of_room =
            |authorized: &OnUserAuthorized| authorized.dialogs.iter().find(|dialog| dialog.room.id == room).cloned();
        let (one, other) = (of_room(&of_alice), of_room(&of_bob));
        let texts: Vec<String> = match &one {
            Some(_) => alice.history(room).await?.into_iter().map(|message| message.text).collect(),
            None => Vec::new(),
        };
        let unread = other.as_ref().map(|dialog| dialog.chat.unread_count);
        let has = |text: &str| texts.contains(&world.text(text));
        let holds = match last {
            "a message" => has("a message"),
            "a deletion" => one.is_some() && !has("a deletion"),
            "a reading" => unread == Some(0),
            "a clearing" => one.is_some() && other.is_some() && texts.is_empty() && unread == Some(0),
            "a deleted dialog" => one.is_none() && other.is_none(),
            _ => texts == [world.text("a new dialog")] && unread == Some(1),
        };
        world.check("DUR-2", holds, || format!("{last} was announced, and was undone by a kill of the server"));
        if last != "a deleted dialog" && (one.is_none() || other.is_none()) {
            // What is next would be done in a dialog that is lost.
            return Err(Stop::Broken);
        }
        users = [alice, bob];
    }
    Ok(())
}

/// Does what is to be the last before the server is killed, and waits until it is announced. Gives the room it was in.
async fn do_last(world: &World, alice: &Client, bob: &Client, room: RoomId, what: &'static str) -> Outcome<RoomId> {
    match what {
        "a message" => drop(world.say(bob, alice, room, what).await?),
        "a deletion" => {
            let message = world.say(alice, bob, room, what).await?.message;
            delete(alice, bob, message.id).await?;
        }
        "a reading" => read(bob, room).await?,
        "a clearing" => clear(alice, bob, room).await?,
        "a deleted dialog" => {
            bob.emit(&ChatDelete { room_id: room }).await?;
            hear_of_deletion(world, bob).await?;
        }
        _ => return Ok(world.start("START-1", alice, bob, what).await?.0.room.id),
    }
    Ok(room)
}
