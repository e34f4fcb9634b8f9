//! `chat.read`: marking a dialog as read.

use chat_spec::{
    events::{ChatClear, ChatRead, MessageDelete, OnChatClear, OnChatRead, OnMessageDelete, OnUserAuthorized},
    types::{Chat, MAX_ID, RoomId},
};

use crate::{
    scenario::scenarios,
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "chat.read";
    shows_nothing_unread ["READ-1", "READ-4"]
        "Who marks a dialog as read hears that nothing of it is unread; the other side hears nothing.";
    lasts ["READ-2", "READ-3"]
        "Reading lasts over the next authorisation, and the next message counts from nothing again.";
    leaves_the_other_side_alone ["READ-3"]
        "What the other side has not read stays unread, whichever of the two reads.";
    reads_more_than_a_page ["READ-1", "READ-2"]
        "More messages than a page of the history holds are all read at once.";
    reads_one_dialog_alone ["READ-2", "AUTH-7"]
        "Reading one dialog leaves the user's other dialogs unread.";
    works_while_the_other_is_away ["READ-1", "READ-2", "READ-3"]
        "A dialog can be read while the other side is not connected.";
    is_heard_on_all_devices ["AUTH-11"]
        "Both devices of a user hear that it has read, and both count from nothing.";
    an_outsider_gets_nothing ["READ-5"]
        "A user outside the room gets no answer and changes nothing, and neither does one who names a room that is not.";
    is_answered_each_time ["READ-6"]
        "Reading twice is answered twice, and reading an empty room is answered too.";
}

/// Marks a room as read and gives what the caller heard.
async fn read(reader: &Client, room: RoomId, requirement: &'static str) -> Outcome<OnChatRead> {
    reader.emit(&ChatRead { room_id: room }).await?;
    reader.expect(requirement).await
}

/// The side of a user as its authorisation lists it.
fn listed(world: &World, authorized: &OnUserAuthorized, room: RoomId) -> Outcome<Chat> {
    let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == room);
    dialog
        .map(|dialog| dialog.chat.clone())
        .ok_or_else(|| world.broken("AUTH-5", "a dialog is not listed at authorisation"))
}

async fn shows_nothing_unread(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.dialog(&carol, &alice).await?;
    world.say(&alice, &bob, room, "one").await?;
    world.say(&alice, &bob, room, "two").await?;

    let heard = read(&bob, room, "READ-1").await?;
    world.check_eq("READ-1", "the side that bob hears of", &heard.chat.user_id, &bob.id());
    world.check_eq("READ-1", "what bob has not read", &heard.chat.unread_count, &0);
    world.check_eq("READ-1", "the room that bob hears of", &heard.room.id, &room);
    let members = heard.room.users.iter().filter(|user| [alice.id(), bob.id()].contains(&user.id)).count();
    world.check("START-2", members == 2 && heard.room.users.len() == 2, || {
        "the room is not that of its two users".into()
    });

    // The control: alice's own reading is answered, on the socket that was silent.
    alice.expect_no::<OnChatRead>("READ-4").await?;
    let heard = read(&alice, room, "READ-1").await?;
    world.check_eq("READ-1", "the side that alice hears of", &heard.chat.user_id, &alice.id());
    bob.expect_no::<OnChatRead>("READ-4").await
}

async fn lasts(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let mut bob = bob;
    for round in 1..=3 {
        world.say(&alice, &bob, room, &format!("before reading {round}")).await?;
        read(&bob, room, "READ-1").await?;
        // What bob says himself is nothing that he has to read.
        world.say(&bob, &alice, room, &format!("an answer {round}")).await?;
        let (back, authorized) = world.come_back(&bob).await?;
        bob = back;
        let chat = listed(world, &authorized, room)?;
        world.check_eq("READ-2", "what bob has not read when he comes back", &chat.unread_count, &0);
        let next = world.say(&alice, &bob, room, &format!("after reading {round}")).await?;
        world.check_eq("READ-2", "what bob has not read after the next message", &next.chat.unread_count, &1);
        let next = world.say(&alice, &bob, room, &format!("and one more {round}")).await?;
        world.check_eq("READ-2", "what bob has not read after two messages", &next.chat.unread_count, &2);
        let again = read(&bob, room, "READ-1").await?;
        world.check_eq("READ-1", "what bob has not read after reading again", &again.chat.unread_count, &0);
    }
    let (_, authorized) = world.come_back(&alice).await?;
    let chat = listed(world, &authorized, room)?;
    world.check_eq("READ-3", "what alice has not read at the end", &world.unread(&chat, room), &3);
    Ok(())
}

async fn leaves_the_other_side_alone(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.say(&bob, &alice, room, "to alice, one").await?;
    world.say(&bob, &alice, room, "to alice, two").await?;
    world.say(&alice, &bob, room, "to bob").await?;

    read(&bob, room, "READ-1").await?;
    let heard = world.say(&bob, &alice, room, "to alice, three").await?;
    world.check_eq("READ-3", "what alice has not read after bob read", &world.unread(&heard.chat, room), &3);
    let (alice, authorized) = world.come_back(&alice).await?;
    let chat = listed(world, &authorized, room)?;
    world.check_eq("READ-3", "what alice has not read when she comes back", &world.unread(&chat, room), &3);

    // The other way round: who started the dialog reads.
    world.say(&alice, &bob, room, "to bob, again").await?;
    let heard = read(&alice, room, "READ-1").await?;
    world.check_eq("READ-1", "what alice has not read", &heard.chat.unread_count, &0);
    let heard = world.say(&alice, &bob, room, "to bob, once more").await?;
    world.check_eq("READ-3", "what bob has not read after alice read", &heard.chat.unread_count, &2);
    Ok(())
}

async fn reads_more_than_a_page(world: &World) -> Outcome {
    const MANY: usize = 104;
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.say_many(&alice, &bob, room, MANY).await?;
    let heard = read(&bob, room, "READ-1").await?;
    world.check_eq("READ-1", "what bob has not read of many messages", &heard.chat.unread_count, &0);
    let (bob, authorized) = world.come_back(&bob).await?;
    let chat = listed(world, &authorized, room)?;
    world.check_eq("READ-2", "what bob has not read when he comes back", &chat.unread_count, &0);
    let next = world.say(&alice, &bob, room, "the next one").await?;
    world.check_eq("READ-2", "what bob has not read after the next message", &next.chat.unread_count, &1);
    Ok(())
}

async fn reads_one_dialog_alone(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let with_alice = world.dialog(&alice, &bob).await?;
    let with_carol = world.dialog(&carol, &bob).await?;
    world.say(&carol, &bob, with_carol, "from carol").await?;

    read(&bob, with_alice, "READ-1").await?;
    let heard = world.say(&carol, &bob, with_carol, "from carol again").await?;
    world.check_eq("AUTH-7", "what bob has not read of the other dialog", &world.unread(&heard.chat, with_carol), &3);
    let (bob, authorized) = world.come_back(&bob).await?;
    let (of_alice, of_carol) = (listed(world, &authorized, with_alice)?, listed(world, &authorized, with_carol)?);
    world.check_eq("READ-2", "what bob has not read of the dialog that he read", &of_alice.unread_count, &0);
    world.check_eq("AUTH-7", "what is listed as unread of the other dialog", &world.unread(&of_carol, with_carol), &3);
    let heard = read(&bob, with_carol, "READ-1").await?;
    world.check_eq("READ-1", "what bob has not read of the dialog with carol", &heard.chat.unread_count, &0);
    Ok(())
}

async fn works_while_the_other_is_away(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.say(&bob, &alice, room, "to alice").await?;
    alice.close().await;
    let heard = read(&bob, room, "READ-1").await?;
    world.check_eq("READ-1", "what bob has not read while alice is away", &heard.chat.unread_count, &0);
    let (alice, authorized) = world.come_back(&alice).await?;
    let chat = listed(world, &authorized, room)?;
    world.check_eq("READ-3", "what alice has not read", &world.unread(&chat, room), &1);
    let next = world.say(&alice, &bob, room, "I am back").await?;
    world.check_eq("READ-2", "what bob has not read after the next message", &next.chat.unread_count, &1);
    Ok(())
}

async fn is_heard_on_all_devices(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let laptop = world.second_device(&bob, "bob/laptop").await?;
    world.say(&alice, &bob, room, "to both devices").await?;
    laptop.expect::<chat_spec::events::OnMessageNew>("AUTH-11").await?;

    read(&bob, room, "READ-1").await?;
    let heard: OnChatRead = laptop.expect("AUTH-11").await?;
    world.check_eq("AUTH-11", "what the laptop shows as unread", &heard.chat.unread_count, &0);
    world.say(&alice, &bob, room, "after reading").await?;
    let heard: chat_spec::events::OnMessageNew = laptop.expect("AUTH-11").await?;
    world.check_eq("AUTH-11", "what the laptop shows after the next message", &heard.chat.unread_count, &1);
    Ok(())
}

async fn an_outsider_gets_nothing(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let own = world.dialog(&bob, &mallory).await?;
    let unknown = RoomId::try_from(MAX_ID).map_err(|error| Stop::Harness(error.to_string()))?;

    mallory.emit(&ChatRead { room_id: room }).await?;
    mallory.emit(&ChatRead { room_id: unknown }).await?;
    world.nobody_hears_more("READ-5").await?;
    let heard = world.say(&alice, &bob, room, "still counted").await?;
    world.check_eq("READ-5", "what bob has not read after an outsider read", &world.unread(&heard.chat, room), &2);

    // The control: the same action from the same socket is answered in a room of its own.
    let heard = read(&mallory, own, "READ-1").await?;
    world.check_eq("READ-1", "what mallory has not read", &heard.chat.unread_count, &0);
    Ok(())
}

async fn is_answered_each_time(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    for _ in 0..3 {
        let heard = read(&bob, room, "READ-6").await?;
        world.check_eq("READ-6", "what bob has not read", &heard.chat.unread_count, &0);
    }
    let last = world.say(&alice, &bob, room, "to be deleted").await?.message;
    alice.emit(&MessageDelete { message_id: last.id }).await?;
    alice.expect::<OnMessageDelete>("DEL-1").await?;
    bob.expect::<OnMessageDelete>("DEL-1").await?;
    read(&bob, room, "READ-6").await?;
    alice.emit(&ChatClear { room_id: room }).await?;
    alice.expect::<OnChatClear>("CLEAR-1").await?;
    bob.expect::<OnChatClear>("CLEAR-2").await?;
    for reader in [&bob, &alice] {
        let heard = read(reader, room, "READ-6").await?;
        world.check_eq("READ-6", "what is unread of an empty room", &heard.chat.unread_count, &0);
    }
    Ok(())
}
