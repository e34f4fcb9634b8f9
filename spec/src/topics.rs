//! Which actions and events a group of requirements is about. The requirements name their group, and a group its
//! subjects here, so that whoever reads about `message.send` finds SEND-1 to SEND-12.

use crate::{
    events::{Entry, TABLE},
    requirements::{self, Requirement},
};

/// A group of requirements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// The group's name in `requirements.yaml`.
    pub group: &'static str,
    /// Wire names of the actions, and of events that answer no action, that it is about. The events that answer the
    /// actions belong to it too. Empty where it is about everything.
    pub subjects: &'static [&'static str],
}

/// Every group, in the order of the requirements.
pub const TOPICS: &[Topic] = &[
    Topic { group: "Connection", subjects: &[] },
    Topic { group: "Events", subjects: &[] },
    Topic { group: "Authorisation", subjects: &["user.auth"] },
    Topic { group: "Presence", subjects: &["on.user.online"] },
    Topic { group: "Starting a dialog", subjects: &["chat.start"] },
    Topic { group: "Sending", subjects: &["message.send"] },
    Topic { group: "Deleting a message", subjects: &["message.delete"] },
    Topic { group: "History", subjects: &["chat.history"] },
    Topic { group: "Marking as read", subjects: &["chat.read"] },
    Topic { group: "Clearing", subjects: &["chat.clear"] },
    Topic { group: "Deleting a dialog", subjects: &["chat.delete"] },
    Topic { group: "Calls", subjects: &["call.start", "call.answer"] },
    Topic { group: "Attachments", subjects: &["chat.start", "message.send"] },
    Topic { group: "Payload types", subjects: &[] },
    Topic { group: "Safety", subjects: &[] },
    Topic { group: "Robustness", subjects: &[] },
    Topic { group: "Durability", subjects: &[] },
    Topic { group: "Errors", subjects: &["on.error"] },
];

impl Topic {
    /// The topic of a group; `None` for a group that the protocol does not have.
    #[must_use]
    pub fn find(group: &str) -> Option<&'static Self> {
        TOPICS.iter().find(|topic| topic.group == group)
    }

    /// Whether it is about an action or event.
    #[must_use]
    pub fn concerns(&self, entry: &Entry) -> bool {
        self.subjects.contains(&entry.name)
            || self
                .subjects
                .iter()
                .any(|subject| Entry::find(subject).is_some_and(|subject| subject.answered_by == Some(entry.name)))
    }

    /// The actions and events that it is about.
    pub fn entries(&self) -> impl Iterator<Item = &'static Entry> {
        TABLE.iter().filter(|entry| self.concerns(entry))
    }

    /// Its requirements.
    pub fn requirements(&self) -> impl Iterator<Item = &'static Requirement> {
        requirements::all().iter().filter(|requirement| requirement.group == self.group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_of_requirements_is_here_and_nothing_else() {
        let mut groups: Vec<_> = requirements::all().iter().map(|requirement| requirement.group.as_str()).collect();
        groups.dedup();
        assert_eq!(groups, TOPICS.iter().map(|topic| topic.group).collect::<Vec<_>>());
    }

    #[test]
    fn every_action_and_event_has_a_topic() {
        for entry in TABLE {
            assert!(TOPICS.iter().any(|topic| topic.concerns(entry)), "{}", entry.name);
        }
        for subject in TOPICS.iter().flat_map(|topic| topic.subjects) {
            assert!(Entry::find(subject).is_some(), "{subject}");
        }
    }
}
