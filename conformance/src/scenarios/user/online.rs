//! `on.user.online`: presence.

use crate::scenario::scenarios;

scenarios! { "on.user.online";
}
