//! What is done in one room leaves the others of its users alone.

use chat_spec::{
    events::{ChatRead, MessageDelete, OnChatRead, OnMessageDelete},
    types::{MessageId, RoomId},
};

use crate::{
    scenario::scenarios,
    scenarios::conversation::{clear, part, say},
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "chat.delete";
    nothing_changes_in_other_rooms ["AUTH-5", "AUTH-6", "AUTH-7", "SEND-5"]
        "A deletion, a reading, a clearing and the end of one dialog change nothing in other dialogs of its two users.";
}

/// A room as one of its users finds it.
#[derive(Debug, Clone, PartialEq)]
struct View {
    room: RoomId,
    unread: u64,
    newest: Option<MessageId>,
    messages: Vec<(MessageId, String)>,
}

/// Comes back, and looks at some rooms; one that is not listed is left out.
async fn views(world: &World, user: &Client, rooms: &[RoomId]) -> Outcome<(Client, Vec<View>)> {
    let (user, authorized) = world.come_back(user).await?;
    let mut found = Vec::new();
    for room in rooms {
        let Some(dialog) = authorized.dialogs.iter().find(|dialog| dialog.room.id == *room) else { continue };
        let messages = user.history(*room).await?.into_iter().map(|message| (message.id, message.text)).collect();
        let newest = dialog.message.as_ref().map(|message| message.id);
        found.push(View { room: *room, unread: dialog.chat.unread_count, newest, messages });
    }
    Ok((user, found))
}

/// Checks that a user finds its rooms as they were.
fn check_same(world: &World, who: &str, what: &str, before: &[View], after: &[View]) {
    for old in before {
        let new = after.iter().find(|new| new.room == old.room);
        let Some(new) = new else {
            world.check("AUTH-5", false, || format!("{what} of another dialog took a dialog of `{who}` with it"));
            continue;
        };
        let unread = format!("what `{who}` has not read of a dialog, after {what} of another one,");
        world.check_eq("AUTH-7", &unread, &new.unread, &old.unread);
        let newest = format!("the newest message that `{who}` finds of a dialog, after {what} of another one,");
        world.check_eq("AUTH-6", &newest, &new.newest, &old.newest);
        let stored = format!("the history of a dialog of `{who}`, after {what} of another one,");
        world.check_eq("SEND-5", &stored, &new.messages, &old.messages);
    }
    world.check("AUTH-5", true, String::new);
}

async fn nothing_changes_in_other_rooms(world: &World) -> Outcome {
    let [alice, bob, carol, dave] = world.users(["alice", "bob", "carol", "dave"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let [of_alice, of_bob, empty, emptied] = [
        world.dialog(&carol, &alice).await?,
        world.dialog(&carol, &bob).await?,
        world.dialog(&alice, &dave).await?,
        world.dialog(&dave, &bob).await?,
    ];
    // Everybody has unread messages, and each has said something.
    for (other, member) in [(of_alice, &alice), (of_bob, &bob)] {
        say(world, &carol, member, other, "beside it").await?;
        say(world, member, &carol, other, "an answer beside it").await?;
    }
    clear(world, &alice, &dave, empty).await?;
    clear(world, &bob, &dave, emptied).await?;
    let target = say(world, &alice, &bob, room, "of alice").await?.id;
    say(world, &bob, &alice, room, "of bob").await?;

    let rooms = [vec![of_alice, empty], vec![of_bob, emptied], vec![of_alice, of_bob]];
    let (mut users, mut before) = (Vec::new(), Vec::new());
    for (user, rooms) in [alice, bob, carol].iter().zip(&rooms) {
        let (user, views) = views(world, user, rooms).await?;
        users.push(user);
        before.push(views);
    }
    for what in ["a deletion", "a reading", "a clearing", "the end"] {
        let (alice, bob) = (&users[0], &users[1]);
        match what {
            "a deletion" => {
                alice.emit(&MessageDelete { message_id: target }).await?;
                alice.expect::<OnMessageDelete>("DEL-1").await?;
                bob.expect::<OnMessageDelete>("DEL-1").await?;
            }
            "a reading" => {
                alice.emit(&ChatRead { room_id: room }).await?;
                alice.expect::<OnChatRead>("READ-1").await?;
            }
            "a clearing" => clear(world, alice, bob, room).await?,
            _ => part(world, alice, bob, room).await?,
        }
        let mut back = Vec::new();
        for ((user, rooms), before) in users.iter().zip(&rooms).zip(&before) {
            let (user, after) = views(world, user, rooms).await?;
            check_same(world, user.label(), what, before, &after);
            back.push(user);
        }
        users = back;
    }
    Ok(())
}
