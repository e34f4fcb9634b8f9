//! One connection of a user: what it is, and saying. In its files:
//!
//! * `hearing`: waiting for what should come.
//! * `leftovers`: what came and should not have.
//! * `heartbeat`: whether it was kept alive as it should.

mod hearing;
mod heartbeat;
mod leftovers;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use chat_spec::{
    events::{Action, OnUserAuthorized},
    types::UserId,
};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::{
    World, auth,
    inbox::{Heard, Inbox},
    observer,
};
use crate::{
    accounts::Account,
    stop::{Outcome, Stop},
    wire::{Ack, CloseReason, Connection, Handshake, Record, SendError, Sender},
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

    /// Why the connection was closed; waits for it.
    pub async fn closed(&self, patience: Duration) -> Option<CloseReason> {
        self.inner.inbox.wait_for(patience, |heard| heard.closed.clone()).await
    }

    /// Waits until the server put an end to it; gives whether it did.
    pub(crate) async fn cut_off(&self, patience: Duration) -> bool {
        let ended = |heard: &mut Heard| (heard.left || heard.closed.is_some()).then_some(());
        self.inner.inbox.wait_for(patience, ended).await.is_some()
    }

    /// Says that the scenario sends malformed packets on this connection: how the server puts its answers is not
    /// judged.
    pub fn set_misbehaving(&self) {
        self.inner.misbehaving.store(true, Ordering::Release);
    }

    /// Whether the server has to listen to it, as a MUST: it is connected, did nothing that may cost its connection, and
    /// is the only one of its user (that several are served is AUTH-11, a SHOULD).
    pub(super) fn must_be_heard(&self) -> bool {
        let may_be_closed = self.inner.may_be_closed.load(Ordering::Acquire) || self.is_misbehaving();
        let is_another = |other: &Self| {
            !Arc::ptr_eq(&self.inner, &other.inner)
                && other.id() == self.id()
                && other.is_authorised()
                && other.is_open()
        };
        let is_alone = !self.inner.world.clients().iter().any(is_another);
        self.is_authorised() && self.is_listening() && is_alone && !may_be_closed
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
}

fn to_value(payload: &impl serde::Serialize) -> Outcome<Value> {
    serde_json::to_value(payload).map_err(|error| Stop::Harness(format!("a payload cannot be written: {error}")))
}
