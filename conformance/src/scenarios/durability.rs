//! Durability: section 4, DUR.

use crate::scenario::scenarios;

scenarios! { "durability";
}
