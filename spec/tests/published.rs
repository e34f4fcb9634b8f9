//! What is committed under `spec/published/` is what the types say today.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("published")
}

/// Every file under a folder, by its path inside it.
fn read_all(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let inside = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(inside, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// What has to be done so that a folder says what the types say; empty where it does.
fn stale(folder: &Path) -> Vec<String> {
    let mut there = read_all(folder);
    let mut complaints = Vec::new();
    for (path, contents) in chat_spec::publish::files() {
        if there.remove(&path).is_none_or(|committed| committed != contents) {
            complaints.push(format!("{path} is stale: run `cargo run -p chat-spec -- publish spec/published`"));
        }
    }
    complaints.extend(there.into_keys().map(|path| format!("{path} is published no longer: remove it")));
    complaints
}

fn publish(folder: &Path) {
    let run = Command::new(env!("CARGO_BIN_EXE_chat-spec")).arg("publish").arg(folder).output().unwrap();
    assert!(run.status.success(), "{run:?}");
}

#[test]
fn what_is_committed_is_what_the_types_say() {
    let complaints = stale(&committed());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_changed_a_missing_and_a_left_over_file_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path());
    assert_eq!(stale(folder.path()), [""; 0]);

    let changed = folder.path().join("index.d.ts");
    fs::write(&changed, fs::read_to_string(&changed).unwrap().replace("text: string", "text: number")).unwrap();
    fs::remove_file(folder.path().join("schemas/user.auth.json")).unwrap();
    fs::write(folder.path().join("schemas/user.gone.json"), "{}").unwrap();
    let complaints = stale(folder.path()).join("\n");
    for file in
        ["index.d.ts is stale", "schemas/user.auth.json is stale", "schemas/user.gone.json is published no longer"]
    {
        assert!(complaints.contains(file), "{complaints}");
    }
}
