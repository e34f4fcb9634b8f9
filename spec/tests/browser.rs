//! The reference as a page, in a real browser: it fits a phone and a desk, follows light and dark, and asks nothing of
//! a network. Needs Chromium; says so where there is none, and fails then where `CI=true`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, io::Write as _, path::Path, process::Command};

use chat_spec::{conversations::CONVERSATIONS, publish::html};
use serde_json::{Value, json};

/// Shows the page in a frame of a width, and leaves what it measured as the only text. Chromium's own window has a
/// least width, which is more than a phone's.
const FRAME: &str = r#"<!doctype html>
<iframe src="docs.html" style="width: WIDTHpx; height: 800px; border: 0"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {
  const page = frame.contentDocument, root = page.documentElement, view = frame.contentWindow;
  const shown = [...page.querySelectorAll("svg.sequence")].filter((it) => it.getBoundingClientRect().height > 50);
  const measured = {
    overflow: root.scrollWidth - root.clientWidth,
    background: view.getComputedStyle(page.body).backgroundColor,
    pictures: shown.length,
    loaded: view.performance.getEntriesByType("resource").length,
  };
  document.body.textContent = JSON.stringify(measured);
};
</script>
"#;

/// What a browser measured; `None` where there is none.
fn measure(width: u32, dark: bool) -> Option<Value> {
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok());
    let Some(browser) = browser else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "Chromium is needed where CI=true: install it");
        #[expect(clippy::explicit_write, reason = "a passing test keeps to itself what `eprintln!` prints")]
        writeln!(std::io::stderr(), "skipped: the page at {width}, because there is no Chromium").unwrap();
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("docs.html", &html::page());
    write("frame.html", &FRAME.replace("WIDTH", &width.to_string()));
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--allow-file-access-from-files", "--virtual-time-budget=10000", "--window-size=1400,1000"])
        .args(dark.then_some("--force-dark-mode"))
        .arg(profile(folder.path()))
        .args(["--dump-dom", &format!("file://{}/frame.html", folder.path().display())])
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let measured = dom.split("<body>").nth(1).and_then(|rest| rest.split("</body>").next());
    Some(measured.and_then(|text| serde_json::from_str(text.trim()).ok()).unwrap_or_else(|| panic!("{output:?}")))
}

/// A profile of its own, so that runs beside each other do not meet.
fn profile(folder: &Path) -> String {
    format!("--user-data-dir={}", folder.join("profile").display())
}

#[test]
fn the_page_fits_and_follows_light_and_dark() {
    for (width, dark, background) in [
        (390, false, "rgb(255, 255, 255)"),
        (390, true, "rgb(20, 24, 31)"),
        (1200, false, "rgb(255, 255, 255)"),
        (1200, true, "rgb(20, 24, 31)"),
    ] {
        if let Some(measured) = measure(width, dark) {
            let expected = json!({
                "overflow": 0,
                "background": background,
                "pictures": CONVERSATIONS.len(),
                "loaded": 0,
            });
            assert_eq!(measured, expected, "{width} pixels wide, dark: {dark}");
        }
    }
}
