//! The header of a WebSocket frame (RFC 6455, section 5.2).

/// The longest header: two bytes, a length of eight, a mask of four.
pub(super) const LONGEST: usize = 14;
/// The lowest opcode of frames that may come between the fragments of a message.
const FIRST_CONTROL: u8 = 8;
/// In the second byte: what follows is masked.
const MASKED: u8 = 0x80;

/// The header of a frame, as far as it came.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Header {
    /// What came, and zeros.
    bytes: [u8; LONGEST],
    /// How much came.
    length: usize,
}

impl Header {
    /// Takes the next byte; whether the header is complete.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        self.bytes[self.length] = byte;
        self.length += 1;
        self.length >= 2 && self.length == 2 + self.length_bytes() + self.mask_bytes()
    }

    /// What came.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Whether it is the first frame of a text message, of a kind that this server understands.
    pub(super) const fn begins_text(&self) -> bool {
        self.bytes[0] & 0x7F == 1
    }

    /// Whether it is a part of a message, not a ping, a pong, or a close.
    pub(super) const fn is_data(&self) -> bool {
        self.bytes[0] & 0x0F < FIRST_CONTROL
    }

    /// Whether it is the last frame of a message.
    pub(super) const fn is_last(&self) -> bool {
        self.bytes[0] & 0x80 != 0
    }

    /// How long the payload is.
    pub(super) fn payload(&self) -> u64 {
        let long = &self.bytes[2..2 + self.length_bytes()];
        match long {
            [] => u64::from(self.bytes[1] & !MASKED),
            _ => long.iter().fold(0, |length, byte| length << 8 | u64::from(*byte)),
        }
    }

    /// What the payload is masked with, if it is.
    pub(super) fn mask(&self) -> Option<[u8; 4]> {
        let at = 2 + self.length_bytes();
        (self.bytes[1] & MASKED != 0).then(|| [0, 1, 2, 3].map(|index| self.bytes[at + index]))
    }

    /// The same header for a payload of another length.
    pub(super) fn with_payload(&self, payload: u64) -> Self {
        let flag = self.bytes[1] & MASKED;
        let long = payload.to_be_bytes();
        let (short, long) = match payload {
            0..126 => (long[7], &long[8..]),
            126..=0xFFFF => (126, &long[6..]),
            _ => (127, &long[..]),
        };
        let mut header = Self::default();
        for byte in [self.bytes[0], flag | short].iter().chain(long).chain(self.mask().as_slice().as_flattened()) {
            header.push(*byte);
        }
        header
    }

    /// How many bytes say the length besides the second.
    const fn length_bytes(&self) -> usize {
        match self.bytes[1] & !MASKED {
            126 => 2,
            127 => 8,
            _ => 0,
        }
    }

    /// How many bytes the mask has.
    const fn mask_bytes(&self) -> usize {
        if self.bytes[1] & MASKED == 0 { 0 } else { 4 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Header {
        let mut header = Header::default();
        let complete: Vec<_> = bytes.iter().map(|byte| header.push(*byte)).collect();
        assert!(complete.iter().rev().skip(1).all(|complete| !complete), "{bytes:?}");
        assert_eq!(complete.last(), Some(&true), "{bytes:?}");
        header
    }

    #[test]
    fn reads_headers_of_all_lengths() {
        let masked = read(&[0x81, 0x85, 1, 2, 3, 4]);
        assert_eq!((masked.payload(), masked.mask()), (5, Some([1, 2, 3, 4])));
        assert!(masked.begins_text() && masked.is_data() && masked.is_last());
        let long = read(&[0x01, 0xFE, 1, 0, 9, 8, 7, 6]);
        assert_eq!((long.payload(), long.mask(), long.is_last()), (256, Some([9, 8, 7, 6]), false));
        assert_eq!(read(&[0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0]).payload(), 1 << 32);
        assert_eq!(read(&[0x89, 0]).mask(), None);
        for (byte, begins_text, is_data) in
            [(0x81, true, true), (0x80, false, true), (0x82, false, true), (0x89, false, false), (0xC1, false, true)]
        {
            let header = read(&[byte, 0]);
            assert_eq!((header.begins_text(), header.is_data()), (begins_text, is_data), "{byte:#x}");
        }
    }

    #[test]
    fn another_length_leaves_the_rest() {
        let header = read(&[0x01, 0x85, 1, 2, 3, 4]);
        for payload in [0, 125, 126, 127, 0xFFFF, 0x1_0000, 1 << 40] {
            let other = header.with_payload(payload);
            assert_eq!((other.payload(), other.mask()), (payload, header.mask()));
            assert_eq!(read(other.as_bytes()).payload(), payload);
            assert_eq!(other.as_bytes()[0], 0x01);
        }
    }
}
