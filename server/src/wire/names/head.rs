//! The head of a text message: whether it is an event, and whether its name can be borrowed.

use super::STAND_IN;

/// How much of the head of a message was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Head {
    /// Nothing: the type of an Engine.IO packet comes.
    #[default]
    Engine,
    /// A message of Engine.IO: the type of a Socket.IO packet comes.
    Socket,
    /// A binary event: the number of its attachments comes, and a dash.
    Attachments,
    /// An event: its namespace comes, or the number of its callback, or the array of its arguments.
    Event,
    /// A slash: the name of the namespace comes, and a comma.
    Namespace,
    /// The number of a callback comes, or the array.
    Callback,
    /// The array comes.
    Array,
    /// The name comes.
    Name,
    /// The name is a string; so much of it is as in the stand-in, if nothing is otherwise.
    String(Option<usize>),
}

/// What a byte of the head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing yet.
    Nothing,
    /// The name begins here.
    Name,
    /// The message is none that needs a stand-in.
    Plain,
    /// The name needs a stand-in.
    Unborrowable,
    /// A name begins here, and needs a stand-in.
    UnborrowableName,
}

impl Head {
    /// Takes the next byte.
    pub(super) fn push(&mut self, byte: u8) -> Seen {
        *self = match (*self, byte) {
            (Self::String(_), b'\\') => return Seen::Unborrowable,
            (Self::String(matching), b'"') if matching == Some(STAND_IN.len()) => return Seen::Unborrowable,
            (Self::String(_), b'"') => return Seen::Plain,
            (Self::String(matching), _) => {
                let next = matching.filter(|at| STAND_IN.as_bytes().get(*at) == Some(&byte));
                Self::String(next.map(|at| at + 1))
            }
            (Self::Engine, b'4') => Self::Socket,
            (Self::Socket, b'2') | (Self::Attachments, b'-') => Self::Event,
            (Self::Socket, b'5') => Self::Attachments,
            (Self::Attachments, b'0'..=b'9') => Self::Attachments,
            (Self::Event, b'/') => Self::Namespace,
            (Self::Namespace, byte) if byte != b',' => Self::Namespace,
            (Self::Namespace, _) | (Self::Event | Self::Callback, b'0'..=b'9') => Self::Callback,
            (Self::Event | Self::Callback | Self::Array, b'[') => Self::Name,
            (Self::Event | Self::Callback | Self::Array, byte) if is_space(byte) => Self::Array,
            (Self::Name, byte) if is_space(byte) => Self::Name,
            (Self::Name, b'"') => {
                *self = Self::String(Some(0));
                return Seen::Name;
            }
            (Self::Name, b'0'..=b'9' | b'-') => return Seen::UnborrowableName,
            _ => return Seen::Plain,
        };
        Seen::Nothing
    }
}

/// What JSON takes for white space.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is decided about a message, and before which byte its name begins.
    fn decided(text: &str) -> (Seen, Option<usize>) {
        let (mut head, mut name) = (Head::default(), None);
        for (at, byte) in text.bytes().enumerate() {
            match head.push(byte) {
                Seen::Nothing => {}
                Seen::Name => name = Some(at),
                Seen::UnborrowableName => return (Seen::UnborrowableName, Some(at)),
                seen => return (seen, name),
            }
        }
        (Seen::Nothing, name)
    }

    #[test]
    fn names_that_cannot_be_borrowed_are_found_where_they_begin() {
        for (text, at) in [
            (r#"42["a\nb"]"#, 3),
            (r#"42["\"",{}]"#, 3),
            (r#"42["\\"]"#, 3),
            (r#"42["chat\u002eread",{"room_id":1}]"#, 3),
            (r#"42["?name","chat.read"]"#, 3),
            (r#"42["?name"]"#, 3),
            (r#"42["?nam\u0065"]"#, 3),
            (r#"4212["a\tb"]"#, 5),
            (r#"42/chat,["a\/b"]"#, 9),
            (r#"42/chat,7["a\/b"]"#, 10),
            (r#"42/,["a\/b"]"#, 5),
            (r#"451-["a\bb",{"_placeholder":true,"num":0}]"#, 5),
            (r#"4512-/chat,34["a\fb"]"#, 14),
            ("42 \t\r\n[ \t\r\n\"a\\rb\"]", 11),
        ] {
            assert_eq!(decided(text), (Seen::Unborrowable, Some(at)), "{text}");
        }
        assert_eq!(decided("42[7]"), (Seen::UnborrowableName, Some(3)));
        assert_eq!(decided("42[-7.5]"), (Seen::UnborrowableName, Some(3)));
    }

    #[test]
    fn everything_else_is_plain_as_soon_as_that_can_be_told() {
        for text in [
            "0",
            "3",
            "x",
            "40",
            "41",
            "43",
            "46",
            r#"42["chat.read""#,
            r#"42["""#,
            r#"42["привет""#,
            r#"42["?nam""#,
            r#"42["?names""#,
            r#"42["?namee""#,
            r#"42["x?name""#,
            r#"42/chat,["chat.read""#,
            "42[n",
            "42[]",
            "42[[",
            "42[{",
            "42{",
            "42\"",
            "42-",
            "451x",
            "42/chat,/",
        ] {
            let (last, _) = text.char_indices().next_back().unwrap();
            assert_eq!((decided(&text[..last]).0, decided(text).0), (Seen::Nothing, Seen::Plain), "{text}");
        }
        assert_eq!(decided("42/chat"), (Seen::Nothing, None));
    }
}
