//! The sequencer's task.
//!
//! A batch goes so: what its rules need is loaded, the rules of its writes run over it one after the other, what they
//! changed is committed in one transaction, their events are sent and their answers given. Then come its reads, and the
//! sockets that arrive and leave. Nothing is heard before it is committed (D4). If the commit fails, the batch is
//! dropped and answered `unavailable`, and the state is read from the store again.

use std::sync::Arc;

use chat_spec::{
    events::{OnChatHistory, OnUserAuthorized, OnUserOnline, Payload},
    types::{Dialog, Message, User},
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    Effect, Origin, Sequencer, SequencerSettings, Surroundings,
    batch::{Act, Afterwards, Batch},
    command::{Arrival, Command},
};
use crate::{
    clock::Clock,
    domain::{Cache, Loaded, Needed, Refused, Transaction, chat::history::Page},
    fanout::{Audience, Fanout, SocketId},
    presence::Presence,
    store::{Result, Store},
};

/// A batch of at least this size means load: the next one may wait a moment, so that more goes into it.
const UNDER_LOAD: usize = 8;

/// Starts the sequencer. Its task ends when `drained` is cancelled and the queue is empty.
pub(crate) fn spawn(
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    fanout: Arc<dyn Fanout>,
    settings: SequencerSettings,
    drained: CancellationToken,
) -> (Sequencer, JoinHandle<()>) {
    let (commands, queue) = mpsc::channel(settings.queue);
    let task = Task { store, clock, fanout, settings, presence: Presence::default(), cache: None };
    (Sequencer { commands }, tokio::spawn(task.run(queue, drained)))
}

struct Task {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    fanout: Arc<dyn Fanout>,
    settings: SequencerSettings,
    presence: Presence,
    /// `None` before the first batch, and after a commit that failed.
    cache: Option<Cache>,
}

impl Task {
    async fn run(mut self, mut queue: mpsc::Receiver<Command>, drained: CancellationToken) {
        let mut commands = Vec::with_capacity(self.settings.batch);
        loop {
            tokio::select! {
                biased;
                received = queue.recv_many(&mut commands, self.settings.batch) => if received == 0 { break },
                () = drained.cancelled(), if !queue.is_closed() => {
                    queue.close();
                    continue;
                }
            }
            let (size, began) = (commands.len(), Instant::now());
            self.process(Batch::of(commands.drain(..))).await;
            if size >= UNDER_LOAD {
                sleep_until(began + self.settings.pace).await;
            }
        }
    }

    async fn process(&mut self, mut batch: Batch) {
        match self.prepare(batch.needs()).await {
            Ok((mut cache, loaded)) => {
                let writes = std::mem::take(&mut batch.writes);
                let committed = self.write(&mut cache, &loaded, writes).await;
                self.cache = committed.then_some(cache);
                if let Some(cache) = self.cache.take() {
                    self.after(&cache, &loaded, batch.afterwards).await;
                    self.cache = Some(cache);
                    return;
                }
            }
            Err(error) => tracing::error!(%error, "failed to load what a batch needs"),
        }
        let rest = batch.refuse(&Refused::Unavailable);
        let nothing = Cache::new(Default::default(), 0);
        self.after(&nothing, &Loaded::default(), rest.afterwards).await;
    }

    /// Reads from the store what the batch needs and is not known yet.
    async fn prepare(&mut self, mut needed: Needed) -> Result<(Cache, Loaded)> {
        let mut cache = match self.cache.take() {
            Some(cache) => cache,
            None => Cache::new(self.store.sequences().await?, self.settings.cached_rooms),
        };
        cache.subtract_known(&mut needed);
        let mut loaded = if needed.is_empty() { Loaded::default() } else { self.store.load(&needed).await? };
        cache.learn(&mut loaded);
        Ok((cache, loaded))
    }

    /// Runs the rules of the writes, commits, and announces; whether that succeeded.
    async fn write(&self, cache: &mut Cache, loaded: &Loaded, writes: Vec<Act>) -> bool {
        let mut transaction = Transaction::new(cache, loaded, self.clock.now());
        let surroundings = Surroundings { rules: &self.settings.rules, presence: &self.presence };
        let outcomes: Vec<_> = writes
            .into_iter()
            .map(|Act { origin, caller, step }| (origin, step.run(&caller, &mut transaction, surroundings)))
            .collect();
        let changes = transaction.into_changes();
        if !changes.is_empty() {
            if let Err(error) = self.store.commit(&changes).await {
                tracing::error!(%error, actions = outcomes.len(), "failed to commit a batch");
                outcomes.into_iter().for_each(|(origin, _)| origin.responder.refused(Refused::Unavailable));
                return false;
            }
            cache.apply(changes);
        }
        for (origin, outcome) in outcomes {
            match outcome {
                Ok(effects) => self.announce(origin, effects),
                Err(why) => origin.responder.refused(why),
            }
        }
        true
    }

    /// Carries out what comes after the commit, in the order in which it was queued.
    async fn after(&mut self, cache: &Cache, loaded: &Loaded, afterwards: Vec<Afterwards>) {
        let mut reads = Vec::with_capacity(afterwards.len());
        for step in afterwards {
            reads.push(match step {
                Afterwards::Read(act) => self.read(cache, loaded, act),
                Afterwards::Arrive(origin, arrival) => Pending::Arrive(origin, arrival),
                Afterwards::Leave(socket, user) => Pending::Leave(socket, user),
            });
        }
        let pages: Vec<Page> = reads.iter().flat_map(Pending::pages).collect();
        let users: Vec<_> = reads.iter().filter_map(Pending::arriving).map(|user| user.id).collect();
        let mut pages =
            if pages.is_empty() { Ok(Vec::new()) } else { self.store.pages(&pages).await }.map(Vec::into_iter);
        let mut dialogs =
            if users.is_empty() { Ok(Vec::new()) } else { self.store.dialogs(&users).await }.map(Vec::into_iter);
        for error in [pages.as_ref().err(), dialogs.as_ref().err()].into_iter().flatten() {
            tracing::error!(%error, "failed to read");
        }
        for read in reads {
            match read {
                Pending::Refused(origin, why) => origin.responder.refused(why),
                Pending::Shown(origin, effects) => match &mut pages {
                    Ok(pages) => self.show(origin, effects, pages),
                    Err(_) => origin.responder.refused(Refused::Unavailable),
                },
                Pending::Arrive(origin, arrival) => match dialogs.as_mut().ok().and_then(Iterator::next) {
                    Some(dialogs) => self.arrive(origin, arrival, dialogs),
                    None => origin.responder.refused(Refused::Unavailable),
                },
                Pending::Leave(socket, user) => self.leave(socket, &user),
            }
        }
    }

    fn read(&self, cache: &Cache, loaded: &Loaded, Act { origin, caller, step }: Act) -> Pending {
        let surroundings = Surroundings { rules: &self.settings.rules, presence: &self.presence };
        let mut nothing_changes = Transaction::new(cache, loaded, self.clock.now());
        match step.run(&caller, &mut nothing_changes, surroundings) {
            Ok(effects) => Pending::Shown(origin, effects),
            Err(why) => Pending::Refused(origin, why),
        }
    }

    fn announce(&self, origin: Origin, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Tell { audience, event, payload } = effect {
                self.fanout.deliver(audience, event, &payload);
            }
        }
        origin.responder.done();
    }

    fn show(&self, origin: Origin, effects: Vec<Effect>, pages: &mut impl Iterator<Item = Vec<Message>>) {
        for effect in effects {
            if let Effect::ShowPage { room, chat, .. } = effect {
                let messages = pages.next().unwrap_or_default();
                self.tell(Audience::Socket(origin.socket), &OnChatHistory { messages, chat, room: room.to_wire() });
            }
        }
        origin.responder.done();
    }

    fn arrive(&mut self, origin: Origin, arrival: Arrival, dialogs: Vec<Dialog>) {
        let Arrival { user, outgoing, admitted } = arrival;
        if !self.presence.has_place_for(user.id, origin.socket, self.settings.sockets_per_user) {
            return origin.responder.refused(Refused::RateLimited);
        }
        // The socket's session begins before it is told so. If its task is gone, so is the socket.
        if admitted.send(()).is_err() {
            return;
        }
        self.fanout.attach(origin.socket, user.id, outgoing);
        let is_first = self.presence.arrive(user.id, origin.socket);
        let authorized = OnUserAuthorized { success: true, dialogs, user: Some(user.clone()) };
        self.tell(Audience::Socket(origin.socket), &authorized);
        origin.responder.done();
        if is_first {
            self.tell(Audience::EveryoneBut(user.id), &OnUserOnline { id: user.id, online: true });
        }
    }

    fn leave(&mut self, socket: SocketId, user: &User) {
        self.fanout.detach(socket);
        if self.presence.leave(user.id, socket) {
            self.tell(Audience::EveryoneBut(user.id), &OnUserOnline { id: user.id, online: false });
        }
    }

    fn tell<T: Payload>(&self, audience: Audience, event: &T) {
        self.fanout.deliver(audience, T::NAME, &encode(event));
    }
}

/// Something of a batch that waits for what is read after the commit.
enum Pending {
    Refused(Origin, Refused),
    Shown(Origin, Vec<Effect>),
    Arrive(Origin, Arrival),
    Leave(SocketId, User),
}

impl Pending {
    fn pages(&self) -> impl Iterator<Item = Page> + '_ {
        let effects = if let Self::Shown(_, effects) = self { effects.as_slice() } else { &[] };
        effects.iter().filter_map(|effect| match effect {
            Effect::ShowPage { page, .. } => Some(*page),
            Effect::Tell { .. } => None,
        })
    }

    const fn arriving(&self) -> Option<&User> {
        if let Self::Arrive(_, arrival) = self { Some(&arrival.user) } else { None }
    }
}

/// A payload as JSON.
pub(crate) fn encode<T: Serialize>(payload: &T) -> Box<RawValue> {
    to_raw_value(payload).expect("payloads have string keys and no fallible parts")
}
