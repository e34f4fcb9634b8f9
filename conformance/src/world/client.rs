//! One connection of a user: saying and hearing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use chat_spec::{
    events::{Action, OnChatClear, OnChatDelete, OnChatRead, OnUserAuthorized, Payload, UserAuth},
    types::UserId,
};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::{
    World, auth, event_of,
    inbox::{HeardEvent, Inbox},
    observer,
};
use crate::{
    accounts::Account,
    attribution::{self, Unexpected},
    result::Heard,
    stop::{Outcome, Stop},
    transcript::canonical::canonical,
    wire::{
        Ack, CloseReason, Connection, Handshake, Record, SendError, Sender,
        record::{Frame, Recorded},
    },
};

/// How long the listening task waits in one go; it goes on listening after that.
const LISTENING: Duration = Duration::from_secs(60);

/// One connection of a user, with the name that the scenario calls it.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    world: World,
    account: Account,
    label: String,
    handshake: Handshake,
    sender: Sender,
    record: Arc<Record>,
    inbox: Inbox,
    authorised: AtomicBool,
    /// Whether the scenario made it stop reading, so that no sentinel can come back.
    deaf: AtomicBool,
    /// Whether what the scenario does may cost the connection.
    may_be_closed: AtomicBool,
    /// Whether the scenario sends on it what may be answered in any way.
    misbehaving: AtomicBool,
    /// How often it was refused.
    refusals: AtomicU32,
    /// Whether it sent anything since its last sentinel.
    spoke: AtomicBool,
    commands: mpsc::Sender<Command>,
}

/// What the task that owns the connection is asked to do.
#[derive(Debug)]
enum Command {
    Close(oneshot::Sender<()>),
    Abort(oneshot::Sender<()>),
    Read(bool),
}

impl Client {
    pub(super) fn new(world: World, account: Account, label: &str, connection: Connection) -> Self {
        let (commands, orders) = mpsc::channel(8);
        let client = Self {
            inner: Arc::new(Inner {
                world,
                account,
                label: label.to_owned(),
                handshake: connection.handshake().clone(),
                sender: connection.sender().clone(),
                record: connection.record(),
                inbox: Inbox::default(),
                authorised: AtomicBool::new(false),
                deaf: AtomicBool::new(false),
                may_be_closed: AtomicBool::new(false),
                misbehaving: AtomicBool::new(false),
                refusals: AtomicU32::new(0),
                spoke: AtomicBool::new(false),
                commands,
            }),
        };
        // Ends with the connection, which `World::finish` closes.
        tokio::spawn(client.clone().listen(connection, orders));
        client
    }

    /// Owns the connection: puts what comes into the inbox, until it is closed.
    async fn listen(self, mut connection: Connection, mut orders: mpsc::Receiver<Command>) {
        let world = self.inner.world.clone();
        while self.is_open() {
            tokio::select! {
                incoming = connection.next(LISTENING) => {
                    if let Some(incoming) = incoming {
                        observer::observe(&self, &world, incoming);
                    }
                }
                order = orders.recv() => match order {
                    Some(Command::Read(true)) => connection.resume_reading(),
                    Some(Command::Read(false)) => connection.stop_reading(),
                    Some(Command::Close(done)) => {
                        drop(connection.close().await);
                        return self.left(done);
                    }
                    Some(Command::Abort(done)) => {
                        drop(connection.abort().await);
                        return self.left(done);
                    }
                    None => return,
                },
            }
        }
    }

    /// The client closed the connection itself.
    fn left(&self, done: oneshot::Sender<()>) {
        self.inner.inbox.add(|heard| {
            heard.closed.get_or_insert(CloseReason::ByClient);
        });
        if done.send(()).is_err() {
            tracing::debug!("nobody waits any more for the end of `{}`", self.label());
        }
    }

    async fn order(&self, command: Command) {
        // The task is gone where the connection is closed already: then there is nothing to do.
        drop(self.inner.commands.send(command).await);
    }

    /// Closes the connection as a client does that leaves, and waits until it is closed.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        self.order(Command::Close(done)).await;
        drop(closed.await);
    }

    /// Makes the connection vanish without a goodbye: a TCP reset.
    pub async fn abort(&self) {
        let (done, closed) = oneshot::channel();
        self.order(Command::Abort(done)).await;
        drop(closed.await);
    }

    /// Stops or resumes reading from the connection. Sentinels leave a client out that does not read.
    pub async fn set_reading(&self, reading: bool) {
        self.inner.deaf.store(!reading, Ordering::Release);
        self.order(Command::Read(reading)).await;
    }

    /// The user's id.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.inner.account.id
    }

    /// The user's account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.inner.account
    }

    /// The server's greeting: its session id and its heartbeat.
    #[must_use]
    pub fn handshake(&self) -> &Handshake {
        &self.inner.handshake
    }

    /// What the scenario calls this connection, such as `alice` or `alice/laptop`.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.inner.label
    }

    /// The frames of this connection.
    #[must_use]
    pub fn record(&self) -> &Arc<Record> {
        &self.inner.record
    }

    /// The half of the connection that sends: raw frames, heartbeats, reading.
    #[must_use]
    pub fn wire(&self) -> &Sender {
        self.inner.spoke.store(true, Ordering::Release);
        &self.inner.sender
    }

    pub(super) fn world(&self) -> &World {
        &self.inner.world
    }

    pub(super) fn inbox(&self) -> &Inbox {
        &self.inner.inbox
    }

    /// Whether the server said that this connection is authorised.
    #[must_use]
    pub fn is_authorised(&self) -> bool {
        self.inner.authorised.load(Ordering::Acquire)
    }

    pub(super) fn set_authorised(&self) {
        self.inner.authorised.store(true, Ordering::Release);
    }

    /// Whether the connection is open, as far as is known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.inner.inbox.with(|heard| heard.closed.is_none())
    }

    /// Whether the server put an end to it: closed the connection, or took the socket out of the namespace.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.inner.inbox.with(|heard| heard.left || heard.closed.is_some())
    }

    /// Says that what the scenario does may cost this connection: the server may close it.
    pub fn may_be_closed(&self) {
        self.inner.may_be_closed.store(true, Ordering::Release);
    }

    /// Finds a connection that the server closed although nothing was done that may cost it: its silence would prove
    /// nothing. Who is not authorised may be cut off after refusals (AUTH-8 is a SHOULD), and so may one of several
    /// sockets of a user (AUTH-11 is one).
    pub(super) fn find_unexpected_end(&self) {
        let is_another = |other: &Self| other.id() == self.id() && !Arc::ptr_eq(&self.inner, &other.inner);
        let one_of_several = || self.world().clients().iter().any(|other| is_another(other) && other.is_open());
        if !self.is_authorised() || one_of_several() {
            return;
        }
        let reason = self.inner.inbox.with(|heard| heard.closed.clone());
        let Some(reason) = reason.filter(|reason| !matches!(reason, CloseReason::ByClient | CloseReason::Unanswered))
        else {
            return;
        };
        let excused = [&self.inner.may_be_closed, &self.inner.misbehaving];
        if !excused.iter().any(|excuse| excuse.load(Ordering::Acquire)) {
            let sentence =
                format!("the connection of `{}` was lost, and it answered every ping: {reason}", self.label());
            self.inner.world.state(|state| state.find("CONN-2", sentence, None, None));
        }
    }

    /// Whether the last ping was read long after it was due, as this client does where the machine or the network is too
    /// busy: a server that closes the connection then is right, and the client is no less.
    pub(super) fn was_too_late_for_a_ping(&self) -> bool {
        is_last_overdue(&self.pings(), self.handshake().ping_interval, self.handshake().ping_timeout)
    }

    /// Whether the server that closed the connection was itself too late to send a ping, or to close it: its machine is
    /// too busy, or something holds it up.
    pub(super) fn server_was_too_late(&self, closed: Instant) -> bool {
        is_server_overdue(&self.pings(), closed, self.handshake().longest_silence())
    }

    /// When pings came.
    fn pings(&self) -> Vec<Instant> {
        let is_ping = |recorded: &&Recorded| {
            recorded.direction == Heard::Received
                && matches!(&recorded.frame, Frame::Text(text) if text.as_str() == "2")
        };
        self.record().snapshot().iter().filter(is_ping).map(|recorded| recorded.at).collect()
    }

    /// Why the connection was closed; waits for it.
    pub async fn closed(&self, patience: Duration) -> Option<CloseReason> {
        self.inner.inbox.wait_for(patience, |heard| heard.closed.clone()).await
    }

    /// Says that the scenario sends malformed packets on this connection: how the server puts its answers is not
    /// judged.
    pub fn set_misbehaving(&self) {
        self.inner.misbehaving.store(true, Ordering::Release);
    }

    pub(super) fn is_misbehaving(&self) -> bool {
        self.inner.misbehaving.load(Ordering::Acquire)
    }

    pub(super) fn is_listening(&self) -> bool {
        // A socket that the server took out of the namespace hears nothing any more, though its transport is open.
        let joined = self.inner.inbox.with(|heard| !heard.left);
        joined && self.is_open() && !self.inner.deaf.load(Ordering::Acquire)
    }

    /// Takes notice of a refusal: servers count them.
    pub(super) fn note_refusal(&self) {
        self.inner.refusals.fetch_add(1, Ordering::AcqRel);
    }

    /// How often it was refused.
    pub(super) fn refusals(&self) -> u32 {
        self.inner.refusals.load(Ordering::Acquire)
    }

    /// Whether it sent anything since this was asked last.
    pub(super) fn take_spoke(&self) -> bool {
        self.inner.spoke.swap(false, Ordering::AcqRel)
    }

    pub(super) fn next_sentinel(&self) -> u64 {
        self.inner.world.next_sentinel()
    }

    /// Sends an action.
    pub async fn emit<A: Action>(&self, action: &A) -> Outcome {
        let payload = to_value(action)?;
        self.inner.world.record_sent(self.label(), A::NAME, &payload);
        self.send(A::NAME, vec![payload]).await
    }

    /// Sends an action with any arguments, such as a malformed payload.
    pub async fn emit_arguments(&self, action: &str, arguments: Vec<Value>) -> Outcome {
        for argument in &arguments {
            self.inner.world.record_sent(self.label(), action, argument);
        }
        self.send(action, arguments).await
    }

    pub(super) async fn emit_silently<A: Action>(&self, action: &A) -> Outcome {
        self.send(A::NAME, vec![to_value(action)?]).await
    }

    async fn send(&self, action: &str, arguments: Vec<Value>) -> Outcome {
        self.inner.spoke.store(true, Ordering::Release);
        // A closed connection is noticed where something is expected of it, with the reason.
        match self.inner.sender.emit(action, &arguments).await {
            Ok(()) => Ok(()),
            Err(SendError::Closed(_)) => Ok(()),
            Err(error) => Err(Stop::Harness(format!("`{}` could not send {action}: {error}", self.label()))),
        }
    }

    /// Sends an action with an acknowledgement callback, and waits for what the server calls it with; `None` where it
    /// does not.
    pub async fn call(&self, action: &str, arguments: Vec<Value>) -> Outcome<Option<Ack>> {
        self.inner.spoke.store(true, Ordering::Release);
        for argument in &arguments {
            self.inner.world.record_sent(self.label(), action, argument);
        }
        match self.inner.sender.emit_with_ack(action, &arguments).await {
            Ok(pending) => Ok(pending.wait(self.inner.world.patience().event).await.ok()),
            Err(SendError::Closed(_)) => Ok(None),
            Err(error) => Err(Stop::Harness(format!("`{}` could not send {action}: {error}", self.label()))),
        }
    }

    /// Authorises, as the transcript shows.
    pub async fn authorise(&self) -> Outcome<OnUserAuthorized> {
        self.authorise_for("AUTH-1").await
    }

    /// Authorises with the right token; a requirement asks that it succeeds.
    pub(super) async fn authorise_for(&self, requirement: &'static str) -> Outcome<OnUserAuthorized> {
        self.emit(&auth(&self.inner.account)).await?;
        let authorized: OnUserAuthorized = self.expect(requirement).await?;
        if !authorized.success {
            let sentence = format!("`{}` was refused with the right token", self.label());
            return Err(self.inner.world.broken(requirement, sentence));
        }
        let user = authorized.user.as_ref().map(|user| user.id);
        self.inner.world.check_eq("AUTH-1", "the user who is welcomed", &user, &Some(self.id()));
        Ok(authorized)
    }

    pub(super) async fn authorise_silently(&self) -> Outcome<OnUserAuthorized> {
        self.inner.world.silently(self.authorise()).await
    }

    /// Waits for an event that a requirement asks for, and takes notice of it.
    pub async fn expect<E: Payload>(&self, requirement: &'static str) -> Outcome<E> {
        self.expect_where(requirement, |_| true).await
    }

    /// Waits for an event that a requirement asks for and that fits. Events that do not fit stay where they are.
    pub async fn expect_where<E: Payload>(&self, requirement: &'static str, fits: impl Fn(&E) -> bool) -> Outcome<E> {
        let world = &self.inner.world;
        world.state(|state| state.mark_checked(requirement));
        // One that cannot be read is taken as well: that it is malformed is found already (TYPE-1 to TYPE-3).
        let fits = |payload: &Value| serde_json::from_value::<E>(payload.clone()).map_or(true, |event| fits(&event));
        let patience = world.patience();
        let find = |heard: &mut super::inbox::Heard| match heard.take(E::NAME, fits) {
            Some(event) => Some(Ok(event)),
            None => heard.closed.clone().map(Err),
        };
        let mut came = self.inner.inbox.wait_for(patience.event, find).await;
        let mut answered = false;
        if came.is_none() && self.is_listening() {
            // Late is not wrong: it is absent only when something later on the same path has come. Where nothing comes
            // at all, it is absent when the whole patience of the run is over, which a sentinel is waited for.
            if !matches!(self.send_sentinel().await, Err(Stop::NotEvaluable(_))) {
                answered = true;
            }
            came = self.inner.inbox.wait_for(patience.quiet, find).await;
        }
        match came {
            Some(Ok(event)) => self.read(event),
            Some(Err(reason)) => {
                let sentence =
                    format!("`{}` expected {}, and the connection was closed: {reason}", self.label(), E::NAME);
                Err(world.broken(requirement, sentence))
            }
            None => Err(self.missing(requirement, E::NAME, answered)),
        }
    }

    fn missing(&self, requirement: &'static str, name: &str, answered: bool) -> Stop {
        let got = self.inner.inbox.with(|heard| heard.pending_names());
        let later = match answered {
            true => "although a later action of its was answered".to_owned(),
            false => format!("nor an answer to a later action, in {:.1} s", self.world().patience().max.as_secs_f64()),
        };
        let sentence = format!("`{}` never heard {name}, {later}", self.label());
        self.inner.world.state(|state| {
            state.find(requirement, sentence, Some(format!("{name} at `{}`", self.label())), Some(got));
        });
        Stop::Broken
    }

    /// Reads an event that came, and writes it into the transcript.
    fn read<E: Payload>(&self, event: HeardEvent) -> Outcome<E> {
        let world = &self.inner.world;
        let parsed: E = serde_json::from_value(event.payload.clone()).map_err(|error| {
            let sentence = format!("{} cannot be read: {error}", E::NAME);
            world.state(|state| {
                state.find("TYPE-1", sentence, None, Some(observer::shorten(&event.payload.to_string())))
            });
            Stop::Broken
        })?;
        let canonical = canonical(&parsed);
        world.state(|state| {
            if [OnChatRead::NAME, OnChatClear::NAME, OnChatDelete::NAME].contains(&E::NAME)
                && let (Some(user), Some(room)) =
                    (event.payload["chat"]["user_id"].as_u64(), event.payload["room"]["id"].as_u64())
                && let (Ok(user), Ok(room)) = (user.try_into(), room.try_into())
            {
                state.forget_unread(user, room);
            }
            state.record_heard::<E>(self.label(), canonical);
        });
        Ok(parsed)
    }

    /// Waits for an event as long as is said, and takes notice of it where it comes. For what need not come.
    pub async fn hear_within<E: Payload>(&self, patience: Duration) -> Outcome<Option<E>> {
        let find = |heard: &mut super::inbox::Heard| match heard.take(E::NAME, |_| true) {
            None => heard.closed.is_some().then_some(None),
            event => Some(event),
        };
        self.inner.inbox.wait_for(patience, find).await.flatten().map(|event| self.read(event)).transpose()
    }

    /// Takes notice of an event that decides between two right behaviours, where it comes: after a settling, and some
    /// time more. What is said in one room need not come before what is said in another, so that a sentinel alone does
    /// not show that a server refused.
    pub async fn may_hear<E: Payload>(&self) -> Outcome<Option<E>> {
        self.hear_within(self.inner.world.patience().straggler()).await
    }

    /// Takes notice of an event where one came already; does not wait.
    pub fn take<E: Payload>(&self) -> Outcome<Option<E>> {
        self.inner.inbox.with(|heard| heard.take(E::NAME, |_| true)).map(|event| self.read(event)).transpose()
    }

    /// Checks that this client hears nothing that was not expected so far: with sentinels, not by waiting.
    pub async fn expect_nothing(&self, requirement: &'static str) -> Outcome {
        self.inner.world.settle().await?;
        self.find_leftovers(Some(requirement));
        Ok(())
    }

    /// Records everything that came and nobody took notice of.
    pub(super) fn find_leftovers(&self, requirement: Option<&'static str>) {
        let world = &self.inner.world;
        if let Some(requirement) = requirement {
            world.state(|state| state.mark_checked(requirement));
        }
        let leftovers = self.inner.inbox.with(|heard| {
            let repeated: Vec<bool> = heard.pending.iter().map(|event| heard.is_repeated(event)).collect();
            let events: Vec<HeardEvent> = heard.pending.drain(..).collect();
            heard.taken.extend(events.iter().cloned());
            events.into_iter().zip(repeated).collect::<Vec<_>>()
        });
        for (event, repeated) in leftovers {
            if self.is_due(&event) {
                continue;
            }
            self.find_unexpected(&event, repeated, requirement);
        }
    }

    /// Whether it is the answer to one of this client's own authorisations. Those of sentinels are all alike, and the
    /// last of them may come when nobody waits for it any more.
    fn is_due(&self, event: &HeardEvent) -> bool {
        if event.name != OnUserAuthorized::NAME || event.payload["success"] != false {
            return false;
        }
        let record = self.record().snapshot();
        let count = |name: &str, heard: Heard| {
            let is_it = |frame: &Frame| matches!(frame, Frame::Text(text) if event_of(text).0 == name);
            record.iter().filter(|recorded| recorded.direction == heard && is_it(&recorded.frame)).count()
        };
        count(OnUserAuthorized::NAME, Heard::Received) <= count(UserAuth::NAME, Heard::Sent)
    }

    /// Whether an event is about a dialog of this socket's user: its side of a room that it is in.
    fn takes_part(&self, payload: &Value) -> bool {
        let is_self = |id: &Value| id.as_u64() == Some(self.id().get());
        let users = payload["room"]["users"].as_array();
        is_self(&payload["chat"]["user_id"])
            && users.is_none_or(|users| users.is_empty() || users.iter().any(|user| is_self(&user["id"])))
    }

    fn find_unexpected(&self, event: &HeardEvent, repeated: bool, requirement: Option<&'static str>) {
        let unexpected = Unexpected {
            event: &event.name,
            repeated,
            authorised: self.is_authorised(),
            member: self.takes_part(&event.payload),
            one_of_several: self.has_siblings(),
        };
        let requirement = match requirement {
            Some(requirement) if !repeated => attribution::of_unexpected_while_checking(unexpected, requirement),
            _ => attribution::of_unexpected(unexpected),
        };
        let world = &self.inner.world;
        let requirement = if requirement == "EVT-1" { world.state(|state| state.repeats) } else { requirement };
        let how = if repeated { "once more" } else { "and nothing of the kind should come" };
        let sentence = format!("`{}` heard {} {how}", self.label(), event.name);
        let got = Some(observer::shorten(&event.payload.to_string()));
        world.state(|state| state.find(requirement, sentence, None, got));
    }

    /// Whether another connection of the same user is open.
    fn has_siblings(&self) -> bool {
        let is_sibling = |other: &Self| other.id() == self.id() && !Arc::ptr_eq(&self.inner, &other.inner);
        self.inner.world.clients().iter().any(|other| is_sibling(other) && other.is_open())
    }

    /// At the end of a scenario that stopped half-way: what came before already is found all the same.
    pub(super) fn find_repetitions(&self) {
        let repeated = |heard: &mut super::inbox::Heard| {
            heard.pending.iter().filter(|event| heard.is_repeated(event)).cloned().collect::<Vec<_>>()
        };
        for event in self.inbox().with(repeated) {
            if event.name.starts_with("on.message.") {
                self.find_unexpected(&event, true, None);
            }
        }
    }

    /// At the end of a scenario: every event that came was expected, or is found.
    pub(super) fn account_for_the_rest(&self) {
        self.find_leftovers(None);
    }
}

fn to_value(payload: &impl serde::Serialize) -> Outcome<Value> {
    serde_json::to_value(payload).map_err(|error| Stop::Harness(format!("a payload cannot be written: {error}")))
}

/// Whether the last ping came so long after the one before it that the answer was late, or nearly.
fn is_last_overdue(pings: &[Instant], interval: Duration, timeout: Duration) -> bool {
    matches!(*pings, [.., before, last] if last.saturating_duration_since(before) >= interval + timeout / 2)
}

/// Whether nothing came after the last ping in the time in which a server pings again, or closes the connection for want
/// of an answer.
fn is_server_overdue(pings: &[Instant], closed: Instant, longest_silence: Duration) -> bool {
    pings.last().is_some_and(|last| closed.saturating_duration_since(*last) >= longest_silence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_pings_in_time_and_hangs_up_is_not_excused() {
        let start = Instant::now();
        let is_overdue = |at: &[u64], closed: u64| {
            let after = |ms: u64| start + Duration::from_millis(ms);
            let pings: Vec<Instant> = at.iter().map(|ms| after(*ms)).collect();
            let (interval, timeout) = (Duration::from_secs(1), Duration::from_secs(3));
            is_last_overdue(&pings, interval, timeout) || is_server_overdue(&pings, after(closed), interval + timeout)
        };
        assert!(!is_overdue(&[], 30_000) && !is_overdue(&[9_000], 9_500));
        assert!(!is_overdue(&[0, 1_010, 2_300, 3_400], 6_500), "it waited for the answer, and did not take it");
        assert!(!is_overdue(&[0, 5_000, 6_000], 6_900), "an older delay was survived");
        assert!(is_overdue(&[0, 1_010, 5_300], 5_400));
        assert!(is_overdue(&[0, 1_010], 5_100), "the server came neither to a ping nor to the end of its patience");
    }
}
