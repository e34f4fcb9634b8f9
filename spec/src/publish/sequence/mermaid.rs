//! A conversation as a Mermaid sequence diagram, for readers that draw it themselves.

use crate::conversations::{Conversation, Line, Party};

/// The diagram's text, without the fence around it.
#[must_use]
pub fn text(conversation: &Conversation) -> String {
    let mut lines = vec!["sequenceDiagram".to_owned()];
    for party in conversation.parties() {
        lines.push(format!("    participant {} as {}", name(party), party.label()));
    }
    for line in conversation.lines() {
        lines.push(match line {
            Line::Says { from, to, what, answers } => {
                let arrow = if answers { "-->>" } else { "->>" };
                format!("    {}{arrow}{}: {what}", name(from), name(to))
            }
            Line::Note(beside, text) => format!("    Note over {}: {text}", name(beside)),
        });
    }
    lines.join("\n")
}

fn name(party: Party) -> &'static str {
    match party {
        Party::Alice => "A",
        Party::AliceElsewhere => "A2",
        Party::Server => "S",
        Party::Bob => "B",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::CONVERSATIONS;

    #[test]
    fn says_the_first_message() {
        assert_eq!(
            text(&CONVERSATIONS[1]),
            "sequenceDiagram
    participant A2 as Alice, 2nd
    participant A as Alice
    participant S as Server
    participant B as Bob
    A->>S: chat.start
    S-->>A: on.message.new
    S-->>A2: on.message.new
    S-->>B: on.message.new"
        );
    }
}
