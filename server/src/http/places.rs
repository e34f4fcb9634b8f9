//! Places for uploads: files are in memory while they are on their way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use chat_spec::types::UserId;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// How many uploads there may be at the same time: in all, and of one user, so that nobody takes every place. More wait.
pub(crate) struct UploadPlaces {
    all: Arc<Semaphore>,
    of_a_user: usize,
    users: Mutex<HashMap<UserId, Weak<Semaphore>>>,
}

/// The place of one upload, until it is dropped.
pub(super) struct UploadPlace {
    _own: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl UploadPlaces {
    /// So many places in all, a quarter of which one user may take.
    pub(crate) fn new(places: usize) -> Self {
        let of_a_user = (places / 4).max(1);
        Self { all: Arc::new(Semaphore::new(places)), of_a_user, users: Mutex::default() }
    }

    /// Waits for a place of the user's own, then for one of all: who waits for the first stands in nobody's way.
    pub(super) async fn take(&self, user: UserId) -> Result<UploadPlace, AcquireError> {
        let own = self.of_user(user).acquire_owned().await?;
        let of_all = Arc::clone(&self.all).acquire_owned().await?;
        Ok(UploadPlace { _own: own, _of_all: of_all })
    }

    fn of_user(&self, user: UserId) -> Arc<Semaphore> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = users.get(&user).and_then(Weak::upgrade) {
            return places;
        }
        // Who uploads nothing any more is forgotten.
        users.retain(|_, places| places.strong_count() > 0);
        let places = Arc::new(Semaphore::new(self.of_a_user));
        users.insert(user, Arc::downgrade(&places));
        places
    }
}
