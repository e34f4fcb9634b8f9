//! Checks of tokens that let too much through.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use chat_server::{auth::Authenticator, store::Result};
use chat_spec::types::{User, UserId};

use crate::trace::Trace;

/// What is let through.
#[derive(Clone, Copy)]
pub(crate) enum Leniency {
    /// Whatever is said.
    AnyToken,
    /// A part of the token, from its beginning.
    Prefix,
    /// The token in letters of another case.
    Case,
    /// The token with white space around it.
    Space,
    /// A token of anybody.
    AnyUsers,
}

/// Lets more through than the check that it is around.
pub(crate) struct Lenient {
    pub(crate) inner: Arc<dyn Authenticator>,
    pub(crate) tokens: HashMap<UserId, String>,
    pub(crate) leniency: Leniency,
    pub(crate) trace: Trace,
}

#[async_trait]
impl Authenticator for Lenient {
    async fn verify(&self, id: UserId, token: &str) -> Result<Option<User>> {
        if let Some(user) = self.inner.verify(id, token).await? {
            return Ok(Some(user));
        }
        let Some(right) = self.tokens.get(&id) else { return Ok(None) };
        let fits = match self.leniency {
            Leniency::AnyToken => true,
            Leniency::Prefix => !token.is_empty() && right.starts_with(token),
            Leniency::Case => right.eq_ignore_ascii_case(token),
            Leniency::Space => right == token.trim(),
            Leniency::AnyUsers => self.tokens.values().any(|other| other == token),
        };
        if !fits {
            return Ok(None);
        }
        self.trace.note("let a wrong token through");
        self.inner.verify(id, right).await
    }

    async fn identify(&self, token: &str) -> Result<Option<User>> {
        self.inner.identify(token).await
    }
}

/// Counts refusals, in a server that does nothing against them.
pub(crate) struct CountsRefusals {
    inner: Arc<dyn Authenticator>,
    refusals: AtomicU32,
    trace: Trace,
}

impl CountsRefusals {
    pub(crate) fn new(inner: Arc<dyn Authenticator>, trace: Trace) -> Self {
        Self { inner, refusals: AtomicU32::new(0), trace }
    }
}

#[async_trait]
impl Authenticator for CountsRefusals {
    async fn verify(&self, id: UserId, token: &str) -> Result<Option<User>> {
        let user = self.inner.verify(id, token).await?;
        if user.is_none() {
            let refusals = self.refusals.fetch_add(1, Ordering::Relaxed);
            self.trace.note_if(refusals >= 50, "answered one wrong token more without a delay");
        }
        Ok(user)
    }

    async fn identify(&self, token: &str) -> Result<Option<User>> {
        self.inner.identify(token).await
    }
}
