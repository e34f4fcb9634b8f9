//! The conversations.

use super::{Conversation, Party, Step};

/// Every conversation, in the order of a client's life.
pub const CONVERSATIONS: &[Conversation] = &[
    Conversation {
        title: "Coming and going",
        steps: &[
            Step::Acts(Party::Alice, "user.auth"),
            Step::Announces("on.user.online"),
            Step::Note(Party::Alice, "her last socket closes"),
            Step::Announces("on.user.online"),
        ],
    },
    Conversation { title: "A first message", steps: &[Step::Acts(Party::Alice, "chat.start")] },
    Conversation {
        title: "Messages to and fro",
        steps: &[
            Step::Acts(Party::Alice, "message.send"),
            Step::Acts(Party::Bob, "chat.read"),
            Step::Acts(Party::Bob, "message.send"),
            Step::Acts(Party::Alice, "chat.read"),
        ],
    },
    Conversation { title: "A message taken back", steps: &[Step::Acts(Party::Alice, "message.delete")] },
    Conversation {
        title: "Walking through the history",
        steps: &[
            Step::Acts(Party::Alice, "chat.history"),
            Step::Note(Party::Alice, "last_id = her oldest message"),
            Step::Acts(Party::Alice, "chat.history"),
        ],
    },
    Conversation {
        title: "Clearing and deleting a dialog",
        steps: &[Step::Acts(Party::Alice, "chat.clear"), Step::Acts(Party::Alice, "chat.delete")],
    },
    Conversation {
        title: "A call",
        steps: &[
            Step::Acts(Party::Alice, "call.start"),
            Step::Note(Party::Bob, "picks up"),
            Step::Acts(Party::Bob, "call.answer"),
        ],
    },
    Conversation {
        title: "Acknowledgements and refusals (profile errors)",
        steps: &[
            Step::ActsAndAsks(Party::Alice, "message.send"),
            Step::Note(Party::Alice, "without a callback"),
            Step::IsRefused(Party::Alice, "chat.read"),
        ],
    },
];
