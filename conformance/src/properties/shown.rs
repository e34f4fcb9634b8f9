//! How a payload that went wrong is shown: what was sent, and how to send it again.

use serde_json::Value;

use crate::{options::Options, world::World};

/// How much of a payload is shown.
const LONGEST: usize = 600;

/// What has to be said besides, so that a run tries the same again.
pub(crate) fn again(world: &World) -> String {
    let subject = world.subject();
    let cases = match subject.cases {
        cases if cases == Options::default().cases => String::new(),
        cases => format!(" --cases {cases}"),
    };
    format!("again: run it alone with --seed {}{cases}", subject.seed)
}

/// Records that a requirement is broken, by what was sent.
pub(crate) fn find(world: &World, requirement: &'static str, sentence: String, action: &str, arguments: &[Value]) {
    let sent: String = Value::from(arguments.to_vec()).to_string();
    let shown: String = sent.chars().take(LONGEST).collect();
    let rest = if shown.len() < sent.len() { format!("… ({} bytes)", sent.len()) } else { String::new() };
    let got = format!("{action} {shown}{rest}\n{}", again(world));
    world.state(|state| {
        state.mark_checked(requirement);
        state.find(requirement, sentence, None, Some(got));
    });
}
