//! A dialog between two users: its room and its two sides.

use chat_spec::types::{Chat, Date, MessageId, RoomId, User, UserId};

/// A room and its two sides: everything about a dialog but its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The room's id.
    pub id: RoomId,
    /// When the room was made.
    pub created_at: Date,
    /// The two sides, that of the lower user id first.
    pub sides: [Side; 2],
}

/// One user's side of a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Whose side it is.
    pub user: User,
    /// How many messages of the other side came after `read_up_to` and still exist (D1).
    pub unread_count: u64,
    /// The newest message of any room when this side last read the dialog; `None` before that (DEL-5).
    pub read_up_to: Option<MessageId>,
    /// When the dialog began for this side.
    pub created_at: Date,
    /// When the dialog last changed for this side.
    pub updated_at: Date,
}

impl Room {
    /// A new room of two users, who must not be the same.
    #[must_use]
    pub fn new(id: RoomId, one: User, other: User, now: Date) -> Self {
        let side = |user| Side { user, unread_count: 0, read_up_to: None, created_at: now, updated_at: now };
        let (low, high) = if one.id < other.id { (one, other) } else { (other, one) };
        Self { id, created_at: now, sides: [side(low), side(high)] }
    }

    /// The side of a user; `None` where the user is not of this room.
    #[must_use]
    pub fn side(&self, user: UserId) -> Option<&Side> {
        self.sides.iter().find(|side| side.user.id == user)
    }

    /// Changes the side of a user, if the user is of this room.
    pub fn change_side(&mut self, user: UserId, now: Date, change: impl FnOnce(&mut Side)) {
        if let Some(side) = self.sides.iter_mut().find(|side| side.user.id == user) {
            change(side);
            side.updated_at = now;
        }
    }

    /// The room as it looks on the wire.
    #[must_use]
    pub fn to_wire(&self) -> chat_spec::types::Room {
        let users = self.sides.iter().map(|side| side.user.clone()).collect();
        chat_spec::types::Room { id: self.id, users, created_at: self.created_at }
    }
}

impl Side {
    /// Whether this side has read a message of the other side.
    #[must_use]
    pub fn has_read(&self, message: MessageId) -> bool {
        self.read_up_to.is_some_and(|read_up_to| message <= read_up_to)
    }

    /// The side as it looks on the wire.
    #[must_use]
    pub const fn to_wire(&self) -> Chat {
        Chat {
            user_id: self.user.id,
            unread_count: self.unread_count,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
