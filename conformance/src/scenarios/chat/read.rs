//! `chat.read`: a dialog marked as read.

use crate::scenario::scenarios;

scenarios! { "chat.read";
}
