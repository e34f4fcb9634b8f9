//! Simpler values that may show the same: what a payload that went wrong is shrunk by.

use serde_json::{Value, json};

use super::symbols::is_symbol;

/// Values that are simpler than this one, the simplest first.
pub(super) fn simpler(value: &Value) -> Vec<Value> {
    let mut candidates = match value {
        Value::Null => Vec::new(),
        Value::Bool(_) => vec![json!(false)],
        Value::Number(number) => {
            let near = number.as_u64().filter(|number| *number > 1 << 53).map(|_| json!(1_u64 << 53));
            [Some(json!(0)), Some(json!(-1)), near].into_iter().flatten().collect()
        }
        Value::String(text) if is_symbol(text) => Vec::new(),
        Value::String(text) => {
            let characters: Vec<char> = text.chars().collect();
            let (first, second) = characters.split_at(characters.len() / 2);
            [first, second].into_iter().map(|half| Value::from(half.iter().collect::<String>())).collect()
        }
        Value::Array(items) => items_removed(items).into_iter().map(Value::from).collect(),
        Value::Object(fields) => {
            let fields: Vec<(String, Value)> = fields.clone().into_iter().collect();
            items_removed(&fields).into_iter().map(|fields| Value::Object(fields.into_iter().collect())).collect()
        }
    };
    candidates.extend(inside(value));
    candidates.retain(|candidate| candidate != value);
    candidates
}

/// All items removed, and one of them each.
fn items_removed<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let one_less = (0..items.len()).map(|place| {
        let mut items = items.to_vec();
        items.remove(place);
        items
    });
    std::iter::once(Vec::new()).chain(one_less).collect()
}

/// The same with one of the values inside made simpler.
fn inside(value: &Value) -> Vec<Value> {
    let replaced = |pointer: String, inner: Value| {
        let mut value = value.clone();
        if let Some(place) = value.pointer_mut(&pointer) {
            *place = inner;
        }
        value
    };
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(place, item)| (format!("/{place}"), item)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, item)| (format!("/{}", name.replace('~', "~0").replace('/', "~1")), item))
            .collect(),
        _ => Vec::new(),
    };
    children
        .into_iter()
        .flat_map(|(pointer, child)| simpler(child).into_iter().map(move |inner| (pointer.clone(), inner)))
        .map(|(pointer, inner)| replaced(pointer, inner))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goes on to the first simpler value that still fails.
    fn shrunk(mut value: Value, fails: impl Fn(&Value) -> bool) -> Value {
        while let Some(next) = simpler(&value).into_iter().find(|candidate| fails(candidate)) {
            value = next;
        }
        value
    }

    #[test]
    fn values_shrink_to_what_matters() {
        let deep = json!({"a": [1, {"b": "xx😀yy"}, null], "c": 7});
        let has_astral = |value: &Value| value.to_string().contains('😀');
        assert_eq!(shrunk(deep.clone(), has_astral), json!({"a": [{"b": "😀"}]}));
        assert_eq!(shrunk(json!([3, 4]), Value::is_array), json!([]));
        assert_eq!(
            shrunk(json!(u64::MAX), |value| value.as_u64().is_some_and(|one| one >= 1 << 53)),
            json!(1_u64 << 53)
        );
        assert_eq!(shrunk(json!(-77), |value| value.as_i64().is_some_and(|one| one < 0)), json!(-1));
    }
}
