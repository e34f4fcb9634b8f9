//! Event names that JSON writes with escapes, and numbers for names (ROB-2).
//!
//! socketioxide finds out whom an event is for by borrowing its name from the packet's text. It cannot borrow
//! `"say \"hi\""`, takes that for a malformed packet, and closes the connection. So the bytes of a WebSocket pass a
//! `filter` on their way in. A `scanner` follows the frames (`frame`) and looks at the `head` of each text message, and
//! the filter puts a stand-in before a name that cannot be borrowed: `["say \"hi\"",{}]` becomes `["?name","say
//! \"hi\"",{}]`. Nothing else changes. The name itself stays as it was written, for the [`packet`](super::packet) that
//! is read later.
//!
//! A client that sends the stand-in itself gets one before it, too: it is an unknown action of that very name.

mod filter;
mod frame;
mod head;
#[cfg(test)]
mod properties;
mod scanner;
mod stream;

pub(super) use stream::Borrowable;

/// Says that the name comes next.
pub(super) const STAND_IN: &str = "?name";

/// What is put before a name: the stand-in as JSON, and a comma. Its length is a multiple of four, so that what is
/// behind it is masked with the same bytes as before.
pub(super) const INSERTED: &[u8; 8] = b"\"?name\",";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inserted_is_the_stand_in_and_moves_no_mask() {
        assert_eq!(INSERTED.as_slice(), format!("\"{STAND_IN}\",").as_bytes());
        assert!(INSERTED.len().is_multiple_of(4));
    }
}
