//! What holds for every event, and the shapes of all payloads (EVT, TYPE).

use crate::scenario::scenarios;

scenarios! { "events";
}
