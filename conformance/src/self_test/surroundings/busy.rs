//! A machine that is busy with something else.

use std::{
    hint::black_box,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// How long a thread computes before it looks whether it is still wanted.
const ROUNDS: u64 = 100_000;

/// The threads that are at work, if any are.
static RUNNING: Mutex<Weak<BusyCores>> = Mutex::new(Weak::new());

/// Keeps every core busy for as long as it lives.
pub(in crate::self_test) struct BusyCores {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl BusyCores {
    /// Keeps the cores busy from now on, together with all who want that at the same time: busier than busy is no test.
    pub(in crate::self_test) fn start() -> Arc<Self> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::new());
            *running = Arc::downgrade(&started);
            started
        })
    }

    /// Starts a thread for each core.
    fn new() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let cores = thread::available_parallelism().map_or(2, usize::from);
        let busy = |_| {
            let over = Arc::clone(&over);
            thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    black_box((0..ROUNDS).fold(0_u64, |sum, round| black_box(sum.wrapping_mul(31) ^ round)));
                }
            })
        };
        let threads = (0..cores).map(busy).collect();
        Self { over, threads }
    }
}

impl Drop for BusyCores {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // It only computes, and cannot have panicked.
            drop(thread.join());
        }
    }
}
