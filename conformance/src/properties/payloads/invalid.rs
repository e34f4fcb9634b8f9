//! Payloads with one thing wrong, each with the requirement that wants it refused.

use chat_spec::{events::Entry, types::MAX_ID};
use proptest::{collection::vec, prelude::*, sample::select, strategy::Union};
use serde_json::{Map, Value, json};

use super::{
    shape::{Field, Kind, fields},
    symbols::{Form, symbol},
};

/// Arguments of an action, one thing about which is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invalid {
    /// The action.
    pub(super) action: &'static str,
    /// Its arguments, with symbols in the place of ids.
    pub(super) arguments: Vec<Value>,
    /// What is wrong.
    pub(super) what: String,
    /// The field that is wrong, where it is one and is there.
    pub(super) field: Option<String>,
    /// The requirement that wants it refused.
    pub(super) requirement: &'static str,
}

/// A payload that is right: required fields alone, or the optional ones besides.
pub(super) fn right(fields: &[Field], with_optional: bool) -> Value {
    let value = |field: &Field| match (field.kind, field.required) {
        (Kind::Id, true) => symbol(&field.name, Form::Id),
        (_, false) => Value::Null,
        (Kind::Text, _) if field.name == "text" => json!("an ordinary text"),
        (Kind::Text, _) => symbol(&field.name, Form::Id),
        _ => json!({"candidate": ""}),
    };
    let fields = fields.iter().filter(|field| field.required || with_optional);
    fields.map(|field| (field.name.clone(), value(field))).collect::<Map<_, _>>().into()
}

/// Payloads of an action with one thing wrong.
pub(super) fn invalid(action: &'static Entry) -> impl Strategy<Value = Invalid> {
    let fields = fields(action);
    let mut ways: Vec<BoxedStrategy<(Way, &'static str)>> = vec![whole().prop_map(|way| (way, "ROB-1")).boxed()];
    for field in &fields {
        ways.extend(of_field(action, field));
    }
    (any::<bool>(), Union::new(ways)).prop_map(move |(with_optional, (way, requirement))| {
        let right = right(&fields, with_optional);
        let field = way.field();
        let (arguments, what) = way.apply(right);
        Invalid { action: action.name, arguments, what, field, requirement }
    })
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
enum Way {
    /// No argument at all.
    NoPayload,
    /// Something else in the place of the payload.
    Instead(Value),
    /// The payload inside of an array.
    InArray,
    /// A field that is left out.
    Without(String),
    /// A field with a wrong value.
    With(String, Value),
}

impl Way {
    fn field(&self) -> Option<String> {
        if let Self::With(field, _) = self { Some(field.clone()) } else { None }
    }

    fn apply(self, mut right: Value) -> (Vec<Value>, String) {
        match self {
            Self::NoPayload => (Vec::new(), "no payload".to_owned()),
            Self::Instead(value) => (vec![value], "something else as the payload".to_owned()),
            Self::InArray => (vec![json!([right])], "the payload in an array".to_owned()),
            Self::Without(field) => {
                if let Some(fields) = right.as_object_mut() {
                    fields.remove(&field);
                }
                (vec![right], format!("no `{field}`"))
            }
            Self::With(field, value) => {
                right[&field] = value;
                (vec![right], format!("a wrong `{field}`"))
            }
        }
    }
}

/// What can be wrong with the payload as a whole.
fn whole() -> BoxedStrategy<Way> {
    let instead = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), integer(), word(), array()];
    prop_oneof![Just(Way::NoPayload), Just(Way::InArray), instead.prop_map(Way::Instead)].boxed()
}

/// What can be wrong with a field, each with the requirement that wants it refused.
fn of_field(action: &Entry, field: &Field) -> Vec<BoxedStrategy<(Way, &'static str)>> {
    let mut ways = Vec::new();
    let mut add = |requirement: &'static str, values: BoxedStrategy<Value>| {
        let name = field.name.clone();
        ways.push(values.prop_map(move |value| (Way::With(name.clone(), value), requirement)).boxed());
    };
    let own = symbol(&field.name, Form::Id);
    match field.kind {
        Kind::Id => {
            add("ROB-1", prop_oneof![2 => other_types(own), 1 => word(), 3 => out_of_range(&field.name)].boxed());
            if field.required {
                add("ROB-9", select(vec![symbol(&field.name, Form::Digits), symbol(&field.name, Form::Half)]).boxed());
            }
        }
        Kind::Text => add("ROB-1", prop_oneof![other_types(own), integer()].boxed()),
        Kind::Count => add("HIST-10", prop_oneof![other_types(json!(5)), word(), bad_count()].boxed()),
        Kind::Any => {}
    }
    if field.name == "text" {
        add(if action.name == "chat.start" { "START-10" } else { "SEND-10" }, Just(json!("")).boxed());
    }
    if field.required {
        if field.kind != Kind::Any {
            add("ROB-1", Just(Value::Null).boxed());
        }
        ways.push(Just((Way::Without(field.name.clone()), "ROB-1")).boxed());
    }
    ways
}

/// Values of other JSON types than a number or a string; in some of them the right value is inside.
fn other_types(right: Value) -> BoxedStrategy<Value> {
    let inside = right.clone();
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        array(),
        Just(json!([right])),
        Just(json!({"id": inside})),
        vec(("[a-z]{1,6}", integer()), 0..3).prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
    ]
    .boxed()
}

fn array() -> BoxedStrategy<Value> {
    vec(prop_oneof![integer(), word(), Just(Value::Null)], 0..4).prop_map(Value::from).boxed()
}

fn integer() -> BoxedStrategy<Value> {
    (-1_000_000_i64..=1_000_000).prop_map(Value::from).boxed()
}

/// A word that no language takes for a number.
fn word() -> BoxedStrategy<Value> {
    "[g-m]{1,8}".prop_map(Value::from).boxed()
}

/// Zero, negative, 2^53 and more.
fn out_of_range(field: &str) -> BoxedStrategy<Value> {
    prop_oneof![
        1 => Just(json!(0)),
        3 => Just(symbol(field, Form::Minus)),
        1 => (i64::MIN..0).prop_map(Value::from),
        1 => (-100_i64..0).prop_map(Value::from),
        1 => Just(json!(MAX_ID + 1)),
        1 => (MAX_ID + 1..=u64::MAX).prop_map(Value::from),
        1 => select(vec![1e20, 1e300, -1e20]).prop_map(Value::from),
    ]
    .boxed()
}

/// Zero, negative, a fraction.
fn bad_count() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(json!(0)),
        (-1_000_i64..0).prop_map(Value::from),
        (0..100_u32).prop_map(|whole| json!(f64::from(whole) + 0.5)),
        Just(json!("5")),
    ]
    .boxed()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chat_spec::schema;
    use proptest::strategy::ValueTree as _;

    use super::*;
    use crate::properties::{
        payloads::{shape::actions, symbols::put_in},
        seed::generator,
    };

    fn sent(invalid: &Invalid) -> Vec<Value> {
        let right = |name: &str| if name == "token" { json!("a token") } else { json!(12) };
        invalid.arguments.iter().map(|argument| put_in(argument, &right)).collect()
    }

    #[test]
    fn what_is_generated_is_wrong_and_right_payloads_are_right() {
        let mut seen = BTreeSet::new();
        for action in actions() {
            for with_optional in [false, true] {
                let right = right(&fields(action), with_optional);
                let right = put_in(&right, &|name| if name == "token" { json!("a token") } else { json!(12) });
                assert_eq!(schema::is_valid(action.name, &right), Some(true), "{}: {right}", action.name);
            }
            let mut generator = generator(1, "test", 0);
            for _ in 0..400 {
                let invalid = invalid(action).new_tree(&mut generator).unwrap().current();
                let arguments = sent(&invalid);
                let valid = arguments.first().is_some_and(|one| schema::is_valid(action.name, one) == Some(true));
                // That an empty text is refused is said in words alone.
                assert_eq!(
                    valid,
                    invalid.requirement.ends_with("-10") && invalid.field.as_deref() == Some("text"),
                    "{}: {arguments:?}",
                    action.name
                );
                seen.insert((action.name, invalid.requirement));
            }
        }
        for (action, requirement) in [
            ("chat.history", "HIST-10"),
            ("message.send", "ROB-9"),
            ("chat.start", "START-10"),
            ("call.start", "ROB-1"),
        ] {
            assert!(seen.contains(&(action, requirement)), "{action}, {requirement}: {seen:?}");
        }
    }
}
