//! The arguments of an event, out of the text of its packet.

use std::fmt;

use chat_spec::decode::Malformed;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use socketioxide::handler::Value;

use super::names::STAND_IN;
use crate::domain::Refused;

/// The name and the first argument of an event, as they were written. Further arguments are ignored (ROB-3).
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) name: String,
    payload: Option<&'a RawValue>,
    has_binary: bool,
}

impl<'a> Event<'a> {
    /// Reads an event; one that is no JSON has no name.
    pub(crate) fn read(packet: &'a Value) -> Self {
        let Value::Str(text, binary) = packet else {
            return Self { name: String::new(), payload: None, has_binary: true };
        };
        let has_binary = binary.as_ref().is_some_and(|binary| !binary.is_empty());
        match serde_json::from_str::<Arguments<'_>>(text) {
            Ok(Arguments { name, payload }) => Self { name, payload, has_binary },
            // The name can be read even where what follows cannot: the refusal names it then.
            Err(_) => Self { name: name_of(text).unwrap_or_default(), payload: None, has_binary },
        }
    }

    /// The payload as it was written.
    pub(crate) fn payload(&self) -> Result<&'a RawValue, Refused> {
        let payload = self.payload.ok_or(Malformed::Missing)?;
        // Where binary data was cut out of a payload there is a placeholder for it.
        if self.has_binary && payload.get().contains("\"_placeholder\"") {
            return Err(Refused::Binary);
        }
        Ok(payload)
    }
}

/// The name in a packet that cannot be read to its end.
fn name_of(text: &str) -> Option<String> {
    let arguments = text.trim_start().strip_prefix('[')?;
    let mut first = serde_json::Deserializer::from_str(arguments).into_iter::<&RawValue>();
    let name = as_named(first.next()?.ok()?);
    if name != STAND_IN {
        return Some(name);
    }
    let arguments = arguments[first.byte_offset()..].trim_start().strip_prefix(',')?;
    serde_json::Deserializer::from_str(arguments).into_iter().next()?.ok().map(as_named)
}

/// A name. What is no Unicode text, as a number or half a surrogate pair, is called as it was written.
fn as_named(written: &RawValue) -> String {
    serde_json::from_str(written.get()).unwrap_or_else(|_| written.get().to_owned())
}

struct Arguments<'a> {
    name: String,
    payload: Option<&'a RawValue>,
}

impl<'de> Deserialize<'de> for Arguments<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ArgumentsVisitor)
    }
}

struct ArgumentsVisitor;

impl<'de> Visitor<'de> for ArgumentsVisitor {
    type Value = Arguments<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event name and its arguments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut arguments: A) -> Result<Self::Value, A::Error> {
        let mut name = arguments.next_element()?.map(as_named).unwrap_or_default();
        if name == STAND_IN {
            name = arguments.next_element()?.map(as_named).unwrap_or_default();
        }
        let payload = arguments.next_element()?;
        while arguments.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Arguments { name, payload })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> (String, Result<String, Refused>) {
        let packet = Value::Str(text.into(), None);
        let event = Event::read(&packet);
        let payload = event.payload().map(|payload| payload.get().to_owned());
        (event.name, payload)
    }

    #[test]
    fn reads_the_first_argument_to_the_letter_and_ignores_the_rest() {
        let missing = || Err(Malformed::Missing.into());
        for (text, name, payload) in [
            (r#"["a",{"b": 1.10}]"#, "a", Ok(r#"{"b": 1.10}"#.to_owned())),
            (r#"["a",null,[1,{}],"x"]"#, "a", Ok("null".to_owned())),
            (r#"["a"]"#, "a", missing()),
            (r#"["a",{"b":]"#, "a", missing()),
            (r#"["a",{}"#, "a", missing()),
            (r#"[7,{}]"#, "7", Ok("{}".to_owned())),
            ("[]", "", missing()),
        ] {
            assert_eq!(read(text), (name.to_owned(), payload), "{text}");
        }
    }

    #[test]
    fn behind_the_stand_in_is_the_name() {
        for (text, name, payload) in [
            (r#"["?name","a\nb",{}]"#, "a\nb", Some("{}")),
            (r#"["?name","chat\u002eread",{},7]"#, "chat.read", Some("{}")),
            (r#"["?name","\ud83d\ude00"]"#, "😀", None),
            (r#"["?name","\ud800",{}]"#, r#""\ud800""#, Some("{}")),
            (r#"["?name",7,{}]"#, "7", Some("{}")),
            (r#"["?name","?name","chat.read"]"#, "?name", Some(r#""chat.read""#)),
            (r#"["?name" , "a\tb",{"b":]"#, "a\tb", None),
            (r#"["?name"]"#, "", None),
        ] {
            let (read, read_payload) = read(text);
            assert_eq!((read.as_str(), read_payload.ok().as_deref()), (name, payload), "{text}");
        }
    }
}
