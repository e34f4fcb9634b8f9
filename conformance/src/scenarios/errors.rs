//! The extension of the reference server: section 5, profile `errors`.

use crate::scenario::scenarios;

scenarios! { "errors";
}
