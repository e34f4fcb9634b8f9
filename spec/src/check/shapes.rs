//! What differs between two schemas, without a judgement.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    Definitions,
    choices::{Choice, choices, covers, partners, properties},
};

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// An action or event is new.
    PayloadAdded,
    /// An action or event is gone.
    PayloadRemoved,
    /// A field that is always there is new.
    RequiredFieldAdded,
    /// A field that may be left out is new.
    OptionalFieldAdded,
    /// A field is gone.
    FieldRemoved,
    /// A field that could be left out is always there now.
    FieldBecameRequired,
    /// A field that was always there can be left out now.
    FieldBecameOptional,
    /// Fewer values are allowed.
    Narrowed,
    /// More values are allowed.
    Widened,
    /// Other values are allowed, or it cannot be told which.
    Replaced,
}

/// A difference and where it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// The field, such as `room.users[].id`; empty for the payload itself.
    pub(super) path: String,
    pub(super) difference: Difference,
    pub(super) old: Value,
    pub(super) new: Value,
}

/// Keywords whose schemas are compared by themselves, or that tell the kinds of schemas apart.
const STRUCTURE: &[&str] = &["const", "items", "properties", "required", "type"];
/// Keywords that allow less the larger they are.
const LOWER_BOUNDS: &[&str] = &["exclusiveMinimum", "minItems", "minLength", "minProperties", "minimum"];
/// Keywords that allow less the smaller they are.
const UPPER_BOUNDS: &[&str] = &["exclusiveMaximum", "maxItems", "maxLength", "maxProperties", "maximum"];

/// Everything that differs between two schemas.
pub(super) fn compare(old_types: &Definitions, old: &Value, new_types: &Definitions, new: &Value) -> Vec<Found> {
    let mut walk = Walk { old_types, new_types, found: Vec::new(), open: Vec::new() };
    walk.schemas("", old, new);
    walk.found
}

struct Walk<'a> {
    old_types: &'a Definitions,
    new_types: &'a Definitions,
    found: Vec<Found>,
    /// The pairs of schemas that are being compared, so that a type that contains itself comes to an end.
    open: Vec<(Value, Value)>,
}

impl Walk<'_> {
    fn report(&mut self, path: &str, difference: Difference, old: Value, new: Value) {
        self.found.push(Found { path: path.to_owned(), difference, old, new });
    }

    fn schemas(&mut self, path: &str, old: &Value, new: &Value) {
        let pair = (old.clone(), new.clone());
        if self.open.contains(&pair) {
            return;
        }
        self.open.push(pair);
        let (was, is) = (choices(self.old_types, old), choices(self.new_types, new));
        let partners = partners(&was, &is);
        for &(one, other) in &partners {
            self.same_kind(path, &was[one], &is[other]);
        }
        // What has no partner is lost or gained, unless something wider on the other side includes it.
        let alone = |these: &[Choice], others: &[Choice], has_partner: &dyn Fn(usize) -> bool| {
            let these = these.iter().enumerate();
            let alone = these.filter(|(index, this)| !has_partner(*index) && !others.iter().any(|it| covers(it, this)));
            alone.map(|(_, this)| Value::Object(this.clone())).collect::<Vec<_>>()
        };
        let lost = alone(&was, &is, &|index| partners.iter().any(|(one, _)| *one == index));
        let gained = alone(&is, &was, &|index| partners.iter().any(|(_, other)| *other == index));
        let difference = match (lost.is_empty(), gained.is_empty()) {
            (true, true) => None,
            (false, true) => Some(Difference::Narrowed),
            (true, false) => Some(Difference::Widened),
            (false, false) => Some(Difference::Replaced),
        };
        if let Some(difference) = difference {
            self.report(path, difference, one_or_list(lost), one_or_list(gained));
        }
        self.open.pop();
    }

    /// Compares two schemas of one kind.
    fn same_kind(&mut self, path: &str, old: &Choice, new: &Choice) {
        self.fields(path, old, new);
        if old.contains_key("items") || new.contains_key("items") {
            let any = Value::Bool(true);
            self.schemas(&format!("{path}[]"), old.get("items").unwrap_or(&any), new.get("items").unwrap_or(&any));
        }
        let keywords: BTreeSet<&str> = old.keys().chain(new.keys()).map(String::as_str).collect();
        for keyword in keywords.into_iter().filter(|keyword| !STRUCTURE.contains(keyword)) {
            let (was, is) = (old.get(keyword), new.get(keyword));
            if was != is {
                let named = |value: Option<&Value>| {
                    value.map_or(Value::Null, |value| Map::from_iter([(keyword.to_owned(), value.clone())]).into())
                };
                self.report(path, constraint(keyword, was, is), named(was), named(is));
            }
        }
    }

    fn fields(&mut self, path: &str, old: &Choice, new: &Choice) {
        let names: BTreeSet<&String> = properties(old).chain(properties(new)).map(|(name, _)| name).collect();
        for name in names {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let (was, is) = (field(old, name), field(new, name));
            let (was_required, is_required) = (requires(old, name), requires(new, name));
            match (was, is) {
                (Some(was), Some(is)) => {
                    if was_required != is_required {
                        let difference =
                            if is_required { Difference::FieldBecameRequired } else { Difference::FieldBecameOptional };
                        let said = |required: bool| Value::from(if required { "required" } else { "optional" });
                        self.report(&path, difference, said(was_required), said(is_required));
                    }
                    self.schemas(&path, was, is);
                }
                (None, Some(is)) => {
                    let difference =
                        if is_required { Difference::RequiredFieldAdded } else { Difference::OptionalFieldAdded };
                    self.report(&path, difference, Value::Null, is.clone());
                }
                (Some(was), None) => self.report(&path, Difference::FieldRemoved, was.clone(), Value::Null),
                (None, None) => {}
            }
        }
    }
}

/// What a change of a keyword does to the values that are allowed.
fn constraint(keyword: &str, was: Option<&Value>, is: Option<&Value>) -> Difference {
    // An object takes fields that are not documented unless it says otherwise.
    if keyword == "additionalProperties" {
        let open = Value::Bool(true);
        return match (was.unwrap_or(&open), is.unwrap_or(&open)) {
            (Value::Bool(true), _) => Difference::Narrowed,
            (_, Value::Bool(true)) => Difference::Widened,
            _ => Difference::Replaced,
        };
    }
    let is_bound = LOWER_BOUNDS.contains(&keyword) || UPPER_BOUNDS.contains(&keyword);
    match (was, is) {
        (None, _) if is_bound || matches!(keyword, "format" | "pattern") => Difference::Narrowed,
        (_, None) if is_bound || matches!(keyword, "format" | "pattern") => Difference::Widened,
        (Some(was), Some(is)) if is_bound => match (was.as_f64(), is.as_f64()) {
            (Some(was), Some(is)) if (is > was) == LOWER_BOUNDS.contains(&keyword) => Difference::Narrowed,
            (Some(_), Some(_)) => Difference::Widened,
            _ => Difference::Replaced,
        },
        // A keyword that is not known here: it cannot be told which values it allows.
        _ => Difference::Replaced,
    }
}

fn field<'a>(schema: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    schema.get("properties")?.get(name)
}

fn requires(schema: &Choice, name: &str) -> bool {
    schema.get("required").and_then(Value::as_array).is_some_and(|required| required.iter().any(|it| it == name))
}

fn one_or_list(mut schemas: Vec<Value>) -> Value {
    match schemas.len() {
        0 => Value::Null,
        1 => schemas.remove(0),
        _ => Value::Array(schemas),
    }
}
