//! `chat.clear`: a history made empty.

use crate::scenario::scenarios;

scenarios! { "chat.clear";
}
