//! `PROTOCOL.md`: the reference that a person reads. `explain` prints its sections one by one.
//!
//! * [`event_section`]: an action or event, with its fields, an example, who gets it, its requirements.
//! * [`explain()`]: the same by name, and what a requirement or a decision says.

mod chapters;
mod event;
mod explain;
mod links;
mod types;

pub(super) use self::links::slug;
pub use self::{
    event::event_section,
    explain::{decision, explain, requirement},
};

/// A heading, and what writes the text under it.
type Chapter = (&'static str, fn() -> String);

/// The chapters of the reference, in the order of the page.
const CHAPTERS: &[Chapter] = &[
    ("Connecting", chapters::connecting),
    ("At a glance", chapters::at_a_glance),
    ("Conversations", chapters::conversations),
    ("Actions", chapters::actions),
    ("Events", chapters::events),
    ("Types", types::chapter),
    ("Refusals and acknowledgements", chapters::refusals),
    ("Requirements", chapters::requirements),
    ("Decisions", chapters::decisions),
    ("Readings", chapters::readings),
    ("Known gaps", chapters::known_gaps),
];

/// The whole reference.
#[must_use]
pub fn page() -> String {
    let body: String =
        CHAPTERS.iter().map(|(heading, text)| format!("\n## {heading}\n\n{}\n", text().trim_end())).collect();
    links::linked(&format!("{}\n## Contents\n\n{}{body}", chapters::introduction(), contents(&body)))
}

/// The list of contents: chapters, and the sections of those that have some.
fn contents(body: &str) -> String {
    let mut list = String::new();
    for line in links::prose(body).filter(|line| line.starts_with("## ") || line.starts_with("### ")) {
        let (hashes, heading) = line.split_once(' ').unwrap_or_default();
        let indent = if hashes.len() == 2 { "" } else { "  " };
        list.push_str(&format!("{indent}- [{heading}](#{})\n", links::slug(heading)));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{events::TABLE, requirements};

    #[test]
    fn names_everything_that_there_is() {
        let page = page();
        for entry in TABLE {
            assert!(page.contains(&format!("\n### `{}`\n", entry.name)), "{}", entry.name);
        }
        for requirement in requirements::all() {
            assert!(page.contains(&format!("<a id=\"{}\"></a>", links::slug(&requirement.id))), "{}", requirement.id);
        }
        for decision in requirements::decisions() {
            assert!(page.contains(&format!("<a id=\"{}\"></a>", links::slug(&decision.id))), "{}", decision.id);
        }
        for reading in requirements::readings() {
            assert!(page.contains(&format!("<a id=\"{}\"></a>", links::slug(&reading.id))), "{}", reading.id);
        }
    }

    #[test]
    fn every_link_inside_the_page_leads_somewhere() {
        let page = page();
        let headings = links::prose(&page).filter(|line| line.starts_with('#'));
        let headings: Vec<_> = headings.map(|line| links::slug(line.trim_start_matches(['#', ' ']))).collect();
        let targets = page.split("](#").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets {
            let anchored = page.contains(&format!("<a id=\"{target}\"></a>"));
            assert!(anchored || headings.iter().any(|heading| heading == target), "#{target} is nowhere");
        }
        for (index, heading) in headings.iter().enumerate() {
            assert!(!headings[..index].contains(heading), "two headings are called {heading}");
        }
    }
}
