//! `message.delete`: what is counted as unread, through whole conversations.

use chat_spec::{
    events::{
        ChatClear, ChatHistory, ChatRead, MessageDelete, OnChatClear, OnChatHistory, OnChatRead, OnMessageDelete,
        OnMessageNew,
    },
    types::{Chat, MAX_ID, Message, MessageId, RoomId},
};

use crate::{
    scenario::{Needs, scenarios},
    scenarios::conversation::{self, clear, exchange, message, say},
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "message.delete";
    counters_are_right_all_along ["DEL-5", "SEND-2", "START-4", "HIST-1", "READ-1", "CLEAR-2", "AUTH-7"]
        "In a conversation with answers, deletions, a reading and a clearing the counters are right after each step.";
    counts_more_than_a_hundred ["SEND-2", "HIST-1", "AUTH-7", "DEL-5"]
        "Of more than a hundred unread messages each is counted.";
    what_was_cleared_counts_no_more ["DEL-3"]
        "Deleting a message that was cleared before leaves what is unread since then as it is.";
    a_refused_deletion_counts_nothing ["DEL-5"]
        "Where the other side may not delete a message, its try leaves its counter as it is.";
    an_id_that_is_not_there_yet ["DEL-3"]
        "Deleting ids that do not exist yet hides no message that gets them later."
        needs Needs::Nobody; // others would take the ids
}

/// Two users and their room; what each has not read, as it should be.
struct Talk<'a> {
    world: &'a World,
    users: [&'a Client; 2],
    room: RoomId,
    unread: [i128; 2],
    /// Whether a message was deleted since this side read, or the room was cleared: what counts then hangs on DEL-5, a
    /// SHOULD.
    deleted: [bool; 2],
}

impl<'a> Talk<'a> {
    const fn new(world: &'a World, users: [&'a Client; 2], room: RoomId, unread: [i128; 2]) -> Self {
        Self { world, users, room, unread, deleted: [false; 2] }
    }

    /// Checks the counters of an event, in the order of the users.
    fn check(&self, requirement: &'static str, when: &str, chats: [&Chat; 2]) {
        for (place, chat) in chats.into_iter().enumerate() {
            self.check_one(requirement, when, place, chat);
        }
    }

    fn check_one(&self, requirement: &'static str, when: &str, place: usize, chat: &Chat) {
        let what = format!("what `{}` has not read {when}", self.users[place].label());
        let requirement = if self.deleted[place] { "DEL-5" } else { requirement };
        self.world.check_eq(requirement, &what, &self.world.unread(chat, self.room), &self.unread[place]);
    }

    /// One of the two says something.
    async fn say(&mut self, from: usize, when: &str) -> Outcome<Message> {
        self.users[from].emit(&message(self.world, self.room, when)).await?;
        self.hear("SEND-1", "SEND-2", from, when).await
    }

    /// Both hear a message, and the counter of who did not send it grows.
    async fn hear(&mut self, event: &'static str, counter: &'static str, from: usize, when: &str) -> Outcome<Message> {
        self.unread[1 - from] += 1;
        let [one, other] = self.users;
        let heard: [OnMessageNew; 2] = [one.expect(event).await?, other.expect(event).await?];
        self.check(counter, when, [&heard[0].chat, &heard[1].chat]);
        let [heard, _] = heard;
        Ok(heard.message)
    }

    /// The first of the two deletes a message; whether the other one had read it is said.
    async fn delete(&mut self, gone: &Message, was_unread: bool, when: &str) -> Outcome {
        self.unread[1] -= i128::from(was_unread);
        self.deleted = [true; 2];
        let [author, other] = self.users;
        author.emit(&MessageDelete { message_id: gone.id }).await?;
        let heard: [OnMessageDelete; 2] = [author.expect("DEL-1").await?, other.expect("DEL-1").await?];
        self.check("DEL-5", when, [&heard[0].chat, &heard[1].chat]);
        Ok(())
    }

    /// Each of the two asks for the history.
    async fn look(&self, when: &str) -> Outcome {
        for (place, reader) in self.users.into_iter().enumerate() {
            reader.emit(&ChatHistory { room_id: self.room, limit: None, last_id: None }).await?;
            let page: OnChatHistory = reader.expect("HIST-1").await?;
            self.check_one("HIST-1", when, place, &page.chat);
        }
        Ok(())
    }
}

async fn counters_are_right_all_along(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    // What goes on beside it counts for itself: three unread of carol at bob.
    let beside = world.dialog(&carol, &bob).await?;
    for text in ["beside 1", "beside 2"] {
        say(world, &carol, &bob, beside, text).await?;
    }
    let (_, first) = world.start("START-1", &alice, &bob, "the only one").await?;
    let mut talk = Talk::new(world, [&alice, &bob], first.room.id, [0, 1]);
    talk.check_one("START-4", "after a first message", 1, &first.chat);
    let mut sent = Vec::new();
    for when in ["after one message", "after two messages", "after three messages", "after four messages"] {
        sent.push(talk.say(0, when).await?);
    }
    talk.say(1, "after an answer").await?;
    talk.look("as the history says after an answer").await?;
    talk.delete(&sent[3], true, "after the newest unread message was deleted, with an answer behind it").await?;
    talk.delete(&sent[0], true, "after the oldest unread message was deleted, with an answer behind it").await?;
    talk.delete(&first.message, true, "after the first message was deleted, with an answer behind it").await?;
    talk.look("as the history says after an answer and deletions").await?;

    // `chat.start` is one more way to say something (START-6 is a SHOULD: in another room it is not counted here).
    for (from, to) in [(&alice, &bob), (&bob, &alice)] {
        let (own, heard) = world.start("START-1", from, to, "once more").await?;
        if heard.room.id == talk.room {
            let side = usize::from(from.id() == alice.id());
            talk.unread[side] += 1;
            talk.check_one("START-4", "after one more chat.start", side, &heard.chat);
            talk.check_one("START-4", "after one more chat.start of its own", 1 - side, &own.chat);
        }
    }
    bob.emit(&ChatRead { room_id: talk.room }).await?;
    let read: OnChatRead = bob.expect("READ-1").await?;
    (talk.unread[1], talk.deleted[1]) = (0, false);
    talk.check_one("READ-1", "after reading", 1, &read.chat);
    let next = talk.say(0, "after reading and one message").await?;
    talk.delete(&sent[1], false, "after a read message was deleted, with an unread one behind it").await?;
    talk.say(0, "after reading, a deletion, and two messages").await?;
    talk.delete(&sent[2], false, "after a read message was deleted, with unread ones behind it").await?;
    talk.delete(&next, true, "after reading, two messages, and a deletion of one of them").await?;

    alice.emit(&ChatClear { room_id: talk.room }).await?;
    let cleared: [OnChatClear; 2] = [alice.expect("CLEAR-1").await?, bob.expect("CLEAR-2").await?];
    (talk.unread, talk.deleted) = ([0, 0], [false; 2]);
    talk.check("CLEAR-2", "after clearing", [&cleared[0].chat, &cleared[1].chat]);
    let gone = talk.say(0, "after clearing and one message").await?;
    talk.look("as the history says after clearing and one message").await?;
    talk.delete(&gone, true, "after clearing, and the deletion of the only message, which was unread,").await?;
    talk.say(0, "after clearing, a deletion, and one more message").await?;

    let after = world.silently(exchange(&carol, &bob, &message(world, beside, "beside 3"), "SEND-1")).await?;
    let unread = world.unread(&after.chat, beside);
    world.check_eq("SEND-2", "what `bob` has not read of another dialog, after all this and a message", &unread, &4);
    let [of_alice, of_bob] = talk.unread;
    check_listed(world, "DEL-5", &alice, talk.room, of_alice).await?;
    let bob = check_listed(world, "DEL-5", &bob, talk.room, of_bob).await?;
    check_listed(world, "AUTH-7", &bob, beside, 4).await.map(drop)
}

/// What a user finds unread on coming back.
async fn check_listed(
    world: &World,
    requirement: &'static str,
    user: &Client,
    room: RoomId,
    expected: i128,
) -> Outcome<Client> {
    let (user, authorized) = world.come_back(user).await?;
    let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == room);
    let unread = dialog.map(|dialog| world.unread(&dialog.chat, room));
    let what = format!("what `{}` has not read when it comes back", user.label());
    world.check_eq(requirement, &what, &unread, &Some(expected));
    Ok(user)
}

async fn counts_more_than_a_hundred(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    world.say_many(&alice, &bob, room, 105).await?;
    let mut talk = Talk::new(world, [&alice, &bob], room, [0, 106]);
    let last = talk.say(0, "after more than a hundred messages").await?;
    talk.look("as the history says after more than a hundred messages").await?;
    let bob = check_listed(world, "AUTH-7", &bob, room, 107).await?;
    talk.users = [&alice, &bob];
    talk.delete(&last, true, "after one of more than a hundred was deleted").await
}

async fn what_was_cleared_counts_no_more(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let mut cleared = Vec::new();
    for text in ["unread when it is cleared", "this one too"] {
        cleared.push(say(world, &alice, &bob, room, text).await?.id);
    }
    clear(world, &bob, &alice, room).await?;
    let mut talk = Talk::new(world, [&alice, &bob], room, [0, 0]);
    for when in ["after clearing and a message", "after clearing and two messages"] {
        talk.say(0, when).await?;
    }
    for message_id in cleared {
        alice.emit(&MessageDelete { message_id }).await?;
    }
    world.nobody_hears_more("DEL-3").await?;
    talk.unread[1] += 1;
    let next = exchange(&alice, &bob, &message(world, room, "after that"), "SEND-1").await?;
    talk.check_one("DEL-3", "after what was cleared was deleted once more, and a message", 1, &next.chat);
    check_listed(world, "DEL-3", &bob, room, 3).await.map(drop)
}

async fn a_refused_deletion_counts_nothing(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let sent = say(world, &alice, &bob, room, "of alice").await?;
    bob.emit(&MessageDelete { message_id: sent.id }).await?;
    world.settle().await?;
    if bob.may_hear::<OnMessageDelete>().await?.is_some() {
        // Either side may delete (D11): then it is a deletion like any other.
        alice.expect::<OnMessageDelete>("DEL-1").await?;
        world.check("DEL-5", true, String::new);
        return Ok(());
    }
    let next = exchange(&alice, &bob, &message(world, room, "after the try"), "SEND-1").await?;
    let unread = world.unread(&next.chat, room);
    world.check_eq("DEL-5", "what `bob` has not read after a try to delete, which was refused,", &unread, &3);
    Ok(())
}

async fn an_id_that_is_not_there_yet(world: &World) -> Outcome {
    const AHEAD: u64 = 3;
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let own = world.dialog(&mallory, &bob).await?;
    let newest = say(world, &alice, &bob, room, "the newest").await?.id.get();
    for id in (newest + 1..=newest + AHEAD).filter(|id| *id <= MAX_ID) {
        // Where ids have gaps these are unknown for good, and nothing is shown.
        let Ok(message_id) = MessageId::try_from(id) else { continue };
        mallory.emit(&MessageDelete { message_id }).await?;
    }
    // Its answer comes when those before it are done with, and is no message that would take one of the ids.
    world.silently(mallory.page(own, Some(1), None)).await?;
    let mut sent = Vec::new();
    for number in 0..=AHEAD {
        sent.push(say(world, &alice, &bob, room, &format!("later {number}")).await?);
    }
    for reader in [&alice, &bob] {
        let stored = reader.history(room).await?;
        let missing = sent.iter().filter(|sent| !stored.iter().any(|kept| conversation::is_same(kept, sent))).count();
        world.check("DEL-3", missing == 0, || {
            format!("`{}` misses {missing} messages whose ids were deleted before they were there", reader.label())
        });
    }
    world.nobody_hears_more("DEL-3").await
}
