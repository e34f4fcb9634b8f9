//! `chat.delete`: a dialog removed.

use crate::scenario::scenarios;

scenarios! { "chat.delete";
}
