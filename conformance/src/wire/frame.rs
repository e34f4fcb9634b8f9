//! A frame as it is recorded, and as people read it.

use std::time::Instant;

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::secrets::Secrets;
use crate::result::Heard;

/// The longest frame that is shown whole, in characters.
const SHOWN: usize = 2_000;
/// The longest binary frame that is shown whole, in bytes.
const SHOWN_BYTES: usize = 32;
/// A frame that went by, or something that happened to the connection.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// When.
    pub at: Instant,
    /// Who spoke.
    pub direction: Heard,
    /// What was said.
    pub frame: Frame,
}

/// What was said. Copies share the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text frame.
    Text(Utf8Bytes),
    /// A binary frame.
    Binary(Bytes),
    /// What happened, in words.
    Note(String),
}

impl Frame {
    /// The frame's length in bytes.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
            Self::Note(text) => text.len(),
        }
    }

    /// The frame as people read it: tokens masked, long ones cut.
    pub(super) fn shown(&self, secrets: &Secrets) -> String {
        match self {
            // Masked before it is cut: half a token would not be found.
            Self::Text(text) => cut(&secrets.mask(text), SHOWN),
            Self::Note(text) => cut(text, SHOWN),
            Self::Binary(bytes) => {
                let hex: String = bytes.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}")).collect();
                let more = if bytes.len() > SHOWN_BYTES { "…" } else { "" };
                format!("<{} bytes: {hex}{more}>", bytes.len())
            }
        }
    }
}

/// The beginning of a text, with a note of its length where it is cut.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}… ({} bytes in all)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
