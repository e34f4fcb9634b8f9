//! Whatever a client sends, however its network cuts it: names arrive right, and all else as it was sent.

use proptest::prelude::*;
use socketioxide::handler::Value;

use super::{INSERTED, STAND_IN, filter::Filter};
use crate::wire::packet::Event;

/// A message limit that nothing here gets to.
const LIMIT: usize = 1 << 20;
/// Opcodes.
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const PING: u8 = 9;

/// A message before it is sent.
#[derive(Debug, Clone)]
struct Message {
    opcode: u8,
    payload: Vec<u8>,
    /// Where it is cut into fragments, as shares of its length.
    cuts: Vec<f64>,
    /// The masks of its fragments, in turn.
    masks: Vec<[u8; 4]>,
    /// Whether a ping comes between its fragments.
    pings: bool,
}

impl Message {
    /// The frames as they are sent.
    fn frames(&self) -> Vec<u8> {
        let mut ends: Vec<_> = self.cuts.iter().map(|cut| (cut * self.payload.len() as f64) as usize).collect();
        ends.sort_unstable();
        ends.push(self.payload.len());
        let (mut sent, mut begin) = (Vec::new(), 0);
        for (index, end) in ends.iter().enumerate() {
            let opcode = if index == 0 { self.opcode } else { 0 };
            let mask = self.masks[index % self.masks.len()];
            sent.extend(frame(index + 1 == ends.len(), opcode, &self.payload[begin..*end], mask));
            if self.pings {
                sent.extend(frame(true, PING, b"are you there", mask));
            }
            begin = *end;
        }
        sent
    }
}

/// A frame as clients send it.
fn frame(is_last: bool, opcode: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut sent = vec![u8::from(is_last) << 7 | opcode];
    match payload.len() {
        length @ 0..126 => sent.push(0x80 | length as u8),
        length @ 126..=0xFFFF => sent.extend([&[0xFE], (length as u16).to_be_bytes().as_slice()].concat()),
        length => sent.extend([&[0xFF], (length as u64).to_be_bytes().as_slice()].concat()),
    }
    sent.extend(mask);
    sent.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    sent
}

/// What comes out of a filter, for what goes in in pieces of these lengths, in turn.
fn filtered(sent: &[u8], lengths: &[usize], limit: usize) -> Vec<u8> {
    let (mut filter, mut read, mut rest) = (Filter::new(limit), Vec::new(), sent);
    let take_ready = |filter: &mut Filter, read: &mut Vec<u8>| {
        read.extend_from_slice(filter.ready());
        filter.read(filter.ready().len());
    };
    for length in lengths.iter().cycle() {
        let (piece, later) = rest.split_at((*length).min(rest.len()));
        let as_it_is = filter.take(piece);
        read.extend_from_slice(&piece[..as_it_is]);
        take_ready(&mut filter, &mut read);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    filter.end();
    take_ready(&mut filter, &mut read);
    read
}

/// The text messages in frames.
fn texts(mut bytes: &[u8]) -> Vec<String> {
    let (mut texts, mut message) = (Vec::new(), Vec::new());
    while let [first, second, rest @ ..] = bytes {
        let (length, rest) = match second & 0x7F {
            126 => (usize::from(u16::from_be_bytes(rest[..2].try_into().unwrap())), &rest[2..]),
            127 => (u64::from_be_bytes(rest[..8].try_into().unwrap()) as usize, &rest[8..]),
            short => (usize::from(short), rest),
        };
        let (mask, rest) = rest.split_at(4);
        let payload = rest[..length].iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
        if first & 0x0F <= TEXT {
            message.extend(payload);
        }
        if first & 0x80 != 0 && first & 0x0F <= TEXT {
            texts.push(String::from_utf8(std::mem::take(&mut message)).unwrap());
        }
        bytes = &rest[length..];
    }
    texts
}

/// A name as JSON may write it: each character by itself, or by an escape, as it must or by choice.
fn written(name: &str, choices: &[u8]) -> String {
    const SHORT: [(char, &str); 8] =
        [('"', "\""), ('\\', "\\"), ('/', "/"), ('\u{8}', "b"), ('\u{c}', "f"), ('\n', "n"), ('\r', "r"), ('\t', "t")];
    let mut json = String::from('"');
    for (character, choice) in name.chars().zip(choices.iter().cycle()) {
        let short = SHORT.iter().find(|(short, _)| *short == character);
        match (choice % 4, short) {
            (0, Some((_, short))) => json += &format!("\\{short}"),
            (1, _) => json.extend(character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
            _ => {
                json += serde_json::to_string(&character).unwrap().strip_prefix('"').unwrap().strip_suffix('"').unwrap()
            }
        }
    }
    json + "\""
}

/// What may stand before the array of an event.
fn before() -> impl Strategy<Value = String> {
    (
        prop_oneof!["42", "45[0-9]{1,3}-"],
        prop_oneof!["", "/,", "/[a-z]{1,9},"],
        prop_oneof!["", "[0-9]{1,30}"],
        "[ \t\r\n]{0,2}",
    )
        .prop_map(|(kind, namespace, callback, space)| kind + &namespace + &callback + &space)
}

/// Messages that are no events, and events whose name is plain.
fn plain() -> impl Strategy<Value = Vec<u8>> {
    let name = "[^\"\\\\\\x00-\\x1f]{0,30}|.{0,3}\\?nam|\\?name.";
    let event = (before(), name, ".{0,300}").prop_map(|(before, name, rest)| format!("{before}[\"{name}\"{rest}"));
    prop_oneof![event, "[0-6x]{0,2}", "4[013467].{0,20}", ".{0,200}"]
        .prop_filter("a name that needs a stand-in", |text| !needs(text))
        .prop_map(String::into_bytes)
}

/// Whether a text is an event with a name that needs a stand-in, told in another way.
fn needs(text: &str) -> bool {
    let Some((before, array)) = text.split_once('[') else { return false };
    let array = array.trim_start_matches([' ', '\t', '\r', '\n']);
    let name = array.strip_prefix('"').map(|name| name.split('"').next().unwrap_or_default());
    let is_number = array.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let is_borrowable = name.is_none_or(|name| !name.contains('\\') && name != STAND_IN) && !is_number;
    (before.starts_with("42") || before.starts_with("45")) && !is_borrowable
}

/// Messages with a payload, sent in any way.
fn sent_as(opcode: u8, payload: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Message> {
    let cuts = proptest::collection::vec(0.0..1.0, 0..4);
    let masks = proptest::collection::vec(any::<[u8; 4]>(), 1..4);
    (payload, cuts, masks, any::<bool>()).prop_map(move |(payload, cuts, masks, pings)| Message {
        opcode,
        payload,
        cuts,
        masks,
        pings,
    })
}

/// Messages that pass as they are.
fn passing() -> impl Strategy<Value = Message> {
    let large = proptest::collection::vec(any::<u8>(), 0..400).prop_map(|bytes| bytes.repeat(200));
    prop_oneof![4 => sent_as(TEXT, plain()), 1 => sent_as(BINARY, large)]
}

/// How long the pieces are that the network cuts the bytes into.
fn pieces() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![Just(vec![1]), Just(vec![usize::MAX]), proptest::collection::vec(1_usize..40, 1..20), Just(vec![1024])]
}

proptest! {
    #[test]
    fn what_needs_nothing_passes_byte_for_byte(messages in proptest::collection::vec(passing(), 1..6), pieces in pieces()) {
        let sent: Vec<u8> = messages.iter().flat_map(Message::frames).collect();
        prop_assert_eq!(filtered(&sent, &pieces, LIMIT), sent);
    }

    #[test]
    fn names_arrive_right(
        name in ".{0,40}|[\\x00-\\x1f\"\\\\]{1,5}|chat.read|\\?name",
        choices in proptest::collection::vec(any::<u8>(), 1..8),
        before in before(),
        rest in prop_oneof![Just(String::new()), Just(",{\"room_id\":1}".to_owned()), "[a-z]{0,300}".prop_map(|text| format!(",\"{text}\""))],
        around in (passing(), passing()),
        how in sent_as(TEXT, Just(Vec::new())),
        pieces in pieces(),
    ) {
        let name_in_json = written(&name, &choices);
        let text = format!("{before}[{name_in_json}{rest}]");
        let is_plain = !name_in_json.contains('\\') && name != STAND_IN;
        let stand_in = if is_plain { "" } else { std::str::from_utf8(INSERTED).unwrap() };
        let event = Message { payload: text.into_bytes(), ..how };
        let sent = [around.0.frames(), event.frames(), around.1.frames()].concat();

        let read = filtered(&sent, &pieces, LIMIT);
        let array = format!("[{stand_in}{name_in_json}{rest}]");
        prop_assert!(read.starts_with(&around.0.frames()) && read.ends_with(&around.1.frames()));
        let event = texts(&read[around.0.frames().len()..read.len() - around.1.frames().len()]);
        prop_assert_eq!(&event, &[format!("{before}{array}")]);
        prop_assert_eq!(Event::read(&Value::Str(array.into(), None)).name, name);
    }

    #[test]
    fn bytes_of_any_kind_pass(bytes in proptest::collection::vec(any::<u8>(), 0..300), pieces in pieces()) {
        prop_assert!(filtered(&bytes, &pieces, LIMIT).len() >= bytes.len());
    }
}

#[test]
fn no_more_is_withheld_than_a_message_may_have() {
    let name = "x".repeat(2_000);
    let whole = frame(true, TEXT, format!("42[\"{name}\\n\"]").as_bytes(), [1, 2, 3, 4]);
    assert_eq!(filtered(&whole, &[7], 1_000), whole, "a frame that is too long");
    let pings = frame(true, PING, b"", [0; 4]).repeat(1_000);
    let endless = [frame(false, TEXT, b"42[\"", [1, 2, 3, 4]), pings].concat();
    let mut filter = Filter::new(1_000);
    assert_eq!(endless.chunks(10).map(|piece| filter.take(piece)).sum::<usize>() + filter.ready().len(), endless.len());
}
