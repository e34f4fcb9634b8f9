//! Histories made by hand: each anomaly is found by its name, and what servers are free in is not.

use super::judge;
use crate::properties::concurrent::{
    check::Anomaly,
    history::{Event, Heard, History, Lane, Message, Number, Rest, Said, Saying, Side, User},
};

const ALICE: u64 = 1;
const BOB: u64 = 2;
const CAROL: u64 = 3;
const ROOM: u64 = 10;

/// Writes a history, an event a microsecond.
struct Hand {
    history: History,
    now: u64,
}

impl Hand {
    /// Three users; carol is outside. Lanes: 0 alice, 1 bob, 2 carol.
    fn new() -> Self {
        let user = |(id, name): (u64, &str)| User { id, name: name.to_owned() };
        let users: Vec<User> = [(ALICE, "alice"), (BOB, "bob"), (CAROL, "carol")].into_iter().map(user).collect();
        let lane = |user: &User| Lane { label: user.name.clone(), user: user.id, ..Lane::default() };
        let lanes = users.iter().map(lane).collect();
        Self { history: History { tag: "~t".to_owned(), users, lanes, ..History::default() }, now: 0 }
    }

    /// One more socket of a user; gives its lane.
    fn device(&mut self, user: u64) -> usize {
        let label = format!("{user}/2");
        self.history.lanes.push(Lane { label, user, ..Lane::default() });
        self.history.lanes.len() - 1
    }

    fn tick(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    fn user(&self, lane: usize) -> u64 {
        self.history.lanes[lane].user
    }

    fn says(&mut self, lane: usize, what: Saying) {
        let at = self.tick();
        self.history.lanes[lane].said.push(Said { at, what });
    }

    /// A text to the other of alice and bob.
    fn sends(&mut self, lane: usize) -> Number {
        self.sends_to(lane, Some(ROOM))
    }

    fn sends_to(&mut self, lane: usize, room: Option<u64>) -> Number {
        let said = self.history.lanes[lane].said.iter();
        let place = said.filter(|said| matches!(said.what, Saying::Text { .. })).count() + 1;
        let number = Number { lane, place };
        let to = ALICE + BOB - self.user(lane);
        let text = number.text("~t", "hello ");
        self.says(lane, Saying::Text { number, to, room, text });
        number
    }

    fn message(&self, number: Number, id: u64, room: u64) -> Message {
        let author = self.user(number.lane);
        Message { id, room, author, text: number.text("~t", "hello "), created_at: id.cast_signed() }
    }

    fn hears(&mut self, lane: usize, room: u64, unread: u64, what: Event) {
        let (at, user) = (self.tick(), self.user(lane));
        self.history.lanes[lane].heard.push(Heard { at, room, side: Side { user, unread }, what });
    }

    /// All of alice's and bob's sockets hear a message; `unread` of the side that did not write it.
    fn announce(&mut self, number: Number, id: u64, unread: u64) {
        self.announce_in(ROOM, number, id, unread);
    }

    fn announce_in(&mut self, room: u64, number: Number, id: u64, unread: u64) {
        for lane in 0..self.history.lanes.len() {
            if self.user(lane) != CAROL {
                let own = self.user(lane) == self.user(number.lane);
                let message = self.message(number, id, room);
                self.hears(lane, room, if own { 0 } else { unread }, Event::New(message));
            }
        }
    }

    /// What is there at rest: messages, and what alice and bob have not read.
    fn rests(&mut self, messages: &[(Number, u64)], unread: [u64; 2]) {
        self.rests_in(ROOM, messages, unread);
    }

    fn rests_in(&mut self, room: u64, messages: &[(Number, u64)], unread: [u64; 2]) {
        let messages: Vec<Message> = messages.iter().map(|(number, id)| self.message(*number, *id, room)).collect();
        for (user, unread) in [ALICE, BOB].into_iter().zip(unread) {
            let newest = messages.iter().map(|message| message.id).max();
            let messages = messages.clone();
            self.history.rest.push(Rest { user, room, listed: 1, unread_before: Some(0), unread, newest, messages });
        }
    }

    fn finds(&self) -> Vec<Anomaly> {
        judge(&self.history).anomalies
    }

    fn breaks(&self) -> Vec<&'static str> {
        self.finds().into_iter().map(|anomaly| anomaly.requirement).collect()
    }
}

/// alice sends 1 and 2, bob sends 3; all is as it should be.
fn talk() -> (Hand, [Number; 3]) {
    let mut hand = Hand::new();
    let (one, two, three) = (hand.sends(0), hand.sends(0), hand.sends(1));
    hand.announce(one, 101, 1);
    hand.announce(two, 102, 2);
    hand.announce(three, 103, 1);
    hand.rests(&[(one, 101), (two, 102), (three, 103)], [1, 2]);
    (hand, [one, two, three])
}

/// The message of an event.
fn message_of(heard: &mut Heard) -> &mut Message {
    match &mut heard.what {
        Event::New(message) | Event::Deleted(message) => message,
        other => panic!("{other:?} has no message"),
    }
}

/// One change to the talk, and what it must be found to break.
#[track_caller]
fn changed(expected: &[&str], change: impl FnOnce(&mut History)) {
    let (mut hand, _) = talk();
    change(&mut hand.history);
    assert_eq!(hand.breaks(), expected, "{:#?}", hand.finds());
}

#[test]
fn a_correct_talk_is_silent() {
    changed(&[], |_| {});
}

#[test]
fn the_other_side_may_hear_before_the_sender() {
    let mut hand = Hand::new();
    let one = hand.sends(0);
    let message = hand.message(one, 101, ROOM);
    hand.hears(1, ROOM, 1, Event::New(message.clone()));
    hand.hears(0, ROOM, 0, Event::New(message));
    hand.rests(&[(one, 101)], [0, 1]);
    assert_eq!(hand.breaks(), [""; 0]);
}

#[test]
fn what_is_lost_doubled_or_leaked_is_found() {
    changed(&["SEND-1"], |history| drop(history.lanes[1].heard.remove(0)));
    changed(&["SEND-1"], |history| drop(history.lanes[0].heard.remove(0)));
    changed(&["EVT-1"], |history| {
        let again = history.lanes[1].heard[0].clone();
        history.lanes[1].heard.push(again);
    });
    changed(&["SEND-3"], |history| {
        let leaked = history.lanes[1].heard[0].clone();
        history.lanes[2].heard.push(leaked);
    });
    changed(&[], |history| history.lanes[1].incomplete = true);
}

#[test]
fn what_is_altered_is_found() {
    changed(&["SEND-4"], |history| {
        let message = message_of(&mut history.lanes[1].heard[0]);
        message.text = message.text.trim().to_owned();
    });
    changed(&["SEND-1"], |history| message_of(&mut history.lanes[1].heard[0]).author = BOB);
    changed(&["SEND-1"], |history| message_of(&mut history.lanes[1].heard[0]).room = 11);
    changed(&["START-3"], |history| history.lanes[1].heard[0].side.user = ALICE);
    changed(&["SEND-4"], |history| history.rest[0].messages[0].text.push('!'));
}

#[test]
fn two_orders_are_found_by_the_smallest_inversion() {
    let (mut hand, _) = talk();
    hand.history.lanes[1].heard.swap(1, 2);
    let found = hand.finds();
    assert_eq!(found[0].requirement, "SEND-8");
    assert_eq!(
        found[0].shown_by,
        [
            "`alice`: message 2 of `alice` (id 102) before message 1 of `bob` (id 103)",
            "`bob`: message 1 of `bob` (id 103) before message 2 of `alice` (id 102)",
        ]
    );
    changed(&["SEND-8", "SEND-7"], |history| history.lanes[1].heard.swap(0, 1));
}

#[test]
fn ids_that_are_not_in_order_or_not_unique_are_found() {
    changed(&["SEND-6"], |history| {
        for message in history.lanes.iter_mut().flat_map(|lane| &mut lane.heard).map(message_of) {
            message.id = if message.id == 102 { 101 } else { message.id };
        }
        for rest in &mut history.rest {
            rest.messages.remove(1);
        }
    });
    // Stored and announced in one order, which is not that of ids.
    changed(&["SEND-6"], |history| {
        let swap = |id: u64| match id {
            102 => 103,
            103 => 102,
            id => id,
        };
        for message in history.lanes.iter_mut().flat_map(|lane| &mut lane.heard).map(message_of) {
            message.id = swap(message.id);
            message.created_at = 1;
        }
        for message in history.rest.iter_mut().flat_map(|rest| &mut rest.messages) {
            message.id = swap(message.id);
            message.created_at = 1;
        }
    });
    changed(&["HIST-3"], |history| {
        let again = history.rest[0].messages[0].clone();
        history.rest[0].messages.insert(0, again);
    });
    changed(&["HIST-4"], |history| history.rest[0].messages.swap(0, 1));
    changed(&["SEND-12"], |history| {
        for message in history.lanes.iter_mut().flat_map(|lane| &mut lane.heard).map(message_of) {
            message.created_at = -message.created_at;
        }
    });
}

#[test]
fn what_is_not_stored_as_announced_is_found() {
    changed(&["SEND-5"], |history| history.rest.iter_mut().for_each(|rest| drop(rest.messages.remove(1))));
    changed(&["SEND-5"], |history| drop(history.rest[0].messages.remove(1)));
    changed(&["AUTH-6"], |history| history.rest[0].newest = Some(102));
    changed(&["AUTH-6"], |history| history.rest[0].newest = None);
    changed(&["AUTH-5"], |history| history.rest[0].listed = 2);
    changed(&["START-8"], |history| (history.rest[0].listed, history.rest[0].unread_before) = (0, None));
}

#[test]
fn counters_that_are_wrong_are_found() {
    changed(&["AUTH-7"], |history| history.rest[1].unread = 1);
    changed(&["SEND-2"], |history| {
        // An update was lost: seen on the way and at rest.
        history.rest[1].unread = 1;
        history.lanes[1].heard[1].side.unread = 1;
    });
    changed(&["SEND-2"], |history| history.lanes[1].heard[1].side.unread = 1);
    // Its own messages count, too.
    changed(&["AUTH-7"], |history| history.rest[0].unread = 3);
    // A server that was used before counts on.
    changed(&[], |history| {
        history.rest[0].unread_before = Some(5);
        history.rest[0].unread = 6;
        history.lanes[0].heard.iter_mut().for_each(|heard| heard.side.unread += 5);
    });
    // With its own messages a user is told of no more than there is, and no less than there was.
    changed(&["SEND-2"], |history| history.lanes[0].heard[0].side.unread = 2);
    changed(&["SEND-2"], |history| history.lanes[1].heard[0].side.unread = 3);
}

/// alice sends; bob hears it, reads, and hears a second message: `order` says in which order bob hears the last two.
fn read_between(read_first: bool, unread: u64) -> Hand {
    let mut hand = Hand::new();
    let one = hand.sends(0);
    hand.announce(one, 101, 1);
    hand.says(1, Saying::Read { room: ROOM });
    let two = hand.sends(0);
    if read_first {
        hand.hears(1, ROOM, 0, Event::Read);
        hand.announce(two, 102, 1);
    } else {
        hand.announce(two, 102, 2);
        hand.hears(1, ROOM, 0, Event::Read);
    }
    hand.rests(&[(one, 101), (two, 102)], [0, unread]);
    hand
}

#[test]
fn what_is_read_meanwhile_is_bounded() {
    assert_eq!(read_between(true, 1).breaks(), [""; 0]);
    assert_eq!(read_between(false, 0).breaks(), [""; 0]);
    // Told in another order than done: within the bounds, so no MUST is broken.
    assert_eq!(read_between(true, 0).breaks(), ["SEND-8"]);
    assert_eq!(read_between(false, 1).breaks(), ["SEND-8"]);
    // The first message was heard before bob read.
    assert_eq!(read_between(true, 2).breaks(), ["READ-2"]);
    assert_eq!(read_between(false, 2).breaks(), ["READ-2"]);
}

#[test]
fn what_is_sent_after_reading_counts() {
    let mut hand = Hand::new();
    hand.says(1, Saying::Read { room: ROOM });
    hand.hears(1, ROOM, 0, Event::Read);
    let one = hand.sends(0);
    hand.announce(one, 101, 1);
    let mut wrong = Hand { history: hand.history.clone(), now: hand.now };
    hand.rests(&[(one, 101)], [0, 1]);
    assert_eq!(hand.breaks(), [""; 0]);
    wrong.rests(&[(one, 101)], [0, 0]);
    assert_eq!(wrong.breaks(), ["SEND-2"]);
    wrong.says(1, Saying::History { room: ROOM, limit: 20 });
    let page = vec![wrong.message(one, 101, ROOM)];
    wrong.hears(1, ROOM, 0, Event::Page(page));
    assert_eq!(wrong.breaks(), ["HIST-11"]);
}

#[test]
fn who_is_told_of_reading_is_found() {
    let read = |tell: &dyn Fn(&mut Hand)| {
        let (mut hand, _) = talk();
        let device = hand.device(BOB);
        for event in hand.history.lanes[1].heard.clone() {
            hand.history.lanes[device].heard.push(event);
        }
        hand.says(1, Saying::Read { room: ROOM });
        hand.history.rest[1].unread = 0;
        tell(&mut hand);
        hand.breaks()
    };
    let told = |lanes: &[usize]| {
        let lanes = lanes.to_vec();
        read(&move |hand: &mut Hand| lanes.iter().for_each(|lane| hand.hears(*lane, ROOM, 0, Event::Read)))
    };
    assert_eq!(told(&[1, 3]), [""; 0]);
    assert_eq!(told(&[1]), ["AUTH-11"]);
    assert_eq!(told(&[1, 3, 0]), ["READ-4"]);
    assert_eq!(told(&[1, 3, 2]), ["EVT-1"]);
    assert_eq!(told(&[1, 3, 3]), ["EVT-1"]);
}

#[test]
fn deletions_are_judged() {
    let deleted = |tell: [bool; 2], stored: bool, unread: u64| {
        let mut hand = Hand::new();
        let (one, two) = (hand.sends(0), hand.sends(0));
        hand.announce(one, 101, 1);
        hand.announce(two, 102, 2);
        hand.says(0, Saying::Delete { message: 101 });
        for lane in [0, 1].into_iter().filter(|lane| tell[*lane]) {
            let message = hand.message(one, 101, ROOM);
            hand.hears(lane, ROOM, if lane == 1 { unread } else { 0 }, Event::Deleted(message));
        }
        let kept = if stored { vec![(one, 101), (two, 102)] } else { vec![(two, 102)] };
        hand.rests(&kept, [0, unread]);
        hand.breaks()
    };
    assert_eq!(deleted([true; 2], false, 1), [""; 0]);
    assert_eq!(deleted([true; 2], false, 2), ["DEL-5"]);
    assert_eq!(deleted([true; 2], false, 0), ["DEL-5"]);
    assert_eq!(deleted([true; 2], false, 3), ["SEND-2"]);
    assert_eq!(deleted([true; 2], true, 1), ["DEL-2"]);
    assert_eq!(deleted([true, false], false, 1), ["DEL-1"]);
}

#[test]
fn clearings_are_judged() {
    // One message before, one meanwhile, one after the clearing.
    let cleared = |kept: [bool; 3], unread: u64| {
        let mut hand = Hand::new();
        let before = hand.sends(0);
        hand.announce(before, 101, 1);
        let meanwhile = hand.sends(0);
        hand.says(1, Saying::Clear { room: ROOM });
        hand.announce(meanwhile, 102, 2);
        hand.hears(0, ROOM, 0, Event::Cleared);
        hand.hears(1, ROOM, 0, Event::Cleared);
        let after = hand.sends(0);
        hand.announce(after, 103, 1);
        let all = [(before, 101), (meanwhile, 102), (after, 103)];
        let kept: Vec<_> = all.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(one, _)| one).collect();
        hand.rests(&kept, [0, unread]);
        hand.breaks()
    };
    assert_eq!(cleared([false, false, true], 1), [""; 0]);
    assert_eq!(cleared([false, true, true], 2), ["SEND-8"], "told in another order than done");
    assert_eq!(cleared([true, true, true], 1), ["CLEAR-3"]);
    assert_eq!(cleared([false, false, false], 0), ["SEND-5", "SEND-2"]);
    assert_eq!(cleared([false, false, true], 3), ["CLEAR-2"]);
}

#[test]
fn pages_are_judged() {
    let page = |ids: &[u64], limit: usize, oldest_page_first: bool| {
        let (mut hand, numbers) = talk();
        hand.history.oldest_page_first = oldest_page_first;
        hand.says(1, Saying::History { room: ROOM, limit });
        let messages =
            ids.iter().map(|id| hand.message(numbers[usize::try_from(*id).unwrap() - 101], *id, ROOM)).collect();
        hand.hears(1, ROOM, 2, Event::Page(messages));
        hand.breaks()
    };
    for fine in [[101, 102, 103], [103, 102, 101]] {
        assert_eq!(page(&fine, 20, false), [""; 0]);
    }
    assert_eq!(page(&[102, 103], 2, false), [""; 0]);
    assert_eq!(page(&[101, 102], 2, true), [""; 0], "a walk from the oldest on is tolerated");
    assert_eq!(page(&[101, 103], 20, false), ["SEND-5"]);
    assert_eq!(page(&[101, 102], 20, false), ["SEND-5"]);
    assert_eq!(page(&[101, 103, 102], 20, false), ["HIST-4"]);
    assert_eq!(page(&[101, 102, 103], 2, false), ["HIST-2"]);
    let (mut hand, numbers) = talk();
    let messages = vec![hand.message(numbers[0], 101, ROOM)];
    hand.hears(1, ROOM, 2, Event::Page(messages));
    assert_eq!(hand.breaks(), ["HIST-1"], "nobody asked");
}

#[test]
fn two_rooms_of_a_pair_are_found() {
    let started = |rooms: [u64; 2], at_once: bool| {
        let mut hand = Hand::new();
        let one = hand.sends_to(0, None);
        if at_once {
            let two = hand.sends_to(1, None);
            hand.announce_in(rooms[0], one, 101, 1);
            hand.announce_in(rooms[1], two, 102, 1);
        } else {
            hand.announce_in(rooms[0], one, 101, 1);
            let two = hand.sends_to(1, None);
            hand.announce_in(rooms[1], two, 102, 1);
        }
        let two = Number { lane: 1, place: 1 };
        if rooms[0] == rooms[1] {
            hand.rests_in(rooms[0], &[(one, 101), (two, 102)], [1, 1]);
        } else {
            hand.rests_in(rooms[0], &[(one, 101)], [0, 1]);
            hand.rests_in(rooms[1], &[(two, 102)], [1, 0]);
        }
        hand.breaks()
    };
    assert_eq!(started([10, 10], true), [""; 0]);
    assert_eq!(started([10, 11], true), ["START-9"]);
    assert_eq!(started([10, 11], false), ["START-6"]);
}

#[test]
fn one_of_several_sockets_is_a_should() {
    let (mut hand, _) = talk();
    let device = hand.device(BOB);
    let events = hand.history.lanes[1].heard.clone();
    hand.history.lanes[device].heard = events;
    assert_eq!(hand.breaks(), [""; 0]);
    hand.history.lanes[device].heard.remove(1);
    assert_eq!(hand.breaks(), ["AUTH-11"]);
    hand.history.lanes[device].heard.swap(0, 1);
    assert_eq!(hand.breaks(), ["AUTH-11", "SEND-8"]);
}

#[test]
fn events_that_nobody_caused_are_found_by_what_they_are() {
    let heard = |name: &str, devices: bool| {
        let (mut hand, _) = talk();
        if devices {
            let device = hand.device(BOB);
            hand.history.lanes[device].heard = hand.history.lanes[1].heard.clone();
        }
        hand.hears(1, ROOM, 2, Event::Other(name.to_owned()));
        hand.breaks()
    };
    assert_eq!(heard("on.chat.delete", false), ["EVT-1"]);
    assert_eq!(heard("on.call.init", false), ["CALL-4"]);
    assert_eq!(heard("on.user.authorized", false), ["AUTH-1"]);
    assert_eq!(heard("on.user.authorized", true), ["AUTH-11"]);
}

#[test]
fn more_of_a_kind_are_counted_and_not_listed() {
    let (mut hand, _) = talk();
    hand.history.lanes[1].heard.clear();
    let found = hand.finds();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].sentence.ends_with("(and 2 more of the kind)"), "{}", found[0].sentence);
}
