//! Puts events together: a binary one is a text frame and the binary frames that follow it.

use bytes::Bytes;

use super::packet::Packet;

/// The packet that waits for its attachments, if there is one.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    waiting: Option<(Packet, Vec<Bytes>)>,
}

impl Assembler {
    /// Takes a packet. Gives it back when it is whole.
    ///
    /// # Errors
    /// The packet before it still lacks attachments; it is given up, and the new one is taken.
    pub(super) fn packet(&mut self, packet: Packet) -> (Option<Packet>, Result<(), String>) {
        let interrupted = match self.waiting.take() {
            Some((before, got)) => Err(format!(
                "the binary packet before it announced {} attachments and got {}",
                before.attachments,
                got.len()
            )),
            None => Ok(()),
        };
        if packet.attachments == 0 {
            return (Some(packet), interrupted);
        }
        self.waiting = Some((packet, Vec::new()));
        (None, interrupted)
    }

    /// Takes an attachment. Gives the packet and all its attachments when that was the last.
    ///
    /// # Errors
    /// No packet waits for one.
    pub(super) fn attachment(&mut self, bytes: Bytes) -> Result<Option<(Packet, Vec<Bytes>)>, String> {
        let Some((packet, mut got)) = self.waiting.take() else {
            return Err("no packet before it announced an attachment".to_owned());
        };
        got.push(bytes);
        if got.len() == packet.attachments {
            return Ok(Some((packet, got)));
        }
        self.waiting = Some((packet, got));
        Ok(None)
    }
}
