//! The result as it is, for programs. Its schema: [`json_schema`](super::json_schema).

use crate::result::RunResult;

/// The whole file.
pub(crate) fn render(result: &RunResult) -> String {
    let json = serde_json::to_string_pretty(result).expect("a result has string keys only, so that it is JSON");
    json + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{json_schema, sample};

    #[test]
    fn is_valid_against_its_schema_and_comes_back_as_it_was() {
        let text = render(&sample::result());
        let json = serde_json::from_str(&text).unwrap();
        let errors: Vec<_> = json_schema::validator().iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(render(&serde_json::from_str(&text).unwrap()), text);
    }

    #[test]
    fn looks_as_documented() {
        insta::assert_snapshot!(render(&sample::result()));
    }
}
