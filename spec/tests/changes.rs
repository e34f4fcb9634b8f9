//! Each rule of `chat-spec check`, by the table in `changes.json`, and the command itself.
//!
//! A case is a schema before and after, once as an action and once as an event. `jsoncompat` in a case is where that
//! tool's opinion differs from ours, with the reason; `tools/changes.mjs` asks for it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use chat_spec::check::{Change, Contract, Side, compare, rules::Verdict};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    old: Value,
    new: Value,
    /// The field that the one change is in; none where nothing changes.
    path: Option<String>,
    difference: Option<String>,
    sent: String,
    received: String,
    /// Where jsoncompat says something else, and why.
    #[serde(rename = "jsoncompat")]
    _elsewhere: Option<Value>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("changes.json")).unwrap()
}

/// A bundle in which one schema is an action and an event.
fn contract(version: &str, schema: &Value) -> Value {
    let mut payload = schema.clone();
    let definitions = payload.as_object_mut().unwrap().remove("$defs").unwrap_or_default();
    json!({
        "$id": format!("urn:chat-protocol:{version}"),
        "properties": {
            "actions": { "properties": { "x": payload } },
            "events": { "properties": { "on.x": payload } },
        },
        "$defs": definitions,
    })
}

fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let read = |schema| contract("1.0.0", schema).to_string().parse::<Contract>().unwrap();
    compare(&read(old), &read(new)).changes
}

#[test]
fn each_rule_judges_what_clients_send_and_what_they_receive() {
    for case in cases() {
        let changes = changes(&case.old, &case.new);
        let Some(path) = &case.path else {
            assert_eq!(changes, [], "{}", case.name);
            continue;
        };
        assert_eq!(changes.len(), 2, "{}: {changes:#?}", case.name);
        for (change, name, verdict) in [(&changes[0], "x", &case.sent), (&changes[1], "on.x", &case.received)] {
            assert_eq!(change.path, format!("{name}: {path}"), "{}", case.name);
            assert_eq!(Some(format!("{:?}", change.difference)), case.difference, "{}", case.name);
            assert_eq!(change.verdict.to_string(), *verdict, "{}: {name}", case.name);
            assert!(change.old != change.new && !change.why.is_empty(), "{}", case.name);
        }
    }
}

#[test]
fn the_other_way_round_a_narrower_type_is_a_wider_one() {
    for case in cases() {
        let there = changes(&case.old, &case.new).into_iter().map(|change| format!("{:?}", change.difference));
        let back = changes(&case.new, &case.old).into_iter().map(|change| format!("{:?}", change.difference));
        for (there, back) in there.zip(back) {
            let mirrored = match there.as_str() {
                "Narrowed" => "Widened",
                "Widened" => "Narrowed",
                "Replaced" => "Replaced",
                "FieldBecameRequired" => "FieldBecameOptional",
                "FieldBecameOptional" => "FieldBecameRequired",
                "RequiredFieldAdded" | "OptionalFieldAdded" => "FieldRemoved",
                _ => continue,
            };
            assert_eq!(back, mirrored, "{}", case.name);
        }
    }
}

#[test]
fn whole_payloads_come_and_go() {
    let with: Value = contract("1.0.0", &json!({ "type": "object" }));
    let mut without = with.clone();
    without["properties"]["actions"]["properties"] = json!({});
    without["properties"]["events"]["properties"] = json!({});
    let [with, without] = [with, without].map(|bundle| bundle.to_string().parse::<Contract>().unwrap());
    for (old, new, verdict) in [(&with, &without, Verdict::Breaking), (&without, &with, Verdict::Compatible)] {
        let changes = compare(old, new).changes;
        assert_eq!(changes.iter().map(|change| change.side).collect::<Vec<_>>(), [Side::Sent, Side::Received]);
        assert!(changes.iter().all(|change| change.verdict == verdict), "{changes:?}");
    }
}

fn check(arguments: &[&Path]) -> (i32, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_chat-spec")).arg("check").args(arguments).output().unwrap();
    (status.code().unwrap(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

#[test]
fn the_command_fails_on_a_breaking_change_without_a_new_major_version() {
    let folder = tempfile::tempdir().unwrap();
    let text = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] });
    let number = json!({ "type": "object", "properties": { "a": { "type": "integer" } }, "required": ["a"] });
    let write = |name: &str, version: &str, schema: &Value| {
        let path = folder.path().join(name);
        fs::write(&path, contract(version, schema).to_string()).unwrap();
        path
    };
    let old = write("old.json", "1.0.0", &text);
    let (code, said) = check(&[&old, &write("broken.json", "1.1.0", &number)]);
    assert_eq!(code, 1, "{said}");
    for line in [
        "on.x: a",
        "old: {\"type\":\"string\"}",
        "new: {\"type\":\"integer\"}",
        "why: clients",
        "at least version 2.0.0",
    ] {
        assert!(said.contains(line), "{line} is not in:\n{said}");
    }
    assert_eq!(check(&[&old, &write("major.json", "2.0.0", &number)]).0, 0);
    assert_eq!(check(&[&old, &write("same.json", "1.0.0", &text)]).0, 0);
    let (code, said) = check(&[&folder.path().join("nowhere"), &old]);
    assert!(code == 2 && said.contains("failed to read"), "{code}: {said}");
}

#[test]
fn what_is_committed_is_compatible_with_itself_and_is_the_default() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("published");
    let (code, said) = check(&[&committed]);
    assert!(code == 0 && said.contains("0 breaking, 0 compatible"), "{said}");
    assert_eq!(check(&[&committed, &committed.join("schemas/bundle.json")]).0, 0);
}

/// Every version that was released is in `spec/released/`, as the bundle that was published with it.
#[test]
fn nothing_that_was_released_is_broken() {
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("released");
    let mut bundles = 0;
    for bundle in fs::read_dir(released).unwrap() {
        let path = bundle.unwrap().path();
        let old: Contract = fs::read_to_string(&path).unwrap().parse().unwrap();
        let report = compare(&old, &Contract::built_in());
        assert!(report.new >= report.least_version(), "since {}:\n{report}", path.display());
        bundles += 1;
    }
    assert!(bundles > 0);
}

#[test]
fn the_changelog_has_the_version() {
    let changelog = include_str!("../../CHANGELOG.md");
    assert!(changelog.contains(&format!("\n## {}\n", chat_spec::PROTOCOL_VERSION)));
}
