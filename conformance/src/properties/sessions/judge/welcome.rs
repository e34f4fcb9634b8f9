//! `on.user.authorized`.

use std::collections::BTreeSet;

use chat_spec::{
    events::OnUserAuthorized,
    types::{Dialog, Message},
};

use super::Judge;
use crate::{
    model::{RoomKey, Socket, User, state::Fate},
    world::HeardEvent,
};

impl Judge<'_> {
    pub(super) fn compare_unwelcome(&mut self, requirement: &'static str, event: &HeardEvent) {
        let Some(answer) = self.read::<OnUserAuthorized>(event) else { return };
        self.same(requirement, "success of what was to be refused", &answer.success, &false);
        self.same("AUTH-2", "whether a refusal names a user", &answer.user.is_some(), &false);
        self.same("AUTH-2", "how many dialogs a refusal lists", &answer.dialogs.len(), &0);
    }

    pub(super) fn compare_welcome(
        &mut self,
        socket: Socket,
        requirement: &'static str,
        user: User,
        event: &HeardEvent,
    ) {
        let Some(answer) = self.read::<OnUserAuthorized>(event) else { return };
        self.same(requirement, &format!("success at `{socket}` with the right token"), &answer.success, &true);
        if !answer.success {
            return;
        }
        let who = answer.user.as_ref().map_or(0, |user| user.id.get());
        self.same("AUTH-1", "the user who is welcomed", &who, &self.ledger.user(user));
        self.compare_dialogs(user, &answer.dialogs);
    }

    /// Those between users of the session: what else a user talks of is not known to it.
    fn compare_dialogs(&mut self, user: User, dialogs: &[Dialog]) {
        let mut expected: BTreeSet<RoomKey> = self.branch.after.dialogs_of(user).collect();
        let of_session: Vec<&Dialog> = dialogs.iter().filter(|dialog| self.is_of_session(user, dialog)).collect();
        for dialog in of_session {
            match self.ledger.room_of(dialog.room.id) {
                Some(room) if expected.remove(&room) => self.compare_dialog(user, room, dialog),
                known => self.find_stray(user, known, dialog),
            }
        }
        self.checked.extend(["AUTH-5", "START-8", "DROP-2"]);
        for room in expected {
            let pair = self.branch.after.room(room).pair;
            let sentence = format!("{user} does not find the dialog of {pair} in its list");
            self.find("START-8", sentence, Some(format!("room {}", self.ledger.room(Some(room)))), None);
        }
    }

    /// Whether a dialog is between users of the session, or not this user's at all.
    fn is_of_session(&self, user: User, dialog: &Dialog) -> bool {
        let own = self.ledger.user(user);
        let users: Vec<Option<User>> = dialog.room.users.iter().map(|user| self.ledger.user_of(user.id)).collect();
        let foreign = dialog.room.users.iter().all(|user| user.id.get() != own);
        foreign || self.ledger.room_of(dialog.room.id).is_some() || users.iter().all(Option::is_some)
    }

    fn find_stray(&mut self, user: User, known: Option<RoomKey>, dialog: &Dialog) {
        let model = &self.branch.after;
        let (requirement, what) = match known.map(|room| model.room(room)) {
            Some(room) if room.dropped => ("DROP-2", "that was deleted"),
            Some(room) if room.pair.has(user) => ("AUTH-5", "for the second time"),
            Some(_) => ("AUTH-5", "in which it does not take part"),
            None => ("AUTH-5", "that nobody began"),
        };
        let sentence = format!("{user} finds a dialog in its list {what}");
        self.find(requirement, sentence, None, Some(format!("room {}", dialog.room.id)));
    }

    fn compare_dialog(&mut self, user: User, room: RoomKey, dialog: &Dialog) {
        let pair = self.branch.after.room(room).pair;
        self.compare_users("AUTH-5", room, &dialog.room);
        self.same(
            "AUTH-7",
            &format!("whose side {user} finds in its list"),
            &dialog.chat.user_id.get(),
            &self.ledger.user(user),
        );
        let (unread, read) = (self.branch.after.unread(room, user), self.was_read(room, user));
        let requirement = if unread == 0 && read { "READ-2" } else { "AUTH-7" };
        let what = format!("the unread_count that {user} finds in the dialog of {pair}");
        self.same(requirement, &what, &dialog.chat.unread_count, &unread);
        self.compare_newest(user, room, dialog.message.as_ref());
    }

    /// Whether a user has read something in a room that is still there.
    fn was_read(&self, room: RoomKey, user: User) -> bool {
        let messages = &self.branch.after.room(room).messages;
        messages.iter().any(|message| message.author != user && message.fate == Fate::Stored && message.read)
    }

    fn compare_newest(&mut self, user: User, room: RoomKey, newest: Option<&Message>) {
        let expected = self.branch.after.history(room).last().copied();
        let (expected_id, got) =
            (expected.map(|key| self.ledger.message(Some(key))), newest.map(|message| message.id.get()));
        let fate = newest
            .and_then(|message| self.ledger.message_of(message.id))
            .map(|key| self.branch.after.message(key).fate);
        let requirement = match fate {
            Some(Fate::Deleted) => "DEL-2",
            Some(Fate::Cleared) => "CLEAR-3",
            _ => "AUTH-6",
        };
        self.checked.extend(["AUTH-6", "DEL-2", "CLEAR-3"]);
        let what = format!("the newest message that {user} finds in its list");
        self.same(requirement, &what, &in_words(got), &in_words(expected_id));
        if let (Some(key), Some(message)) = (expected, newest)
            && got == expected_id
        {
            self.compare_message("AUTH-6", key, message);
        }
    }
}

/// The newest message of a dialog, in words.
fn in_words(id: Option<u64>) -> String {
    id.map_or_else(|| "null".to_owned(), |id| format!("message {id}"))
}
