//! Payloads with one thing wrong change nothing and are told to nobody, and everybody goes on.
//!
//! Many are sent between two looks; where something came of them, the one that caused it is looked for by halves.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use chat_spec::events::MessageSend;
use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::Value;

use super::{
    effect::missing,
    invalid::{Invalid, invalid},
    scene::Scene,
    shape::actions,
    simpler::simpler,
};
use crate::{
    properties::{seed::generator, shown, volume},
    stop::{Outcome, Stop},
    world::World,
};

/// How long the payload that causes something is looked for, and then a simpler one.
const SEARCHING: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(3));
/// How many payloads are shown where none of them causes it alone.
const SHOWN: usize = 5;
/// A connection is not flooded: so many are sent before an answer is waited for.
const BURST: usize = 32;

/// Tries payloads with one thing wrong for every action but `user.auth`.
pub(crate) async fn refused(world: &World) -> Outcome {
    world.no_transcript();
    volume::asked_for(world)?;
    let mut scene = Scene::new(world).await?;
    let before = scene.state().await?;
    let mut all = Vec::new();
    for (requirement, payloads) in generate(world)? {
        world.check(requirement, true, String::new);
        if let Some(what) = reaction(&mut scene, &payloads).await? {
            search_and_report(&mut scene, payloads, what).await?;
            return Ok(());
        }
        all.extend(payloads);
    }
    let after = scene.state().await?;
    if let Some(what) = difference(&before, &after) {
        return search_and_report(&mut scene, all, what).await;
    }
    everybody_goes_on(&mut scene).await
}

/// Wrong payloads of all actions, by the requirement that wants them refused.
fn generate(world: &World) -> Outcome<BTreeMap<&'static str, Vec<Invalid>>> {
    let mut all: BTreeMap<&'static str, Vec<Invalid>> = BTreeMap::new();
    for action in actions().filter(|action| action.name != "user.auth") {
        for case in 0..world.subject().cases.saturating_mul(2) {
            let mut generator = generator(world.subject().seed, &format!("{} with one thing wrong", action.name), case);
            let tree = invalid(action).new_tree(&mut generator);
            let tree = tree.map_err(|why| Stop::Harness(format!("no payload could be generated: {why}")))?;
            let invalid = tree.current();
            all.entry(invalid.requirement).or_default().push(invalid);
        }
    }
    Ok(all)
}

/// Sends payloads, and gives what came of them that anybody could hear.
async fn reaction(scene: &mut Scene<'_>, payloads: &[Invalid]) -> Outcome<Option<String>> {
    for burst in payloads.chunks(BURST) {
        for invalid in burst {
            let arguments = scene.put_in(&invalid.arguments);
            scene.alice.emit_arguments(invalid.action, arguments).await?;
        }
        scene.world.settle_patiently().await?;
    }
    for client in scene.clients() {
        drop(client.errors());
        if let Some(event) = client.leftovers().first() {
            return Ok(Some(format!("`{}` heard {}", client.label(), event.name)));
        }
        if client.missed_something() {
            return Ok(Some(format!("the connection of `{}` was lost", client.label())));
        }
    }
    Ok(None)
}

/// What is not as it was before.
fn difference(before: &[String], after: &[String]) -> Option<String> {
    let gone = before.iter().find(|line| !after.contains(line)).map(|line| format!("gone: {line}"));
    let new = after.iter().find(|line| !before.contains(line)).map(|line| format!("new: {line}"));
    let changes: Vec<String> = gone.into_iter().chain(new).collect();
    (!changes.is_empty()).then(|| format!("something was changed: {}", changes.join("; ")))
}

/// Sends payloads in a fresh scene, and gives what comes of them.
async fn probe(scene: &mut Scene<'_>, payloads: &[Invalid]) -> Outcome<Option<String>> {
    scene.world.settle_patiently().await?;
    scene.renew().await?;
    let before = scene.state().await?;
    if let Some(what) = reaction(scene, payloads).await? {
        return Ok(Some(what));
    }
    Ok(difference(&before, &scene.state().await?))
}

/// Finds the payload that causes something, makes it simpler, and records it.
async fn search_and_report(scene: &mut Scene<'_>, payloads: Vec<Invalid>, what: String) -> Outcome {
    let until = Instant::now() + SEARCHING.0;
    let (mut suspects, mut what) = (payloads, what);
    while suspects.len() > 1 && Instant::now() < until {
        let second = suspects.split_off(suspects.len() / 2);
        let found = probe(scene, &suspects).await?;
        if let Some(found) = found {
            what = found;
        } else if let Some(found) = probe(scene, &second).await? {
            (suspects, what) = (second, found);
        } else {
            suspects.extend(second);
            break; // it takes several of them
        }
    }
    let until = Instant::now() + SEARCHING.1;
    'simpler: while let [single] = suspects.as_slice() {
        for candidate in candidates(single) {
            if Instant::now() > until {
                break 'simpler;
            }
            if let Some(found) = probe(scene, std::slice::from_ref(&candidate)).await? {
                (suspects, what) = (vec![candidate], found);
                continue 'simpler;
            }
        }
        break;
    }
    report(scene, &suspects, &what);
    scene.world.settle_patiently().await?;
    scene.renew().await
}

fn report(scene: &Scene<'_>, suspects: &[Invalid], what: &str) {
    let Some(first) = suspects.first() else { return };
    if let [single] = suspects {
        let sentence = format!("{} with {} is not refused: {what}", single.action, single.what);
        return shown::find(scene.world, single.requirement, sentence, single.action, &scene.put_in(&single.arguments));
    }
    let shown: Vec<String> = suspects
        .iter()
        .take(SHOWN)
        .map(|one| format!("{} {}", one.action, Value::from(scene.put_in(&one.arguments))))
        .collect();
    let sentence = format!("of {} payloads with one thing wrong not all are refused: {what}", suspects.len());
    shown::find(
        scene.world,
        first.requirement,
        sentence,
        "such as",
        &shown.into_iter().map(Value::from).collect::<Vec<_>>(),
    );
}

/// The same payload with a simpler value in the field that is wrong, and wrong still.
fn candidates(failed: &Invalid) -> Vec<Invalid> {
    let Some(field) = &failed.field else { return Vec::new() };
    let with = |value: Value| {
        let mut simpler = failed.clone();
        simpler.arguments[0][field] = value;
        simpler
    };
    let is_wrong = |invalid: &Invalid| {
        let payload = super::symbols::put_in(&invalid.arguments[0], &|_| Value::from(1));
        chat_spec::schema::is_valid(invalid.action, &payload) == Some(false)
    };
    let values = simpler(&failed.arguments[0][field]);
    // A string of digits and a fraction are another requirement's.
    let same_kind = |value: &Value| !value.is_string() || failed.arguments[0][field].is_string();
    values.into_iter().filter(same_kind).map(with).filter(is_wrong).collect()
}

/// The control: right payloads are carried out, by the same connection and by the others.
async fn everybody_goes_on(scene: &mut Scene<'_>) -> Outcome {
    scene.renew().await?;
    for action in actions().filter(|action| action.name == "message.send" || action.name == "chat.start") {
        let right = super::invalid::right(&super::shape::fields(action), false);
        let arguments = scene.put_in(&[right]);
        let missing = missing(scene, action.name, &arguments).await?;
        scene.world.check("ROB-1", missing.is_none(), || {
            format!("after wrong payloads a right one is not carried out: {}", missing.unwrap_or_default())
        });
    }
    let text = scene.world.text("we go on");
    scene.bob.emit(&MessageSend { room_id: scene.room, text: text.clone(), attachment_id: None }).await?;
    for hearer in [&scene.alice, &scene.bob] {
        let heard = hearer.hears(&["on.message.new"], |event| event["message"]["text"] == text.as_str()).await?;
        scene
            .world
            .check("ROB-1", heard, || format!("after wrong payloads of another `{}` hears nothing", hearer.label()));
    }
    Ok(())
}
