//! Generated programs, one after the other: performed, judged, and made smaller where something is wrong.

use std::time::{Duration, Instant};

use proptest::strategy::{Strategy as _, ValueTree as _};

use super::{
    check::{Anomaly, Judgement, judge},
    perform::Stage,
    program::{Mix, Program, programs},
    shrink::smaller,
};
use crate::{
    properties::{seed::generator, shown::again, volume},
    stop::{Outcome, Stop},
    world::World,
};

/// So many programs of one mix are tried for so many cases: a program is as much as several short sessions.
const CASES_A_PROGRAM: u32 = 4;
/// How many steps a socket takes at most, where the server is fast and where it is slow.
const STEPS: (usize, usize) = (12, 4);
/// A server whose quiet time is longer than this is slow.
const SLOW: Duration = Duration::from_millis(60);
/// How long a smaller program is looked for.
const SHRINKING: Duration = Duration::from_millis(2_500);
/// How often a smaller program is tried before it counts as right: what goes wrong at once goes wrong at times.
const TRIES: usize = 2;

/// Tries programs of a mix until one shows something that is wrong, and records that with the smallest program that was
/// found to show it.
pub(crate) async fn explore(world: &World, mix: &'static Mix) -> Outcome {
    world.no_transcript();
    let (cases, until) = volume::asked_for(world)?;
    let mut stage = Stage::new(world, mix).await?;
    let mut numbers = 0_u32..;
    while let Some(case) = numbers.next().filter(|case| *case < cases.div_ceil(CASES_A_PROGRAM) || until.is_ahead()) {
        let program = generate(world, mix, case)?;
        let judgement = judge(&stage.perform(&program).await?);
        for requirement in &judgement.checked {
            world.check(requirement, true, String::new);
        }
        if !judgement.anomalies.is_empty() {
            return report(world, &mut stage, program, judgement).await;
        }
    }
    Ok(())
}

fn generate(world: &World, mix: &'static Mix, case: u32) -> Outcome<Program> {
    let longest = if world.patience().quiet > SLOW { STEPS.1 } else { STEPS.0 };
    let mut generator = generator(world.subject().seed, mix.name, case);
    let tree = programs(mix, longest).new_tree(&mut generator);
    tree.map(|tree| tree.current()).map_err(|why| Stop::Harness(format!("no program could be generated: {why}")))
}

/// Records everything that is wrong. The gravest of it is shown by a smaller program, where one shows it.
async fn report(world: &World, stage: &mut Stage<'_>, program: Program, judgement: Judgement) -> Outcome {
    let Some(gravest) = judgement.gravest().cloned() else { return Ok(()) };
    let (smallest, shown) = shrink(stage, program, gravest).await?;
    let others = judgement.anomalies.iter().filter(|anomaly| anomaly.requirement != shown.requirement);
    for anomaly in std::iter::once(&shown).chain(others) {
        let mut lines = anomaly.shown_by.clone();
        if std::ptr::eq(anomaly, &shown) {
            lines.push(format!("all at once: {smallest}"));
        }
        lines.push(again(world));
        let got = Some(lines.join("\n"));
        world.state(|state| state.find(anomaly.requirement, anomaly.sentence.clone(), None, got));
    }
    Ok(())
}

/// Makes a program smaller as long as it shows an anomaly of the same requirement, and there is time.
async fn shrink(stage: &mut Stage<'_>, mut program: Program, mut shown: Anomaly) -> Outcome<(Program, Anomaly)> {
    let until = Instant::now() + SHRINKING;
    'smaller: loop {
        for candidate in smaller(&program) {
            for _ in 0..TRIES {
                if Instant::now() > until {
                    break 'smaller;
                }
                let judgement = judge(&stage.perform(&candidate).await?);
                if let Some(anomaly) = judgement.of(shown.requirement) {
                    (program, shown) = (candidate, anomaly.clone());
                    continue 'smaller;
                }
            }
        }
        break;
    }
    Ok((program, shown))
}
