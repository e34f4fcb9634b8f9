//! Payloads at the edges of what is right are accepted, and have their documented effect.

use std::time::{Duration, Instant};

use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::Value;

use super::{
    effect::missing,
    scene::Scene,
    shape::actions,
    simpler::simpler,
    valid::{Valid, valid},
};
use crate::{
    properties::{seed::generator, shown, volume},
    stop::{Outcome, Stop},
    world::World,
};

/// How long a simpler payload is looked for.
const SHRINKING: Duration = Duration::from_secs(3);

/// Tries payloads at the edges of every action but `user.auth`.
pub(crate) async fn accepted(world: &World) -> Outcome {
    world.no_transcript();
    volume::asked_for(world)?;
    let mut scene = Scene::new(world).await?;
    for action in actions().filter(|action| action.name != "user.auth") {
        for case in 0..world.subject().cases {
            let generated = generate(world, action, case)?;
            world.check(generated.requirement, true, String::new);
            if let Some(why) = try_it(&mut scene, &generated).await? {
                shrink_and_report(&mut scene, generated, why).await?;
                break;
            }
        }
    }
    Ok(())
}

pub(super) fn generate(world: &World, action: &'static chat_spec::events::Entry, case: u32) -> Outcome<Valid> {
    let mut generator = generator(world.subject().seed, action.name, case);
    let tree = valid(action).new_tree(&mut generator);
    tree.map(|tree| tree.current()).map_err(|why| Stop::Harness(format!("no payload could be generated: {why}")))
}

/// Sends it; gives who does not hear its effect.
async fn try_it(scene: &mut Scene<'_>, valid: &Valid) -> Outcome<Option<String>> {
    if valid.action.name == "message.delete" {
        scene.renew().await?;
    }
    let arguments = scene.put_in(&valid.arguments);
    missing(scene, valid.action.name, &arguments).await
}

/// Records the simplest payload that is not accepted.
async fn shrink_and_report(scene: &mut Scene<'_>, mut failed: Valid, mut why: String) -> Outcome {
    let until = Instant::now() + SHRINKING;
    'simpler: loop {
        for candidate in candidates(&failed) {
            if Instant::now() > until {
                break 'simpler;
            }
            scene.world.settle().await?;
            scene.renew().await?;
            if let Some(sentence) = try_it(scene, &candidate).await? {
                (failed, why) = (candidate, sentence);
                continue 'simpler;
            }
        }
        break;
    }
    let arguments = scene.put_in(&failed.arguments);
    let sentence = format!("{} with {} is not carried out: {why}", failed.action.name, failed.what);
    shown::find(scene.world, failed.requirement, sentence, failed.action.name, &arguments);
    scene.world.settle().await?;
    scene.renew().await
}

/// The same payload with a simpler value in the field that is special.
fn candidates(failed: &Valid) -> Vec<Valid> {
    let Some(field) = &failed.field else { return Vec::new() };
    let with = |value: Value| {
        let mut simpler = failed.clone();
        simpler.arguments[0][field] = value;
        simpler
    };
    let values = simpler(&failed.arguments[0][field]);
    // A text must not be empty, and what was not `null` is not made so.
    values.into_iter().filter(|value| value.as_str() != Some("")).map(with).filter(is_right).collect()
}

/// Whether a payload is right still, whatever ids its symbols stand for.
fn is_right(valid: &Valid) -> bool {
    let payload = super::symbols::put_in(&valid.arguments[0], &|_| Value::from(1));
    chat_spec::schema::is_valid(valid.action.name, &payload) == Some(true)
}
