//! Guessing tokens: section 3, SEC-4.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use chat_spec::events::{OnUserAuthorized, Payload, UserAuth};
use serde_json::json;

use crate::{
    accounts::Account,
    result::Heard,
    scenario::{Needs, scenarios},
    stop::{Outcome, Stop},
    wire::{
        OpenOptions,
        record::{Frame, Recorded},
    },
    world::{Client, World, event_of, without_numbers},
};

scenarios! { "safety";
    guessing_tokens_is_slow ["SEC-4"]
        "A hundred wrong tokens on one connection are slowed down, refused or cut off, and the right one still works."
        needs Needs::Quiet;
}

/// The longest that a hundred wrong tokens may take.
const LONGEST_GUESSING: Duration = Duration::from_secs(80);

/// One wrong token: how long the answer took (`None` where there was none), and what came.
struct Guess {
    time: Option<Duration>,
    answer: BTreeSet<String>,
}

async fn guessing_tokens_is_slow(world: &World) -> Outcome {
    let [alice] = world.accounts(["alice"]).await?;
    world.no_transcript();
    let guesser = world.connect(&alice, "guesser").await?;
    let round_trip = world.patience().round_trip;
    let mut guesses = Vec::new();
    let begun = Instant::now();
    while guesses.len() < 100 && guesser.is_open() && begun.elapsed() < LONGEST_GUESSING {
        let guess = guess(world, &guesser, guesses.len()).await?;
        let unanswered = guess.time.is_none();
        guesses.push(guess);
        if unanswered
            || (guesses.len() >= 20 && is_slowed(&guesses, round_trip) && begun.elapsed() > Duration::from_secs(20))
        {
            break;
        }
    }
    let resisted = !guesser.is_open() || is_refused(&guesses) || is_slowed(&guesses, round_trip);
    if !resisted && guesses.len() < 100 {
        return Err(Stop::not_evaluable(format!(
            "{} wrong tokens took {} s",
            guesses.len(),
            LONGEST_GUESSING.as_secs()
        )));
    }
    world.check("SEC-4", resisted, || {
        let times = |guesses: &[Guess]| median(guesses).unwrap_or_default().as_secs_f64() * 1000.0;
        let (first, last) = (times(&guesses[..5]), times(&guesses[guesses.len() - 5..]));
        let network = round_trip.as_secs_f64() * 1000.0;
        format!(
            "the first five of 100 wrong tokens were answered in {first:.1} ms, the last five in {last:.1} ms, of which \
             the network took about {network:.1} ms"
        )
    });
    let outcome = right_token_after(world, &alice).await;
    guesser.close().await;
    outcome
}

async fn guess(world: &World, guesser: &Client, number: usize) -> Outcome<Guess> {
    let before = guesser.record().snapshot().len();
    let payload = json!({"id": guesser.id(), "token": format!("guess number {number}")});
    // Kept until the answer is there: an acknowledgement may say more than the event.
    let pending = guesser.wire().emit_with_ack(UserAuth::NAME, &[payload]).await;
    let answer = guesser.hear_within::<OnUserAuthorized>(world.patience().event).await?;
    drop(pending);
    let frames: Vec<Recorded> = guesser.record().snapshot().into_iter().skip(before).collect();
    let heard = frames.iter().filter(|recorded| recorded.direction == Heard::Received);
    let said = heard.filter_map(|recorded| kind(&recorded.frame)).collect();
    Ok(Guess { time: answer.and_then(|_| time_of(&frames)), answer: said })
}

/// How long the answer took on the wire: on a busy machine, this task hears of it later.
fn time_of(frames: &[Recorded]) -> Option<Duration> {
    let is_event =
        |recorded: &&Recorded, name: &str| matches!(&recorded.frame, Frame::Text(text) if event_of(text).0 == name);
    let asked = frames.iter().find(|recorded| is_event(recorded, UserAuth::NAME))?;
    let answered = frames.iter().rfind(|recorded| is_event(recorded, OnUserAuthorized::NAME))?;
    Some(answered.at.saturating_duration_since(asked.at))
}

/// What a frame says about a guess; `None` for heartbeats and for what others do.
fn kind(frame: &Frame) -> Option<String> {
    let Frame::Text(text) = frame else { return None };
    let (name, payload) = event_of(text);
    match name.as_str() {
        "on.user.online" => None,
        OnUserAuthorized::NAME => Some(format!("{name} {}", payload[0]["success"])),
        "acknowledgement" | "on.error" => Some(format!("{name} {}", without_numbers(&payload.to_string()))),
        _ if text.as_str() == "2" => None,
        _ => Some(name),
    }
}

fn median(guesses: &[Guess]) -> Option<Duration> {
    let mut times: Vec<Duration> = guesses.iter().filter_map(|guess| guess.time).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// A delay is meant to be one from here on.
const MEANT: Duration = Duration::from_millis(10);

/// Whether the last were answered at most half as fast as the first five, and not by chance: those before them too. What
/// the network takes of each answer is not the server's: on a slow one it is left out, with room for how it varies.
fn is_slowed(guesses: &[Guess], round_trip: Duration) -> bool {
    let Some(first) = guesses.get(..5).and_then(median) else { return false };
    let own = |time: Duration| time.saturating_sub(round_trip * 3 / 2);
    let twice = |time: Duration| time >= first * 2;
    let twice_its_own =
        |time: Duration| own(time) >= own(first) * 2 && time.saturating_sub(first) >= MEANT.max(round_trip / 2);
    last_two(5, guesses).is_some_and(|last| last.into_iter().all(twice))
        || last_two(10, guesses).is_some_and(|last| last.into_iter().all(twice_its_own))
}

/// The medians of the last so many, and of as many before them; neither has any of the first five.
fn last_two(many: usize, guesses: &[Guess]) -> Option<[Duration; 2]> {
    let (before, last) = guesses.get(5..)?.split_at_checked(guesses.len().checked_sub(5 + many)?)?;
    Some([median(before.get(before.len().checked_sub(many)?..)?)?, median(last)?])
}

/// Whether the last were not answered, or with something that the first were not answered with.
fn is_refused(guesses: &[Guess]) -> bool {
    let Some((last, before)) = guesses.split_last() else { return false };
    let first: BTreeSet<&String> = before.iter().take(5).flat_map(|guess| &guess.answer).collect();
    last.time.is_none() || last.answer.iter().any(|said| !first.contains(said))
}

async fn right_token_after(world: &World, account: &Account) -> Outcome {
    const IN_TIME: Duration = Duration::from_secs(5);
    let begun = Instant::now();
    let options = OpenOptions { patience: IN_TIME, ..world.open_options() };
    let late = "after 100 wrong tokens on one connection, a new one with the right token is not let in within 5 s";
    let owner = world.connect_with(account, "owner", options).await.map_err(|_| world.broken("SEC-4", late))?;
    owner.emit(&UserAuth { id: account.id, token: account.token.clone() }).await?;
    let answer: Option<OnUserAuthorized> = owner.hear_within(IN_TIME.saturating_sub(begun.elapsed())).await?;
    world.check("SEC-4", answer.is_some_and(|answer| answer.success), || late.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred guesses, of which so many are answered quickly, over a network that takes this long, give or take.
    fn guesses(network: u64, jitter: u64, quick: usize, delay: u64) -> Vec<Guess> {
        let time = |number: usize| {
            let late = (number as u64 * 7) % (jitter + 1);
            network + late + if number < quick { 1 } else { delay }
        };
        (0..100).map(|n| Guess { time: Some(Duration::from_millis(time(n))), answer: BTreeSet::new() }).collect()
    }

    #[test]
    fn a_delay_is_seen_however_slow_the_network_is() {
        for (network, jitter) in [(0, 0), (0, 3), (50, 40), (200, 60)] {
            let round_trip = Duration::from_millis(network + jitter / 2);
            for delay in [150, 400, 2_000] {
                assert!(is_slowed(&guesses(network, jitter, 5, delay), round_trip), "{network}, {jitter}, {delay}");
            }
            let unhindered = guesses(network, jitter, 100, 1);
            assert!(!is_slowed(&unhindered, round_trip), "{network}, {jitter}");
        }
    }

    #[test]
    fn a_pause_in_the_middle_is_no_delay() {
        let mut guesses = guesses(0, 0, 100, 1);
        for guess in &mut guesses[85..90] {
            guess.time = Some(Duration::from_millis(500));
        }
        assert!(!is_slowed(&guesses, Duration::ZERO));
    }
}
