//! What a fault is: something that implementers really get wrong, and the requirement that must be found broken by it.

use super::passage::Passage;

/// What a tampering proxy does with what passes: called for each frame, in both directions, of all connections.
pub type Rule = Box<dyn FnMut(&mut Passage<'_>) + Send>;

/// How a fault is made.
#[derive(Debug, Clone, Copy)]
pub enum Made {
    /// By a proxy in front of a correct server. The function makes the rule, with its state, anew for each run.
    OnTheWire(fn() -> Rule),
    /// By a decorator of the reference server's own parts: `faulty --fault ID`.
    InTheServer,
}

/// What a fault needs besides, to show itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// A proxy that writes to one client after the other, as a server does that awaits each write.
    OneWriter,
    /// A server that the suite starts itself, because it is restarted or killed.
    Restarts,
    /// A run that waits for longer than a minute, because the requirement allows a minute.
    LongPatience,
}

/// The condition under which alone a fault shows itself. Ordinary use goes well, so that only who looks there finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// A later one of several messages, such as the third.
    LaterMessage,
    /// A page after the first.
    LaterPage,
    /// Characters beyond the first plane of Unicode.
    AstralUnicode,
    /// A user with several devices.
    SeveralDevices,
    /// Both sides act at once.
    BothAtOnce,
    /// Somebody left and came back, or the server did.
    AfterReconnect,
    /// Something was cleared or deleted before.
    AfterClearOrDelete,
    /// More than fifty messages.
    OverFifty,
    /// Input or a state that is rare in another way.
    RareInput,
}

impl Condition {
    /// Every condition.
    pub const ALL: [Self; 9] = [
        Self::LaterMessage,
        Self::LaterPage,
        Self::AstralUnicode,
        Self::SeveralDevices,
        Self::BothAtOnce,
        Self::AfterReconnect,
        Self::AfterClearOrDelete,
        Self::OverFifty,
        Self::RareInput,
    ];

    /// The condition in a few words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LaterMessage => "only a later message",
            Self::LaterPage => "only a later page",
            Self::AstralUnicode => "only astral Unicode",
            Self::SeveralDevices => "only with several devices",
            Self::BothAtOnce => "only when both act at once",
            Self::AfterReconnect => "only after a return",
            Self::AfterClearOrDelete => "only after clear or delete",
            Self::OverFifty => "only over fifty messages",
            Self::RareInput => "only with rare input",
        }
    }
}

/// One seeded fault.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Its name, which begins with the requirement: `send-4-cuts-astral`.
    pub id: &'static str,
    /// The requirement that must be found broken.
    pub breaks: &'static str,
    /// What an implementer got wrong, in one sentence.
    pub wrong: &'static str,
    /// The condition under which alone it shows itself, if there is one.
    pub condition: Option<Condition>,
    /// How it is made.
    pub made: Made,
    /// What it needs besides.
    pub with: &'static [With],
}

impl Fault {
    /// A fault that a proxy makes.
    pub(super) const fn on_the_wire(
        id: &'static str,
        breaks: &'static str,
        wrong: &'static str,
        rule: fn() -> Rule,
    ) -> Self {
        Self { id, breaks, wrong, condition: None, made: Made::OnTheWire(rule), with: &[] }
    }

    /// A fault that a decorator of the reference server makes.
    pub(super) const fn in_the_server(id: &'static str, breaks: &'static str, wrong: &'static str) -> Self {
        Self { id, breaks, wrong, condition: None, made: Made::InTheServer, with: &[] }
    }

    /// The same, shown under a condition alone.
    pub(super) const fn only(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }

    /// The same, with what it needs.
    pub(super) const fn with(mut self, with: &'static [With]) -> Self {
        self.with = with;
        self
    }

    /// Whether a word of a filter means it: a part of its id, or the requirement that it breaks.
    #[must_use]
    pub fn fits(&self, word: &str) -> bool {
        self.id.contains(word) || self.breaks.eq_ignore_ascii_case(word)
    }

    /// Whether it needs something.
    #[must_use]
    pub fn needs(&self, with: With) -> bool {
        self.with.contains(&with)
    }
}
