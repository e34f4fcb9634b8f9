//! The contract as other languages' tools and people read it: everything under `spec/published/`.
//!
//! One module a format. Each derives its text from the types, the [table](crate::events::TABLE), the requirements and
//! the decisions, and is the same to the byte each time. To add a format: write its module, and add its file to
//! [`files`].

pub mod asyncapi;
pub mod html;
pub mod json_schema;
pub mod markdown;
pub mod package;
pub mod sequence;
pub mod shape;
pub mod typescript;

use serde::Serialize;

use crate::events::TABLE;

/// Every published file: its path inside the published folder, with `/` between folders, and its contents.
#[must_use]
pub fn files() -> Vec<(String, String)> {
    let schemas = TABLE.iter().map(|entry| (json_schema::path(entry), json_schema::file(entry)));
    [
        ("PROTOCOL.md".to_owned(), markdown::page()),
        ("asyncapi.json".to_owned(), asyncapi::document()),
        ("index.d.ts".to_owned(), typescript::declarations()),
        ("package.json".to_owned(), package::manifest()),
        (json_schema::BUNDLE_PATH.to_owned(), json_schema::bundle()),
    ]
    .into_iter()
    .chain(schemas)
    .collect()
}

/// JSON as a file that people read too: indented, and with a line end.
fn pretty(json: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(json).expect("what is published is plain JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_the_same_each_time_and_holds_each_file_once() {
        let files = super::files();
        assert_eq!(files, super::files());
        let mut paths: Vec<_> = files.iter().map(|(path, _)| path).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), files.len());
        for (path, contents) in &files {
            assert!(contents.ends_with('\n') && !contents.contains('\r'), "{path}");
        }
    }
}
