//! `call.start`: a call offered.

use crate::scenario::scenarios;

scenarios! { "call.start";
}
