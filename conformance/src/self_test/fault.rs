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

/// One seeded fault.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Its name, which begins with the requirement: `send-4-cuts-astral`.
    pub id: &'static str,
    /// The requirement that must be found broken.
    pub breaks: &'static str,
    /// What an implementer got wrong, in one sentence.
    pub wrong: &'static str,
    /// Whether it shows itself under a condition alone, such as only with two devices.
    pub conditional: bool,
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
        Self { id, breaks, wrong, conditional: false, made: Made::OnTheWire(rule), with: &[] }
    }

    /// A fault that a decorator of the reference server makes.
    pub(super) const fn in_the_server(id: &'static str, breaks: &'static str, wrong: &'static str) -> Self {
        Self { id, breaks, wrong, conditional: false, made: Made::InTheServer, with: &[] }
    }

    /// The same, shown under a condition alone.
    pub(super) const fn conditional(mut self) -> Self {
        self.conditional = true;
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
