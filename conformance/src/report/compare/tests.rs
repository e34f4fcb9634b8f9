//! Two runs of the sample, the second worse in one thing, better in another, and blind in a third.

use super::*;
use crate::report::sample;

fn later() -> RunResult {
    let mut later = sample::result();
    later.target = "ws://other.example:4000/".into();
    for requirement in &mut later.requirements {
        let (verdict, reason) = match requirement.id.as_str() {
            "CONN-1" => (Verdict::NotEvaluable, Some(format!("the run was cut short {}", sample::NASTY))),
            "SEND-1" => (Verdict::Pass, None),
            "SEND-3" => (Verdict::Violation, Some("carol heard of it".to_owned())),
            _ => continue,
        };
        requirement.verdict = verdict;
        requirement.reason = reason;
    }
    later.requirements.pop();
    later
}

fn comparison() -> Comparison {
    Comparison::of(vec![("reference".into(), sample::result()), ("other <b>".into(), later())]).unwrap()
}

#[test]
fn what_changed_since_the_first_is_told() {
    let comparison = comparison();
    let change = comparison.change(&comparison.columns[1]);
    assert_eq!(change, Change { dropped: vec!["CONN-1"], worse: vec!["SEND-3"], better: vec!["SEND-1"] });
    assert_eq!(comparison.change(&comparison.columns[0]), Change::default());
    assert_eq!(comparison.columns.iter().map(Column::checked).collect::<Vec<_>>(), [8, 7]);
}

#[test]
fn the_matrix_as_markdown() {
    insta::assert_snapshot!(comparison().markdown());
}

#[test]
fn the_matrix_as_a_page() {
    let page = comparison().html();
    let (_, body) = page.split_once("<body>").unwrap();
    let (body, _) = body.split_once("<script>").unwrap();
    insta::assert_snapshot!(body.replace("><", ">\n<"));
    assert_eq!(page.matches("<script").count(), 1, "nothing that a server says is markup");
    assert!(!body.contains("other <b>"));
}

#[test]
fn what_cannot_be_compared_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let mut newer = sample::result();
    newer.protocol_version = "2.0.0".into();
    let one = file("one.json", serde_json::to_string(&sample::result()).unwrap());
    let two = file("two.json", serde_json::to_string(&newer).unwrap());
    let text = file("text.json", "{}".into());
    let said = |paths: &[&std::path::PathBuf]| {
        let paths: Vec<_> = paths.iter().map(|path| (*path).clone()).collect();
        read(&paths).unwrap_err().to_string().replace(&format!("{}/", folder.path().display()), "")
    };
    let sentences =
        [said(&[&one]), said(&[&one, &two]), said(&[&one, &text]), said(&[&one, &folder.path().join("none.json")])];
    insta::assert_snapshot!(sentences.join("\n"));
    assert!(read(&[one.clone(), one]).is_ok());
}
