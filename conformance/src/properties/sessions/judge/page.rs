//! `on.chat.history`: a page, whichever of the readings of D6 a server follows.

use chat_spec::{
    events::OnChatHistory,
    types::{Message, MessageId},
};

use super::Judge;
use crate::{
    model::{MessageKey, RoomKey, User, expected::Position, state::Fate},
    world::{HeardEvent, Walk},
};

impl Judge<'_> {
    pub(super) fn compare_page(
        &mut self,
        user: User,
        room: RoomKey,
        limit: Option<u8>,
        last: Option<Position>,
        event: &HeardEvent,
    ) {
        let Some(page) = self.read::<OnChatHistory>(event) else { return };
        self.same(
            "HIST-1",
            &format!("the room that {user} asked for"),
            &page.room.id.get(),
            &self.ledger.room(Some(room)),
        );
        self.same("HIST-1", &format!("whose side {user} is shown"), &page.chat.user_id.get(), &self.ledger.user(user));
        let unread = self.branch.after.unread(room, user);
        let requirement = if page.chat.unread_count == 0 { "HIST-11" } else { "HIST-1" };
        self.same(requirement, &format!("the unread_count that {user} is shown"), &page.chat.unread_count, &unread);
        if let Some(limit) = limit {
            self.checked.insert("HIST-2");
            if page.messages.len() > usize::from(limit) {
                let got = Some(format!("{} messages", page.messages.len()));
                self.find(
                    "HIST-2",
                    "a page is longer than its limit".to_owned(),
                    Some(format!("at most {limit}")),
                    got,
                );
            }
        }
        self.compare_order(&page.messages);
        if self.compare_each("HIST-1", room, &page.messages) {
            self.compare_place(user, room, last, &page.messages);
        }
    }

    fn compare_length(&mut self, limit: usize, page: &[Message]) {
        self.checked.insert("HIST-2");
        if page.len() > limit {
            let got = Some(format!("{} messages", page.len()));
            self.find("HIST-2", "a page is longer than its limit".to_owned(), Some(format!("at most {limit}")), got);
        }
    }

    fn compare_order(&mut self, page: &[Message]) {
        self.checked.insert("HIST-4");
        if !page.is_sorted_by_key(|message| message.id) && !page.iter().rev().is_sorted_by_key(|message| message.id) {
            let got = Some(format!("{:?}", page.iter().map(|message| message.id.get()).collect::<Vec<_>>()));
            self.find("HIST-4", "a page is shuffled".to_owned(), Some("one direction of time".to_owned()), got);
        }
    }

    /// Each message of a page is in the room's history, and as it was sent.
    pub(in super::super) fn compare_each(
        &mut self,
        requirement: &'static str,
        room: RoomKey,
        page: &[Message],
    ) -> bool {
        let before = self.differences.len();
        for message in page {
            match self.ledger.message_of(message.id) {
                Some(key) if key.room == room && self.branch.after.message(key).fate == Fate::Stored => {
                    self.compare_message(requirement, key, message);
                }
                known => self.find_ghost(requirement, room, known, message.id),
            }
        }
        self.differences.len() == before
    }

    /// A message that should not be in a history.
    fn find_ghost(&mut self, requirement: &'static str, room: RoomKey, known: Option<MessageKey>, id: MessageId) {
        let model = &self.branch.after;
        let (requirement, what) = match known.map(|key| (key, model.message(key).fate)) {
            Some((key, _)) if key.room != room && model.room(key.room).pair == model.room(room).pair => {
                ("DROP-4", "of the dialog that was deleted")
            }
            Some((key, _)) if key.room != room => (requirement, "of another room"),
            Some((_, Fate::Deleted)) => ("DEL-2", "that was deleted"),
            Some((_, Fate::Cleared)) => ("CLEAR-3", "that was cleared"),
            _ => (requirement, "that nobody heard of"),
        };
        let what = format!("the history of the room of {} holds a message {what}", model.room(room).pair);
        self.find(requirement, what, None, Some(format!("message {id}")));
    }

    /// A page begins at an end of the history, or beside the position that was asked for, and leaves nothing out.
    fn compare_place(&mut self, user: User, room: RoomKey, last: Option<Position>, page: &[Message]) {
        let all: Vec<u64> = self.ids(room);
        let at = last.map(|last| self.ledger.message(if let Position::Message(key) = last { Some(key) } else { None }));
        let older: Vec<u64> = all.iter().rev().copied().filter(|id| at.is_none_or(|at| *id < at)).collect();
        let newer: Vec<u64> = all.iter().copied().filter(|id| at.is_none_or(|at| *id > at)).collect();
        let mut got: Vec<u64> = page.iter().map(|message| message.id.get()).collect();
        got.sort_unstable();
        let fits = |side: &[u64]| {
            let mut run: Vec<u64> = side.iter().copied().take(got.len()).collect();
            run.sort_unstable();
            run == got && (!got.is_empty() || side.is_empty())
        };
        let requirement = self.requirement_of_place(room, last, got.is_empty());
        self.checked.insert(requirement);
        if !fits(&older) && !fits(&newer) {
            let sentence =
                format!("a page of the history for {user} is not where it should be, or leaves something out");
            let beside = at.map_or_else(String::new, |at| format!(", beside {at}"));
            self.find(requirement, sentence, Some(format!("of {all:?}{beside}")), Some(format!("{got:?}")));
        }
    }

    fn requirement_of_place(&self, room: RoomKey, last: Option<Position>, empty: bool) -> &'static str {
        let stored = |key: MessageKey| key.room == room && self.branch.after.message(key).fate == Fate::Stored;
        match last {
            Some(Position::Message(key)) if stored(key) => "HIST-3",
            Some(_) => "HIST-12",
            None if empty => "SEND-5",
            None => "HIST-3",
        }
    }

    /// The ids of a room's history, oldest first.
    fn ids(&self, room: RoomKey) -> Vec<u64> {
        self.branch.after.history(room).into_iter().map(|key| self.ledger.message(Some(key))).collect()
    }

    /// A walk through all pages gives every message exactly once.
    pub(in super::super) fn compare_walk(&mut self, user: User, room: RoomKey, limit: usize, walk: &Walk) {
        for page in &walk.pages {
            self.compare_length(limit, page);
            self.compare_order(page);
        }
        let messages = &walk.messages();
        self.checked.extend(["HIST-3", "SEND-5", "DEL-2", "CLEAR-3", "DROP-4"]);
        if !self.compare_each("HIST-1", room, messages) {
            return;
        }
        let (all, got): (Vec<u64>, Vec<u64>) =
            (self.ids(room), messages.iter().map(|message| message.id.get()).collect());
        if all != got {
            let lost = all.iter().any(|id| !got.contains(id));
            let requirement = if lost { "SEND-5" } else { "HIST-3" };
            let sentence = format!("{user} walks through a history and does not find each message once");
            self.find(requirement, sentence, Some(format!("{all:?}")), Some(format!("{got:?}")));
        }
    }
}
