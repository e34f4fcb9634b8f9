//! Which accounts a scenario gets.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use tokio::sync::Semaphore;

use super::attachment::Attachments;
use crate::{
    accounts::Account,
    stop::{Outcome, Stop},
};

/// The accounts of a run. A scenario has its own while it runs, so that scenarios do not disturb each other; those that
/// were not used yet are given out first. One account is nobody's: sentinels are sent to it.
#[derive(Debug)]
pub struct Casting {
    free: Mutex<VecDeque<Account>>,
    permits: Semaphore,
    size: usize,
    beacon: Account,
    attachments: Attachments,
}

impl Casting {
    /// The smallest number of accounts that every scenario can be run with.
    pub const FEWEST: usize = 6;

    /// A casting from accounts; `None` where there are fewer than two.
    #[must_use]
    pub fn new(mut accounts: Vec<Account>) -> Option<Self> {
        let beacon = accounts.pop()?;
        let size = accounts.len();
        (size > 0).then(|| Self {
            permits: Semaphore::new(size),
            free: Mutex::new(accounts.into()),
            size,
            beacon,
            attachments: Attachments::default(),
        })
    }

    /// The user that sentinels are sent to. It is never connected.
    #[must_use]
    pub const fn beacon(&self) -> &Account {
        &self.beacon
    }

    /// Which attachments of the accounts are spoken for.
    pub(crate) const fn attachments(&self) -> &Attachments {
        &self.attachments
    }

    /// How many users scenarios can have at one time.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Takes accounts for a scenario; waits until there are enough.
    ///
    /// # Errors
    /// There will never be enough.
    pub async fn take(&self, count: usize) -> Outcome<Vec<Account>> {
        if count > self.size {
            return Err(Stop::not_evaluable(format!(
                "it takes {count} users and one for sentinels, and there are {} accounts: list more of them",
                self.size + 1
            )));
        }
        let wanted = u32::try_from(count).map_err(|_| Stop::Harness("too many users".into()))?;
        let permits = self.permits.acquire_many(wanted).await.map_err(|error| Stop::Harness(error.to_string()))?;
        permits.forget();
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(free.drain(..count).collect())
    }

    /// Gives the accounts of a scenario back.
    pub fn give_back(&self, accounts: Vec<Account>) {
        let count = accounts.len();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).extend(accounts);
        self.permits.add_permits(count);
    }
}
