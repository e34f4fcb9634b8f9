//! What people type to run this program again, for the commands that reports and errors print.

use std::{env, sync::OnceLock};

static NAME: OnceLock<&'static str> = OnceLock::new();

/// How the program is called in the commands that are printed: `chat-conformance`, or in a checkout, where cargo runs it,
/// `cargo chat-conformance` (an alias of this workspace).
#[must_use]
pub fn name() -> &'static str {
    NAME.get().copied().unwrap_or("chat-conformance")
}

/// Finds out how the program was started. To be called first; programs that use the library do not.
pub fn notice_how_it_was_started() {
    let by_cargo = env::var_os("CARGO").is_some() && env::var_os("CARGO_MANIFEST_DIR").is_some();
    NAME.get_or_init(|| if by_cargo { "cargo chat-conformance" } else { "chat-conformance" });
}
