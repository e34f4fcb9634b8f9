//! A recorded history: what every socket said and heard, in its order and with times, and what was there at rest.
//!
//! Plain data, without a server or a clock, so that what is said about it can be tested with histories made by hand.

use std::fmt;

/// Microseconds since the program began, on one clock for all sockets. A time of saying is taken before the frame goes
/// out and one of hearing after it came in, so that "heard before said" is so on the wire, too.
pub(crate) type Moment = u64;

/// What all users did at once, and what came of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// What the texts of this program begin with: all else is of no interest.
    pub(crate) tag: String,
    /// Everybody who listened, those without a part in it included.
    pub(crate) users: Vec<User>,
    /// One a socket.
    pub(crate) lanes: Vec<Lane>,
    /// What each user found in each room when all was said.
    pub(crate) rest: Vec<Rest>,
    /// Whether the server's walk through the history goes from the oldest messages to newer ones (D6).
    pub(crate) oldest_page_first: bool,
}

/// A user.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// Its id.
    pub(crate) id: u64,
    /// What it is called in sentences.
    pub(crate) name: String,
}

/// What one socket said and heard.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lane {
    /// The socket, such as `alice/2`.
    pub(crate) label: String,
    /// Its user.
    pub(crate) user: u64,
    /// What it said, in the order in which it did.
    pub(crate) said: Vec<Said>,
    /// What it heard, in the order in which it came.
    pub(crate) heard: Vec<Heard>,
    /// Whether the connection did not live to the end, or something in the lane could not be read: what is not in it
    /// may have been said all the same.
    pub(crate) incomplete: bool,
}

/// An action that a socket sent.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// Before it went out.
    pub(crate) at: Moment,
    /// What it was.
    pub(crate) what: Saying,
}

/// An action.
#[derive(Debug, Clone)]
pub(crate) enum Saying {
    /// A text to another user: `message.send` where the room was known, else `chat.start`.
    Text {
        /// Its number, which no other text of the program has.
        number: Number,
        /// The other user.
        to: u64,
        /// The room, where it was known.
        room: Option<u64>,
        /// All of the text.
        text: String,
    },
    /// `message.delete`.
    Delete {
        /// The message.
        message: u64,
    },
    /// `chat.read`.
    Read {
        /// The room.
        room: u64,
    },
    /// `chat.clear`.
    Clear {
        /// The room.
        room: u64,
    },
    /// `chat.history`, without `last_id`.
    History {
        /// The room.
        room: u64,
        /// How many messages were asked for.
        limit: usize,
    },
}

/// An event that a socket received.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// After it came in.
    pub(crate) at: Moment,
    /// The room that it is about.
    pub(crate) room: u64,
    /// Whose side it carries, and that side's counter.
    pub(crate) side: Side,
    /// What it was.
    pub(crate) what: Event,
}

/// The `chat` of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Side {
    /// The user whose side it is.
    pub(crate) user: u64,
    /// How many messages that side had not read.
    pub(crate) unread: u64,
}

/// An event.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// `on.message.new`.
    New(Message),
    /// `on.message.delete`.
    Deleted(Message),
    /// `on.chat.read`.
    Read,
    /// `on.chat.clear`.
    Cleared,
    /// `on.chat.history`, its messages in the order in which they came.
    Page(Vec<Message>),
    /// Anything else that nobody asked for: its name.
    Other(String),
}

/// A message, as a server shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its id.
    pub(crate) id: u64,
    /// The room that it says to be in.
    pub(crate) room: u64,
    /// Its author.
    pub(crate) author: u64,
    /// Its text.
    pub(crate) text: String,
    /// When it was stored, in milliseconds.
    pub(crate) created_at: i64,
}

/// What a user found in a room at rest, after it came back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rest {
    /// The user.
    pub(crate) user: u64,
    /// The room.
    pub(crate) room: u64,
    /// How many times the room was among the user's dialogs.
    pub(crate) listed: usize,
    /// What the user had not read before the program; `None` where the room was not there.
    pub(crate) unread_before: Option<u64>,
    /// What the user has not read.
    pub(crate) unread: u64,
    /// The id of the dialog's `message`.
    pub(crate) newest: Option<u64>,
    /// The whole history of the room, in its own order, the oldest first.
    pub(crate) messages: Vec<Message>,
}

/// Names a text of a program: the place of its socket among all, and its place among the texts of that socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Number {
    /// The place of the socket among all lanes, from 0 on.
    pub(crate) lane: usize,
    /// The place of the text among those of its socket, from 1 on.
    pub(crate) place: usize,
}

impl Number {
    /// The whole text: the tag, this number, and something that is to arrive exactly as it is.
    pub(crate) fn text(self, tag: &str, flavour: &str) -> String {
        format!("{tag}:{self};{flavour}")
    }

    /// The number in a text; `None` where the text is not of this program.
    pub(crate) fn of(tag: &str, text: &str) -> Option<Self> {
        let (number, _) = text.strip_prefix(tag)?.strip_prefix(':')?.split_once(';')?;
        let (lane, place) = number.split_once('.')?;
        Some(Self { lane: lane.parse().ok()?, place: place.parse().ok()? })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.lane, self.place)
    }
}
