//! The published contract in the hands of tools that others wrote: ajv, @asyncapi/parser, the TypeScript compiler,
//! jsoncompat.
//! Needs Node; says so where there is none, and fails then where `CI=true`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools")
}

/// Whether the tools can run: Node is there, and so are the packages of the lock file. If not, why.
static READY: LazyLock<Result<(), String>> = LazyLock::new(|| {
    let node = Command::new("node").arg("--version").output();
    let ready = node.map_err(|error| format!("there is no Node: {error}")).and_then(|_| install());
    if let (Err(why), Ok("true")) = (&ready, env::var("CI").as_deref()) {
        panic!("needed where CI=true, but {why}");
    }
    ready
});

/// Installs the packages of the lock file, unless they are there already.
fn install() -> Result<(), String> {
    let written = |path: &str| fs::metadata(tools().join(path)).and_then(|file| file.modified()).ok();
    let (lock, installed) = (written("package-lock.json"), written("node_modules/.package-lock.json"));
    if installed.is_none() || installed < lock {
        let npm = Command::new("npm").arg("ci").current_dir(tools()).output();
        let npm = npm.map_err(|error| format!("there is no npm: {error}"))?;
        if !npm.status.success() {
            return Err(format!("npm ci failed: {}", text(&npm)));
        }
    }
    Ok(())
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs a script on a published folder; `None` where it cannot run.
fn node(script: &str, arguments: &[&Path], published: &Path) -> Option<Output> {
    if let Err(why) = &*READY {
        #[expect(clippy::explicit_write, reason = "a passing test keeps to itself what `eprintln!` prints")]
        writeln!(std::io::stderr(), "skipped: {script}, because {why}").unwrap();
        return None;
    }
    let mut command = Command::new("node");
    command.arg(script).args(arguments).env("PUBLISHED", published).current_dir(tools());
    Some(command.output().unwrap())
}

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("published")
}

fn accepts(script: &str, arguments: &[&Path]) {
    if let Some(output) = node(script, arguments, &committed()) {
        assert!(output.status.success(), "{script}: {}", text(&output));
    }
}

#[test]
fn ajv_compiles_the_schemas_and_judges_the_fixtures() {
    accepts("schemas.mjs", &[]);
}

#[test]
fn the_asyncapi_parser_accepts_the_document() {
    accepts("asyncapi.mjs", &[]);
}

#[test]
fn typescript_compiles_right_uses_and_refuses_wrong_ones() {
    accepts("types.mjs", &[]);
}

#[test]
fn a_newcomer_copies_one_folder() {
    accepts("newcomer.mjs", &[]);
}

#[test]
fn another_tool_agrees_with_the_rules_of_check() {
    accepts("changes.mjs", &[]);
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.json");
    let case = r#"[{"name": "x", "old": {"type": "string"}, "new": {}, "sent": "breaking", "received": "breaking"}]"#;
    fs::write(&wrong, case).unwrap();
    if let Some(output) = node("changes.mjs", &[&wrong], &committed()) {
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    }
}

#[test]
fn recorded_events_are_validated() {
    let folder = tempfile::tempdir().unwrap();
    let record = |name: &str, lines: &str| {
        let path = folder.path().join(name);
        fs::write(&path, lines).unwrap();
        path
    };
    let good = record("good.jsonl", "{\"event\": \"on.user.online\", \"payload\": {\"id\": 1, \"online\": true}}\n");
    accepts("recorded.mjs", &[&good]);
    for (name, lines) in [
        ("bad.jsonl", "{\"event\": \"on.user.online\", \"payload\": {\"id\": 0, \"online\": true}}\n"),
        ("unknown.jsonl", "{\"event\": \"on.user.gone\", \"payload\": {}}\n"),
        ("empty.jsonl", "\n"),
    ] {
        if let Some(output) = node("recorded.mjs", &[&record(name, lines)], &committed()) {
            assert_eq!(output.status.code(), Some(1), "{name}: {}", text(&output));
        }
    }
}

#[test]
fn a_broken_contract_is_noticed() {
    for (script, file, right, wrong) in [
        ("schemas.mjs", "schemas/message.send.json", "\"text\": {", "\"txet\": {"),
        ("schemas.mjs", "schemas/bundle.json", "\"format\": \"date-time\"", "\"format\": \"moment\""),
        ("asyncapi.mjs", "asyncapi.json", "\"action\": \"receive\"", "\"action\": \"take\""),
        ("newcomer.mjs", "index.d.ts", "\"on.message.new\"", "\"on.message.old\""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (path, contents) in chat_spec::publish::files() {
            let contents = if path == file { contents.replace(right, wrong) } else { contents };
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, contents).unwrap();
        }
        if let Some(output) = node(script, &[], folder.path()) {
            assert!(!output.status.success(), "{script} does not notice `{wrong}` in {file}: {}", text(&output));
        }
    }
}
