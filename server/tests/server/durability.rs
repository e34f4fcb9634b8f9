//! What was announced survives, and what could not be stored is not announced.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use chat_server::{
    app::Server,
    auth::{HashPrefix, TokenHash},
    config::{Config, Database},
    domain::{Changes, Loaded, Needed, Sequences, chat::history::Page},
    store::{Download, NewAccount, NewUpload, Result, Store, StoreError},
};
use chat_spec::types::{AttachmentId, Date, Dialog, File, Message, User, UserId};
use serde_json::json;

use crate::support::{ALICE, BOB, Client, config, dialog, history};

#[tokio::test]
async fn a_restart_keeps_everything_and_gives_no_id_twice() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config { database: Database::File(directory.path().join("chat.db")), ..config() };
    let server = Server::start(config.clone()).await.unwrap();
    let (mut alice, bob, room) = dialog(&server).await;
    alice.act("message.send", json!({ "room_id": room, "text": "x", "attachment_id": 5010 })).await;
    alice.hear("on.message.new").await;
    alice.act("message.delete", json!({ "message_id": 2 })).await;
    bob.act("chat.read", json!({ "room_id": room })).await;
    server.shutdown().await.unwrap();

    let server = Server::start(config).await.unwrap();
    let mut alice = Client::authorised(&server, ALICE).await;
    assert_eq!(history(&mut alice, room).await, ["hello"]);
    let used = json!({ "room_id": room, "text": "x", "attachment_id": 5010 });
    assert_eq!(alice.refused("message.send", used).await, "conflict");
    alice.act("message.send", json!({ "room_id": room, "text": "next" })).await;
    assert_eq!(alice.hear("on.message.new").await["message"]["id"], 3);
    let mut bob = Client::connect(&server).await;
    let dialogs = bob.authorise(BOB).await["dialogs"].clone();
    assert_eq!((&dialogs[0]["chat"]["unread_count"], &dialogs[0]["message"]["text"]), (&json!(1), &json!("next")));
}

/// A store whose disk is full at times.
struct FullDisk {
    inner: Arc<dyn Store>,
    is_full: Arc<AtomicBool>,
}

#[async_trait]
impl Store for FullDisk {
    async fn commit(&self, changes: &Changes) -> Result<()> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        self.inner.commit(changes).await
    }

    async fn sequences(&self) -> Result<Sequences> {
        self.inner.sequences().await
    }
    async fn load(&self, needed: &Needed) -> Result<Loaded> {
        self.inner.load(needed).await
    }
    async fn pages(&self, pages: &[Page]) -> Result<Vec<Vec<Message>>> {
        self.inner.pages(pages).await
    }
    async fn dialogs(&self, users: &[UserId]) -> Result<Vec<Vec<Dialog>>> {
        self.inner.dialogs(users).await
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

#[tokio::test]
async fn what_cannot_be_stored_is_refused_told_to_nobody_and_forgotten() {
    let is_full = Arc::new(AtomicBool::new(false));
    let switch = is_full.clone();
    let builder = Server::builder(config()).wrap_store(move |inner| Arc::new(FullDisk { inner, is_full: switch }));
    let server = builder.start().await.unwrap();
    let (mut alice, mut bob, room) = dialog(&server).await;
    is_full.store(true, Ordering::SeqCst);
    for (action, payload) in [
        ("message.send", json!({ "room_id": room, "text": "lost" })),
        ("chat.clear", json!({ "room_id": room })),
        ("chat.read", json!({ "room_id": room })),
    ] {
        assert_eq!(alice.refused(action, payload).await, "unavailable");
    }
    bob.hears_nothing().await;
    alice.hears_nothing().await;
    is_full.store(false, Ordering::SeqCst);
    alice.act("message.send", json!({ "room_id": room, "text": "stored" })).await;
    let heard = bob.hear("on.message.new").await;
    assert_eq!((&heard["chat"]["unread_count"], &heard["message"]["id"]), (&json!(2), &json!(2)));
    assert_eq!(history(&mut bob, room).await, ["hello", "stored"]);
}
