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
    /// Whether it was acknowledged as well.
    acknowledged: bool,
}

async fn guessing_tokens_is_slow(world: &World) -> Outcome {
    let [alice] = world.accounts(["alice"]).await?;
    world.no_transcript();
    let guesser = world.connect(&alice, "guesser").await?;
    let round_trip = world.patience().round_trip;
    let mut guesses: Vec<Guess> = Vec::new();
    let begun = Instant::now();
    while guesses.len() < 100 && guesser.is_open() && begun.elapsed() < LONGEST_GUESSING {
        let acknowledges = guesses.first().is_none_or(|first| first.acknowledged);
        let guess = guess(world, &guesser, guesses.len(), acknowledges).await?;
        let unanswered = guess.time.is_none();
        guesses.push(guess);
        if unanswered
            || (guesses.len() >= 20 && is_slowed(&guesses, round_trip) && begun.elapsed() > Duration::from_secs(20))
        {
            break;
        }
    }
    let mut resisted = !guesser.is_open() || is_refused(&guesses) || is_slowed(&guesses, round_trip);
    if !resisted && guesses.len() < 100 {
        return Err(Stop::not_evaluable(format!(
            "{} wrong tokens took {} s",
            guesses.len(),
            LONGEST_GUESSING.as_secs()
        )));
    }
    if !resisted {
        resisted = is_locked(world, &guesser, &alice).await?;
        guesser.close().await;
    }
    world.check("SEC-4", resisted, || {
        let times = |guesses: &[Guess]| median(guesses).unwrap_or_default().as_secs_f64() * 1000.0;
        let (first, last) = (times(&guesses[..5]), times(&guesses[guesses.len() - 5..]));
        let network = network(&guesses, round_trip).as_secs_f64() * 1000.0;
        format!(
            "the first five of 100 wrong tokens were answered in {first:.1} ms, the last five in {last:.1} ms, of which \
             the network took about {network:.1} ms"
        )
    });
    let outcome = right_token_after(world, &alice).await;
    guesser.close().await;
    outcome
}

/// Tries a wrong token; waits for the acknowledgement, too, where the server is known to send one, or may be.
async fn guess(world: &World, guesser: &Client, number: usize, acknowledges: bool) -> Outcome<Guess> {
    let before = guesser.record().snapshot().len();
    let payload = json!({"id": guesser.id(), "token": format!("guess number {number}")});
    // An acknowledgement may say more than the event, and may come after it.
    let pending = guesser.wire().emit_with_ack(UserAuth::NAME, &[payload]).await;
    let answer = guesser.hear_within::<OnUserAuthorized>(world.patience().event).await?;
    let acknowledged = match pending {
        Ok(pending) if acknowledges => pending.wait(world.patience().straggler()).await.is_ok(),
        _ => false,
    };
    let frames: Vec<Recorded> = guesser.record().snapshot().into_iter().skip(before).collect();
    let heard = frames.iter().filter(|recorded| recorded.direction == Heard::Received);
    let said = heard.filter_map(|recorded| kind(&recorded.frame)).collect();
    Ok(Guess { time: answer.and_then(|_| time_of(&frames)), answer: said, acknowledged })
}

/// Whether the server does not take the right token either on the connection of the guesses: then it refuses, in the same
/// words as before.
async fn is_locked(world: &World, guesser: &Client, account: &Account) -> Outcome<bool> {
    guesser.emit(&UserAuth { id: account.id, token: account.token.clone() }).await?;
    let answer: Option<OnUserAuthorized> = guesser.hear_within(world.patience().event).await?;
    Ok(answer.is_none_or(|answer| !answer.success))
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

/// What the network takes of an answer, as far as is known: what was measured when the run began, when the machine may
/// have been busier, and no more than the fastest answer took.
fn network(guesses: &[Guess], round_trip: Duration) -> Duration {
    guesses.iter().filter_map(|guess| guess.time).min().map_or(round_trip, |fastest| fastest.min(round_trip))
}

/// Whether the last were answered at most half as fast as the first five, and not by chance: those before them too. What
/// the network takes of each answer is not the server's: on a slow one it is left out, with room for how it varies.
fn is_slowed(guesses: &[Guess], round_trip: Duration) -> bool {
    let Some(first) = guesses.get(..5).and_then(median) else { return false };
    let network = network(guesses, round_trip);
    let own = |time: Duration| time.saturating_sub(network * 3 / 2);
    let twice = |time: Duration| time >= first * 2;
    let twice_its_own =
        |time: Duration| own(time) >= own(first) * 2 && time.saturating_sub(first) >= MEANT.max(network / 2);
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
        (0..100)
            .map(|n| Guess { time: Some(Duration::from_millis(time(n))), answer: BTreeSet::new(), acknowledged: false })
            .collect()
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

    /// As on a machine that was busier while the run began than later on.
    #[test]
    fn a_delay_is_seen_where_the_network_seemed_slower_than_it_is() {
        let times = |first: [u64; 5], later: [u64; 5]| -> Vec<Guess> {
            let times = first.into_iter().chain(later.into_iter().cycle().take(95));
            times
                .map(|ms| Guess { time: Some(Duration::from_millis(ms)), answer: BTreeSet::new(), acknowledged: false })
                .collect()
        };
        let (busy, round_trip) = ([99, 113, 82, 131, 184], Duration::from_millis(117));
        assert!(is_slowed(&times(busy, [146, 205, 144, 159, 180]), round_trip));
        assert!(!is_slowed(&times(busy, [99, 113, 82, 131, 120]), round_trip));
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
