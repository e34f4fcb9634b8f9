//! `user.auth`: the list of dialogs.

use std::collections::BTreeSet;

use chat_spec::{
    events::{ChatDelete, ChatRead, ChatStart, OnChatRead, OnMessageNew},
    types::{Dialog, Message, RoomId},
};

use crate::{
    scenario::{Needs, scenarios},
    scenarios::conversation::{clear, delete, message, say},
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "user.auth";
    lists_each_dialog_once ["AUTH-5", "AUTH-7"]
        "Every dialog of the user is listed once, and no other, also after it began twice or anew.";
    lists_many_dialogs ["AUTH-5", "AUTH-6"]
        "However many dialogs there are, each is listed, with its own newest message."
        needs Needs::Quiet;
    shows_the_newest_message ["AUTH-6"]
        "A dialog shows the newest message of its room, whoever sent it and whatever was deleted.";
    shows_what_is_unread ["AUTH-7"]
        "A dialog shows the user's own side, with what it has not read.";
    counts_over_a_hundred ["AUTH-6", "AUTH-7"]
        "After more than a hundred messages, the newest and their number are right.";
    order_of_dialogs ["AUTH-12"]
        "In which order dialogs are listed.";
}

/// Checks a list of dialogs: `rooms` are in it once, `foreign` are not, and all of it is the user's.
fn check_list(world: &World, user: &Client, dialogs: &[Dialog], rooms: &[RoomId], foreign: &[RoomId], when: &str) {
    let count = |room: RoomId| dialogs.iter().filter(|dialog| dialog.room.id == room).count();
    let who = user.label();
    for room in rooms {
        world.check("AUTH-5", count(*room) == 1, || {
            format!("{when}, a dialog of `{who}` is listed {} times", count(*room))
        });
    }
    for room in foreign {
        world.check("AUTH-5", count(*room) == 0, || format!("{when}, a dialog of others is listed for `{who}`"));
    }
    let distinct: BTreeSet<RoomId> = dialogs.iter().map(|dialog| dialog.room.id).collect();
    world.check("AUTH-5", distinct.len() == dialogs.len(), || format!("{when}, a room is listed twice for `{who}`"));
    let takes_part = |dialog: &Dialog| dialog.room.users.iter().any(|member| member.id == user.id());
    world.check("AUTH-5", dialogs.iter().all(takes_part), || {
        format!("{when}, a dialog is listed for `{who}` that it takes no part in")
    });
    world.check("AUTH-7", dialogs.iter().all(|dialog| dialog.chat.user_id == user.id()), || {
        format!("{when}, a dialog of `{who}` shows the other side's chat")
    });
}

async fn lists_each_dialog_once(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let with_bob = world.dialog(&alice, &bob).await?;
    let with_carol = world.dialog(&carol, &alice).await?;
    let foreign = world.dialog(&bob, &carol).await?;
    // Several messages, none of them read, make one dialog all the same.
    for number in 1..=3 {
        say(world, &bob, &alice, with_bob, &format!("message {number}")).await?;
    }
    let (alice, listed) = world.come_back(&alice).await?;
    check_list(world, &alice, &listed.dialogs, &[with_bob, with_carol], &[foreign], "after three dialogs began");
    let (bob, listed) = world.come_back(&bob).await?;
    check_list(world, &bob, &listed.dialogs, &[with_bob, foreign], &[with_carol], "after three dialogs began");

    let again = world.dialog(&bob, &alice).await?;
    let (alice, listed) = world.come_back(&alice).await?;
    check_list(world, &alice, &listed.dialogs, &[again, with_carol], &[foreign], "after a dialog began twice");

    delete_dialog(world, &alice, &bob, again).await?;
    let anew = world.dialog(&alice, &bob).await?;
    let (alice, listed) = world.come_back(&alice).await?;
    check_list(world, &alice, &listed.dialogs, &[anew, with_carol], &[foreign], "after a dialog began anew");
    let (carol, listed) = world.come_back(&carol).await?;
    check_list(world, &carol, &listed.dialogs, &[with_carol, foreign], &[anew], "after others' dialog began anew");

    clear(world, &alice, &carol, with_carol).await?;
    let (alice, listed) = world.come_back(&alice).await?;
    check_list(world, &alice, &listed.dialogs, &[anew, with_carol], &[foreign], "after a dialog was cleared");
    Ok(())
}

/// Deletes a dialog, whichever of its two events says so (D13), outside of the transcript.
async fn delete_dialog(world: &World, by: &Client, other: &Client, room: RoomId) -> Outcome {
    let delete = async {
        by.emit(&ChatDelete { room_id: room }).await?;
        world.expect_dropped("DROP-1", [by, other], room).await.map(drop)
    };
    world.silently(delete).await
}

async fn lists_many_dialogs(world: &World) -> Outcome {
    const FEWEST: usize = 12;
    /// More dialogs than a page of anything holds, and no more than a slow server can be asked for.
    const MOST: usize = 151;
    let size = world.subject().casting.size();
    if size < FEWEST {
        return Err(Stop::not_evaluable(format!("it takes {FEWEST} users and one for sentinels: list more accounts")));
    }
    let crowd = world.crowd(size.min(MOST)).await?;
    let (user, _) = world.arrive(&crowd[0], "alice").await?;
    world.no_transcript();
    let mut newest = Vec::new();
    for other in &crowd[1..] {
        let start = ChatStart { user_id: other.id, text: world.text(&format!("to {}", other.id)), attachment_id: None };
        user.emit(&start).await?;
        newest.push(user.expect::<OnMessageNew>("START-1").await?.message);
    }
    let (user, listed) = world.come_back(&user).await?;
    let rooms: Vec<RoomId> = newest.iter().map(|message| message.room_id).collect();
    check_list(world, &user, &listed.dialogs, &rooms, &[], &format!("after {} dialogs began", rooms.len()));
    for message in newest {
        let shown = listed.dialogs.iter().find(|dialog| dialog.room.id == message.room_id);
        let shown = shown.and_then(|dialog| dialog.message.as_ref()).map(|message| message.id);
        world.check_eq("AUTH-6", "the newest message of one of many dialogs", &shown, &Some(message.id));
    }
    Ok(())
}

/// The dialog of a room as its user finds it listed on coming back.
async fn listed(world: &World, user: &Client, room: RoomId) -> Outcome<(Client, Dialog)> {
    let (user, answer) = world.come_back(user).await?;
    let dialog = answer.dialogs.into_iter().find(|dialog| dialog.room.id == room);
    let missing = || world.broken("AUTH-5", format!("a dialog of `{}` is not listed", user.label()));
    let dialog = dialog.ok_or_else(missing)?;
    Ok((user, dialog))
}

/// Both users come back and look at the newest message of their room.
async fn look(
    world: &World,
    users: [Client; 2],
    room: RoomId,
    expected: Option<&Message>,
    when: &str,
) -> Outcome<[Client; 2]> {
    let [one, other] = users;
    let told = |message: &Message| (message.id, message.room_id, message.user_id, message.text.clone());
    let mut back = Vec::new();
    for user in [one, other] {
        let (user, dialog) = listed(world, &user, room).await?;
        let what = format!("{when}, the newest message that `{}` sees listed", user.label());
        world.check_eq("AUTH-6", &what, &dialog.message.as_ref().map(told), &expected.map(told));
        back.push(user);
    }
    back.try_into().map_err(|_| Stop::Harness("two users did not come back as two".into()))
}

async fn shows_the_newest_message(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let elsewhere = world.dialog(&carol, &alice).await?;

    let from_bob = say(world, &bob, &alice, room, "from bob").await?;
    let other = say(world, &alice, &carol, elsewhere, "elsewhere").await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&from_bob), "after bob wrote").await?;
    let from_alice = say(world, &alice, &bob, room, "from alice").await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&from_alice), "after alice wrote").await?;
    let [alice, carol] = look(world, [alice, carol], elsewhere, Some(&other), "while others write").await?;

    delete(world, &alice, &bob, from_alice.id).await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&from_bob), "after the newest was deleted").await?;
    let newest = say(world, &alice, &bob, room, "newer").await?;
    delete(world, &bob, &alice, from_bob.id).await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&newest), "after an older one was deleted").await?;

    clear(world, &bob, &alice, room).await?;
    let [alice, bob] = look(world, [alice, bob], room, None, "after the dialog was cleared").await?;
    let only = say(world, &bob, &alice, room, "the only one").await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&only), "after clearing and writing").await?;
    delete(world, &bob, &alice, only.id).await?;
    let [alice, _] = look(world, [alice, bob], room, None, "after the only one was deleted").await?;
    look(world, [alice, carol], elsewhere, Some(&other), "after another dialog was cleared").await.map(drop)
}

/// Checks what a user finds listed as not read on coming back.
async fn count(world: &World, user: Client, room: RoomId, expected: i128, when: &str) -> Outcome<Client> {
    let (user, dialog) = listed(world, &user, room).await?;
    let what = format!("{when}, what `{}` has not read", user.label());
    world.check_eq("AUTH-7", &what, &world.unread(&dialog.chat, room), &expected);
    world.check_eq("AUTH-7", "the side that a dialog shows", &dialog.chat.user_id, &user.id());
    Ok(user)
}

async fn shows_what_is_unread(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let elsewhere = world.dialog(&carol, &bob).await?;
    bob.close().await;
    world.silently(alice.emit(&message(world, room, "while bob is away"))).await?;
    world.silently(alice.expect::<OnMessageNew>("SEND-1")).await?;
    let bob = count(world, bob, room, 2, "after two messages to bob").await?;
    let alice = count(world, alice, room, 0, "after alice wrote twice").await?;
    let bob = count(world, bob, elsewhere, 1, "in another dialog").await?;

    say(world, &bob, &alice, room, "from bob").await?;
    let alice = count(world, alice, room, 1, "after bob wrote").await?;
    let bob = count(world, bob, room, 2, "after bob wrote and did not read").await?;
    world.silently(bob.emit(&ChatRead { room_id: room })).await?;
    world.silently(bob.expect::<OnChatRead>("READ-1")).await?;
    let bob = count(world, bob, room, 0, "after bob read").await?;
    let alice = count(world, alice, room, 1, "after bob read").await?;
    let bob = count(world, bob, elsewhere, 1, "after bob read another dialog").await?;

    say(world, &alice, &bob, room, "one more").await?;
    let bob = count(world, bob, room, 1, "after reading and one more message").await?;
    clear(world, &alice, &bob, room).await?;
    let bob = count(world, bob, room, 0, "after the dialog was cleared").await?;
    let alice = count(world, alice, room, 0, "after the dialog was cleared").await?;
    say(world, &bob, &alice, room, "after clearing").await?;
    let _alice = count(world, alice, room, 1, "after clearing and one message").await?;
    count(world, bob, elsewhere, 1, "after another dialog was cleared").await.map(drop)
}

async fn counts_over_a_hundred(world: &World) -> Outcome {
    const MESSAGES: i128 = 135; // more than a signed byte holds
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    bob.close().await;
    world.no_transcript();
    let mut newest: Option<Message> = None;
    for number in 0..MESSAGES {
        alice.emit(&message(world, room, &format!("number {number}"))).await?;
    }
    for _ in 0..MESSAGES {
        let heard = alice.expect::<OnMessageNew>("SEND-1").await?.message;
        newest = newest.filter(|newest| newest.id > heard.id).or(Some(heard));
    }
    let bob = count(world, bob, room, MESSAGES + 1, "after more than a hundred messages").await?;
    look(world, [alice, bob], room, newest.as_ref(), "after more than a hundred messages").await.map(drop)
}

async fn order_of_dialogs(world: &World) -> Outcome {
    let [alice, bob, carol, dave] = world.users(["alice", "bob", "carol", "dave"]).await?;
    let with_bob = world.dialog(&alice, &bob).await?;
    let with_carol = world.dialog(&alice, &carol).await?;
    let with_dave = world.dialog(&alice, &dave).await?;
    say(world, &bob, &alice, with_bob, "once more").await?;
    let (_alice, answer) = world.come_back(&alice).await?;
    let mut rooms = vec![with_bob, with_dave, with_carol];
    let order: Vec<RoomId> =
        answer.dialogs.iter().map(|dialog| dialog.room.id).filter(|room| rooms.contains(room)).collect();
    let server = if order == rooms {
        "most recently active first"
    } else if order.iter().rev().eq(&rooms) {
        "most recently active last"
    } else {
        rooms.sort_unstable();
        if order == rooms {
            "by room, oldest first"
        } else if order.iter().rev().eq(&rooms) {
            "by room, newest first"
        } else {
            "some other"
        }
    };
    world.check("AUTH-12", true, String::new);
    world.dialect("AUTH-12", "order of dialogs", server, "most recently active first");
    Ok(())
}
