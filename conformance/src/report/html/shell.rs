//! What every page has around its content: the head, the style, the script.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::report::headline::Headline;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Nothing is fetched by a page, whatever stands in it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// A whole page.
pub(crate) fn page(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (content)
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// The verdict, large.
pub(crate) fn banner(headline: &Headline, below: &Markup) -> Markup {
    html! {
        header.banner data-verdict=(headline.tone) {
            h1 { (headline.title) }
            p.detail { (headline.detail) }
            (below)
        }
    }
}
