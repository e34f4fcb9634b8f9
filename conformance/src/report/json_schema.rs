//! The JSON Schema of the JSON report: printed on request, and committed as `report.schema.json`.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::result::RunResult;

/// The schema (2020-12), complete in itself.
#[must_use]
pub fn schema() -> Value {
    // As it is written: every field is there.
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<RunResult>().to_value();
    schema["$id"] = json!("urn:chat-protocol:conformance-report");
    schema["title"] = json!("Report of chat-conformance");
    schema
}

/// The schema as a file.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", schema())
}

/// What tells whether a JSON text is a report.
#[cfg(test)]
pub(crate) fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&schema()).expect("a schema that is generated is right")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `INSTA_UPDATE=always cargo test -p chat-conformance json_schema` writes it anew.
    #[test]
    fn the_committed_file_is_fresh() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("report.schema.json");
        if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
            std::fs::write(&path, text()).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap();
        assert_eq!(committed, text(), "report.schema.json is stale: see the comment on this test");
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let validator = validator();
        assert!(!validator.is_valid(&json!({})));
        let mut report = serde_json::to_value(crate::report::sample::result()).unwrap();
        assert!(validator.is_valid(&report));
        report["requirements"][0]["level"] = json!("PERHAPS");
        assert!(!validator.is_valid(&report));
    }
}
