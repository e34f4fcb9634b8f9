//! Three users: one who sends, the other side, and one outside.

use chat_spec::{
    events::{MessageSend, OnMessageNew},
    types::{MessageId, RoomId},
};
use serde_json::{Value, json};

use super::symbols::put_in;
use crate::{
    stop::Outcome,
    world::{Client, World},
};

/// Three users, and what is between the first two.
pub(super) struct Scene<'w> {
    pub(super) world: &'w World,
    /// Who sends.
    pub(super) alice: Client,
    /// The other side.
    pub(super) bob: Client,
    /// Who has nothing to do with it.
    pub(super) carol: Client,
    pub(super) room: RoomId,
    /// A message of alice's in the room.
    pub(super) message: MessageId,
}

impl<'w> Scene<'w> {
    pub(super) async fn new(world: &'w World) -> Outcome<Self> {
        let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
        world.dialog(&carol, &bob).await?;
        let (room, message) = set(world, &alice, &bob).await?;
        Ok(Self { world, alice, bob, carol, room, message })
    }

    /// Puts everything there again: connections, the dialog, a message.
    pub(super) async fn renew(&mut self) -> Outcome {
        for client in [&mut self.alice, &mut self.bob, &mut self.carol] {
            if client.missed_something() {
                *client = self.world.come_back(client).await?.0;
            }
        }
        self.clear_the_stage();
        (self.room, self.message) = set(self.world, &self.alice, &self.bob).await?;
        Ok(())
    }

    /// Puts a message into the room, where there may be none.
    pub(super) async fn fill(&self) -> Outcome {
        put(self.world, &self.alice, &self.bob, self.room).await.map(drop)
    }

    /// Takes everything that was heard off the table.
    pub(super) fn clear_the_stage(&self) {
        for client in self.clients() {
            drop((client.leftovers(), client.errors()));
        }
    }

    pub(super) fn clients(&self) -> [&Client; 3] {
        [&self.alice, &self.bob, &self.carol]
    }

    /// Arguments with right values in the place of symbols.
    pub(super) fn put_in(&self, arguments: &[Value]) -> Vec<Value> {
        arguments.iter().map(|argument| put_in(argument, &|field| self.right(field))).collect()
    }

    fn right(&self, field: &str) -> Value {
        match field {
            "user_id" => json!(self.bob.id()),
            "room_id" => json!(self.room),
            "message_id" => json!(self.message),
            // Optional ids: any that is one.
            _ => json!(1),
        }
    }

    /// What alice and bob find when they come back: dialogs between them, counters, histories.
    pub(super) async fn state(&mut self) -> Outcome<Vec<String>> {
        let others = [self.bob.id(), self.alice.id()];
        let mut found = Vec::new();
        for (user, other) in [&mut self.alice, &mut self.bob].into_iter().zip(others) {
            let (back, authorized) = self.world.come_back(user).await?;
            *user = back;
            let between =
                |dialog: &&chat_spec::types::Dialog| dialog.room.users.iter().any(|member| member.id == other);
            for dialog in authorized.dialogs.iter().filter(between) {
                let newest = dialog.message.as_ref().map_or(0, |message| message.id.get());
                let (label, room, unread) = (user.label(), dialog.room.id, dialog.chat.unread_count);
                found.push(format!("`{label}`: room {room}, newest message {newest}, {unread} unread"));
            }
            let stored = user.history(self.room).await?;
            let lines = stored.iter().map(|one| format!("`{}`: message {}: {:?}", user.label(), one.id, one.text));
            found.extend(lines);
        }
        Ok(found)
    }
}

/// A dialog, and a message of the one in it that the other has not read.
async fn set(world: &World, one: &Client, other: &Client) -> Outcome<(RoomId, MessageId)> {
    let room = world.dialog(one, other).await?;
    Ok((room, put(world, one, other, room).await?))
}

async fn put(world: &World, one: &Client, other: &Client, room: RoomId) -> Outcome<MessageId> {
    let text = world.text("to be kept");
    one.emit(&MessageSend { room_id: room, text, attachment_id: None }).await?;
    other.expect::<OnMessageNew>("SEND-1").await?;
    Ok(one.expect::<OnMessageNew>("SEND-1").await?.message.id)
}
