//! What is known about a scenario while it runs.

use std::collections::{BTreeSet, HashMap};

use chat_spec::{
    events::{OnChatDelete, OnMessageNew, OnUserAuthorized, Payload},
    requirements::Requirement,
    types::{RoomId, UserId},
};
use serde_json::Value;

use crate::{
    result::{DialectEntry, Finding, Heard, WireLine},
    transcript::{Transcript, alias::Aliases},
    verdict::Verdict,
};

/// Whether a scenario has a transcript to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recording {
    /// It has.
    On,
    /// Its order differs from run to run by design.
    Off,
}

/// What is known about a scenario while it runs.
#[derive(Debug)]
pub struct ScenarioState {
    /// Everything that is wrong, in the order in which it was found.
    pub findings: Vec<Finding>,
    /// Where an event was not as its schema says, so that what is wrong in each is found once.
    pub(crate) misshapen: BTreeSet<(&'static str, &'static str, String, Option<String>)>,
    /// The requirements that something was checked of.
    pub checked: BTreeSet<&'static str>,
    /// What was said.
    pub transcript: Transcript,
    /// What the server does where servers are free.
    pub dialect: Vec<DialectEntry>,
    /// Sentences that a reader should know besides.
    pub notes: Vec<String>,
    /// Event names that the protocol does not know and the server sent.
    pub undocumented: BTreeSet<String>,
    /// Frames of connections that were opened for a scenario in another view of the server.
    pub(crate) borrowed_wire_log: Vec<WireLine>,
    pub(crate) aliases: Aliases,
    pub(crate) recording: Recording,
    /// The actions that were sent, those of preparations too: they tell what a counter may depend on.
    pub(crate) sent: BTreeSet<String>,
    /// Whether a connection was lost that nobody closed.
    pub(crate) lost_a_connection: bool,
    /// Whether one was lost after its client came to read a ping long after it was due.
    pub(crate) starved: bool,
    /// Whether one was lost whose server was itself too late for its heartbeat.
    pub(crate) held_up: bool,
    /// How many preparations are under way; the transcript does not show them.
    pub(crate) hidden: usize,
    /// What each side had not read in a room when the scenario began.
    unread_before: HashMap<(UserId, RoomId), u64>,
    /// The users that were authorised before.
    came: BTreeSet<UserId>,
    /// The requirement that an event breaks which comes twice.
    pub(crate) repeats: &'static str,
    /// The rooms that this scenario took notice of.
    rooms: BTreeSet<RoomId>,
    /// The rooms whose deletion was heard of, and in which no message was heard since.
    deleted: BTreeSet<RoomId>,
    /// The dialogs that were listed at authorisations, with their users.
    listed: HashMap<RoomId, BTreeSet<UserId>>,
}

impl ScenarioState {
    pub(crate) fn new(tag: &str) -> Self {
        Self {
            findings: Vec::new(),
            misshapen: BTreeSet::new(),
            checked: BTreeSet::new(),
            transcript: Transcript::default(),
            dialect: Vec::new(),
            notes: Vec::new(),
            undocumented: BTreeSet::new(),
            borrowed_wire_log: Vec::new(),
            aliases: Aliases::new(tag),
            recording: Recording::On,
            sent: BTreeSet::new(),
            lost_a_connection: false,
            starved: false,
            held_up: false,
            hidden: 0,
            unread_before: HashMap::new(),
            came: BTreeSet::new(),
            repeats: "EVT-1",
            rooms: BTreeSet::new(),
            deleted: BTreeSet::new(),
            listed: HashMap::new(),
        }
    }

    pub(crate) fn mark_checked(&mut self, requirement: &'static str) {
        self.checked.insert(requirement);
    }

    /// Records that a requirement is broken. The same sentence is recorded once.
    pub(crate) fn find(&mut self, requirement: &str, message: String, expected: Option<String>, got: Option<String>) {
        let verdict = Requirement::find(requirement)
            .map_or(Verdict::HarnessError, |requirement| Verdict::of_broken(requirement.level));
        let finding = Finding { requirement: requirement.to_owned(), verdict, message, expected, got, known: None };
        let known = |other: &Finding| other.requirement == finding.requirement && other.message == finding.message;
        if verdict != Verdict::Pass && !self.findings.iter().any(known) {
            self.findings.push(finding);
        }
    }

    pub(crate) fn note_dialect(&mut self, entry: DialectEntry) {
        if !self.dialect.contains(&entry) {
            self.dialect.push(entry);
        }
    }

    /// Whether there is a transcript to verify.
    pub(crate) fn is_recording(&self) -> bool {
        self.recording == Recording::On
    }

    /// Silence could not be shown at the end of the scenario.
    pub(crate) fn note_unsettled(&mut self, why: String) {
        if !self.notes.contains(&why) {
            self.notes.push(why);
        }
    }

    /// Adds a line to the transcript, with names in the place of ids.
    pub(crate) fn record(&mut self, lane: &str, direction: Heard, event: &str, payload: Option<Value>) {
        if self.hidden > 0 {
            return;
        }
        let payload = payload.map(|mut payload| {
            self.aliases.apply(event, &mut payload);
            payload
        });
        self.transcript.push(lane, direction, event, payload);
    }

    /// Adds an event that came to the transcript: in canonical form, its counters counted from where the scenario
    /// began.
    pub(crate) fn record_heard<T: Payload>(&mut self, lane: &str, mut canonical: Value) {
        match T::NAME {
            OnUserAuthorized::NAME if self.hidden == 0 => self.keep_own_dialogs(&mut canonical),
            OnUserAuthorized::NAME => {}
            _ => self.take_notice(T::NAME, &mut canonical),
        }
        self.record(lane, Heard::Received, T::NAME, Some(canonical));
    }

    /// Takes notice of the room of an event, and counts its `unread_count` from where the scenario began. A room is one
    /// of this scenario as soon as a message was heard in it; what is cleared away before it begins is not.
    fn take_notice(&mut self, name: &str, event: &mut Value) {
        let Some((user, room)) = side_of(event) else { return };
        if name == OnMessageNew::NAME {
            self.rooms.insert(room);
            if self.deleted.remove(&room) {
                // Whether it is a new room or the old one again is free (DROP-4): it gets a name of its own either way.
                self.aliases.forget_room(room.get());
            }
        } else if name == OnChatDelete::NAME {
            self.deleted.insert(room);
        }
        relative(&mut event["chat"]["unread_count"], self.unread_before(user, room));
    }

    /// Of the dialogs at authorisation the transcript shows those of this scenario alone, in the order of their names.
    fn keep_own_dialogs(&mut self, authorized: &mut Value) {
        let Some(dialogs) = authorized["dialogs"].as_array_mut() else { return };
        dialogs.retain(|dialog| side_of(dialog).is_some_and(|(_, room)| self.rooms.contains(&room)));
        for dialog in dialogs.iter_mut() {
            if let Some((user, room)) = side_of(dialog) {
                relative(&mut dialog["chat"]["unread_count"], self.unread_before(user, room));
            }
        }
        // Those that have no name yet get theirs in the order of who takes part: the server's order is free (AUTH-12).
        dialogs.sort_by_cached_key(|dialog| self.aliases.users_of(dialog));
        let mut named: Vec<(String, Value)> = dialogs
            .drain(..)
            .filter_map(|dialog| side_of(&dialog).map(|(_, room)| (self.aliases.room(room.get()), dialog)))
            .collect();
        named.sort_by(|one, other| one.0.cmp(&other.0));
        dialogs.extend(named.into_iter().map(|(_, dialog)| dialog));
    }

    /// What a side had not read in a room when the scenario began.
    pub(crate) fn unread_before(&self, user: UserId, room: RoomId) -> u64 {
        self.unread_before.get(&(user, room)).copied().unwrap_or(0)
    }

    /// Remembers what a user had not read when it came first. A dialog that is not listed then begins with nothing.
    pub(crate) fn remember_unread(&mut self, user: UserId, authorized: &OnUserAuthorized) {
        for dialog in &authorized.dialogs {
            self.listed.insert(dialog.room.id, dialog.room.users.iter().map(|user| user.id).collect());
        }
        if !self.came.insert(user) {
            return;
        }
        for dialog in &authorized.dialogs {
            self.unread_before.entry((dialog.chat.user_id, dialog.room.id)).or_insert(dialog.chat.unread_count);
        }
    }

    /// The rooms between two users that were listed at an authorisation so far.
    pub(crate) fn rooms_between(&self, one: UserId, other: UserId) -> Vec<RoomId> {
        let pair = BTreeSet::from([one, other]);
        let mut rooms: Vec<RoomId> =
            self.listed.iter().filter(|(_, users)| **users == pair).map(|(room, _)| *room).collect();
        rooms.sort_unstable();
        rooms
    }

    /// A side has read a room, or it was cleared: from now on its counter is counted from nothing.
    pub(crate) fn forget_unread(&mut self, user: UserId, room: RoomId) {
        self.unread_before.insert((user, room), 0);
    }
}

/// Whose side and which room an event is about.
fn side_of(event: &Value) -> Option<(UserId, RoomId)> {
    let user = event["chat"]["user_id"].as_u64()?;
    let room = event["room"]["id"].as_u64()?;
    Some((user.try_into().ok()?, room.try_into().ok()?))
}

fn relative(count: &mut Value, before: u64) {
    if let Some(number) = count.as_u64() {
        *count = i64::try_from(i128::from(number) - i128::from(before)).unwrap_or(i64::MAX).into();
    }
}
