//! The arguments of an event, out of the text of its packet.

use std::fmt;

use chat_spec::decode::Malformed;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use socketioxide::handler::Value;

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

fn name_of(text: &str) -> Option<String> {
    let arguments = text.trim_start().strip_prefix('[')?;
    serde_json::Deserializer::from_str(arguments).into_iter::<String>().next()?.ok()
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
        let name = arguments.next_element()?.unwrap_or_default();
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
            (r#"[7,{}]"#, "", missing()),
            ("[]", "", missing()),
        ] {
            assert_eq!(read(text), (name.to_owned(), payload), "{text}");
        }
    }
}
