//! `call.answer`: a call answered.

use crate::scenario::scenarios;

scenarios! { "call.answer";
}
