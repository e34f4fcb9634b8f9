//! Which accounts a scenario gets.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use chat_spec::types::{MAX_ID, UserId};
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
    ids: HashSet<UserId>,
    /// Ids that none of the accounts has, the largest first.
    unknown: [UserId; Self::UNKNOWN],
}

impl Casting {
    /// How many ids of nobody are known.
    const UNKNOWN: usize = 3;

    /// The smallest number of accounts that every scenario can be run with.
    pub const FEWEST: usize = 6;

    /// A casting from accounts; `None` where there are fewer than two.
    #[must_use]
    pub fn new(mut accounts: Vec<Account>) -> Option<Self> {
        let unknown = ids_of_nobody(&accounts)?;
        let ids = accounts.iter().map(|account| account.id).collect();
        let beacon = accounts.pop()?;
        let size = accounts.len();
        (size > 0).then(|| Self {
            permits: Semaphore::new(size),
            free: Mutex::new(accounts.into()),
            size,
            beacon,
            attachments: Attachments::default(),
            ids,
            unknown,
        })
    }

    /// Ids that no user has, as far as the accounts tell.
    #[must_use]
    pub const fn unknown(&self) -> [UserId; Self::UNKNOWN] {
        self.unknown
    }

    /// Whether a user is one of the accounts of the run: what is between such users is the suite's to delete.
    #[must_use]
    pub fn is_ours(&self, user: UserId) -> bool {
        self.ids.contains(&user)
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

/// The largest ids that none of the accounts has: an account may have the very largest there is (TYPE-2).
fn ids_of_nobody<const N: usize>(accounts: &[Account]) -> Option<[UserId; N]> {
    let taken: HashSet<u64> = accounts.iter().map(|account| account.id.get()).collect();
    let free = (1..=MAX_ID).rev().filter(|id| !taken.contains(id)).filter_map(|id| UserId::try_from(id).ok());
    free.take(N).collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_an_unknown_id() {
        let account = |id: u64| Account { id: UserId::try_from(id).unwrap(), token: "t".into(), attachments: vec![] };
        let casting = Casting::new([MAX_ID, 7, MAX_ID - 2].map(account).into()).unwrap();
        assert_eq!(casting.unknown().map(UserId::get), [MAX_ID - 1, MAX_ID - 3, MAX_ID - 4]);
    }
}
