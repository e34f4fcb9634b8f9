//! Payloads at the edges of what is right, each with the requirement that wants it accepted.

use chat_spec::{events::Entry, types::MAX_ID};
use proptest::{collection::vec, prelude::*, sample::select, strategy::Union};
use serde_json::{Map, Value, json};

use super::{
    invalid::right,
    shape::{Field, Kind, fields},
};

/// So many code points are accepted by every server (SEND-10).
const LONGEST: usize = 4_000;
/// A session description may be so long (CALL-3).
const SDP: usize = 64 * 1024;

/// Arguments of an action that are right, and special in one thing.
#[derive(Debug, Clone)]
pub(crate) struct Valid {
    /// The action.
    pub(super) action: &'static Entry,
    /// Its arguments, with symbols in the place of ids.
    pub(super) arguments: Vec<Value>,
    /// What is special.
    pub(super) what: String,
    /// The field that is special, where it is one.
    pub(super) field: Option<String>,
    /// The requirement that wants it accepted.
    pub(super) requirement: &'static str,
}

/// Payloads of an action at its edges.
pub(super) fn valid(action: &'static Entry) -> impl Strategy<Value = Valid> {
    let fields = fields(action);
    let mut ways: Vec<BoxedStrategy<(Way, &'static str)>> = vec![
        Just((Way::Nothing, plain(action))).boxed(),
        ("[a-z_]{1,10}", json_value())
            .prop_map(|(name, value)| (Way::Extra(format!("x_{name}"), value), "ROB-3"))
            .boxed(),
        json_value().prop_map(|value| (Way::Argument(value), "ROB-3")).boxed(),
    ];
    ways.extend(known_names(&fields));
    ways.extend(fields.iter().flat_map(|field| of_field(action, field)));
    Union::new(ways).prop_map(move |(way, requirement)| {
        let field = way.field();
        let (arguments, what) = way.apply(right(&fields, false));
        Valid { action, arguments, what, field, requirement }
    })
}

/// What wants that the action works at all.
pub(super) fn plain(action: &Entry) -> &'static str {
    match action.name {
        "user.auth" => "AUTH-1",
        "chat.start" => "START-1",
        "message.send" => "SEND-1",
        "message.delete" => "DEL-1",
        "chat.history" => "HIST-1",
        "chat.read" => "READ-1",
        "chat.clear" => "CLEAR-1",
        "chat.delete" => "DROP-1",
        "call.start" => "CALL-1",
        _ => "CALL-2",
    }
}

/// One thing that is special.
#[derive(Debug, Clone)]
enum Way {
    /// Nothing: optional fields are left out.
    Nothing,
    /// A field that is not documented.
    Extra(String, Value),
    /// An argument besides the payload.
    Argument(Value),
    /// A field with a value at the edge.
    With(String, Value, &'static str),
}

impl Way {
    fn field(&self) -> Option<String> {
        if let Self::With(field, ..) | Self::Extra(field, _) = self { Some(field.clone()) } else { None }
    }

    fn apply(self, mut right: Value) -> (Vec<Value>, String) {
        match self {
            Self::Nothing => (vec![right], "nothing special".to_owned()),
            Self::Extra(name, value) => {
                right[&name] = value;
                (vec![right], format!("the extra field `{name}`"))
            }
            Self::Argument(value) => (vec![right, value], "one more argument".to_owned()),
            Self::With(name, value, what) => {
                right[&name] = value;
                (vec![right], format!("{what} as `{name}`"))
            }
        }
    }
}

/// Names of fields that other actions and types have, and this one has not.
fn known_names(fields: &[Field]) -> Option<BoxedStrategy<(Way, &'static str)>> {
    let all = ["id", "user_id", "created_at", "unread_count", "room", "message", "action", "ok"];
    let others: Vec<&str> = all.into_iter().filter(|name| fields.iter().all(|field| field.name != *name)).collect();
    let extra =
        (select(others), 1..1_000_u32).prop_map(|(name, value)| (Way::Extra(name.to_owned(), json!(value)), "ROB-3"));
    Some(extra.boxed())
}

/// What can be special about a field.
fn of_field(action: &Entry, field: &Field) -> Vec<BoxedStrategy<(Way, &'static str)>> {
    let mut ways = Vec::new();
    let mut add = |requirement: &'static str, what: &'static str, values: BoxedStrategy<Value>| {
        let name = field.name.clone();
        ways.push(values.prop_map(move |value| (Way::With(name.clone(), value, what), requirement)).boxed());
    };
    if !field.required {
        add("EVT-3", "null", Just(Value::Null).boxed());
    }
    match (field.kind, field.name.as_str()) {
        (Kind::Text, "text") => {
            let long = if action.name == "chat.start" { "START-10" } else { "SEND-10" };
            add("SEND-4", "a text", text());
            add(long, "a text of 4,000 code points", long_text());
        }
        (Kind::Any, _) => add("CALL-3", "any JSON", prop_oneof![4 => json_value(), 1 => sdp()].boxed()),
        (Kind::Count, _) => {
            add("HIST-2", "a small number", (1..20_u32).prop_map(Value::from).boxed());
            add("HIST-9", "a large number", (100..=MAX_ID).prop_map(Value::from).boxed());
        }
        // A position works whether there is such a message or not.
        (Kind::Id, "last_id") => {
            add(
                "HIST-12",
                "any id",
                prop_oneof![Just(json!(1)), Just(json!(MAX_ID)), (1..=MAX_ID).prop_map(Value::from)].boxed(),
            );
        }
        _ => {}
    }
    ways
}

/// Texts of all planes. U+0000 is left out: servers may refuse it.
fn text() -> BoxedStrategy<Value> {
    let known =
        select(vec![" ", "\n", "\u{feff}", "e\u{301}", "👩‍👩‍👧‍👦", "\u{10ffff}", "'); --", "<b>&amp;</b>", "null", "0"]);
    let any = vec(any::<char>().prop_filter("U+0000 may be refused", |one| *one != '\0'), 1..40);
    prop_oneof![known.prop_map(Value::from), any.prop_map(|text| Value::from(text.into_iter().collect::<String>()))]
        .boxed()
}

fn long_text() -> BoxedStrategy<Value> {
    select(vec!['a', 'ß', '漢', '😀']).prop_map(|one| Value::from(one.to_string().repeat(LONGEST))).boxed()
}

fn sdp() -> BoxedStrategy<Value> {
    let line = "a=candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host\r\n";
    let sdp: String = line.chars().cycle().take(SDP).collect();
    Just(json!({"type": "offer", "sdp": sdp})).boxed()
}

/// JSON of any kind, nested. No fractions: languages write them in their own ways.
fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(json!(MAX_ID)),
        text(),
    ];
    let nested = leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-zа-я😀]{1,5}", inner), 0..4).prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
        ]
    });
    nested.boxed()
}

#[cfg(test)]
mod tests {
    use chat_spec::schema;
    use proptest::strategy::ValueTree as _;

    use super::*;
    use crate::properties::{
        payloads::{shape::actions, symbols::put_in},
        seed::generator,
    };

    #[test]
    fn what_is_generated_is_right() {
        for action in actions() {
            let mut generator = generator(1, "test", 0);
            for _ in 0..200 {
                let valid = valid(action).new_tree(&mut generator).unwrap().current();
                let payload =
                    put_in(&valid.arguments[0], &|name| if name == "token" { json!("a token") } else { json!(12) });
                assert_eq!(schema::is_valid(action.name, &payload), Some(true), "{}: {payload}", action.name);
            }
        }
    }
}
