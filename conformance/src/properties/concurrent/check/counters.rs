//! What is unread at rest, and on the way.
//!
//! While somebody reads and others send, several numbers are right. What is known: a message that the reader had heard
//! before it said `chat.read` is read; one that was sent after the last `on.chat.read` came is not; what lies between
//! is decided by the order in which the reader heard. That order is a SHOULD (SEND-8), the bounds are not.

use super::{
    Judgement,
    view::{Sent, View},
};
use crate::properties::concurrent::history::{Event, Lane, Message, Moment, Rest, Saying};

/// The numbers that are right: all from `least` to `most`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    least: i128,
    most: i128,
}

impl Bounds {
    fn holds(self, count: i128) -> bool {
        (self.least..=self.most).contains(&count)
    }
}

/// What happened to one side's counter in one room.
struct Account<'v, 'a> {
    view: &'v View<'a>,
    rest: &'v Rest,
    /// The texts of the other side in this room.
    texts: Vec<&'v Sent<'a>>,
    /// When the reader said `chat.read`, or anybody `chat.clear`.
    zeroed: Vec<Moment>,
    /// From when on all of that is done; `None` where it was not all answered.
    done: Option<Moment>,
}

pub(super) fn judge(view: &View<'_>, judgement: &mut Judgement) {
    for room in view.rooms() {
        let users = view.users_of(room);
        for rest in view.rest_of(room).filter(|rest| rest.listed > 0 && users.contains(&rest.user)) {
            let account = Account::new(view, rest);
            // What the reader never heard of is found as lost, and it is free whether it counts.
            if account.texts.iter().all(|sent| view.heard_by(rest.user, sent.number).is_some()) {
                account.at_rest(judgement);
                account.on_the_way(judgement);
            }
        }
    }
}

impl<'v, 'a> Account<'v, 'a> {
    fn new(view: &'v View<'a>, rest: &'v Rest) -> Self {
        let in_room = |sent: &&Sent<'a>| sent.author != rest.user && view.room_of(sent.number) == Some(rest.room);
        let reads = view.said(|what| matches!(what, Saying::Read { room } if *room == rest.room).then_some(()));
        let reads: Vec<_> = reads.into_iter().filter(|(lane, ..)| lane.user == rest.user).collect();
        let clearings = view.clearings(rest.room);
        let zeroed = reads.iter().map(|(_, at, ())| *at).chain(clearings.iter().map(|(_, at)| *at)).collect();
        let mut account = Self { view, rest, texts: view.sent.values().filter(in_room).collect(), zeroed, done: None };
        let lanes: Vec<&Lane> = reads.iter().map(|(lane, ..)| *lane).collect();
        account.done = account.all_done(&lanes, clearings.len());
        account
    }

    /// When the last `chat.read` was answered, and the last clearing told. A server may tell a reading to all sockets
    /// of the reader, as it should (D2), or to the calling one alone; `None` where it is neither, or something is
    /// missing.
    fn all_done(&self, readers: &[&'a Lane], clearings: usize) -> Option<Moment> {
        let told = |lane: &Lane| -> Vec<Moment> {
            let reads =
                lane.heard.iter().filter(|heard| heard.room == self.rest.room && matches!(heard.what, Event::Read));
            reads.map(|heard| heard.at).collect()
        };
        let own = |lane: &Lane| readers.iter().filter(|other| std::ptr::eq(**other, lane)).count();
        let to_all = readers.iter().all(|lane| told(lane).len() == readers.len());
        let to_each = self.view.lanes_of(self.rest.user).all(|lane| told(lane).len() == own(lane));
        if !to_all && !to_each {
            return None;
        }
        let mut done = readers.iter().flat_map(|lane| told(lane)).max().unwrap_or(0);
        if clearings > 0 {
            done =
                done.max(self.view.lanes_of(self.rest.user).filter_map(|lane| self.cleared_at(lane, clearings)).min()?);
        }
        Some(done)
    }

    /// When a socket heard of the last clearing.
    fn cleared_at(&self, lane: &Lane, clearings: usize) -> Option<Moment> {
        let heard =
            lane.heard.iter().filter(|heard| heard.room == self.rest.room && matches!(heard.what, Event::Cleared));
        heard.map(|heard| heard.at).nth(clearings - 1)
    }

    /// Whether the reader had heard a text before it read, or before the room was cleared.
    fn is_surely_read(&self, sent: &Sent<'_>) -> bool {
        let heard = self.view.heard_by(self.rest.user, sent.number);
        heard.is_some_and(|heard| self.zeroed.iter().any(|zeroed| heard < *zeroed))
    }

    /// Whether a text was sent after all reading was done.
    fn is_surely_unread(&self, sent: &Sent<'_>) -> bool {
        self.zeroed.is_empty() || self.done.is_some_and(|done| done < sent.at)
    }

    fn is_deleted(&self, sent: &Sent<'_>) -> bool {
        self.view.id(sent.number).is_some_and(|id| self.view.deletion(id).is_some())
    }

    fn before(&self) -> i128 {
        i128::from(self.rest.unread_before.unwrap_or(0))
    }

    fn count(&self, fits: impl Fn(&Sent<'_>) -> bool) -> i128 {
        self.texts.iter().filter(|sent| fits(sent)).count() as i128
    }

    /// The numbers that are right where deletions count as DEL-5 wants them.
    fn exact(&self) -> Bounds {
        let [least, most] = match (self.zeroed.is_empty(), self.done) {
            (true, _) => [self.before(); 2],
            (false, Some(_)) => [0; 2],
            (false, None) => [0, self.before()],
        };
        Bounds {
            least: least + self.count(|sent| self.is_surely_unread(sent) && !self.is_deleted(sent)),
            most: most + self.count(|sent| !self.is_surely_read(sent) && !self.is_deleted(sent)),
        }
    }

    /// The same where deletions count in any way: that they lower the counter when they should is a SHOULD.
    fn lenient(&self) -> Bounds {
        let exact = self.exact();
        let deleted = self.count(|sent| self.is_deleted(sent));
        let never_lowered = self.count(|sent| !self.is_surely_read(sent) && self.is_deleted(sent));
        Bounds { least: (exact.least - deleted).max(0), most: exact.most + never_lowered }
    }

    /// The counter at rest.
    fn at_rest(&self, judgement: &mut Judgement) {
        judgement.check(self.counts());
        judgement.check("AUTH-7");
        if self.asked_for_the_history() {
            judgement.check("HIST-11");
        }
        if !self.zeroed.is_empty() {
            judgement.check("READ-2");
        }
        if self.count(|sent| self.is_deleted(sent)) > 0 {
            judgement.check("DEL-5");
        }
        let count = i128::from(self.rest.unread);
        let (exact, lenient) = (self.exact(), self.lenient());
        if !lenient.holds(count) {
            self.find(judgement, self.requirement_of(count > lenient.most), lenient);
        } else if !exact.holds(count) {
            self.find(judgement, "DEL-5", exact);
        } else if let Some(heard) = self.by_order_of_hearing().filter(|_| !self.zeroed.is_empty()) {
            self.find_out_of_order(judgement, heard);
        }
    }

    /// Which requirement a number breaks that nothing explains.
    fn requirement_of(&self, too_many: bool) -> &'static str {
        if !too_many && self.asked_for_the_history() {
            return "HIST-11"; // asking for it marked as read
        }
        let was_right_on_the_way = self.highest_on_the_way() == Some(self.exact().most);
        match (self.zeroed.is_empty(), too_many, was_right_on_the_way) {
            (true, _, true) => "AUTH-7",
            (false, true, _) if self.view.clearings(self.rest.room).is_empty() => "READ-2",
            (false, true, _) => "CLEAR-2",
            _ => self.counts(),
        }
    }

    /// What says that messages count: it depends on the action that they were sent with.
    fn counts(&self) -> &'static str {
        let mut texts = self.view.sent.values().filter(|sent| self.view.room_of(sent.number) == Some(self.rest.room));
        if texts.all(|sent| sent.room.is_none()) { "START-4" } else { "SEND-2" }
    }

    fn asked_for_the_history(&self) -> bool {
        let asks = |what: &Saying| matches!(what, Saying::History { room, .. } if *room == self.rest.room);
        self.view.lanes_of(self.rest.user).any(|lane| lane.said.iter().any(|said| asks(&said.what)))
    }

    fn find(&self, judgement: &mut Judgement, requirement: &'static str, bounds: Bounds) {
        let Self { view, rest, .. } = self;
        let expected = match (bounds.least, bounds.most) {
            (least, most) if least == most => least.to_string(),
            (least, most) => format!("{least} to {most}"),
        };
        let name = view.name(rest.user);
        let sentence =
            format!("{name} has {} unread in room {} at rest, and {expected} would be right", rest.unread, rest.room);
        let mut shown_by = vec![
            format!("{} unread before", self.before()),
            format!("the other side sent {}", self.texts.len()),
            format!("{name} said chat.read, or the room was cleared, {} times", self.zeroed.len()),
        ];
        let surely = self.texts.iter().filter(|sent| self.is_surely_unread(sent) && !self.is_deleted(sent)).count();
        shown_by.push(format!(
            "{surely} of them are unread in any order, {} deleted",
            self.count(|sent| self.is_deleted(sent))
        ));
        judgement.find(requirement, sentence, shown_by);
    }

    /// The counter that each socket of the reader must take to be right, by the order of what it heard; `None` where
    /// one of them agrees with what is stored.
    fn by_order_of_hearing(&self) -> Option<i128> {
        let lanes: Vec<&Lane> = self.view.lanes_of(self.rest.user).filter(|lane| !lane.incomplete).collect();
        let counts: Vec<i128> = lanes.iter().map(|lane| self.counted_by(lane)).collect();
        let agrees = counts.contains(&i128::from(self.rest.unread));
        counts.first().copied().filter(|_| !agrees)
    }

    fn counted_by(&self, lane: &Lane) -> i128 {
        let mut before = self.before();
        let mut unread: Vec<u64> = Vec::new();
        let is_others = |message: &Message| message.author != self.rest.user;
        for heard in lane.heard.iter().filter(|heard| heard.room == self.rest.room) {
            match &heard.what {
                Event::New(message) if is_others(message) && self.view.number(message).is_some() => {
                    unread.push(message.id)
                }
                Event::Deleted(message) => unread.retain(|id| *id != message.id),
                Event::Read | Event::Cleared => (before, unread) = (0, Vec::new()),
                _ => {}
            }
        }
        before + unread.len() as i128
    }

    fn find_out_of_order(&self, judgement: &mut Judgement, heard: i128) {
        let Self { view, rest, .. } = self;
        let name = view.name(rest.user);
        let sentence = format!(
            "by the order in which {name} heard of messages and of its reading, {heard} are unread in room {}, and {} are: \
             what was done in one order was told in another",
            rest.room, rest.unread
        );
        judgement.find("SEND-8", sentence, vec![format!("{name} has {} unread at rest", rest.unread)]);
    }

    /// The highest counter that the reader heard with a message of the other side.
    fn highest_on_the_way(&self) -> Option<i128> {
        let own = |user: u64| user == self.rest.user;
        let heard = self.view.announced.iter().filter(|one| one.room == self.rest.room && own(one.lane.user));
        heard.filter(|one| !own(one.message.author) && own(one.side.user)).map(|one| i128::from(one.side.unread)).max()
    }

    /// The counters that came with messages: where nobody reads, clears or deletes, the highest counts all of them.
    fn on_the_way(&self, judgement: &mut Judgement) {
        let deletes = self.count(|sent| self.is_deleted(sent)) > 0;
        if !self.zeroed.is_empty() || deletes || self.texts.is_empty() || judgement.of("HIST-11").is_some() {
            return;
        }
        let (expected, highest) = (self.exact().most, self.highest_on_the_way());
        if highest.is_some_and(|highest| highest != expected) {
            let name = self.view.name(self.rest.user);
            let last = highest.unwrap_or_default();
            let sentence =
                format!("{name} was told of {last} unread at most in room {}, and {expected} were", self.rest.room);
            let shown_by =
                vec![format!("{} unread before", self.before()), format!("the other side sent {}", self.texts.len())];
            judgement.find(self.counts(), sentence, shown_by);
        }
        // Own messages bring the counter too: on the way it is never less than at the beginning, nor more than at rest.
        let right = self.before()..=expected;
        let mine = |user: u64| user == self.rest.user;
        let told = self.view.announced.iter().filter(|one| one.room == self.rest.room && mine(one.lane.user));
        let mut told = told.filter(|one| mine(one.side.user)).map(|one| i128::from(one.side.unread));
        if let Some(wrong) = told.find(|unread| !right.contains(unread)) {
            let name = self.view.name(self.rest.user);
            let (least, most) = (right.start(), right.end());
            let sentence = format!("{name} was told of {wrong} unread in room {}, and nobody reads", self.rest.room);
            let shown_by = vec![format!("{least} unread before"), format!("{most} at rest")];
            judgement.find(self.counts(), sentence, shown_by);
        }
    }
}
