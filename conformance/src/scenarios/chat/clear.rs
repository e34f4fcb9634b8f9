//! `chat.clear`: emptying a dialog for both sides.

use chat_spec::{
    events::{ChatClear, OnChatClear, OnMessageNew, OnUserAuthorized},
    types::{Dialog, MAX_ID, RoomId, UserId},
};
use futures_util::future::try_join;

use crate::{
    scenario::scenarios,
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "chat.clear";
    is_told_to_both ["CLEAR-1", "CLEAR-2"]
        "Both users hear that a dialog was cleared, each with its own side and nothing unread; nobody else does.";
    empties_the_room_for_both ["CLEAR-3"]
        "The history is empty for both, the dialog stays, and it has no newest message.";
    empties_more_than_a_page ["CLEAR-3"]
        "More messages than a page of the history holds are all gone.";
    goes_on_afterwards ["CLEAR-4", "CLEAR-3", "CLEAR-1"]
        "Both sides can send to a room that was cleared, and it can be cleared again.";
    works_while_the_other_is_away ["CLEAR-1", "CLEAR-3"]
        "A dialog that was cleared while a user was away is empty when the user comes.";
    leaves_other_dialogs_alone ["SEND-5", "AUTH-6", "AUTH-7"]
        "Clearing one dialog leaves the other dialogs of both users as they were.";
    both_clear_at_once ["CLEAR-1", "CLEAR-3", "CLEAR-4"]
        "Two users who clear at the same moment are both told, and the room is empty and usable.";
    is_heard_on_all_devices ["AUTH-11"]
        "Both devices of a user hear that a dialog was cleared.";
    an_outsider_cannot_clear ["CLEAR-5"]
        "A user outside the room cannot clear it.";
}

/// Clears a room; gives what the caller and the other side heard.
async fn clear(caller: &Client, other: &Client, room: RoomId) -> Outcome<[OnChatClear; 2]> {
    caller.emit(&ChatClear { room_id: room }).await?;
    Ok([caller.expect("CLEAR-1").await?, other.expect("CLEAR-2").await?])
}

/// Checks what a side heard of a clearing.
fn check_side(world: &World, requirement: &'static str, heard: &OnChatClear, who: UserId, room: RoomId) {
    world.check_eq(requirement, "the side that is told", &heard.chat.user_id, &who);
    world.check_eq(requirement, "what is unread of a cleared room", &heard.chat.unread_count, &0);
    world.check_eq(requirement, "the room that is told", &heard.room.id, &room);
    world.check_eq(requirement, "how many users the cleared room has", &heard.room.users.len(), &2);
}

fn listed(world: &World, authorized: &OnUserAuthorized, room: RoomId) -> Outcome<Dialog> {
    let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == room).cloned();
    dialog.ok_or_else(|| world.broken("CLEAR-3", "a dialog that was cleared is not listed at authorisation"))
}

/// Checks that a user finds a room empty, now and when it comes back.
async fn check_empty(world: &World, user: &Client, room: RoomId) -> Outcome<Client> {
    let stored = user.history(room).await?;
    world.check("CLEAR-3", stored.is_empty(), || {
        format!("`{}` still finds {} messages in a room that was cleared", user.label(), stored.len())
    });
    let (user, authorized) = world.come_back(user).await?;
    let dialog = listed(world, &authorized, room)?;
    world.check("CLEAR-3", dialog.message.is_none(), || "a dialog that was cleared still has a newest message".into());
    world.check_eq("AUTH-7", "what is unread of a cleared room", &dialog.chat.unread_count, &0);
    let stored = user.history(room).await?;
    world.check("CLEAR-3", stored.is_empty(), || "messages that were cleared are back after a reconnect".into());
    Ok(user)
}

async fn is_told_to_both(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.dialog(&carol, &alice).await?;
    for round in 1..=2 {
        world.say(&alice, &bob, room, &format!("to bob {round}")).await?;
        world.say(&bob, &alice, room, &format!("to alice {round}")).await?;
        // Each of the two clears once: who started the dialog, and the other.
        let (caller, other) = if round == 1 { (&alice, &bob) } else { (&bob, &alice) };
        let [own, others] = clear(caller, other, room).await?;
        check_side(world, "CLEAR-1", &own, caller.id(), room);
        check_side(world, "CLEAR-2", &others, other.id(), room);
    }
    carol.expect_nothing("SEC-2").await
}

async fn empties_the_room_for_both(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.say(&alice, &bob, room, "to bob").await?;
    world.say(&bob, &alice, room, "to alice").await?;
    // The control: both see the messages before.
    for reader in [&alice, &bob] {
        let count = reader.history(room).await?.len();
        world.check("SEND-5", count == 3, || format!("`{}` sees {count} messages, and there are 3", reader.label()));
    }
    clear(&alice, &bob, room).await?;
    let alice = check_empty(world, &alice, room).await?;
    let page = alice.page(room, None, None).await?;
    world.check_eq("HIST-5", "a page of an empty room", &page.messages, &Vec::new());
    check_empty(world, &bob, room).await?;
    Ok(())
}

async fn empties_more_than_a_page(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.say_many(&alice, &bob, room, 104).await?;
    clear(&bob, &alice, room).await?;
    check_empty(world, &alice, room).await?;
    check_empty(world, &bob, room).await?;
    Ok(())
}

async fn goes_on_afterwards(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    for round in 1..=3 {
        clear(&alice, &bob, room).await?;
        let to_bob = world.say_for("CLEAR-4", &alice, &bob, room, &format!("to bob {round}")).await?;
        world.check_eq("CLEAR-4", "the room of a message after clearing", &to_bob.room.id, &room);
        world.check_eq("CLEAR-4", "what bob has not read after clearing", &to_bob.chat.unread_count, &1);
        let to_alice = world.say_for("CLEAR-4", &bob, &alice, room, &format!("to alice {round}")).await?;
        world.check_eq("CLEAR-4", "what alice has not read after clearing", &to_alice.chat.unread_count, &1);
        for reader in [&alice, &bob] {
            let stored: Vec<_> = reader.history(room).await?.iter().map(|message| message.id).collect();
            let expected = [to_bob.message.id, to_alice.message.id];
            world.check("CLEAR-4", expected.iter().all(|id| stored.contains(id)), || {
                "messages that were sent after clearing are not in the history".into()
            });
            world.check("CLEAR-3", stored.iter().all(|id| expected.contains(id)), || {
                "messages that were cleared are back after the next message".into()
            });
        }
    }
    let (_, authorized) = world.come_back(&bob).await?;
    let dialog = listed(world, &authorized, room)?;
    world.check("AUTH-6", dialog.message.is_some(), || {
        "a message that was sent after clearing is not the newest".into()
    });
    Ok(())
}

async fn works_while_the_other_is_away(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.say(&alice, &bob, room, "to bob").await?;
    bob.close().await;
    alice.emit(&ChatClear { room_id: room }).await?;
    let heard: OnChatClear = alice.expect("CLEAR-1").await?;
    check_side(world, "CLEAR-1", &heard, alice.id(), room);
    let (bob, authorized) = world.come_back(&bob).await?;
    let dialog = listed(world, &authorized, room)?;
    world.check("CLEAR-3", dialog.message.is_none(), || "a dialog that was cleared still has a newest message".into());
    world.check_eq("AUTH-7", "what bob has not read of a cleared room", &dialog.chat.unread_count, &0);
    let bob = check_empty(world, &bob, room).await?;
    let next = world.say_for("CLEAR-4", &alice, &bob, room, "after clearing").await?;
    world.check_eq("CLEAR-4", "what bob has not read after clearing", &next.chat.unread_count, &1);
    Ok(())
}

async fn leaves_other_dialogs_alone(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let others = [(world.dialog(&carol, &alice).await?, &alice), (world.dialog(&carol, &bob).await?, &bob)];
    clear(&alice, &bob, room).await?;
    for (other, member) in others {
        for reader in [&carol, member] {
            let count = reader.history(other).await?.len();
            world.check("SEND-5", count == 1, || {
                format!("`{}` finds {count} messages in a dialog that was not cleared, and there is 1", reader.label())
            });
        }
        let (back, authorized) = world.come_back(member).await?;
        let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == other);
        world.check("AUTH-6", dialog.is_some_and(|dialog| dialog.message.is_some()), || {
            format!("a dialog of `{}` that was not cleared has lost its newest message", back.label())
        });
        let unread = dialog.map_or(-1, |dialog| world.unread(&dialog.chat, other));
        world.check_eq("AUTH-7", "what is unread of a dialog that was not cleared", &unread, &1);
    }
    Ok(())
}

async fn both_clear_at_once(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.no_transcript();
    let action = ChatClear { room_id: room };
    try_join(alice.emit(&action), bob.emit(&action)).await?;
    // Each is told at least of one clearing; whether the second, of an empty room, is told besides is free.
    for user in [&alice, &bob] {
        let heard = user.expect("CLEAR-1").await?;
        check_side(world, "CLEAR-1", &heard, user.id(), room);
    }
    world.settle().await?;
    for user in [&alice, &bob] {
        user.take::<OnChatClear>()?;
    }
    let alice = check_empty(world, &alice, room).await?;
    let bob = check_empty(world, &bob, room).await?;
    let next = world.say_for("CLEAR-4", &alice, &bob, room, "after clearing").await?;
    world.check_eq("CLEAR-4", "what bob has not read after clearing", &next.chat.unread_count, &1);
    Ok(())
}

async fn is_heard_on_all_devices(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let phone = world.second_device(&alice, "alice/phone").await?;
    let laptop = world.second_device(&bob, "bob/laptop").await?;
    clear(&alice, &bob, room).await?;
    for (device, who) in [(&phone, &alice), (&laptop, &bob)] {
        let heard: OnChatClear = device.expect("AUTH-11").await?;
        check_side(world, "AUTH-11", &heard, who.id(), room);
    }
    world.say_for("CLEAR-4", &alice, &bob, room, "after clearing").await?;
    for device in [&phone, &laptop] {
        device.expect::<OnMessageNew>("AUTH-11").await?;
    }
    Ok(())
}

async fn an_outsider_cannot_clear(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let own = world.dialog(&bob, &mallory).await?;
    let unknown = RoomId::try_from(MAX_ID).map_err(|error| Stop::Harness(error.to_string()))?;

    mallory.emit(&ChatClear { room_id: room }).await?;
    mallory.emit(&ChatClear { room_id: unknown }).await?;
    world.nobody_hears_more("CLEAR-5").await?;
    for reader in [&alice, &bob] {
        let count = reader.history(room).await?.len();
        world.check("CLEAR-5", count == 1, || {
            format!("`{}` finds {count} messages after an outsider cleared, and there is 1", reader.label())
        });
    }
    let heard = world.say(&alice, &bob, room, "still counted").await?;
    world.check_eq("CLEAR-5", "what bob has not read after an outsider cleared", &world.unread(&heard.chat, room), &2);

    // That a room is empty is no less between its users.
    world
        .silently(async {
            clear(&alice, &bob, room).await?;
            mallory.emit(&ChatClear { room_id: room }).await
        })
        .await?;
    world.nobody_hears_more("CLEAR-5").await?;

    // The control: the same action from the same socket works in a room of its own.
    clear(&mallory, &bob, own).await?;
    Ok(())
}
