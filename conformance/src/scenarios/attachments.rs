//! Attachments (profile `attachments`).

use crate::scenario::scenarios;

scenarios! { "attachments";
}
