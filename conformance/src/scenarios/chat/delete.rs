//! `chat.delete`: removing a dialog.

use chat_spec::{
    events::{
        ChatClear, ChatDelete, ChatHistory, MessageSend, OnCallAnswer, OnCallInit, OnChatClear, OnMessageNew,
        OnUserAuthorized,
    },
    types::{MAX_ID, RoomId},
};
use futures_util::future::try_join;
use serde_json::json;

use crate::{
    scenario::scenarios,
    stop::{Outcome, Stop},
    world::{Client, Dropped, ToldBy, World},
};

scenarios! { "chat.delete";
    is_told_to_both ["DROP-1", "DROP-6"]
        "Both users hear that a dialog was deleted, each with its own side; nobody else does.";
    is_gone_for_both ["DROP-2"]
        "A deleted dialog is in nobody's list, and its history cannot be read.";
    is_gone_for_a_user_who_was_away ["DROP-1", "DROP-2"]
        "A dialog that was deleted while a user was away is gone when the user comes.";
    nothing_can_be_sent_to_it ["DROP-3", "DROP-4"]
        "Neither side can send to a deleted room, not even after a reconnect.";
    begins_anew_with_an_empty_history ["DROP-4"]
        "The two can start again, from either side and more than once, with an empty history and nothing unread.";
    begins_anew_after_many_messages ["DROP-4"]
        "Of more messages than a page of the history holds none is back after a new start.";
    an_empty_dialog_can_be_deleted ["DROP-1", "DROP-2", "DROP-4"]
        "A dialog that was cleared before can be deleted and started again.";
    leaves_other_dialogs_alone ["AUTH-5", "SEND-5"]
        "Deleting one dialog leaves the other dialogs of both users as they were.";
    both_delete_at_once ["DROP-1", "DROP-2", "DROP-4"]
        "Two users who delete at the same moment are both told, and can start again.";
    is_heard_on_all_devices ["AUTH-11"]
        "Both devices of a user hear that a dialog was deleted.";
    leaves_calls_alone ["CALL-1", "CALL-2"]
        "Two users whose dialog was deleted can still call each other.";
    an_outsider_cannot_delete ["DROP-5"]
        "A user outside the room cannot delete it.";
}

/// Deletes a dialog; gives what the caller and the other side were told.
async fn drop_dialog(world: &World, caller: &Client, other: &Client, room: RoomId) -> Outcome<[Dropped; 2]> {
    caller.emit(&ChatDelete { room_id: room }).await?;
    world.expect_dropped("DROP-1", [caller, other], room).await
}

/// Checks that an authorisation does not list a room, nor any dialog with this user.
fn check_gone(world: &World, user: &Client, other: &Client, authorized: &OnUserAuthorized, room: RoomId) {
    let is_it = |dialog: &&chat_spec::types::Dialog| {
        dialog.room.id == room || dialog.room.users.iter().any(|member| member.id == other.id())
    };
    let listed = authorized.dialogs.iter().find(is_it);
    world.check("DROP-2", listed.is_none(), || format!("`{}` still finds a deleted dialog in its list", user.label()));
}

/// Checks that the two begin anew: the first message is all there is, and it is in one room.
async fn check_new_start(world: &World, one: &Client, other: &Client, old: RoomId) -> Outcome<RoomId> {
    let (own, heard) = world.start("DROP-4", one, other, "anew").await?;
    let room = heard.room.id;
    world.check_eq("DROP-4", "the room that the two hear of", &own.room.id, &room);
    world.check_eq("DROP-4", "what the other side has not read after a new start", &heard.chat.unread_count, &1);
    world.check_eq("DROP-4", "what the caller has not read after a new start", &own.chat.unread_count, &0);
    for reader in [one, other] {
        let stored: Vec<_> = reader.history(room).await?.iter().map(|message| message.id).collect();
        world.check_eq("DROP-4", "the history after a new start", &stored, &vec![heard.message.id]);
    }
    let which = if room == old { "the same room, empty" } else { "a new room" };
    world.dialect("DROP-4", "chat.start after chat.delete", which, "a new room");
    Ok(room)
}

async fn is_told_to_both(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.dialog(&carol, &alice).await?;
    world.say(&alice, &bob, room, "to bob").await?;

    let [own, others] = drop_dialog(world, &alice, &bob, room).await?;
    for (told, who) in [(&own, &alice), (&others, &bob)] {
        world.check_eq("DROP-1", "the side that is told", &told.chat.user_id, &who.id());
        world.check_eq("DROP-1", "the room that is told", &told.room.id, &room);
        let members = told.room.users.iter().filter(|user| [alice.id(), bob.id()].contains(&user.id)).count();
        world.check("DROP-1", members == 2, || "the deleted room is not that of its two users".into());
        world.check("DROP-6", told.told_by == ToldBy::Delete, || match told.told_by {
            ToldBy::Both => format!("`{}` heard on.chat.clear besides on.chat.delete", who.label()),
            _ => format!("`{}` heard on.chat.clear instead of on.chat.delete", who.label()),
        });
    }
    let event = |told: &Dropped| match told.told_by {
        ToldBy::Delete => "on.chat.delete",
        ToldBy::Clear => "on.chat.clear",
        ToldBy::Both => "both on.chat.delete and on.chat.clear",
    };
    world.dialect("D13", "the event that tells of chat.delete", event(&own), "on.chat.delete");
    carol.expect_nothing("SEC-2").await
}

async fn is_gone_for_both(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.say(&bob, &alice, room, "to alice").await?;
    // The control: both can read the history before.
    for reader in [&alice, &bob] {
        world.silently(reader.page(room, None, None)).await?;
    }
    drop_dialog(world, &bob, &alice, room).await?;
    let mut users = [alice, bob];
    for round in ["at once", "after a reconnect"] {
        for user in &users {
            user.emit(&ChatHistory { room_id: room, limit: None, last_id: None }).await?;
        }
        world.settle().await?;
        for user in &users {
            let answers = user.leftovers();
            world.check("DROP-2", answers.is_empty(), || {
                format!("`{}` was answered when it asked for the history of a deleted dialog, {round}", user.label())
            });
        }
        let [alice, bob] = &users;
        let (one, authorized) = world.come_back(alice).await?;
        check_gone(world, alice, bob, &authorized, room);
        let (other, authorized) = world.come_back(bob).await?;
        check_gone(world, bob, alice, &authorized, room);
        users = [one, other];
    }
    Ok(())
}

async fn is_gone_for_a_user_who_was_away(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    bob.close().await;
    alice.emit(&ChatDelete { room_id: room }).await?;
    world.expect_dropped("DROP-1", [&alice], room).await?;
    let (bob, authorized) = world.come_back(&bob).await?;
    check_gone(world, &bob, &alice, &authorized, room);
    bob.emit(&ChatHistory { room_id: room, limit: None, last_id: None }).await?;
    world.nobody_hears_more("DROP-2").await?;
    check_new_start(world, &bob, &alice, room).await?;
    Ok(())
}

async fn nothing_can_be_sent_to_it(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let other = world.dialog(&alice, &carol).await?;
    drop_dialog(world, &alice, &bob, room).await?;
    let message = |text| MessageSend { room_id: room, text: world.text(text), attachment_id: None };
    bob.emit(&message("from the other side")).await?;
    alice.emit(&message("from the side that deleted")).await?;
    world.nobody_hears_more("DROP-3").await?;
    let (alice, _) = world.come_back(&alice).await?;
    let (bob, _) = world.come_back(&bob).await?;
    alice.emit(&message("after a reconnect")).await?;
    bob.emit(&message("after a reconnect, from the other side")).await?;
    world.nobody_hears_more("DROP-3").await?;
    // The control: the same action from the same socket works in another room.
    world.say(&alice, &carol, other, "elsewhere").await?;

    // Nothing of it is kept for a later start either, and a room that is new is not the old one by another name.
    let new = check_new_start(world, &bob, &alice, room).await?;
    if new != room {
        world.silently(late(world, [&alice, &bob], room)).await?;
    }
    Ok(())
}

/// Both sides still send to a room that was deleted, when they have a new one.
async fn late(world: &World, users: [&Client; 2], room: RoomId) -> Outcome {
    for user in users {
        user.emit(&MessageSend { room_id: room, text: world.text("to the old room"), attachment_id: None }).await?;
    }
    world.nobody_hears_more("DROP-3").await
}

async fn begins_anew_with_an_empty_history(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let mut room = world.dialog(&alice, &bob).await?;
    for round in 1..=3 {
        world.silently(world.say(&alice, &bob, room, &format!("to bob {round}"))).await?;
        world.silently(world.say(&bob, &alice, room, &format!("to alice {round}"))).await?;
        let (dropper, starter) = if round == 2 { (&alice, &bob) } else { (&bob, &alice) };
        let other = if round == 2 { &alice } else { &bob };
        world.silently(drop_dialog(world, dropper, if round == 2 { &bob } else { &alice }, room)).await?;
        room = check_new_start(world, starter, other, room).await?;
        let next = world.silently(world.say_for("DROP-4", other, starter, room, "an answer")).await?;
        world.check_eq("DROP-4", "what the caller has not read after an answer", &next.chat.unread_count, &1);
    }
    for (user, other) in [(&alice, &bob), (&bob, &alice)] {
        let (_, authorized) = world.come_back(user).await?;
        let with = |dialog: &&chat_spec::types::Dialog| dialog.room.users.iter().any(|member| member.id == other.id());
        let rooms: Vec<RoomId> = authorized.dialogs.iter().filter(with).map(|dialog| dialog.room.id).collect();
        world.check_eq("DROP-4", "the dialogs of the two after starting again", &rooms, &vec![room]);
    }
    Ok(())
}

async fn begins_anew_after_many_messages(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.say_many(&bob, &alice, room, 104).await?;
    drop_dialog(world, &alice, &bob, room).await?;
    check_new_start(world, &alice, &bob, room).await?;
    Ok(())
}

async fn an_empty_dialog_can_be_deleted(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    alice.emit(&ChatClear { room_id: room }).await?;
    alice.expect::<OnChatClear>("CLEAR-1").await?;
    bob.expect::<OnChatClear>("CLEAR-2").await?;
    drop_dialog(world, &bob, &alice, room).await?;
    let (alice, authorized) = world.come_back(&alice).await?;
    check_gone(world, &alice, &bob, &authorized, room);
    check_new_start(world, &alice, &bob, room).await?;
    Ok(())
}

async fn leaves_other_dialogs_alone(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let others = [(world.dialog(&carol, &alice).await?, &alice), (world.dialog(&carol, &bob).await?, &bob)];
    drop_dialog(world, &alice, &bob, room).await?;
    for (other, member) in others {
        for reader in [&carol, member] {
            let count = reader.history(other).await?.len();
            world.check("SEND-5", count == 1, || {
                format!("`{}` finds {count} messages in a dialog that was not deleted, and there is 1", reader.label())
            });
        }
        let (_, authorized) = world.come_back(member).await?;
        let listed = authorized.dialogs.iter().filter(|dialog| dialog.room.id == other).count();
        world.check_eq("AUTH-5", "how often a dialog is listed that was not deleted", &listed, &1);
    }
    Ok(())
}

async fn both_delete_at_once(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.no_transcript();
    let action = ChatDelete { room_id: room };
    try_join(alice.emit(&action), bob.emit(&action)).await?;
    world.expect_dropped("DROP-1", [&alice, &bob], room).await?;
    // That the second, of a room that is gone already, is told besides is not judged here.
    drop((alice.leftovers(), bob.leftovers()));
    let (alice, authorized) = world.come_back(&alice).await?;
    check_gone(world, &alice, &bob, &authorized, room);
    let (bob, authorized) = world.come_back(&bob).await?;
    check_gone(world, &bob, &alice, &authorized, room);
    check_new_start(world, &alice, &bob, room).await?;
    Ok(())
}

async fn is_heard_on_all_devices(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let phone = world.second_device(&alice, "alice/phone").await?;
    let laptop = world.second_device(&bob, "bob/laptop").await?;
    drop_dialog(world, &alice, &bob, room).await?;
    world.expect_dropped("AUTH-11", [&phone, &laptop], room).await?;
    world.start("DROP-4", &bob, &alice, "anew").await?;
    for device in [&phone, &laptop] {
        world.silently(device.expect::<OnMessageNew>("AUTH-11")).await?;
    }
    Ok(())
}

async fn leaves_calls_alone(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    drop_dialog(world, &alice, &bob, room).await?;
    let call = |user: &Client| json!({"user_id": user.id(), "ice_candidate": {}, "session_description": {}});
    for (caller, called) in [(&alice, &bob), (&bob, &alice)] {
        caller.emit_arguments("call.start", vec![call(called)]).await?;
        let rings: OnCallInit = called.expect("CALL-1").await?;
        world.check_eq("CALL-1", "the user who calls", &rings.user.id, &caller.id());
        called.emit_arguments("call.answer", vec![call(caller)]).await?;
        let answered: OnCallAnswer = caller.expect("CALL-2").await?;
        world.check_eq("CALL-2", "the user who answers", &answered.user.id, &called.id());
    }
    Ok(())
}

async fn an_outsider_cannot_delete(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let own = world.dialog(&bob, &mallory).await?;
    let unknown = RoomId::try_from(MAX_ID).map_err(|error| Stop::Harness(error.to_string()))?;

    mallory.emit(&ChatDelete { room_id: room }).await?;
    mallory.emit(&ChatDelete { room_id: unknown }).await?;
    world.nobody_hears_more("DROP-5").await?;
    let mut back = Vec::new();
    for reader in [&alice, &bob] {
        let (reader, authorized) = world.come_back(reader).await?;
        let listed = authorized.dialogs.iter().any(|dialog| dialog.room.id == room);
        world.check("DROP-5", listed, || format!("`{}` lost a dialog that an outsider deleted", reader.label()));
        if listed {
            let count = reader.history(room).await?.len();
            world
                .check("DROP-5", count == 1, || format!("after an outsider deleted there are {count} messages, not 1"));
        }
        back.push(reader);
    }
    // That a room is empty is no less between its users.
    world
        .silently(async {
            back[0].emit(&ChatClear { room_id: room }).await?;
            back[0].expect::<OnChatClear>("CLEAR-1").await?;
            back[1].expect::<OnChatClear>("CLEAR-2").await?;
            mallory.emit(&ChatDelete { room_id: room }).await
        })
        .await?;
    world.nobody_hears_more("DROP-5").await?;
    let (alice, authorized) = world.come_back(&back[0]).await?;
    let listed = authorized.dialogs.iter().any(|dialog| dialog.room.id == room);
    world.check("DROP-5", listed, || format!("`{}` lost an empty dialog that an outsider deleted", alice.label()));
    // The control: the same action from the same socket works in a room of its own.
    drop_dialog(world, &mallory, &back[1], own).await?;
    Ok(())
}
