//! Schemas taken apart into the choices that a value has, and which choice of an old schema is which of a new one.

use serde_json::{Map, Value};

use super::Definitions;

/// A schema without references, annotations, and lists of types or values.
pub(super) type Choice = Map<String, Value>;

/// Keywords that say nothing about which values are allowed.
const ANNOTATIONS: &[&str] =
    &["$comment", "$defs", "$id", "$schema", "default", "deprecated", "description", "examples", "title"];

/// The schemas of which a value has to meet one, without references, annotations and lists of types or values.
pub(super) fn choices(types: &Definitions, schema: &Value) -> Vec<Choice> {
    let Value::Object(schema) = schema else { return vec![Map::new()] };
    let mut schema = schema.clone();
    schema.retain(|keyword, _| !ANNOTATIONS.contains(&keyword.as_str()));
    if let Some(reference) = schema.remove("$ref") {
        let name = reference.as_str().and_then(|path| path.strip_prefix("#/$defs/")).unwrap_or_default();
        let target = types.get(name).unwrap_or(&Value::Null);
        let with_neighbours = |mut choice: Choice| {
            choice.extend(schema.clone());
            choice
        };
        return choices(types, target).into_iter().map(with_neighbours).collect();
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(parts)) = schema.remove(keyword) {
            return parts.iter().flat_map(|part| choices(types, part)).collect();
        }
    }
    for (keyword, single) in [("enum", "const"), ("type", "type")] {
        if let Some(Value::Array(values)) = schema.get(keyword).cloned() {
            schema.remove(keyword);
            let with = |value: Value| {
                let mut choice = schema.clone();
                choice.insert(single.to_owned(), value);
                choice
            };
            return values.into_iter().map(with).collect();
        }
    }
    vec![schema]
}

/// Which choices are the same thing before and after: those of one kind, and of those that are left over, the only two
/// of one type.
pub(super) fn partners(was: &[Choice], is: &[Choice]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (one, schema) in was.iter().enumerate() {
        let free = |other: &usize| pairs.iter().all(|(_, taken)| taken != other);
        pairs.extend((0..is.len()).filter(free).find(|other| kind(&is[*other]) == kind(schema)).map(|it| (one, it)));
    }
    let of_type = |schemas: &[Choice], wanted: &Value, taken: &dyn Fn(usize) -> bool| {
        let left = |index: &usize| !taken(*index) && !schemas[*index].contains_key("const");
        (0..schemas.len()).filter(left).filter(|index| schemas[*index].get("type") == Some(wanted)).collect::<Vec<_>>()
    };
    let types: Vec<&Value> = was.iter().filter_map(|schema| schema.get("type")).collect();
    for wanted in types {
        let before = of_type(was, wanted, &|index| pairs.iter().any(|(one, _)| *one == index));
        let after = of_type(is, wanted, &|index| pairs.iter().any(|(_, other)| *other == index));
        if let ([one], [other]) = (before.as_slice(), after.as_slice()) {
            pairs.push((*one, *other));
        }
    }
    pairs
}

/// What tells choices apart: the type, the only value, and the only values of fields.
fn kind(schema: &Choice) -> (Option<&Value>, Option<&Value>, Vec<(&String, &Value)>) {
    let constants = properties(schema).filter_map(|(name, schema)| Some((name, schema.get("const")?))).collect();
    let only = schema.get("const");
    // The type of an only value says nothing new.
    (if only.is_some() { None } else { schema.get("type") }, only, constants)
}

/// Whether the first schema, which asks for a type and nothing else or for nothing at all, allows all that the second
/// allows.
pub(super) fn covers(wide: &Choice, narrow: &Choice) -> bool {
    let wide_type = match (wide.len(), wide.get("type").and_then(Value::as_str)) {
        (0, _) => return true,
        (1, Some(wide_type)) => wide_type,
        _ => return false,
    };
    let narrow_type = match narrow.get("const") {
        Some(Value::String(_)) => "string",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(number)) if number.is_f64() => "number",
        Some(Value::Number(_)) => "integer",
        _ => narrow.get("type").and_then(Value::as_str).unwrap_or_default(),
    };
    wide_type == narrow_type || (wide_type, narrow_type) == ("number", "integer")
}

/// The fields that an object documents.
pub(super) fn properties(schema: &Choice) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}
