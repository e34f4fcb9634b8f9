//! How long others wait while one client does not read, or floods (ROB-7, ROB-8).

use std::time::{Duration, Instant};

use chat_spec::{
    events::{MessageSend, OnMessageNew},
    types::RoomId,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    accounts::Account,
    scenario::{Needs, scenarios},
    scenarios::unwatched::{hear, unwatched},
    stop::{Outcome, Stop},
    wire::{Incoming, OpenOptions, sender::event_text},
    world::{Client, World},
};

scenarios! { "robustness";
    others_are_served_while_one_does_not_read ["ROB-7"]
        "While one client does not read what it is sent, the others wait no longer than they may."
        needs Needs::Quiet;
    others_are_served_while_one_floods_with_messages ["ROB-8"]
        "While one client sends messages without pause, the others wait no longer than they may."
        needs Needs::Quiet;
    others_are_served_while_one_floods_with_nonsense ["ROB-8"]
        "While one client sends refused and unknown actions without pause, the others wait no longer than they may."
        needs Needs::Quiet;
}

/// How many answers are measured.
const SAMPLES: usize = 100;
/// How long they are measured at most.
const BUDGET: Duration = Duration::from_secs(2);
/// A machine may be busy for a moment with something else: the best of so many tries counts.
const TRIES: usize = 5;
/// So long nobody minds.
const ALWAYS_ALLOWED: Duration = Duration::from_millis(250);
/// How often the quiet time is allowed.
const TIMES: u32 = 5;
/// How often the time is allowed besides that the suite itself was kept waiting meanwhile: on a busy machine the server
/// and the client are kept waiting again and again for one answer.
const TIMES_KEPT_WAITING: u32 = 10;
/// How many messages a page has that nobody reads.
const PAGE: usize = 50;
/// How many such pages are asked for: 20 MB in all, more than the buffers on the way hold.
const PAGES: usize = 100;
/// How often the quiet time has to pass after the last message of a flood: a server that does several actions of a socket
/// at once may still be at those before it.
const EBB: u32 = 10;
/// How many packets a flood has at most.
const FLOOD: usize = 20_000;

/// Two whose answers are measured.
struct Others {
    world: World,
    one: Client,
    other: Client,
    room: RoomId,
    requirement: &'static str,
}

impl Others {
    /// The 99th percentile of the time that an answer takes.
    async fn percentile(&self) -> Outcome<Duration> {
        let (begun, mut times) = (Instant::now(), Vec::new());
        while times.len() < SAMPLES && (begun.elapsed() < BUDGET || times.len() < 10) {
            let sent = Instant::now();
            let text = self.world.text("how long");
            self.one.emit(&MessageSend { room_id: self.room, text, attachment_id: None }).await?;
            self.other.expect::<OnMessageNew>(self.requirement).await?;
            self.one.expect::<OnMessageNew>(self.requirement).await?;
            times.push(sent.elapsed());
        }
        percentile_99(times).ok_or_else(|| Stop::Harness("nothing was measured".into()))
    }
}

fn percentile_99(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort();
    let rank = (times.len() * 99).div_ceil(100).max(1);
    times.get(rank - 1).copied()
}

/// Measures while something is done how long this process is kept waiting for its turn: the 99th percentile of how late
/// a timer is.
async fn kept_waiting<T>(work: impl Future<Output = T>) -> (T, Duration) {
    const TICK: Duration = Duration::from_millis(2);
    tokio::pin!(work);
    let mut late = Vec::new();
    loop {
        let begun = Instant::now();
        tokio::select! {
            done = &mut work => return (done, percentile_99(late).unwrap_or_default()),
            () = tokio::time::sleep(TICK) => late.push(begun.elapsed().saturating_sub(TICK)),
        }
    }
}

/// How a load and who measures under it tell each other how far they are.
#[derive(Debug, Clone, Default)]
struct Signals {
    /// The load is felt, and measuring can begin.
    felt: CancellationToken,
    /// Enough was measured, and the load can end.
    enough: CancellationToken,
    /// How long an answer takes without a load.
    quiet: Duration,
}

/// Measures quiet and under a load, from when it is felt, and compares; the best of a few tries counts. A load goes on
/// until enough was measured, and is over when the server has done what it was asked: nobody may hear of it later.
async fn compare<L: Future<Output = Outcome>>(others: &Others, load: impl Fn(Signals) -> L) -> Outcome {
    let mut quiet = Duration::MAX;
    let mut worst = None;
    for _ in 0..TRIES {
        // What the last load left behind must not pass for quiet.
        quiet = quiet.min(others.percentile().await?);
        let signals = Signals { quiet, ..Signals::default() };
        let load = load(signals.clone());
        tokio::pin!(load);
        let measured = async {
            signals.felt.cancelled().await;
            kept_waiting(others.percentile()).await
        };
        let (loaded, waited) = tokio::select! {
            ended = &mut load => match worst {
                // A server that cannot even take the load again does not speak against what was measured.
                Some(_) => break,
                None => return ended.and(Err(Stop::Harness("a load ended by itself".into()))),
            },
            (measured, waited) = measured => (measured?, waited),
        };
        signals.enough.cancel();
        load.await?;
        let allowed = quiet.saturating_mul(TIMES).max(ALWAYS_ALLOWED) + waited.saturating_mul(TIMES_KEPT_WAITING);
        if loaded <= allowed {
            others.world.check(others.requirement, true, String::new);
            return Ok(());
        }
        worst = Some(format!(
            "others waited {loaded:.1?} (99th percentile), quiet it was {quiet:.1?}: {allowed:.1?} are allowed"
        ));
    }
    Err(others.world.broken(others.requirement, worst.unwrap_or_default()))
}

/// Users, and the room of the two that make load; these two are not connected.
async fn cast(world: &World, requirement: &'static str) -> Outcome<(Others, Account, Account, RoomId)> {
    let [alice, bob, carol, mallory] = world.users(["alice", "bob", "carol", "mallory"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let loud = world.dialog(&carol, &mallory).await?;
    carol.close().await;
    mallory.close().await;
    let others = Others { world: world.clone(), one: alice, other: bob, room, requirement };
    Ok((others, carol.account().clone(), mallory.account().clone(), loud))
}

async fn others_are_served_while_one_does_not_read(world: &World) -> Outcome {
    let (others, carol, mallory, room) = cast(world, "ROB-7").await?;
    // A page of long texts, so that few requests make more than buffers hold; with its tag each is shorter than what
    // every server accepts (SEND-10).
    let payload = json!({"room_id": room, "text": world.text(&"x".repeat(3_900))});
    let mut author = unwatched(world, &carol, world.open_options()).await?;
    let texts = vec![event_text("message.send", std::slice::from_ref(&payload)); PAGE];
    author.send_many(texts).await.map_err(Stop::not_evaluable)?;
    for _ in 0..PAGE {
        hear(&mut author, "on.message.new", world.patience().max).await?;
    }
    author.close().await;
    let load = async |signals: Signals| do_not_read(world, (&carol, &mallory), &payload, signals).await;
    compare(&others, load).await
}

/// One client asks for much and reads nothing of it, then another goes on sending to it, as fast as the server answers
/// and no faster: that one does not read is to be felt, not a flood.
async fn do_not_read(
    world: &World,
    (carol, mallory): (&Account, &Account),
    payload: &Value,
    Signals { felt, enough, .. }: Signals,
) -> Outcome {
    let mut loud = unwatched(world, carol, world.open_options()).await?;
    let options = OpenOptions { receive_buffer: Some(4_096), ..world.open_options() };
    let deaf = unwatched(world, mallory, options).await?;
    deaf.stop_reading();
    let (room, text) = (&payload["room_id"], world.text("all was asked for"));
    let mut asked = vec![event_text("chat.history", &[json!({"room_id": room, "limit": PAGE})]); PAGES];
    asked.push(event_text("message.send", &[json!({"room_id": room, "text": text})]));
    drop(deaf.send_many(asked).await);
    // Once this comes, all that was asked for was answered or waits to be. A server that stops listening to who does
    // not read is right, and it never comes.
    drop(hear(&mut loud, "on.message.new", world.patience().event).await);
    felt.cancel();
    for _ in 0..FLOOD {
        if enough.is_cancelled() {
            return Ok(());
        }
        // Where the answers to this one end, those to the others are what counts.
        let sent = loud.emit("message.send", std::slice::from_ref(payload)).await;
        if sent.is_err() || hear(&mut loud, "on.message.new", world.patience().event).await.is_err() {
            break;
        }
    }
    // Both connections stay until the measurement is over.
    enough.cancelled().await;
    Ok(())
}

async fn others_are_served_while_one_floods_with_messages(world: &World) -> Outcome {
    let (others, _, mallory, room) = cast(world, "ROB-8").await?;
    let frames = |number: usize| {
        let text = world.text(&format!("flood {number}"));
        event_text("message.send", &[json!({"room_id": room, "text": text})])
    };
    let flood = Flood { world, account: &mallory, room, frames: &frames, answer: "on.message.new", answered: 1 };
    compare(&others, async |signals: Signals| flood.run(signals).await).await
}

async fn others_are_served_while_one_floods_with_nonsense(world: &World) -> Outcome {
    let (others, _, mallory, room) = cast(world, "ROB-8").await?;
    let frames = |number: usize| {
        let (name, payload) = match number % 5 {
            0 => ("unknown", Value::Null),
            1 => ("message.send", json!({"room_id": null})),
            2 => ("chat.history", json!({"room_id": room, "limit": 50})),
            3 => ("message.delete", json!({"message_id": 9_007_199_254_740_991_u64})),
            _ => ("chat.read", json!({"room_id": room})),
        };
        event_text(name, &[payload])
    };
    let flood = Flood { world, account: &mallory, room, frames: &frames, answer: "on.chat.read", answered: 5 };
    compare(&others, async |signals: Signals| flood.run(signals).await).await
}

/// What one client sends without pause.
struct Flood<'a, F> {
    world: &'a World,
    account: &'a Account,
    /// Its own room, in which it says that the flood is over.
    room: RoomId,
    frames: &'a F,
    /// The event that tells how far the server is: one comes for each so many frames.
    answer: &'static str,
    answered: usize,
}

impl<F: Fn(usize) -> String> Flood<'_, F> {
    /// Sends frames without pause, and reads what comes back; then waits until the server has done with them.
    async fn run(&self, Signals { felt, enough, quiet }: Signals) -> Outcome {
        const BATCH: usize = 100;
        let Self { world, room, .. } = *self;
        let mut connection = unwatched(world, self.account, world.open_options()).await?;
        let sender = connection.sender().clone();
        let last = world.text("the flood is over");
        let (heard, hears) = watch::channel(0_usize);
        felt.cancel();
        let sending = async {
            for batch in 0..FLOOD / BATCH {
                self.wait_for_answers(hears.clone(), batch * BATCH, ahead(quiet)).await;
                // A server that stops reading, or closes the connection, defends itself: then that was the flood.
                let numbers = batch * BATCH..(batch + 1) * BATCH;
                if enough.is_cancelled() || sender.send_many(numbers.map(self.frames)).await.is_err() {
                    break;
                }
            }
            enough.cancelled().await;
            // A connection that is closed takes no more, and reading ends by itself.
            drop(sender.emit("message.send", &[json!({"room_id": room, "text": last})]).await);
        };
        let reading = async {
            let done = loop {
                let incoming = connection.next(world.patience().event).await;
                if matches!(&incoming, Some(Incoming::Event(event)) if event.name == self.answer) {
                    heard.send_modify(|count| *count += 1);
                }
                if is_last(incoming.as_ref(), &last) {
                    break true;
                }
                if is_over(incoming.as_ref(), enough.is_cancelled()) {
                    break false;
                }
            };
            enough.cancelled().await;
            done
        };
        // Where the server takes no more, the end of reading ends it all.
        let done = tokio::select! {
            done = reading => done,
            done = async { sending.await; std::future::pending().await } => done,
        };
        connection.close().await;
        let patience = world.patience();
        self.ebb(if done { patience.quiet * EBB } else { patience.straggler() }).await;
        Ok(())
    }

    /// Waits until nothing more comes of the flood to another connection of the same user for so long: a server that hung
    /// up may still do what it took before that, and is right.
    async fn ebb(&self, silence: Duration) {
        const LONGEST: Duration = Duration::from_secs(40);
        let Ok(mut connection) = unwatched(self.world, self.account, self.world.open_options()).await else { return };
        let begun = Instant::now();
        let mut last = Instant::now();
        while last.elapsed() < silence && begun.elapsed() < LONGEST {
            match connection.next(silence).await {
                Some(Incoming::Event(event)) if event.name != "on.user.online" => last = Instant::now(),
                Some(Incoming::Closed { .. }) => break,
                Some(_) | None => {}
            }
        }
        connection.close().await;
    }

    /// Waits until the server is not too far behind: what it still has to do when the scenario is over would be found in
    /// others. One that leaves requests unanswered, which is right as well, is waited for while answers come at all.
    async fn wait_for_answers(&self, mut hears: watch::Receiver<usize>, sent: usize, ahead: usize) {
        const SILENCE: Duration = Duration::from_millis(250);
        while *hears.borrow_and_update() * self.answered + ahead < sent {
            if !matches!(tokio::time::timeout(SILENCE, hears.changed()).await, Ok(Ok(()))) {
                break;
            }
        }
    }
}

/// How many frames a flood is ahead of the server: what takes it ten seconds, one after the other.
fn ahead(quiet: Duration) -> usize {
    let frames = Duration::from_secs(10).as_millis() / quiet.as_millis().max(1);
    usize::try_from(frames).unwrap_or(usize::MAX).clamp(200, 1_000)
}

/// Whether the last message of a flood came: what was sent before it is done, or nearly.
fn is_last(incoming: Option<&Incoming>, last: &str) -> bool {
    let Some(Incoming::Event(event)) = incoming else { return false };
    event.args.first().is_some_and(|payload| payload["message"]["text"] == last)
}

/// Whether nothing more comes of a flood though its last message did not: the connection is closed, or, when no more is
/// sent, it is silent.
fn is_over(incoming: Option<&Incoming>, no_more_is_sent: bool) -> bool {
    match incoming {
        Some(Incoming::Closed { .. }) => true,
        Some(_) => false,
        None => no_more_is_sent,
    }
}
