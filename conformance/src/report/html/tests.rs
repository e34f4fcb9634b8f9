//! The page on the sample: as it looks, that nothing on it is markup of a server's, that it stays small.

use super::render;
use crate::{report::sample, result::ScenarioResult};

#[test]
fn looks_as_documented() {
    // Style and script are left out: they are files of their own.
    let page = render(&sample::result());
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, rest) = rest.rsplit_once("<script>").unwrap();
    let (_, rest) = rest.split_once("</script>").unwrap();
    insta::assert_snapshot!(format!("{head}{body}{rest}").replace("><", ">\n<"));
}

#[test]
fn nothing_that_a_server_says_is_markup() {
    let page = render(&sample::result());
    assert_eq!(page.matches("<script").count(), 1, "ours");
    assert_eq!(page.matches("</script").count(), 1);
    assert!(page.contains("&lt;script&gt;alert"));
    let controls = page.chars().filter(|character| character.is_control() && *character != '\n').count();
    assert_eq!(controls, 0);
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn every_tag_is_closed_and_every_link_leads_somewhere() {
    let page = render(&sample::result());
    // Void elements apart, the page is XML, so that a parser can tell.
    let (start, rest) = page.split_once("<script>").unwrap();
    let (_, end) = rest.split_once("</script>").unwrap();
    let mut xml = format!("{start}{end}").replace("<!DOCTYPE html>", "");
    for void in ["<meta ", "<input "] {
        xml = xml.split(void).collect::<Vec<_>>().join(&format!("<void{}", &void[1..].replace(' ', "-x ")));
    }
    let xml = close_voids(&xml).replace(" open>", " open=\"\">");
    let document = roxmltree::Document::parse(&xml).unwrap();
    let ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    for link in document.descendants().filter_map(|node| node.attribute("href")) {
        assert!(ids.contains(&link.trim_start_matches('#')), "{link} leads nowhere");
    }
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "an id is given twice");
}

fn close_voids(xml: &str) -> String {
    let mut parts = xml.split("<void");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (tag, rest) = part.split_once('>').unwrap();
        out += &format!("<void{tag}/>{rest}");
    }
    out
}

#[test]
fn a_large_run_stays_readable_in_size() {
    let mut result = sample::result();
    let failed = result.failures().next().cloned().unwrap();
    result.scenarios = (0..300).map(|number| ScenarioResult { id: format!("s/{number}"), ..failed.clone() }).collect();
    let size = render(&result).len();
    assert!(size < 4_000_000, "{size} bytes");
}
