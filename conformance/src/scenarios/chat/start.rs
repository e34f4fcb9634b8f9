//! `chat.start`: a first message to another user.

use crate::scenario::scenarios;

scenarios! { "chat.start";
}
