//! Names of users and sockets that mean the same in every run.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The names that people read.
const NAMES: [&str; 5] = ["alice", "bob", "carol", "dave", "onlooker"];

/// A user, by its place in the cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct User(pub u8);

impl User {
    /// A user who is there all the time and does nothing: it hears who comes and goes, and nothing else.
    pub const ONLOOKER: Self = Self(4);
    /// The most users that act in a session.
    pub const MOST: u8 = 4;

    /// Its first socket.
    #[must_use]
    pub const fn first_socket(self) -> Socket {
        Socket { user: self, number: 0 }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or("nobody")
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One of the sockets of a user. It may be authorised as another user later (D9), and keeps its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Socket {
    /// Whose it was made for.
    pub user: User,
    /// Which of them, from 0.
    pub number: u8,
}

impl Socket {
    /// The most sockets that a user has in a session.
    pub const MOST: u8 = 3;
    /// The number of the socket that looks at everything when a session is over.
    pub const LAST_LOOK: u8 = 9;
}

impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            0 => write!(f, "{}", self.user),
            Self::LAST_LOOK => write!(f, "{}/last look", self.user),
            number => write!(f, "{}/{}", self.user, number + 1),
        }
    }
}

/// Two users, in no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair(User, User);

impl Pair {
    /// The pair of two users; of one and the same user, where they are.
    #[must_use]
    pub fn of(one: User, other: User) -> Self {
        Self(one.min(other), one.max(other))
    }

    /// Both users.
    #[must_use]
    pub const fn users(self) -> [User; 2] {
        [self.0, self.1]
    }

    /// Whether a user is one of them.
    #[must_use]
    pub fn has(self, user: User) -> bool {
        self.0 == user || self.1 == user
    }

    /// The other of the two.
    #[must_use]
    pub fn other(self, user: User) -> User {
        if self.0 == user { self.1 } else { self.0 }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {}", self.0, self.1)
    }
}
