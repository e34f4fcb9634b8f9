//! The reference as one HTML page that needs no network: style and pictures are in it. For a server's `/docs`.

mod render;

use crate::{PROTOCOL_VERSION, publish::markdown};

/// The page around the text, with `{{…}}` for what is filled in.
const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

/// The page.
#[must_use]
pub fn page() -> String {
    let rendered = render::render(&markdown::page());
    TEMPLATE
        .replace("{{version}}", PROTOCOL_VERSION)
        .replace("{{style}}", STYLE)
        .replace("{{contents}}", &rendered.contents())
        .replace("{{body}}", &rendered.body)
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::conversations::CONVERSATIONS;

    #[test]
    fn has_every_picture_and_asks_nothing_of_a_network() {
        let page = page();
        assert_eq!(page.matches("<svg class=\"sequence\"").count(), CONVERSATIONS.len());
        for outside in ["<script", "<link", "<img", "@import", "url(", "src=", "href=\"http", "sequenceDiagram", "{{"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn every_link_leads_to_an_anchor_that_is_there_once() {
        let page = page();
        let anchors: Vec<_> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        for (index, anchor) in anchors.iter().enumerate() {
            assert!(!anchors[..index].contains(anchor), "{anchor} is there twice");
        }
        for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(anchors.contains(&target), "#{target} is nowhere");
        }
    }
}
