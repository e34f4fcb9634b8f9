//! A schema as the reader of a contract sees it: fields, lists, choices. What the TypeScript declarations and the
//! reference are written from.

use serde_json::{Map, Value};

/// What a value looks like.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Any JSON at all.
    Any,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// The smallest that is allowed.
        minimum: Option<u64>,
        /// The largest that is allowed.
        maximum: Option<u64>,
    },
    /// A string.
    Text,
    /// This value alone.
    Literal(Value),
    /// Any number of values of one shape.
    List(Box<Self>),
    /// A type that has a name.
    Reference(String),
    /// One of several.
    Choice(Vec<Documented>),
    /// An object.
    Object(Vec<Field>),
}

/// A shape and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Documented {
    /// The shape.
    pub shape: Shape,
    /// What it means; empty where its type says it.
    pub description: String,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Whether it is always there.
    pub required: bool,
    /// What it holds.
    pub value: Documented,
}

impl Documented {
    /// Reads a schema of ours.
    ///
    /// # Panics
    /// On a schema that none of the types produces yet: add its form here, and to the formats.
    #[must_use]
    pub fn of(schema: &Value) -> Self {
        let description = schema["description"].as_str().unwrap_or_default().to_owned();
        let shape = schema.as_object().map_or(Shape::Any, shape);
        Self { shape, description }
    }
}

fn shape(schema: &Map<String, Value>) -> Shape {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.strip_prefix("#/$defs/").unwrap_or_else(|| panic!("{reference} is no definition"));
        return Shape::Reference(name.to_owned());
    }
    if let Some(choices) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
        return Shape::Choice(choices.iter().map(Documented::of).collect());
    }
    if let Some(literal) = schema.get("const") {
        return Shape::Literal(literal.clone());
    }
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    match schema.get("type").map(|kind| kind.as_str().unwrap_or("several")) {
        None => Shape::Any,
        Some("null") => Shape::Null,
        Some("boolean") => Shape::Boolean,
        Some("integer") => Shape::Integer { minimum: number("minimum"), maximum: number("maximum") },
        Some("string") => Shape::Text,
        Some("array") => Shape::List(Box::new(Documented::of(&schema["items"]).shape)),
        Some("object") => Shape::Object(fields(schema)),
        Some(other) => panic!("the type {other} has no form in the published formats yet"),
    }
}

/// The fields of an object: those that are always there first, in the order of the Rust type.
fn fields(schema: &Map<String, Value>) -> Vec<Field> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let optional = properties.keys().map(String::as_str).filter(|name| !required.contains(name));
    let field = |name: &str| Field {
        name: name.to_owned(),
        required: required.contains(&name),
        value: Documented::of(&properties[name]),
    };
    required.iter().copied().chain(optional).map(field).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_the_types_produce() {
        let schema = json!({
            "type": "object",
            "properties": {
                "a": { "anyOf": [{ "$ref": "#/$defs/A" }, { "type": "null" }], "description": "An a." },
                "z": { "type": "array", "items": { "type": "integer", "minimum": 1 } },
            },
            "required": ["z"],
        });
        let Shape::Object(fields) = Documented::of(&schema).shape else { panic!("no object") };
        assert_eq!(
            fields.iter().map(|field| (field.name.as_str(), field.required)).collect::<Vec<_>>(),
            [("z", true), ("a", false)]
        );
        assert_eq!(fields[0].value.shape, Shape::List(Box::new(Shape::Integer { minimum: Some(1), maximum: None })));
        assert_eq!(fields[1].value.description, "An a.");
        assert!(matches!(&fields[1].value.shape, Shape::Choice(choices) if choices[1].shape == Shape::Null));
    }

    #[test]
    #[should_panic(expected = "no form in the published formats")]
    fn refuses_a_type_that_the_formats_cannot_say() {
        drop(Documented::of(&json!({ "type": ["string", "null"] })));
    }
}
