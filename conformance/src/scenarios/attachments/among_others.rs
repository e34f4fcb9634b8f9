//! Messages with attachments among those without: they are counted, stored, listed and deleted like any other.

use chat_spec::{
    events::{ChatStart, MessageDelete, MessageSend, OnMessageDelete, OnMessageNew, Payload},
    types::{AttachmentId, MAX_ID, Message, RoomId},
};
use serde_json::json;

use super::{Way, attempt_heard, check_attached, none_left};
use crate::{
    scenario::{Needs, scenarios},
    scenarios::conversation::{as_strangers, clear, dialogs_with, exchange, is_same, message},
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "attachments";
    is_a_message_like_any_other
        ["SEND-2", "SEND-5", "SEND-11", "HIST-4", "AUTH-6", "AUTH-7", "DEL-1", "DEL-2", "DEL-5", "CLEAR-3"]
        "A message with an attachment, with a text or without, is counted, stored, listed and deleted like any other."
        needs Needs::Profile("attachments");
    a_refused_one_begins_no_dialog ["ATT-2"]
        "`chat.start` with an attachment that does not exist leaves no dialog behind."
        needs Needs::Profile("attachments");
    its_id_is_no_string ["ROB-9"]
        "The id of an attachment as a string is refused."
        needs Needs::Profile("attachments");
}

/// A room of two users, and what was said in it.
struct Talk<'a> {
    world: &'a World,
    users: [&'a Client; 2],
    room: RoomId,
    said: Vec<Message>,
    /// What the second user has not read.
    unread: i128,
}

impl Talk<'_> {
    /// The first user says something without an attachment.
    async fn say(&mut self, text: &str) -> Outcome {
        let [from, to] = self.users;
        let heard = exchange(from, to, &message(self.world, self.room, text), "SEND-1").await?;
        self.world.check_eq("SEND-11", "the attachment of a message without one", &heard.message.attachment, &None);
        self.count("SEND-2", heard, 1);
        Ok(())
    }

    /// The first user sends an attachment of its own with a text; whether there was one that could be sent.
    async fn send(&mut self, text: &str) -> Outcome<bool> {
        let (world, [from, _]) = (self.world, self.users);
        while let Some(offered) = world.attachment(from).await {
            let heard = attempt_heard(world, Way::Send(self.room), self.users, text, offered.id).await?;
            // That one which was never sent is refused is ATT-1, and ATT-5 without a text.
            let Some([echoed, heard]) = heard else { continue };
            check_attached(world, &offered, &heard.message);
            world.check_eq("SEND-2", "what the sender has not read", &world.unread(&echoed.chat, self.room), &0);
            self.count("SEND-2", heard, 1);
            return Ok(true);
        }
        Ok(false)
    }

    fn count(&mut self, requirement: &'static str, heard: OnMessageNew, more: i128) {
        self.unread += more;
        let unread = self.world.unread(&heard.chat, self.room);
        self.world.check_eq(requirement, "what the other side has not read", &unread, &self.unread);
        self.said.push(heard.message);
    }

    /// What was said is in the history of both, in that order.
    async fn check_history(&self) -> Outcome {
        for reader in self.users {
            let page = reader.page(self.room, Some(50), None).await?.messages;
            let page = if page.first().map(|message| message.id) > page.last().map(|message| message.id) {
                page.into_iter().rev().collect() // tolerated: newest first (D6)
            } else {
                page
            };
            for message in &self.said {
                self.world.check("SEND-5", page.iter().any(|kept| is_same(kept, message)), || {
                    format!("the history of `{}` does not have `{}` as it was announced", reader.label(), message.text)
                });
            }
            let kept: Vec<_> = page.iter().filter(|kept| self.said.iter().any(|said| said.id == kept.id)).collect();
            self.world.check("HIST-4", kept.windows(2).all(|pair| pair[0].id < pair[1].id), || {
                format!("a page of `{}` is shuffled, where some of its messages have attachments", reader.label())
            });
        }
        Ok(())
    }

    /// The dialogs have what was said last, and the right counters.
    async fn check_dialogs(&self) -> Outcome<[Client; 2]> {
        let mut back = Vec::new();
        for (reader, unread) in self.users.into_iter().zip([0, self.unread]) {
            let (client, authorized) = self.world.come_back(reader).await?;
            let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == self.room);
            let newest = dialog.and_then(|dialog| dialog.message.as_ref()).map(|message| message.id);
            let last = self.said.last().map(|message| message.id);
            self.world.check_eq("AUTH-6", &format!("the newest message of `{}`", reader.label()), &newest, &last);
            if let Some(dialog) = dialog {
                let what = format!("what `{}` has not read, in its dialogs", reader.label());
                self.world.check_eq("AUTH-7", &what, &self.world.unread(&dialog.chat, self.room), &unread);
            }
            back.push(client);
        }
        back.try_into().map_err(|_| Stop::Harness("another number of users came back".into()))
    }

    /// The first user deletes a message of its own, and nothing else is gone.
    async fn delete(&mut self, number: usize) -> Outcome {
        let [author, other] = self.users;
        let gone = self.said.remove(number);
        author.emit(&MessageDelete { message_id: gone.id }).await?;
        for reader in [author, other] {
            let heard: OnMessageDelete = reader.expect("DEL-1").await?;
            self.world.check("DEL-1", is_same(&heard.message, &gone), || {
                format!("`{}` hears of the deletion of another message: {:?}", reader.label(), heard.message)
            });
            if reader.id() == other.id() {
                self.unread -= 1;
                let unread = self.world.unread(&heard.chat, self.room);
                self.world.check_eq("DEL-5", "what was not read before a deletion, less one", &unread, &self.unread);
            }
        }
        for reader in self.users {
            let kept = reader.history(self.room).await?;
            self.world.check("DEL-2", kept.iter().all(|message| message.id != gone.id), || {
                format!("a deleted message that had an attachment is in the history of `{}`", reader.label())
            });
        }
        self.check_history().await
    }
}

async fn is_a_message_like_any_other(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // how many attachments are refused depends on earlier runs
    let room = world.dialog(&alice, &bob).await?;
    // The first message of the dialog is not read either.
    let mut talk = Talk { world, users: [&alice, &bob], room, said: Vec::new(), unread: 1 };
    talk.say("before").await?;
    if !talk.send(&world.text("with a text")).await? {
        return Err(none_left(&alice));
    }
    talk.say("between").await?;
    // The newest is one without a text, where there is one more attachment. That a server may want a text is ATT-5.
    let attached = if talk.send("").await? { 3 } else { 1 };
    talk.check_history().await?;
    let [alice, bob] = talk.check_dialogs().await?;
    let mut talk = Talk { world, users: [&alice, &bob], room, said: talk.said, unread: talk.unread };
    talk.say("after").await?;
    talk.delete(attached).await?;
    // Where there were two attachments, one of them is still there.
    clear(world, &bob, &alice, room).await?;
    for reader in [&alice, &bob] {
        let kept = reader.history(room).await?;
        world.check("CLEAR-3", kept.is_empty(), || {
            format!("`{}` finds {} messages in a room that was cleared", reader.label(), kept.len())
        });
    }
    Ok(())
}

async fn a_refused_one_begins_no_dialog(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    as_strangers(world, &alice, &bob).await?;
    let unknown = AttachmentId::try_from(MAX_ID).map_err(|error| Stop::Harness(error.to_string()))?;
    // Whether a deleted dialog is gone is DROP-2: what is listed before is what may be listed afterwards.
    let (alice, before) = world.come_back(&alice).await?;
    let before: Vec<RoomId> = dialogs_with(&before, &bob).iter().map(|dialog| dialog.room.id).collect();
    let text = world.text("with a file that is not there");
    alice.emit(&ChatStart { user_id: bob.id(), text, attachment_id: Some(unknown) }).await?;
    world.nobody_hears_more("ATT-2").await?;
    for (reader, other) in [(&alice, &bob), (&bob, &alice)] {
        let (_, after) = world.come_back(reader).await?;
        let begun = dialogs_with(&after, other).iter().any(|dialog| !before.contains(&dialog.room.id));
        world.check("ATT-2", !begun, || {
            format!("chat.start with an unknown attachment left a dialog behind, for `{}`", reader.label())
        });
    }
    Ok(())
}

async fn its_id_is_no_string(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    while let Some(offered) = world.attachment(&alice).await {
        for (action, to) in
            [(MessageSend::NAME, json!({"room_id": room})), (ChatStart::NAME, json!({"user_id": bob.id()}))]
        {
            let mut payload = to;
            payload["text"] = json!(world.text("by a string"));
            payload["attachment_id"] = json!(offered.id.get().to_string());
            alice.emit_arguments(action, vec![payload]).await?;
        }
        world.nobody_hears_more("ROB-9").await?;
        // The control differs in the type alone; where it is refused too, the attachment was sent before.
        let text = world.text("by its id");
        let control = attempt_heard(world, Way::Send(room), [&alice, &bob], &text, offered.id).await?;
        if control.is_some() || offered.unused || world.found_anything() {
            return Ok(());
        }
    }
    Err(none_left(&alice))
}
