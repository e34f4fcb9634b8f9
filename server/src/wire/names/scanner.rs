//! Follows the frames of a WebSocket, and finds names that need a stand-in.

use super::{
    frame::{self, Header},
    head::{Head, Seen},
};

/// Where a name begins. Positions count from the first byte of the stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    /// The frame that it is in.
    pub(super) frame: u64,
    /// That frame's header.
    pub(super) header: Header,
    /// Where it begins.
    pub(super) at: u64,
    /// How far into the frame's payload that is.
    pub(super) offset: u64,
}

/// Follows the frames, and finds names that need a stand-in.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    /// The longest message that may come.
    limit: u64,
    /// How many bytes came.
    position: u64,
    /// Where the frame begins that is being read.
    frame: u64,
    /// Its header, as far as it came.
    header: Header,
    /// How much of its payload is still to come, where its header is complete.
    left: Option<u64>,
    /// Where the message begins that is being read.
    message: u64,
    /// How much of its head was read, as long as it is not known whether it needs a stand-in.
    head: Option<Head>,
    /// Where its name begins, if that came.
    name: Option<Name>,
}

impl Scanner {
    /// A scanner of messages that are no longer than so many bytes.
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, ..Self::default() }
    }

    /// How many bytes came.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// Where the bytes begin that must not be read yet.
    pub(super) const fn withheld(&self) -> u64 {
        if self.head.is_some() { self.message } else { self.position }
    }

    /// Reads bytes until a name needs a stand-in; how many, and which name.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> (usize, Option<Name>) {
        let mut read = 0;
        while let Some(rest) = bytes.get(read..).filter(|rest| !rest.is_empty()) {
            let (taken, name) = match self.left {
                None => (self.read_header(rest[0]), None),
                Some(left) => self.read_payload(&rest[..left.min(rest.len() as u64) as usize]),
            };
            read += taken;
            self.position += taken as u64;
            if name.is_some() {
                return (read, name);
            }
        }
        // A message in one frame never gets there. One in very many is left to the limits of what reads it.
        if self.position - self.withheld() > self.limit + frame::LONGEST as u64 {
            self.pass();
        }
        (read, None)
    }

    /// Reads a byte of a header; how many that are.
    fn read_header(&mut self, byte: u8) -> usize {
        if self.header.as_bytes().is_empty() {
            self.frame = self.position;
        }
        let is_complete = self.header.push(byte);
        if self.frame == self.position && self.header.begins_text() {
            (self.head, self.name, self.message) = (Some(Head::default()), None, self.position);
        }
        if is_complete {
            // What is not masked, or is too long, is refused where it is read.
            if self.header.is_data() && (self.header.mask().is_none() || self.header.payload() > self.limit) {
                self.pass();
            }
            self.left = Some(self.header.payload());
            self.end_frame();
        }
        1
    }

    /// Reads bytes of one frame's payload, as [`Self::scan`] does.
    fn read_payload(&mut self, bytes: &[u8]) -> (usize, Option<Name>) {
        let (read, name) = match (self.head, self.header.mask()) {
            (Some(head), Some(mask)) if self.header.is_data() => self.read_head(head, mask, bytes),
            _ => (bytes.len(), None),
        };
        self.left = self.left.map(|left| left - read as u64);
        self.end_frame();
        (read, name)
    }

    /// Reads bytes of a payload in which the head of a message goes on, as [`Self::scan`] does.
    fn read_head(&mut self, mut head: Head, mask: [u8; 4], bytes: &[u8]) -> (usize, Option<Name>) {
        let before = self.header.payload() - self.left.unwrap_or_default();
        for ((index, byte), offset) in bytes.iter().enumerate().zip(before..) {
            let seen = head.push(byte ^ mask[(offset % 4) as usize]);
            if matches!(seen, Seen::Name | Seen::UnborrowableName) {
                let at = self.position + index as u64;
                self.name = Some(Name { frame: self.frame, header: self.header, at, offset });
            }
            match seen {
                Seen::Nothing | Seen::Name => {}
                Seen::Plain => {
                    self.pass();
                    return (index + 1, None);
                }
                Seen::Unborrowable | Seen::UnborrowableName => {
                    let name = self.name;
                    self.pass();
                    return (index + 1, name);
                }
            }
        }
        self.head = Some(head);
        (bytes.len(), None)
    }

    /// Lets the message that is being read pass.
    const fn pass(&mut self) {
        (self.head, self.name) = (None, None);
    }

    /// Goes on to the next frame, if this one is over.
    fn end_frame(&mut self) {
        if self.left == Some(0) {
            if self.header.is_data() && self.header.is_last() {
                self.pass();
            }
            (self.header, self.left) = (Header::default(), None);
        }
    }
}
