//! What all connections of a proxy share: the rule, what was learnt, and the ways to both sides of each connection.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::self_test::{
    fault::Rule,
    frame::{End, Frame, Towards},
    known::{Known, KnownAccount, Link},
    passage::{Passage, Sending, What},
};

/// How long one client may keep the only writer from the others before that counts as tampering.
const FELT: Duration = Duration::from_millis(20);

/// What a side of a connection is to be sent.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// A message.
    Message(Message),
    /// Nothing more.
    End(End),
}

/// The ways to both sides of a connection.
pub(super) struct Ways {
    pub(super) to_client: mpsc::Sender<Outgoing>,
    pub(super) to_server: mpsc::Sender<Outgoing>,
    /// Whether an end passed already: then it passes no more.
    pub(super) ended: bool,
}

/// What all connections share.
pub(super) struct Hub {
    shared: Mutex<Shared>,
    tampered: AtomicU64,
    /// The only writer, where there is but one.
    writer: Option<tokio::sync::Mutex<()>>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

struct Shared {
    rule: Rule,
    known: Known,
    ways: HashMap<Link, Ways>,
}

impl Hub {
    pub(super) fn new(
        rule: Rule,
        accounts: BTreeMap<u64, KnownAccount>,
        one_writer: bool,
        tasks: TaskTracker,
        stopping: CancellationToken,
    ) -> Self {
        let known = Known::new(accounts);
        Self {
            shared: Mutex::new(Shared { rule, known, ways: HashMap::new() }),
            tampered: AtomicU64::new(0),
            writer: one_writer.then(|| tokio::sync::Mutex::new(())),
            tasks,
            stopping,
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        // A rule that panicked is shown by its test; what was learnt stays.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tampered(&self) -> u64 {
        self.tampered.load(Ordering::Relaxed)
    }

    pub(super) fn open(&self, link: Link, ways: Ways) {
        let mut shared = self.shared();
        shared.known.links.insert(link);
        shared.ways.insert(link, ways);
    }

    /// Lets go of a connection: its writers end when their queues are empty.
    pub(super) fn forget(&self, link: Link) {
        let mut shared = self.shared();
        shared.ways.remove(&link);
        shared.known.links.remove(&link);
        shared.known.users.remove(&link);
    }

    /// Waits for the only writer, where there is but one. A wait that is felt is counted when it is, for it may last.
    pub(super) async fn turn(&self) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let turn = self.writer.as_ref()?.lock();
        tokio::pin!(turn);
        if let Ok(guard) = tokio::time::timeout(FELT, &mut turn).await {
            return Some(guard);
        }
        self.tampered.fetch_add(1, Ordering::Relaxed);
        Some(turn.await)
    }

    /// Gives a frame to the rule and sends what comes of it. `original` is what came, to be passed on to the byte where
    /// the rule leaves it alone.
    pub(super) async fn pass(&self, link: Link, towards: Towards, frame: Frame, original: Option<Message>) {
        for (sending, original) in self.judge(link, towards, frame, original) {
            if sending.after.is_zero() {
                self.deliver(link, sending, original).await;
            } else {
                self.deliver_later(sending, original);
            }
        }
    }

    fn judge(
        &self,
        link: Link,
        towards: Towards,
        frame: Frame,
        original: Option<Message>,
    ) -> Vec<(Sending, Option<Message>)> {
        let mut shared = self.shared();
        let Shared { rule, known, .. } = &mut *shared;
        known.learn(link, towards, &frame);
        let mut passage = Passage::new(link, towards, frame.clone(), known);
        rule(&mut passage);
        let Passage { frame: now, dropped, delay, before, behind, .. } = passage;
        let changed = now != frame;
        if changed || dropped || !delay.is_zero() || !before.is_empty() || !behind.is_empty() {
            self.tampered.fetch_add(1, Ordering::Relaxed);
        }
        let own = (!dropped).then(|| {
            let sending = Sending { link, towards, what: What::Frame(now), after: delay };
            (sending, if changed { None } else { original })
        });
        let added = |sending| (sending, None);
        before.into_iter().map(added).chain(own).chain(behind.into_iter().map(added)).collect()
    }

    /// Sends to one side of a connection. The connection that caused it waits for room, so that a side that does not
    /// read is felt by the other; for any other there must be room.
    async fn deliver(&self, cause: Link, sending: Sending, original: Option<Message>) {
        let outgoing = match &sending.what {
            What::HangUp => Outgoing::End(End::Goodbye),
            What::Frame(Frame::Gone(end)) => Outgoing::End(*end),
            What::Frame(frame) => match original.or_else(|| frame.write()) {
                Some(message) => Outgoing::Message(message),
                None => return,
            },
        };
        let way = {
            let mut shared = self.shared();
            let Some(ways) = shared.ways.get_mut(&sending.link) else { return };
            ways.ended |= matches!(outgoing, Outgoing::End(_));
            match sending.towards {
                Towards::Client => ways.to_client.clone(),
                Towards::Server => ways.to_server.clone(),
            }
        };
        // A side that is gone takes nothing; one that is full of what others caused loses it, as with any server.
        if sending.link == cause {
            drop(way.send(outgoing).await);
        } else {
            drop(way.try_send(outgoing));
        }
    }

    fn deliver_later(&self, sending: Sending, original: Option<Message>) {
        let shared = self.shared();
        let Some(ways) = shared.ways.get(&sending.link) else { return };
        let way = match sending.towards {
            Towards::Client => ways.to_client.clone(),
            Towards::Server => ways.to_server.clone(),
        };
        let What::Frame(frame) = sending.what else { return };
        let Some(message) = original.or_else(|| frame.write()) else { return };
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(sending.after) => drop(way.send(Outgoing::Message(message)).await),
                () = stopping.cancelled() => {}
            }
        });
    }

    /// Whether the end of a connection passed already.
    pub(super) fn has_ended(&self, link: Link) -> bool {
        self.shared().ways.get(&link).is_none_or(|ways| ways.ended)
    }
}

/// A hub is shared by the tasks of its proxy.
pub(super) type SharedHub = Arc<Hub>;
