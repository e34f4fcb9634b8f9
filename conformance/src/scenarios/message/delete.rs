//! `message.delete`: a message taken back.

use chat_spec::{
    events::{ChatRead, MessageDelete, OnChatRead, OnMessageDelete, OnMessageNew},
    types::{MAX_ID, Message, MessageId, RoomId},
};
use futures_util::future::try_join;

use crate::{
    scenario::scenarios,
    scenarios::{
        conversation::{self, delete, exchange, fill, message, say},
        texts,
    },
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "message.delete";
    both_are_told_and_nobody_else ["DEL-1"]
        "Both users hear of a deletion, with the message, its room and their own chat, and nobody else does.";
    either_side_deletes_its_own ["DEL-1", "SEND-4"]
        "Each user deletes messages of its own, the oldest, the newest and one in the middle, and both hear each.";
    is_gone_for_both ["DEL-2", "AUTH-6", "SEND-5"]
        "A deleted message is in nobody's history and in nobody's dialogs, and the others stay.";
    of_two_alike_that_one_goes ["SEND-5", "DEL-1", "DEL-2"]
        "Of messages with the same text the one goes that was deleted, and the others stay.";
    is_gone_while_the_other_side_is_away ["DEL-2", "DEL-1", "DEL-5"]
        "A message that is deleted while the other user is not connected is gone when the user comes.";
    of_many_only_that_one_goes ["DEL-2", "HIST-3"]
        "Of more messages than fit a page those that were deleted are gone, and the others are there once.";
    an_outsider_cannot_delete ["DEL-3"]
        "A user outside the room cannot delete a message, and an unknown id deletes nothing.";
    twice_announces_once ["DEL-4", "DEL-5"]
        "A message that is deleted twice, one after the other or at once, is announced and counted once.";
    from_two_devices_at_once_announces_once ["DEL-4", "DEL-5"]
        "A message that both devices of its author delete at once is announced and counted once.";
    what_is_gone_cannot_be_deleted ["DEL-3"]
        "A message that went with its dialog, cleared or deleted, is an unknown one: deleting it announces nothing.";
    lowers_what_was_not_read ["DEL-5", "DEL-1"]
        "Deleting an unread message lowers the other side's counter by one; deleting a read one does not.";
    counts_on_after_a_deletion ["DEL-5", "SEND-2"]
        "After a deletion new messages are counted on from there, for both sides, also at the next authorisation.";
    by_the_other_side_is_all_or_nothing ["DEL-6", "DEL-1", "DEL-2"]
        "Whether the other side may delete a message is free; it is gone where it was announced, and there where not.";
}

/// Deletes a message; gives what both users heard, who deleted first.
async fn take_back(world: &World, by: &Client, other: &Client, message: &Message) -> Outcome<[OnMessageDelete; 2]> {
    by.emit(&MessageDelete { message_id: message.id }).await?;
    let events = [by.expect::<OnMessageDelete>("DEL-1").await?, other.expect("DEL-1").await?];
    for (event, reader) in events.iter().zip([by, other]) {
        check_told(world, event, reader, [by, other], message);
    }
    Ok(events)
}

/// DEL-1: that message, its room, and the reader's own chat.
fn check_told(world: &World, event: &OnMessageDelete, reader: &Client, users: [&Client; 2], message: &Message) {
    world.check("DEL-1", conversation::is_same(&event.message, message), || {
        format!("`{}` hears of the deletion of another message than was deleted: {:?}", reader.label(), event.message)
    });
    world.check("DEL-1", event.room.id == message.room_id, || {
        format!("`{}` hears of a deletion in room {} instead of {}", reader.label(), event.room.id, message.room_id)
    });
    conversation::check_users(world, "DEL-1", &event.room, users);
    conversation::check_side(world, "DEL-1", &event.chat, reader);
}

/// Checks that a history is exactly what is left.
async fn check_left(world: &World, reader: &Client, room: RoomId, left: &[Message], deleted: &[MessageId]) -> Outcome {
    let stored = reader.history(room).await?;
    world.check("DEL-2", stored.iter().all(|message| !deleted.contains(&message.id)), || {
        format!("a deleted message is in the history of `{}`", reader.label())
    });
    for message in left {
        world.check("SEND-5", stored.iter().any(|kept| conversation::is_same(kept, message)), || {
            format!("a message that was not deleted is gone from the history of `{}`, or changed", reader.label())
        });
    }
    Ok(())
}

/// Comes back, and checks the newest message of the dialog.
async fn check_newest(
    world: &World,
    user: &Client,
    room: RoomId,
    newest: Option<MessageId>,
    deleted: &[MessageId],
) -> Outcome<Client> {
    let label = user.label().to_owned();
    let (user, authorized) = world.come_back(user).await?;
    let Some(dialog) = authorized.dialogs.iter().find(|dialog| dialog.room.id == room) else {
        return Err(world.broken("AUTH-5", format!("the dialog of `{label}` is not listed after a deletion")));
    };
    let got = dialog.message.as_ref().map(|message| message.id);
    let requirement = if got.is_some_and(|id| deleted.contains(&id)) { "DEL-2" } else { "AUTH-6" };
    world.check("DEL-2", requirement != "DEL-2", || format!("a deleted message is in the dialogs of `{label}`"));
    if requirement == "AUTH-6" {
        world.check_eq("AUTH-6", &format!("the newest message that `{label}` finds after a deletion"), &got, &newest);
    }
    Ok(user)
}

async fn both_are_told_and_nobody_else(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.dialog(&alice, &carol).await?;
    world.dialog(&bob, &carol).await?;
    let sent = exchange(&alice, &bob, &message(world, room, "not what I meant"), "SEND-1").await?.message;

    alice.emit(&MessageDelete { message_id: sent.id }).await?;

    for reader in [&alice, &bob] {
        let heard: OnMessageDelete = reader.expect("DEL-1").await?;
        check_told(world, &heard, reader, [&alice, &bob], &sent);
    }
    carol.expect_nothing("DEL-1").await
}

async fn either_side_deletes_its_own(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let mut sent = Vec::new();
    for number in 0..6 {
        let (from, to) = if number % 2 == 0 { (&alice, &bob) } else { (&bob, &alice) };
        sent.push(say(world, from, to, room, &format!("{} {number}", texts::NASTY[0].1)).await?);
    }
    // (who deletes, which)
    for (by, other, number) in
        [(&bob, &alice, 5), (&alice, &bob, 2), (&bob, &alice, 3), (&alice, &bob, 0), (&alice, &bob, 4)]
    {
        take_back(world, by, other, &sent[number]).await?;
    }
    // Long and hard, there and back again.
    let hard = say(world, &bob, &alice, room, &texts::hard()).await?;
    world.silently(take_back(world, &bob, &alice, &hard)).await?;
    check_left(world, &alice, room, &sent[1..2], &[sent[0].id, sent[2].id, sent[3].id, sent[4].id, sent[5].id]).await
}

async fn is_gone_for_both(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    conversation::clear(world, &alice, &bob, room).await?;
    let mut left = Vec::new();
    for number in 0..4 {
        left.push(say(world, &alice, &bob, room, &format!("message {number}")).await?);
    }
    let (mut alice, mut bob) = (alice, bob);
    let mut deleted = Vec::new();
    // In the middle, the newest, the oldest, the only one.
    for place in [1, 2, 0, 0] {
        let message = left.remove(place);
        take_back(world, &alice, &bob, &message).await?;
        deleted.push(message.id);
        for reader in [&alice, &bob] {
            check_left(world, reader, room, &left, &deleted).await?;
        }
        let newest = left.last().map(|message| message.id);
        alice = check_newest(world, &alice, room, newest, &deleted).await?;
        bob = check_newest(world, &bob, room, newest, &deleted).await?;
    }
    Ok(())
}

async fn of_two_alike_that_one_goes(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let mut left = Vec::new();
    for (from, to) in [(&alice, &bob), (&alice, &bob), (&bob, &alice), (&alice, &bob)] {
        left.push(say(world, from, to, room, "the very same").await?);
    }
    let mut deleted = Vec::new();
    // The oldest, the newest.
    for place in [0, 2] {
        let message = left.remove(place);
        take_back(world, &alice, &bob, &message).await?;
        deleted.push(message.id);
        for reader in [&alice, &bob] {
            check_left(world, reader, room, &left, &deleted).await?;
        }
    }
    Ok(())
}

async fn is_gone_while_the_other_side_is_away(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let first = say(world, &alice, &bob, room, "stays").await?;
    let second = say(world, &alice, &bob, room, "goes").await?;
    bob.close().await;
    alice.emit(&MessageDelete { message_id: second.id }).await?;
    let heard: OnMessageDelete = alice.expect("DEL-1").await?;
    check_told(world, &heard, &alice, [&alice, &bob], &second);
    let (bob, authorized) = world.come_back(&bob).await?;
    let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == room);
    let newest = dialog.and_then(|dialog| dialog.message.as_ref()).map(|message| message.id);
    world.check("DEL-2", newest != Some(second.id), || {
        "a message that was deleted while bob was away is in his dialogs".into()
    });
    if let Some(dialog) = dialog {
        world.check_eq("DEL-5", "what bob has not read when he comes", &world.unread(&dialog.chat, room), &2);
    }
    check_left(world, &bob, room, &[first], &[second.id]).await
}

async fn of_many_only_that_one_goes(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let sent = fill(world, [&alice, &bob], room, 75, world.patience().max).await?;
    let mut deleted = Vec::new();
    for message in sent.iter().step_by(17) {
        let (author, other) = if message.user_id == alice.id() { (&alice, &bob) } else { (&bob, &alice) };
        delete(world, author, other, message.id).await?;
        deleted.push(message.id);
    }
    let left: Vec<Message> = sent.into_iter().filter(|message| !deleted.contains(&message.id)).collect();
    for reader in [&alice, &bob] {
        check_left(world, reader, room, &left, &deleted).await?;
        let ids: Vec<MessageId> =
            reader.walk(room, 10).await?.messages().iter().map(|message| message.id).skip(1).collect();
        world.check("HIST-3", ids.iter().eq(left.iter().map(|message| &message.id)), || {
            "pages that are walked after deletions do not give every message once".into()
        });
    }
    Ok(())
}

async fn an_outsider_cannot_delete(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    // Who has dialogs with both is outside of theirs all the same.
    world.dialog(&mallory, &alice).await?;
    let own = world.dialog(&bob, &mallory).await?;
    let of_alice = say(world, &alice, &bob, room, "of alice").await?;
    let of_bob = say(world, &bob, &alice, room, "of bob").await?;
    let elsewhere = say(world, &mallory, &bob, own, "of mallory").await?;
    let unknown = MessageId::try_from(MAX_ID).unwrap_or(of_alice.id);

    for id in [of_alice.id, of_bob.id, unknown] {
        mallory.emit(&MessageDelete { message_id: id }).await?;
    }
    alice.emit(&MessageDelete { message_id: unknown }).await?;
    alice.emit(&MessageDelete { message_id: elsewhere.id }).await?;
    world.nobody_hears_more("DEL-3").await?;
    for reader in [&alice, &bob] {
        let stored = reader.history(room).await?;
        for message in [&of_alice, &of_bob] {
            world.check("DEL-3", stored.iter().any(|kept| kept.id == message.id), || {
                "a user outside the room deleted a message".into()
            });
        }
    }
    let stored = bob.history(own).await?;
    world.check("DEL-3", stored.iter().any(|kept| kept.id == elsewhere.id), || {
        "a user outside the room deleted a message".into()
    });

    // The control: its author deletes the same message, and the outsider one of its own.
    take_back(world, &alice, &bob, &of_alice).await?;
    take_back(world, &mallory, &bob, &elsewhere).await?;
    mallory.emit(&MessageDelete { message_id: of_alice.id }).await?;
    world.nobody_hears_more("DEL-3").await
}

async fn twice_announces_once(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let first = say(world, &alice, &bob, room, "deleted twice").await?;
    let second = say(world, &alice, &bob, room, "deleted twice at once").await?;

    take_back(world, &alice, &bob, &first).await?;
    alice.emit(&MessageDelete { message_id: first.id }).await?;
    nothing_more_is_deleted(world, &[&alice, &bob], "one after the other").await?;

    alice.emit(&MessageDelete { message_id: second.id }).await?;
    alice.emit(&MessageDelete { message_id: second.id }).await?;
    for reader in [&alice, &bob] {
        reader.expect::<OnMessageDelete>("DEL-1").await?;
    }
    nothing_more_is_deleted(world, &[&alice, &bob], "at once").await?;

    // Of four messages two are left, one of them new.
    let after = exchange(&alice, &bob, &message(world, room, "after"), "SEND-1").await?;
    world.check_eq("DEL-5", "what bob has not read after double deletions", &world.unread(&after.chat, room), &2);
    Ok(())
}

async fn from_two_devices_at_once_announces_once(world: &World) -> Outcome {
    const ROUNDS: i128 = 4;
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let phone = world.second_device(&alice, "alice/phone").await?;
    let devices = [&alice, &phone, &bob];
    for round in 1..=ROUNDS {
        say(world, &alice, &bob, room, &format!("kept {round}")).await?;
        let sent = say(world, &alice, &bob, room, &format!("deleted twice {round}")).await?;
        for _ in 0..2 {
            phone.expect::<OnMessageNew>("AUTH-11").await?;
        }
        let action = MessageDelete { message_id: sent.id };
        try_join(alice.emit(&action), phone.emit(&action)).await?;
        for (reader, requirement) in devices.into_iter().zip(["DEL-1", "AUTH-11", "DEL-1"]) {
            reader.expect::<OnMessageDelete>(requirement).await?;
        }
        nothing_more_is_deleted(world, &devices, "from two devices at once").await?;
    }
    let after = exchange(&alice, &bob, &message(world, room, "after"), "SEND-1").await?;
    phone.expect::<OnMessageNew>("AUTH-11").await?;
    let unread = world.unread(&after.chat, room);
    world.check_eq("DEL-5", "what bob has not read after double deletions", &unread, &(ROUNDS + 2));
    Ok(())
}

async fn what_is_gone_cannot_be_deleted(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let cleared = [say(world, &alice, &bob, room, "cleared").await?, say(world, &bob, &alice, room, "cleared").await?];
    conversation::clear(world, &bob, &alice, room).await?;
    for (author, gone) in [&alice, &bob].into_iter().zip(&cleared) {
        author.emit(&MessageDelete { message_id: gone.id }).await?;
    }
    world.nobody_hears_more("DEL-3").await?;
    let kept = say(world, &alice, &bob, room, "after clearing").await?;
    alice.emit(&MessageDelete { message_id: cleared[0].id }).await?;
    world.nobody_hears_more("DEL-3").await?;
    check_left(world, &bob, room, std::slice::from_ref(&kept), &[cleared[0].id, cleared[1].id]).await?;
    conversation::part(world, &alice, &bob, room).await?;
    alice.emit(&MessageDelete { message_id: kept.id }).await?;
    world.nobody_hears_more("DEL-3").await?;
    // The control: what is there can be deleted, and what went with the dialog before still cannot.
    let (_, began) = world.start("START-1", &alice, &bob, "starting anew").await?;
    alice.emit(&MessageDelete { message_id: kept.id }).await?;
    world.nobody_hears_more("DEL-3").await?;
    take_back(world, &alice, &bob, &began.message).await.map(drop)
}

async fn nothing_more_is_deleted(world: &World, readers: &[&Client], how: &str) -> Outcome {
    world.settle().await?;
    for reader in readers {
        let mut heard = 0;
        while world.silently(async { reader.take::<OnMessageDelete>() }).await?.is_some() {
            heard += 1;
        }
        world.check("DEL-4", heard == 0, || {
            format!("a message that was deleted twice, {how}, was announced more than once")
        });
    }
    Ok(())
}

async fn lowers_what_was_not_read(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    say(world, &bob, &alice, room, "of bob").await?;
    let read = [say(world, &alice, &bob, room, "read 1").await?, say(world, &alice, &bob, room, "read 2").await?];
    bob.emit(&ChatRead { room_id: room }).await?;
    bob.expect::<OnChatRead>("READ-1").await?;

    let [_, told] = take_back(world, &alice, &bob, &read[0]).await?;
    world.check_eq("DEL-5", "what bob has not read after a read message went", &world.unread(&told.chat, room), &0);

    let mut unread = Vec::new();
    for number in 0..3 {
        unread.push(say(world, &alice, &bob, room, &format!("unread {number}")).await?);
    }
    // Each with what is left unread: one in the middle, one that was read, the newest, the last.
    for (message, left, what) in [
        (&unread[1], 2, "an unread message in the middle"),
        (&read[1], 2, "a read message, with unread ones behind it,"),
        (&unread[2], 1, "the newest message"),
        (&unread[0], 0, "the last unread message"),
    ] {
        let [echoed, told] = take_back(world, &alice, &bob, message).await?;
        let what_of_bob = format!("what bob has not read after {what} went");
        world.check_eq("DEL-5", &what_of_bob, &world.unread(&told.chat, room), &left);
        let what_of_alice = format!("what alice has not read after {what} of hers went");
        world.check_eq("DEL-5", &what_of_alice, &world.unread(&echoed.chat, room), &1);
    }
    Ok(())
}

async fn counts_on_after_a_deletion(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let goes = say(world, &alice, &bob, room, "goes").await?;
    say(world, &alice, &bob, room, "stays").await?;
    take_back(world, &alice, &bob, &goes).await?;
    let after: OnMessageNew = exchange(&alice, &bob, &message(world, room, "after"), "SEND-1").await?;
    world.check_eq(
        "DEL-5",
        "what bob has not read after a deletion and a message",
        &world.unread(&after.chat, room),
        &3,
    );
    let back: OnMessageNew = exchange(&bob, &alice, &message(world, room, "and back"), "SEND-1").await?;
    world.check_eq(
        "DEL-5",
        "what alice has not read after deleting and a message",
        &world.unread(&back.chat, room),
        &1,
    );
    for (user, expected) in [(&bob, 3), (&alice, 1)] {
        let (_, authorized) = world.come_back(user).await?;
        let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == room);
        let got = dialog.map(|dialog| world.unread(&dialog.chat, room));
        let what = format!("what `{}` has not read at the next authorisation after a deletion", user.label());
        world.check_eq("DEL-5", &what, &got, &Some(expected));
    }
    Ok(())
}

async fn by_the_other_side_is_all_or_nothing(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // both are fine
    let room = world.dialog(&alice, &bob).await?;
    let sent = say(world, &alice, &bob, room, "of alice").await?;
    bob.emit(&MessageDelete { message_id: sent.id }).await?;
    world.settle().await?;
    let heard = [alice.may_hear::<OnMessageDelete>().await?, bob.may_hear::<OnMessageDelete>().await?];
    let stored = [alice.history(room).await?, bob.history(room).await?]
        .map(|messages| messages.iter().any(|kept| kept.id == sent.id));
    match heard {
        [Some(of_alice), Some(of_bob)] => {
            check_told(world, &of_alice, &alice, [&alice, &bob], &sent);
            check_told(world, &of_bob, &bob, [&alice, &bob], &sent);
            world.check("DEL-2", stored == [false; 2], || {
                "a message whose deletion was announced is in the history".into()
            });
            world.check("DEL-6", true, String::new);
            world.dialect("DEL-6", "who may delete a message", "either side", "its author");
        }
        [None, None] => {
            world
                .check("DEL-1", stored == [true; 2], || "a message is gone, and its deletion was not announced".into());
            world.check("DEL-6", true, String::new);
            world.dialect("DEL-6", "who may delete a message", "its author", "its author");
            // The control: its author can.
            take_back(world, &alice, &bob, &sent).await?;
        }
        _ => return Err::<(), Stop>(world.broken("DEL-1", "a deletion was announced to one of the two users alone")),
    }
    Ok(())
}
