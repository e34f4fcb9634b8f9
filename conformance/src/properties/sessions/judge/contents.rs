//! What an event carries.

use chat_spec::{
    events::{OnCallInit, OnChatRead, OnMessageDelete, OnMessageNew, Payload},
    types::{Chat, Message, Refusal, Room},
};

use super::{
    super::ledger::{self, Clash},
    Judge,
};
use crate::{
    model::{Due, Event, Expectation, MessageKey, RoomKey, Socket, User, expected::Begun},
    world::HeardEvent,
};

/// The requirements that the parts of an event are found by.
struct Named {
    /// The message, and that all hear the same.
    message: &'static str,
    /// The two users of the room.
    users: &'static str,
    /// Whose side it is.
    side: &'static str,
    /// The counter of the side.
    unread: &'static str,
}

const STARTED: Named = Named { message: "START-1", users: "START-2", side: "START-3", unread: "START-4" };
const SENT: Named = Named { message: "SEND-1", users: "SEND-1", side: "SEND-1", unread: "SEND-2" };
const DELETED: Named = Named { message: "DEL-1", users: "DEL-1", side: "DEL-1", unread: "DEL-5" };
const READ: Named = Named { message: "READ-1", users: "READ-1", side: "READ-1", unread: "READ-1" };
const CLEARED: Named = Named { message: "CLEAR-1", users: "CLEAR-1", side: "CLEAR-1", unread: "CLEAR-1" };
const CLEARED_BY_OTHER: Named = Named { message: "CLEAR-2", users: "CLEAR-2", side: "CLEAR-2", unread: "CLEAR-2" };
const DROPPED: Named = Named { message: "DROP-1", users: "DROP-1", side: "DROP-1", unread: "DROP-1" };

impl Judge<'_> {
    /// Compares what an event carries with what the model says.
    pub(super) fn compare_contents(&mut self, socket: Socket, expectation: &Expectation, event: &HeardEvent) {
        let Some(user) = self.branch.after.user_of(socket).or(self.before.user_of(socket)) else {
            return self.compare_answer(socket, expectation, event);
        };
        match &expectation.event {
            Event::New(message, begun) => self.compare_new(user, *message, *begun, event),
            Event::Deleted(message) => self.compare_deleted(user, *message, event),
            Event::Read(room) => self.compare_side(&READ, user, *room, event, true),
            Event::Cleared(room) => {
                let named = if self.actor == Some(user) { &CLEARED } else { &CLEARED_BY_OTHER };
                self.compare_side(named, user, *room, event, true);
            }
            // What a deleted dialog counts is free (DROP-1).
            Event::Dropped(room) => self.compare_side(&DROPPED, user, *room, event, false),
            Event::Page(room, limit, last) => self.compare_page(user, *room, *limit, *last, event),
            Event::Called(from, signal) => self.compare_call("CALL-1", *from, *signal, event),
            Event::Answered(from, signal) => self.compare_call("CALL-2", *from, *signal, event),
            _ => self.compare_answer(socket, expectation, event),
        }
    }

    fn compare_answer(&mut self, socket: Socket, expectation: &Expectation, event: &HeardEvent) {
        let requirement = if let Due::Required(requirement) = expectation.due { requirement } else { "AUTH-1" };
        match &expectation.event {
            Event::Welcome(user) => self.compare_welcome(socket, requirement, *user, event),
            Event::Unwelcome => self.compare_unwelcome(requirement, event),
            Event::Refusal(action, code) => {
                let Some(refusal) = self.read::<Refusal>(event) else { return };
                self.same("ERR-1", "the action that on.error names", &refusal.action.as_str(), action);
                self.same("ERR-3", &format!("the code of a refused {action}"), &refusal.code, code);
            }
            _ => {}
        }
    }

    /// Reads an event; that it cannot be read is found (TYPE-1).
    pub(super) fn read<E: serde::de::DeserializeOwned>(&mut self, event: &HeardEvent) -> Option<E> {
        match serde_json::from_value(event.payload.clone()) {
            Ok(read) => Some(read),
            Err(error) => {
                let got = Some(event.payload.to_string());
                self.find("TYPE-1", format!("{} cannot be read: {error}", event.name), None, got);
                None
            }
        }
    }

    fn compare_new(&mut self, user: User, key: MessageKey, begun: Begun, event: &HeardEvent) {
        let Some(read) = self.read::<OnMessageNew>(event) else { return };
        let named = if begun == Begun::Sent { &SENT } else { &STARTED };
        if let Err(clash) = self.ledger.see_room(&self.branch.after, key.room, read.room.id) {
            let requirement = if begun == Begun::Again { "START-6" } else { named.message };
            self.find(
                requirement,
                format!("the room that {user} hears of{}", in_words(clash)),
                None,
                Some(read.room.id.to_string()),
            );
            return;
        }
        self.compare_sides(named, user, key.room, (&read.chat, &read.room), true);
        self.compare_message(named.message, key, &read.message);
        self.see(named.message, user, key, &read.message);
    }

    /// The id and the date of a message, as they are seen.
    fn see(&mut self, requirement: &'static str, user: User, key: MessageKey, message: &Message) {
        self.checked.extend(["SEND-6", "SEND-12"]);
        let before = self.ledger.newest_before(key);
        if let Err(clash) = self.ledger.see_message(key, message.id, message.created_at) {
            let requirement = if matches!(clash, Clash::Another(_)) { requirement } else { "SEND-6" };
            let sentence = format!("the id of the message that {user} hears of{}", in_words(clash));
            self.find(requirement, sentence, None, Some(message.id.to_string()));
        }
        if let Some(before) = before.filter(|before| before.milliseconds() > message.created_at.milliseconds()) {
            let sentence = "created_at runs backwards in a room".to_owned();
            self.find("SEND-12", sentence, Some(format!("{before} or later")), Some(message.created_at.to_string()));
        }
    }

    /// A message as it should be, its id and dates aside.
    pub(super) fn compare_message(&mut self, requirement: &'static str, key: MessageKey, message: &Message) {
        self.compare_text(requirement, "SEND-4", key, message);
    }

    /// The same; a text that is another breaks a requirement of its own.
    fn compare_text(&mut self, requirement: &'static str, of_text: &'static str, key: MessageKey, message: &Message) {
        let known = self.branch.after.message(key);
        let (author, text) = (self.ledger.user(known.author), self.ledger.text(known.text, known.serial));
        let what = format!("a message of {}", known.author);
        let room = self.ledger.room(Some(key.room));
        self.same(requirement, &format!("the author of {what}"), &message.user_id.get(), &author);
        self.same(requirement, &format!("the room_id of {what}"), &message.room_id.get(), &room);
        self.same(of_text, &format!("the text of {what}"), &message.text, &text);
        self.same("SEND-11", &format!("whether {what} has an attachment"), &message.attachment.is_some(), &false);
    }

    fn compare_deleted(&mut self, user: User, key: MessageKey, event: &HeardEvent) {
        let Some(read) = self.read::<OnMessageDelete>(event) else { return };
        self.compare_sides(&DELETED, user, key.room, (&read.chat, &read.room), true);
        let id = self.ledger.message(Some(key));
        self.same("DEL-1", &format!("the message that {user} hears is deleted"), &read.message.id.get(), &id);
        self.compare_text("DEL-1", "DEL-1", key, &read.message);
    }

    fn compare_side(&mut self, named: &Named, user: User, room: RoomKey, event: &HeardEvent, counted: bool) {
        // The three events have the same fields.
        let Some(read) = self.read::<OnChatRead>(event) else { return };
        self.compare_sides(named, user, room, (&read.chat, &read.room), counted);
    }

    /// The receiving side's own chat, and its room.
    fn compare_sides(&mut self, named: &Named, user: User, key: RoomKey, (chat, room): (&Chat, &Room), counted: bool) {
        let id = self.ledger.room(Some(key));
        self.same(named.message, &format!("the room that {user} hears of"), &room.id.get(), &id);
        self.compare_users(named.users, key, room);
        self.same(named.side, &format!("the side that {user} hears of"), &chat.user_id.get(), &self.ledger.user(user));
        if counted {
            let unread = self.branch.after.unread(key, user);
            self.same(named.unread, &format!("the unread_count of {user}"), &chat.unread_count, &unread);
        }
    }

    /// Exactly the two users.
    pub(super) fn compare_users(&mut self, requirement: &'static str, key: RoomKey, room: &Room) {
        let mut expected: Vec<u64> =
            self.branch.after.room(key).pair.users().iter().map(|user| self.ledger.user(*user)).collect();
        let mut got: Vec<u64> = room.users.iter().map(|user| user.id.get()).collect();
        expected.sort_unstable();
        got.sort_unstable();
        self.same(requirement, "the users of a room", &format!("{got:?}"), &format!("{expected:?}"));
    }

    fn compare_call(&mut self, requirement: &'static str, from: User, signal: u8, event: &HeardEvent) {
        let who = self.ledger.user(from);
        self.same(requirement, &format!("the user of {}", event.name), &event.payload["user"]["id"], &who.into());
        let (candidate, description) = ledger::signal(signal);
        for (field, expected) in [("ice_candidate", candidate), ("session_description", description)] {
            self.same("CALL-3", &format!("{field} of {}", event.name), &event.payload[field], &expected);
        }
        // Whether it has all fields is seen by its schema.
        debug_assert!(event.name.starts_with("on.call."), "{} is no {}", event.name, OnCallInit::NAME);
    }
}

fn in_words(clash: Clash) -> String {
    match clash {
        Clash::Another(id) => format!(" is not the one of before, {id}"),
        Clash::Taken => " is the id of another one".to_owned(),
        Clash::NotGrowing(id) => format!(" is not larger than {id}, which came before it"),
    }
}
