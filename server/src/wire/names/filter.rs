//! Puts the stand-in before names that cannot be borrowed, in bytes that come in pieces of any size.
//!
//! A frame says its length before its payload. So a message whose name is not known yet is withheld, as far as it came,
//! until its name is known. Nearly always that is in the same piece, and nothing is copied.

use bytes::{Buf as _, BytesMut};

use super::{
    INSERTED,
    scanner::{Name, Scanner},
};

/// Takes bytes in, and gives them out with names that can be borrowed.
#[derive(Debug)]
pub(super) struct Filter {
    scanner: Scanner,
    /// What came and must not be read yet.
    withheld: Vec<u8>,
    /// What is to be read.
    ready: BytesMut,
}

impl Filter {
    /// A filter for messages of so many bytes at most. No more than that is withheld.
    pub(super) fn new(message_bytes: usize) -> Self {
        let scanner = Scanner::new(message_bytes as u64);
        Self { scanner, withheld: Vec::new(), ready: BytesMut::new() }
    }

    /// What is to be read before anything else is taken in.
    pub(super) fn ready(&self) -> &[u8] {
        &self.ready
    }

    /// So much of what was ready was read.
    pub(super) fn read(&mut self, bytes: usize) {
        self.ready.advance(bytes);
        if self.ready.is_empty() {
            self.ready = BytesMut::new();
        }
    }

    /// Takes in what came; how much of its beginning can be read as it is. The rest is kept here.
    pub(super) fn take(&mut self, bytes: &[u8]) -> usize {
        let (read, name) = self.scanner.scan(bytes);
        if name.is_none() && self.withheld.is_empty() {
            let withheld = (self.scanner.position() - self.scanner.withheld()) as usize;
            let (pass, keep) = bytes.split_at(bytes.len() - withheld);
            self.withheld.extend_from_slice(keep);
            return pass.len();
        }
        self.take_slowly(bytes, read, name);
        0
    }

    /// The end came: what was withheld is read as it is.
    pub(super) fn end(&mut self) {
        self.ready.extend_from_slice(&std::mem::take(&mut self.withheld));
    }

    /// Takes in what came behind something that is withheld, or with a name in it that needs a stand-in.
    fn take_slowly(&mut self, bytes: &[u8], mut read: usize, mut name: Option<Name>) {
        let mut rest = bytes;
        loop {
            let (scanned, unread) = rest.split_at(read);
            self.withheld.extend_from_slice(scanned);
            match name {
                Some(name) => self.insert(name),
                None => break self.release(self.scanner.withheld()),
            }
            rest = unread;
            (read, name) = self.scanner.scan(rest);
        }
    }

    /// Makes what is withheld ready, with the stand-in before a name in it.
    fn insert(&mut self, Name { frame, header, at, offset }: Name) {
        self.release(frame);
        let payload = header.payload() + INSERTED.len() as u64;
        self.ready.extend_from_slice(header.with_payload(payload).as_bytes());
        self.withheld.drain(..header.as_bytes().len());
        self.release(at);
        let mask = header.mask().unwrap_or_default().into_iter().cycle().skip((offset % 4) as usize);
        self.ready.extend(INSERTED.iter().zip(mask).map(|(byte, mask)| byte ^ mask));
        self.release(self.scanner.position());
    }

    /// Makes what is withheld ready up to a position.
    fn release(&mut self, position: u64) {
        let held = (self.scanner.position() - position) as usize;
        let released = self.withheld.len() - held;
        self.ready.extend(self.withheld.drain(..released));
        if self.withheld.is_empty() {
            self.withheld = Vec::new();
        }
    }
}
