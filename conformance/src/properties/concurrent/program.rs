//! What everybody does at once, and how it is generated.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::RangeInclusive,
};

use proptest::{collection::vec, prelude::*, sample::select};

/// How many users there are: those without a part in a program listen all the same.
pub(crate) const USERS: usize = 4;
/// The names of the users.
pub(crate) const NAMES: [&str; USERS] = ["alice", "bob", "carol", "dave"];
/// How many sockets a user has at most.
const SOCKETS: usize = 3;

/// What a family of programs is made of.
#[derive(Debug)]
pub(crate) struct Mix {
    /// Its name, by which its programs differ from those of others.
    pub(crate) name: &'static str,
    /// How many sockets act.
    pub(crate) sockets: RangeInclusive<usize>,
    /// Whether a user may act with several sockets.
    pub(crate) devices: bool,
    /// Whether the users have no dialogs yet, and start them all at once.
    pub(crate) strangers: bool,
    /// How often something is deleted, read, asked for, cleared, in the hundredths of all steps; the rest are texts.
    pub(crate) share: Share,
}

/// How often a step is something else than a text, in hundredths.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Share {
    /// `message.delete` of an own earlier message.
    pub(crate) delete: u32,
    /// `chat.read`.
    pub(crate) read: u32,
    /// `chat.history`.
    pub(crate) history: u32,
    /// `chat.clear`, once a room at most.
    pub(crate) clear: u32,
    /// Waiting until its own last text is back: what is done then is surely after it.
    pub(crate) listen: u32,
}

/// What everybody does at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program {
    /// Who talks with whom, by their places among the users.
    pub(crate) pairs: BTreeSet<[usize; 2]>,
    /// The sockets that act.
    pub(crate) sockets: Vec<Socket>,
}

/// What one socket does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Socket {
    /// Its user.
    pub(crate) user: usize,
    /// What it does, without waiting.
    pub(crate) steps: Vec<Step>,
}

/// One thing that a socket does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Which of the user's partners it is about, counted around.
    pub(crate) partner: usize,
    /// What it is.
    pub(crate) what: What,
    /// How often others get their turn before it.
    pub(crate) turns: u8,
}

/// What a socket can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// Sends a text, with something at its end that has to arrive exactly.
    Say(String),
    /// Deletes one of its own messages, counted around.
    Delete(usize),
    /// Reads the room.
    Read,
    /// Asks for the newest page.
    History,
    /// Clears the room.
    Clear,
    /// Waits until it hears its own last text.
    Listen,
}

impl Program {
    /// The partners of a user.
    pub(crate) fn partners(&self, user: usize) -> Vec<usize> {
        let other = |pair: &[usize; 2]| match pair {
            [one, other] if *one == user => Some(*other),
            [one, other] if *other == user => Some(*one),
            _ => None,
        };
        self.pairs.iter().filter_map(other).collect()
    }

    /// The partner that a step is about; `None` for a user who talks with nobody.
    pub(crate) fn partner(&self, user: usize, step: &Step) -> Option<usize> {
        let partners = self.partners(user);
        (!partners.is_empty()).then(|| partners[step.partner % partners.len()])
    }

    /// How many steps there are in all.
    pub(crate) fn len(&self) -> usize {
        self.sockets.iter().map(|socket| socket.steps.len()).sum()
    }

    /// The same program without what nobody can do: steps of users who talk with nobody, more sockets than a user may
    /// have, second clearings of a room.
    fn sensible(mut self, mix: &Mix) -> Self {
        let most = if mix.devices { SOCKETS } else { 1 };
        let mut count = [0; USERS];
        self.sockets.retain(|socket| {
            count[socket.user] += 1;
            count[socket.user] <= most
        });
        let mut cleared = BTreeSet::new();
        for place in 0..self.sockets.len() {
            let user = self.sockets[place].user;
            let steps = std::mem::take(&mut self.sockets[place].steps);
            self.sockets[place].steps = steps
                .into_iter()
                .filter(|step| {
                    let Some(partner) = self.partner(user, step) else { return false };
                    step.what != What::Clear || cleared.insert(BTreeSet::from([user, partner]))
                })
                .collect();
        }
        self
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let busy = self.labels().into_iter().zip(&self.sockets).filter(|(_, socket)| !socket.steps.is_empty());
        for (number, (label, socket)) in busy.enumerate() {
            let steps: Vec<String> = socket
                .steps
                .iter()
                .filter_map(|step| Some(format!("{} {}", step.what, NAMES[self.partner(socket.user, step)?])))
                .collect();
            let separator = if number == 0 { "" } else { "; " };
            write!(f, "{separator}`{label}`: {}", steps.join(", "))?;
        }
        Ok(())
    }
}

impl Program {
    /// What each socket is called: a user's first one as its user, the others with a number.
    pub(crate) fn labels(&self) -> Vec<String> {
        let mut count: BTreeMap<usize, usize> = BTreeMap::new();
        let label = |socket: &Socket| {
            let count = count.entry(socket.user).or_default();
            *count += 1;
            if *count == 1 { NAMES[socket.user].to_owned() } else { format!("{}/{count}", NAMES[socket.user]) }
        };
        self.sockets.iter().map(label).collect()
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Say(_) => "a text to",
            Self::Delete(_) => "deletes a text to",
            Self::Read => "reads",
            Self::History => "asks for the history with",
            Self::Clear => "clears the room with",
            Self::Listen => "waits for its last text to",
        })
    }
}

/// Programs of a mix, with at most so many steps a socket.
pub(crate) fn programs(mix: &'static Mix, longest: usize) -> impl Strategy<Value = Program> {
    let pairs: Vec<[usize; 2]> =
        (0..USERS).flat_map(|one| (one + 1..USERS).map(move |other| [one, other])).skip(1).collect();
    let pairs = proptest::sample::subsequence(pairs.clone(), 0..=pairs.len());
    let socket = (0..USERS, vec(step(mix.share), 1..=longest)).prop_map(|(user, steps)| Socket { user, steps });
    // The first two users talk in any case.
    let first = vec(vec(step(mix.share), 1..=longest), 2);
    (pairs, first, vec(socket, mix.sockets.clone())).prop_map(move |(pairs, first, others)| {
        let pairs = pairs.into_iter().chain([[0, 1]]).collect();
        let first = first.into_iter().enumerate().map(|(user, steps)| Socket { user, steps });
        Program { pairs, sockets: first.chain(others).collect() }.sensible(mix)
    })
}

fn step(share: Share) -> impl Strategy<Value = Step> {
    let texts = 100 - share.delete - share.read - share.history - share.clear - share.listen;
    let what = prop_oneof![
        texts => flavour().prop_map(What::Say),
        share.delete => (0..8_usize).prop_map(What::Delete),
        share.read => Just(What::Read),
        share.history => Just(What::History),
        share.clear => Just(What::Clear),
        share.listen => Just(What::Listen),
    ];
    (0..USERS, what, 0..3_u8).prop_map(|(partner, what, turns)| Step { partner, what, turns })
}

/// What stands at the end of a text. U+0000 is left out: servers may refuse it.
fn flavour() -> impl Strategy<Value = String> {
    let known =
        select(vec!["", "hello", " ", "\n", "👩‍👩‍👧", "🏳️‍🌈 ", "e\u{301}", "<b>&amp;</b>", "'; --", "\\n\"", "ß\u{202e}ab"]);
    prop_oneof![
        3 => known.prop_map(str::to_owned),
        1 => vec(any::<char>().prop_filter("U+0000 may be refused", |one| *one != '\0'), 0..12)
            .prop_map(|characters| characters.into_iter().collect::<String>()),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree as _;

    use super::*;
    use crate::properties::seed::generator;

    static MIX: Mix = Mix {
        name: "test",
        sockets: 1..=5,
        devices: true,
        strangers: false,
        share: Share { delete: 10, read: 10, history: 10, clear: 10, listen: 10 },
    };

    fn program(seed: u64) -> Program {
        programs(&MIX, 12).new_tree(&mut generator(seed, "test", 0)).unwrap().current()
    }

    #[test]
    fn a_seed_gives_the_same_program_again_and_another_another() {
        assert_eq!(program(1), program(1));
        assert_ne!(program(1), program(2));
    }

    #[test]
    fn programs_are_sensible() {
        for seed in 0..200 {
            let program = program(seed);
            let mut clearings = BTreeSet::new();
            for socket in &program.sockets {
                assert!(program.sockets.iter().filter(|other| other.user == socket.user).count() <= SOCKETS);
                for step in &socket.steps {
                    let partner = program.partner(socket.user, step).expect("it talks with somebody");
                    let pair = BTreeSet::from([socket.user, partner]);
                    assert!(step.what != What::Clear || clearings.insert(pair), "{program}");
                }
            }
            let labels: BTreeSet<String> = program.labels().into_iter().collect();
            assert_eq!(labels.len(), program.sockets.len());
        }
    }
}
