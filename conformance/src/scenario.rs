//! What a scenario is, and how a file of scenarios lists its own.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use crate::{options::Options, random::Random, stop::Outcome, world::World};

/// The future of a scenario.
pub type ScenarioFuture<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// One scripted conversation with the server, and the requirements that it checks.
///
/// To add one: write a plain `async fn(&World) -> Outcome` in the file of its action, `scenarios/message/send.rs` for
/// `message.send`, and its line in the table at the top of that file.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// The heading of its file, such as `message.send`.
    pub group: &'static str,
    /// The name of its function.
    pub name: &'static str,
    /// What it checks, in one sentence.
    pub title: &'static str,
    /// The ids of the requirements that it names.
    pub requirements: &'static [&'static str],
    /// What it needs besides a server and accounts.
    pub needs: Needs,
    /// The scenario itself.
    pub run: for<'a> fn(&'a World) -> ScenarioFuture<'a>,
}

/// What a scenario needs besides a server and accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Needs {
    /// Nothing: it runs beside other scenarios.
    #[default]
    Nothing,
    /// A profile that the server declares, such as `errors`; it is not applicable without.
    Profile(&'static str),
    /// Time: it waits for timers of the server and hardly does anything, so that it runs beside quiet ones, too.
    Time,
    /// Quiet: it measures time, or loads the server, and runs beside nothing but what waits.
    Quiet,
    /// The server for itself: what others do would change what it finds.
    Nobody,
    /// A server that the suite started itself, because it is stopped or killed; it runs alone.
    OwnServer,
}

impl Scenario {
    /// Whether it does what a weak server may not survive: where the server is gone after it, that is its finding.
    #[must_use]
    pub fn may_end_the_server(&self) -> bool {
        self.group == "robustness" || self.needs == Needs::OwnServer
    }

    /// Its id, such as `message.send/reaches_both_users_and_nobody_else`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }

    /// How much longer than others it may take: what makes up what it does while it runs does as much as was asked for.
    #[must_use]
    pub fn allowance(&self, random: &Random, cases: u32) -> Duration {
        match self.group {
            "properties" => random.allowance(cases),
            // The usual time is enough for as many as are tried where nobody asks for more.
            "concurrent" | "payloads" => Random::time_for(cases.saturating_sub(Options::default().cases)),
            _ => Duration::ZERO,
        }
    }
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("id", &self.id()).field("requirements", &self.requirements).finish()
    }
}

/// The table at the top of a file of scenarios: function, requirements, what it checks (and what it needs).
macro_rules! scenarios {
    ($group:literal; $($name:ident [$($requirement:literal),+ $(,)?] $title:literal $(needs $needs:expr)?;)*) => {
        /// The scenarios of this file.
        pub(crate) const SCENARIOS: &[$crate::scenario::Scenario] = &[$(
            $crate::scenario::Scenario {
                group: $group,
                name: stringify!($name),
                title: $title,
                requirements: &[$($requirement),+],
                needs: scenarios!(@needs $($needs)?),
                run: |world| Box::pin($name(world)),
            },
        )*];
    };
    (@needs) => { $crate::scenario::Needs::Nothing };
    (@needs $needs:expr) => { $needs };
}
pub(crate) use scenarios;
