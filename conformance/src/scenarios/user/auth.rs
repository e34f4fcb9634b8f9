//! `user.auth`: authorisation, and the list of dialogs.

use crate::scenario::scenarios;

scenarios! { "user.auth";
}
