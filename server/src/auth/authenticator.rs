//! Whether an id and a token belong together.

use std::sync::Arc;

use async_trait::async_trait;
use chat_spec::types::{User, UserId};

use super::TokenHash;
use crate::store::{Result, Store};

/// Tells who a client is. A seam: fault tests put their own in its place.
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// The user, if the token is that user's; `None` for a wrong token and for an unknown id alike (AUTH-3).
    async fn verify(&self, id: UserId, token: &str) -> Result<Option<User>>;

    /// The user whose token it is.
    async fn identify(&self, token: &str) -> Result<Option<User>>;
}

/// Compares with the hashes in the store.
pub struct StoredTokens {
    store: Arc<dyn Store>,
}

impl StoredTokens {
    /// Tokens of the accounts in a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Authenticator for StoredTokens {
    async fn verify(&self, id: UserId, token: &str) -> Result<Option<User>> {
        let presented = TokenHash::of(token);
        let stored = self.store.credentials(id).await?;
        // An unknown id takes the same way, with a hash that no token has.
        let (user, expected) = match stored {
            Some((user, hash)) => (Some(user), hash),
            None => (None, TokenHash::from_bytes([0; 32])),
        };
        let matches = presented.matches(&expected);
        Ok(user.filter(|_| matches))
    }

    async fn identify(&self, token: &str) -> Result<Option<User>> {
        let presented = TokenHash::of(token);
        let candidates = self.store.credentials_by_prefix(presented.prefix()).await?;
        Ok(candidates.into_iter().find(|(_, expected)| presented.matches(expected)).map(|(user, _)| user))
    }
}
