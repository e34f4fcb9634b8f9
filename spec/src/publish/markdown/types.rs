//! Fields and types, as tables.

use super::links::slug;
use crate::{
    events::TABLE,
    publish::{
        json_schema,
        shape::{Documented, Field, Shape},
        typescript,
    },
};

/// Every type that is no payload.
pub(super) fn chapter() -> String {
    let is_payload = |name: &str| TABLE.iter().any(|entry| entry.type_name == name);
    let mut text = String::from("What payloads are made of.\n");
    for (name, schema) in json_schema::definitions() {
        if !is_payload(&name) {
            text.push_str(&format!("\n### {name}\n\n{}", section(&Documented::of(&schema))));
            let in_typescript = typescript::renamed(&name);
            if in_typescript != name {
                text.push_str(&format!("\nIn TypeScript: `{in_typescript}`.\n"));
            }
        }
    }
    text
}

fn section(documented: &Documented) -> String {
    let described = format!("{}\n", documented.description);
    match &documented.shape {
        Shape::Object(fields) => format!("{described}\n{}", table(fields)),
        Shape::Choice(choices) => {
            let choices =
                choices.iter().map(|choice| format!("| {} | {} |\n", named(&choice.shape), choice.description));
            format!("{described}\n| one of | meaning |\n|---|---|\n{}", choices.collect::<String>())
        }
        simple => format!("{described}\nOn the wire: {}.\n", named(simple)),
    }
}

/// The table of an object's fields.
pub(super) fn table(fields: &[Field]) -> String {
    let rows = fields.iter().map(|field| {
        let optional = if field.required { "" } else { ", optional" };
        format!("| `{}` | {}{optional} | {} |\n", field.name, named(&field.value.shape), field.value.description)
    });
    format!("| field | type | meaning |\n|---|---|---|\n{}", rows.collect::<String>())
}

/// A shape in words, with links to the types that have names.
fn named(shape: &Shape) -> String {
    match shape {
        Shape::Any => "any JSON".to_owned(),
        Shape::Null => "`null`".to_owned(),
        Shape::Boolean => "boolean".to_owned(),
        Shape::Text => "string".to_owned(),
        Shape::Literal(value) => format!("`{value}`"),
        Shape::List(items) => format!("list of {}", named(items)),
        Shape::Choice(choices) => choices.iter().map(|choice| named(&choice.shape)).collect::<Vec<_>>().join(" or "),
        Shape::Integer { minimum: Some(minimum), maximum: Some(maximum) } => format!("integer, {minimum} to {maximum}"),
        Shape::Integer { minimum: Some(minimum), maximum: None } => format!("integer, {minimum} or more"),
        Shape::Integer { .. } => "integer".to_owned(),
        Shape::Reference(name) => reference(name),
        Shape::Object(fields) => {
            let fields = fields.iter().map(|field| format!("`{}`: {}", field.name, named(&field.value.shape)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A link to a type: to its own section, or to the action or event whose payload it is.
fn reference(name: &str) -> String {
    let heading = TABLE.iter().find(|entry| entry.type_name == name).map_or(name, |entry| entry.name);
    format!("[{name}](#{})", slug(heading))
}
