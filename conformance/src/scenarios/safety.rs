//! Safety: section 4, SEC.

use crate::scenario::scenarios;

scenarios! { "safety";
}
