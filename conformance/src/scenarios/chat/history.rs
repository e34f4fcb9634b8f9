//! `chat.history`: a page of a room's messages.

use crate::scenario::scenarios;

scenarios! { "chat.history";
}
