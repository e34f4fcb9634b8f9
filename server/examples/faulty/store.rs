//! A store with something wrong in one of its operations.

use std::sync::Arc;

use async_trait::async_trait;
use chat_server::{
    auth::{HashPrefix, TokenHash},
    domain::{Changes, Loaded, Needed, Sequences, chat::history::Page},
    store::{Download, NewAccount, NewUpload, Result, Store},
};
use chat_spec::types::{AttachmentId, Date, Dialog, File, Message, User, UserId};

/// What is wrong. What a fault does not touch does what the store does.
#[async_trait]
pub(crate) trait Hook: Send + Sync + 'static {
    async fn pages(&self, inner: &dyn Store, asked: &[Page]) -> Result<Vec<Vec<Message>>> {
        inner.pages(asked).await
    }

    async fn dialogs(&self, inner: &dyn Store, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        inner.dialogs(users).await
    }

    async fn load(&self, inner: &dyn Store, needed: &Needed) -> Result<Loaded> {
        inner.load(needed).await
    }

    async fn commit(&self, inner: &dyn Store, changes: &Changes) -> Result<()> {
        inner.commit(changes).await
    }
}

/// A store with a fault.
pub(crate) struct Faulty<H> {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) hook: H,
}

#[async_trait]
impl<H: Hook> Store for Faulty<H> {
    async fn sequences(&self) -> Result<Sequences> {
        self.inner.sequences().await
    }

    async fn load(&self, needed: &Needed) -> Result<Loaded> {
        self.hook.load(&*self.inner, needed).await
    }

    async fn commit(&self, changes: &Changes) -> Result<()> {
        self.hook.commit(&*self.inner, changes).await
    }

    async fn pages(&self, pages: &[Page]) -> Result<Vec<Vec<Message>>> {
        self.hook.pages(&*self.inner, pages).await
    }

    async fn dialogs(&self, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        self.hook.dialogs(&*self.inner, users).await
    }

    async fn credentials(&self, id: UserId) -> Result<Option<(User, TokenHash)>> {
        self.inner.credentials(id).await
    }

    async fn credentials_by_prefix(&self, prefix: HashPrefix) -> Result<Vec<(User, TokenHash)>> {
        self.inner.credentials_by_prefix(prefix).await
    }

    async fn put_accounts(&self, accounts: &[NewAccount], now: Date) -> Result<Vec<UserId>> {
        self.inner.put_accounts(accounts, now).await
    }

    async fn add_upload(&self, upload: &NewUpload, now: Date) -> Result<(File, AttachmentId)> {
        self.inner.add_upload(upload, now).await
    }

    async fn download(&self, attachment: AttachmentId, user: UserId) -> Result<Option<Download>> {
        self.inner.download(attachment, user).await
    }

    async fn check(&self) -> Result<()> {
        self.inner.check().await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
