//! Connecting: section 1 of the protocol.

use crate::scenario::scenarios;

scenarios! { "connection";
}
