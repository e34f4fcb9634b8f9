//! All open connections, so that they can be bounded, and cut off at the end.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::sync::Notify;

use super::connection::Shared;

/// All open connections.
#[derive(Default)]
pub(crate) struct Connections {
    open: Mutex<Open>,
    /// Told when the last one is closed.
    all_closed: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Weak<Shared>>,
}

impl Connections {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many connections are open.
    pub(crate) fn count(&self) -> usize {
        self.open().connections.len()
    }

    /// Waits until no connection is open.
    pub(crate) async fn closed(&self) {
        loop {
            let all_closed = self.all_closed.notified();
            if self.count() == 0 {
                return;
            }
            all_closed.await;
        }
    }

    /// Cuts off every connection that is still open; how many there were.
    pub(crate) fn abort_all(&self) -> usize {
        let connections: Vec<_> = self.open().connections.values().filter_map(Weak::upgrade).collect();
        connections.iter().filter(|connection| connection.abort()).count()
    }

    pub(super) fn add(self: &Arc<Self>, connection: &Weak<Shared>) -> Registration {
        let mut open = self.open();
        let number = open.next;
        open.next += 1;
        open.connections.insert(number, connection.clone());
        Registration { connections: Arc::downgrade(self), number }
    }
}

/// A connection's place in the list; given back when it is dropped.
pub(super) struct Registration {
    connections: Weak<Connections>,
    number: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(connections) = self.connections.upgrade() {
            let mut open = connections.open();
            open.connections.remove(&self.number);
            if open.connections.is_empty() {
                connections.all_closed.notify_waiters();
            }
        }
    }
}
