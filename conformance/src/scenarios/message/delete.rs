//! `message.delete`: a message taken back.

use crate::scenario::scenarios;

scenarios! { "message.delete";
}
