//! Markdown to HTML: headings that links find, pictures instead of Mermaid, tables that scroll.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::{
    conversations::CONVERSATIONS,
    publish::{
        markdown::slug,
        sequence::{mermaid, svg},
    },
};

/// The page's text, and its headings.
pub(super) struct Rendered {
    pub(super) body: String,
    chapters: Vec<Chapter>,
}

/// A heading of the second level, and those of the third below it. Each is a link, as HTML.
struct Chapter {
    link: String,
    sections: Vec<String>,
}

/// The list of contents in the Markdown, which the page has beside its text instead.
const CONTENTS: &str = "Contents";

pub(super) fn render(markdown: &str) -> Rendered {
    let mut parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    let mut chapters: Vec<Chapter> = Vec::new();
    let mut events = Vec::new();
    let mut in_contents = false;
    while let Some(event) = parser.next() {
        if let Event::Start(Tag::Heading { level, .. }) = event {
            let inside = until(&mut parser, TagEnd::Heading(level));
            let text = plain(&inside);
            in_contents = text == CONTENTS;
            if !in_contents {
                list(&mut chapters, level, &text, &inside);
                events.extend(heading(level, &text, inside));
            }
        } else if !in_contents {
            push(event, &mut parser, &mut events);
        }
    }
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    Rendered { body, chapters }
}

impl Rendered {
    /// The list of contents, as HTML.
    pub(super) fn contents(&self) -> String {
        let chapters = self.chapters.iter().map(|Chapter { link, sections }| {
            let sections: String = sections.iter().map(|section| format!("<li>{section}</li>")).collect();
            let sections = if sections.is_empty() { sections } else { format!("<ul>{sections}</ul>") };
            format!("<li>{link}{sections}</li>\n")
        });
        format!("<ul>\n{}</ul>", chapters.collect::<String>())
    }
}

/// Everything up to the end of an element, without it.
fn until<'a>(events: &mut impl Iterator<Item = Event<'a>>, end: TagEnd) -> Vec<Event<'a>> {
    events.take_while(|event| *event != Event::End(end)).collect()
}

/// The text of events, without what makes it bold or code.
fn plain(events: &[Event<'_>]) -> String {
    let text = |event: &Event<'_>| match event {
        Event::Text(text) | Event::Code(text) => text.to_string(),
        _ => String::new(),
    };
    events.iter().map(text).collect()
}

/// A heading that a link finds.
fn heading<'a>(level: HeadingLevel, text: &str, inside: Vec<Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let id = Some(CowStr::from(slug(text)));
    let start = Event::Start(Tag::Heading { level, id, classes: Vec::new(), attrs: Vec::new() });
    [start].into_iter().chain(inside).chain([Event::End(TagEnd::Heading(level))])
}

/// Puts a heading on the list of contents.
fn list(chapters: &mut Vec<Chapter>, level: HeadingLevel, text: &str, inside: &[Event<'_>]) {
    let mut words = String::new();
    html::push_html(&mut words, inside.iter().cloned());
    let link = format!("<a href=\"#{}\">{words}</a>", slug(text));
    match (level, chapters.last_mut()) {
        (HeadingLevel::H2, _) => chapters.push(Chapter { link, sections: Vec::new() }),
        (HeadingLevel::H3, Some(chapter)) => chapter.sections.push(link),
        _ => {}
    }
}

/// What an event becomes on the page.
fn push<'a>(event: Event<'a>, parser: &mut impl Iterator<Item = Event<'a>>, events: &mut Vec<Event<'a>>) {
    match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) if &*language == "mermaid" => {
            let text = plain(&until(parser, TagEnd::CodeBlock));
            events.push(Event::Html(picture(text.trim_end()).into()));
        }
        // A wide table scrolls by itself, and the page does not.
        Event::Start(table @ Tag::Table(_)) => {
            events.extend([Event::Html("<div class=\"wide\">".into()), Event::Start(table)]);
        }
        Event::End(TagEnd::Table) => events.extend([Event::End(TagEnd::Table), Event::Html("</div>\n".into())]),
        Event::Text(text) => events.extend(emphasised(text)),
        other => events.push(other),
    }
}

/// The picture of the conversation that a Mermaid text says.
fn picture(text: &str) -> String {
    let conversation = CONVERSATIONS.iter().find(|conversation| mermaid::text(conversation) == text);
    let picture = conversation.map(svg::picture).unwrap_or_default();
    format!("<div class=\"wide\">\n{picture}</div>\n")
}

/// A text in which the level of a requirement, in a cell or in front of it, shows its weight.
fn emphasised(text: CowStr<'_>) -> Vec<Event<'_>> {
    for (level, class) in [("MUST", "must"), ("SHOULD", "should"), ("MAY", "may")] {
        let rest = match text.trim_start().strip_prefix(level) {
            Some("") => "",
            Some(rest) if rest.starts_with(':') => &rest[1..],
            _ => continue,
        };
        let badge = format!(" <span class=\"{class}\">{level}</span>");
        return vec![Event::InlineHtml(badge.into()), Event::Text(rest.to_owned().into())];
    }
    vec![Event::Text(text)]
}
