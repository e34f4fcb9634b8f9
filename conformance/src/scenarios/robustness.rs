//! Robustness: section 4, ROB.

use crate::scenario::scenarios;

scenarios! { "robustness";
}
