//! Correct servers, simulated: programs are carried out in a random order of everything, and the history that comes of
//! it is accused of nothing; any single thing that is changed in it is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chat_spec::requirements::{Level, Requirement};
use proptest::strategy::{Strategy as _, ValueTree as _};

use super::{
    check::judge,
    history::{Event, Heard, History, Lane, Message, Number, Rest, Said, Saying, Side, User},
    program::{Mix, NAMES, Program, Share, USERS, What, programs},
};
use crate::properties::seed::generator;

static TALK: Mix = mix("talk", false, Share { delete: 0, read: 0, history: 10, clear: 0, listen: 5 });
static STRANGERS: Mix = mix("strangers", true, Share { delete: 10, read: 10, history: 10, clear: 0, listen: 0 });
static ALL: Mix = mix("all", false, Share { delete: 15, read: 15, history: 10, clear: 5, listen: 10 });
static MIXES: [&Mix; 3] = [&TALK, &STRANGERS, &ALL];

const fn mix(name: &'static str, strangers: bool, share: Share) -> Mix {
    Mix { name, sockets: 1..=5, devices: true, strangers, share }
}

/// SplitMix64: enough to choose who is next.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).unwrap()
    }
}

#[derive(Default)]
struct Room {
    messages: Vec<Message>,
    unread: BTreeMap<u64, BTreeSet<u64>>,
}

/// A server, its clients, and everything that is on its way between them.
struct Simulation<'a> {
    program: &'a Program,
    dice: Dice,
    history: History,
    /// What was sent and not yet carried out, by socket.
    inboxes: Vec<VecDeque<Saying>>,
    /// What was announced and not yet heard, by socket.
    outboxes: Vec<VecDeque<Heard>>,
    /// Where announcements wait that are made in any order.
    waiting: Vec<(usize, Heard)>,
    steps: Vec<VecDeque<super::program::Step>>,
    rooms: BTreeMap<[u64; 2], Room>,
    now: u64,
    last_id: u64,
    /// Whether what was done in one order may be told in another: that breaks SHOULDs alone.
    sloppy: bool,
}

const TAG: &str = "~s";

/// How many histories are tried in a test: as many as proptest would try, where it is told.
fn seeds() -> std::ops::Range<u64> {
    let told = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    0..told.unwrap_or(150)
}

fn room_id(pair: [u64; 2]) -> u64 {
    pair[0] * 100 + pair[1]
}

fn pair_of(one: u64, other: u64) -> [u64; 2] {
    [one.min(other), one.max(other)]
}

impl<'a> Simulation<'a> {
    fn new(program: &'a Program, mix: &Mix, seed: u64, sloppy: bool) -> Self {
        let users: Vec<User> =
            (0..USERS).map(|place| User { id: place as u64 + 1, name: NAMES[place].to_owned() }).collect();
        let mut lanes: Vec<Lane> = program
            .labels()
            .into_iter()
            .zip(&program.sockets)
            .map(|(label, socket)| Lane { label, user: socket.user as u64 + 1, ..Lane::default() })
            .collect();
        let idle = users.iter().filter(|user| !program.sockets.iter().any(|one| one.user as u64 + 1 == user.id));
        lanes.extend(idle.map(|user| Lane { label: user.name.clone(), user: user.id, ..Lane::default() }));
        let steps = lanes.iter().enumerate();
        let steps = steps
            .map(|(place, _)| program.sockets.get(place).map_or_else(VecDeque::new, |one| one.steps.clone().into()))
            .collect();
        let pairs = program.pairs.iter().map(|pair| pair_of(pair[0] as u64 + 1, pair[1] as u64 + 1));
        let rooms = pairs.filter(|_| !mix.strangers).map(|pair| (pair, Room::default())).collect();
        Self {
            program,
            dice: Dice(seed),
            inboxes: vec![VecDeque::new(); lanes.len()],
            outboxes: vec![VecDeque::new(); lanes.len()],
            waiting: Vec::new(),
            steps,
            rooms,
            now: 0,
            last_id: 100,
            sloppy,
            history: History { tag: TAG.to_owned(), users, lanes, ..History::default() },
        }
    }

    /// Lets everything happen in a random order until nothing is left to happen.
    fn run(mut self) -> History {
        let lanes = self.history.lanes.len();
        let mut idle = 0;
        while idle < 40 * lanes {
            let lane = self.dice.below(lanes);
            self.now += 1;
            let happened = match self.dice.below(4) {
                0 => self.says(lane),
                1 => self.serves(lane),
                2 => self.flushes(),
                _ => self.hears(lane),
            };
            idle = if happened { 0 } else { idle + 1 };
        }
        self.rests();
        self.history
    }

    fn says(&mut self, lane: usize) -> bool {
        let Some(step) = self.steps[lane].front() else { return false };
        let user = self.history.lanes[lane].user;
        let place = usize::try_from(user).unwrap() - 1;
        let partner = self.program.partner(place, step).unwrap() as u64 + 1;
        let pair = pair_of(user, partner);
        let own = &self.history.lanes[lane];
        let heard_of = own.heard.iter().any(|heard| heard.room == room_id(pair));
        let known = heard_of || self.rooms.contains_key(&pair) && self.last_id == 100;
        let room = known.then_some(room_id(pair));
        let what = match (&step.what, room) {
            (What::Say(flavour), room) => {
                let texts = own.said.iter().filter(|said| matches!(said.what, Saying::Text { .. })).count();
                let number = Number { lane, place: texts + 1 };
                Some(Saying::Text { number, to: partner, room, text: number.text(TAG, flavour) })
            }
            (What::Delete(which), _) => match self.own_message(lane, partner, *which) {
                Ok(message) => message.map(|message| Saying::Delete { message }),
                Err(()) => return false, // it is not announced yet
            },
            (What::Listen, _) => match self.own_message(lane, partner, usize::MAX) {
                Ok(_) => None,
                Err(()) => return false, // it is not announced yet
            },
            (What::Read, Some(room)) => Some(Saying::Read { room }),
            (What::Clear, Some(room)) => Some(Saying::Clear { room }),
            (What::History, Some(room)) => Some(Saying::History { room, limit: 20 }),
            _ => None,
        };
        self.steps[lane].pop_front();
        if let Some(what) = what {
            self.history.lanes[lane].said.push(Said { at: self.now, what: what.clone() });
            self.inboxes[lane].push_back(what);
        }
        true
    }

    /// The id of one of the texts that a socket sent to a partner; an error where it did not hear of it yet.
    fn own_message(&self, lane: usize, partner: u64, which: usize) -> Result<Option<u64>, ()> {
        let own = &self.history.lanes[lane];
        let texts: Vec<&String> = own
            .said
            .iter()
            .filter_map(|said| match &said.what {
                Saying::Text { to, text, .. } if *to == partner => Some(text),
                _ => None,
            })
            .collect();
        let last = texts.len().saturating_sub(1);
        let place = if which == usize::MAX { last } else { which % texts.len().max(1) };
        let Some(text) = texts.get(place) else { return Ok(None) };
        let heard = own.heard.iter().find_map(|heard| match &heard.what {
            Event::New(message) if message.text == **text => Some(message.id),
            _ => None,
        });
        heard.map(Some).ok_or(())
    }

    fn serves(&mut self, lane: usize) -> bool {
        let Some(action) = self.inboxes[lane].pop_front() else { return false };
        let user = self.history.lanes[lane].user;
        match action {
            Saying::Text { to, text, .. } => self.stores(user, to, text),
            Saying::Delete { message } => self.deletes(message),
            Saying::Read { room } => {
                self.room(room).1.unread.remove(&user);
                self.announces(&[user], room, Event::Read);
            }
            Saying::Clear { room } => {
                let (pair, cleared) = self.room(room);
                *cleared = Room::default();
                self.announces(&pair, room, Event::Cleared);
            }
            Saying::History { room, limit } => {
                let messages = &self.room(room).1.messages;
                let page = messages[messages.len().saturating_sub(limit)..].to_vec();
                self.tells(lane, room, Event::Page(page));
            }
        }
        true
    }

    fn room(&mut self, id: u64) -> ([u64; 2], &mut Room) {
        let (pair, room) = self.rooms.iter_mut().find(|(pair, _)| room_id(**pair) == id).unwrap();
        (*pair, room)
    }

    fn stores(&mut self, author: u64, to: u64, text: String) {
        let pair = pair_of(author, to);
        self.last_id += 1;
        let (id, created_at) = (self.last_id, self.now.cast_signed() / 7);
        let message = Message { id, room: room_id(pair), author, text, created_at };
        let room = self.rooms.entry(pair).or_default();
        room.messages.push(message.clone());
        room.unread.entry(to).or_default().insert(id);
        self.announces(&pair, room_id(pair), Event::New(message));
    }

    fn deletes(&mut self, id: u64) {
        let found = self.rooms.iter().find(|(_, room)| room.messages.iter().any(|message| message.id == id));
        let Some(pair) = found.map(|(pair, _)| *pair) else { return };
        let room = self.rooms.get_mut(&pair).unwrap();
        let place = room.messages.iter().position(|message| message.id == id).unwrap();
        let message = room.messages.remove(place);
        for unread in room.unread.values_mut() {
            unread.remove(&id);
        }
        self.announces(&pair, room_id(pair), Event::Deleted(message));
    }

    fn announces(&mut self, users: &[u64], room: u64, what: Event) {
        for lane in 0..self.history.lanes.len() {
            if users.contains(&self.history.lanes[lane].user) {
                self.tells(lane, room, what.clone());
            }
        }
    }

    fn tells(&mut self, lane: usize, room: u64, what: Event) {
        let heard = Heard { at: 0, room, side: self.side(lane, room), what };
        if self.sloppy { self.waiting.push((lane, heard)) } else { self.outboxes[lane].push_back(heard) }
    }

    fn side(&mut self, lane: usize, room: u64) -> Side {
        let user = self.history.lanes[lane].user;
        Side { user, unread: self.room(room).1.unread.get(&user).map_or(0, |unread| unread.len() as u64) }
    }

    /// A server that keeps no order makes any of the announcements that wait, with the counter of that moment.
    fn flushes(&mut self) -> bool {
        if self.waiting.is_empty() {
            return false;
        }
        let (lane, mut heard) = {
            let place = self.dice.below(self.waiting.len());
            self.waiting.swap_remove(place)
        };
        heard.side = self.side(lane, heard.room);
        self.outboxes[lane].push_back(heard);
        true
    }

    fn hears(&mut self, lane: usize) -> bool {
        let Some(heard) = self.outboxes[lane].pop_front() else { return false };
        self.history.lanes[lane].heard.push(Heard { at: self.now, ..heard });
        true
    }

    fn rests(&mut self) {
        for (pair, room) in &self.rooms {
            for user in pair {
                self.history.rest.push(Rest {
                    user: *user,
                    room: room_id(*pair),
                    listed: 1,
                    unread_before: Some(0),
                    unread: room.unread.get(user).map_or(0, |unread| unread.len() as u64),
                    newest: room.messages.iter().map(|message| message.id).max(),
                    messages: room.messages.clone(),
                });
            }
        }
    }
}

fn simulated(seed: u64, sloppy: bool) -> (Program, History) {
    let mix = MIXES[usize::try_from(seed).unwrap() % MIXES.len()];
    let tree = programs(mix, 12).new_tree(&mut generator(seed, mix.name, 0)).unwrap();
    let program = tree.current();
    let history = Simulation::new(&program, mix, seed, sloppy).run();
    (program, history)
}

#[test]
fn a_correct_server_is_accused_of_nothing() {
    for seed in seeds() {
        let (program, history) = simulated(seed, false);
        let found = judge(&history).anomalies;
        assert!(found.is_empty(), "seed {seed}: {program}\n{found:#?}");
    }
}

#[test]
fn a_server_that_keeps_no_order_breaks_no_must() {
    for seed in seeds() {
        let (program, history) = simulated(seed, true);
        for anomaly in judge(&history).anomalies {
            let level = Requirement::find(anomaly.requirement).unwrap().level;
            assert_eq!(level, Level::Should, "seed {seed}: {program}\n{anomaly:#?}");
        }
    }
}

/// The places of all `on.message.new`.
fn announcements(history: &History) -> Vec<(usize, usize)> {
    let lanes = history.lanes.iter().enumerate();
    let places =
        lanes.flat_map(|(lane, one)| one.heard.iter().enumerate().map(move |(place, heard)| (lane, place, heard)));
    places.filter(|(.., heard)| matches!(heard.what, Event::New(_))).map(|(lane, place, _)| (lane, place)).collect()
}

type Mutation = fn(&mut History, &mut Dice) -> Option<&'static str>;

/// Single things that go wrong. `None` where the history has no place for it.
const MUTATIONS: [Mutation; 8] = [
    |history, dice| {
        let (lane, place) = any(announcements(history), dice)?;
        history.lanes[lane].heard.remove(place);
        Some("a message is dropped for one socket")
    },
    |history, dice| {
        let (lane, place) = any(announcements(history), dice)?;
        let again = history.lanes[lane].heard[place].clone();
        history.lanes[lane].heard.push(again);
        Some("a message is heard twice")
    },
    |history, dice| {
        let (lane, place) = any(announcements(history), dice)?;
        let heard = history.lanes[lane].heard[place].clone();
        let users = room_users(heard.room);
        let outside = history.lanes.iter().position(|lane| !users.contains(&lane.user))?;
        history.lanes[outside].heard.push(heard);
        Some("a message leaks")
    },
    |history, dice| {
        let (lane, place) = any(announcements(history), dice)?;
        let Event::New(message) = &mut history.lanes[lane].heard[place].what else { return None };
        message.text.push('!');
        Some("a text is altered")
    },
    |history, dice| {
        let next = |(lane, place): &(usize, usize)| {
            let heard = &history.lanes[*lane].heard;
            let room = heard[*place].room;
            let rest =
                heard[place + 1..].iter().position(|other| other.room == room && matches!(other.what, Event::New(_)));
            rest.map(|distance| (*lane, *place, place + 1 + distance))
        };
        let pairs: Vec<(usize, usize, usize)> = announcements(history).iter().filter_map(next).collect();
        let (lane, one, other) = any(pairs, dice)?;
        history.lanes[lane].heard.swap(one, other);
        Some("two messages are swapped for one socket")
    },
    |history, dice| {
        let places: Vec<usize> =
            (0..history.rest.len()).filter(|place| history.rest[*place].newest.is_some()).collect();
        let place = any(places, dice)?;
        let rest = &mut history.rest[place];
        let message = dice.below(rest.messages.len());
        rest.messages.remove(message);
        Some("a message is not stored for one side")
    },
    |history, dice| {
        let spoken: BTreeSet<u64> =
            announcements(history).iter().map(|(lane, place)| history.lanes[*lane].heard[*place].room).collect();
        let places: Vec<usize> =
            (0..history.rest.len()).filter(|place| spoken.contains(&history.rest[*place].room)).collect();
        let place = any(places, dice)?;
        history.rest[place].unread += 1;
        Some("a counter is one too high")
    },
    |history, dice| {
        let spoken: BTreeSet<u64> =
            announcements(history).iter().map(|(lane, place)| history.lanes[*lane].heard[*place].room).collect();
        let fits = |place: &usize| spoken.contains(&history.rest[*place].room) && history.rest[*place].unread > 0;
        let place = any((0..history.rest.len()).filter(fits).collect(), dice)?;
        history.rest[place].unread -= 1;
        Some("a counter is one too low")
    },
];

fn any<T: Clone>(places: Vec<T>, dice: &mut Dice) -> Option<T> {
    (!places.is_empty()).then(|| places[dice.below(places.len())].clone())
}

fn room_users(room: u64) -> [u64; 2] {
    [room / 100, room % 100]
}

#[test]
fn any_single_thing_that_goes_wrong_is_found() {
    let mut tried = BTreeMap::new();
    for seed in seeds() {
        let (program, history) = simulated(seed, false);
        for mutate in MUTATIONS {
            let (mut mutated, mut dice) = (history.clone(), Dice(seed + 1));
            let Some(what) = mutate(&mut mutated, &mut dice) else { continue };
            *tried.entry(what).or_insert(0) += 1;
            assert!(!judge(&mutated).anomalies.is_empty(), "seed {seed}: {what}: {program}");
        }
    }
    assert_eq!(tried.len(), MUTATIONS.len(), "{tried:?}");
    assert!(tried.values().all(|count| *count > 10), "{tried:?}");
}
