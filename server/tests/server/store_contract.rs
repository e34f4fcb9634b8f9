//! What every store must do. To try a new backend, add its line to `stores`.

use std::sync::Arc;

use chat_server::{
    auth::TokenHash,
    domain::{AttachmentUse, Changes, Needed, Pair, Room, RoomChange, Sequences, chat::history::Page},
    store::{NewAccount, NewUpload, Store, StoreError, sqlite::SqliteStore},
};
use chat_spec::types::{AttachmentId, Date, Message, MessageId, RoomId, User, UserId};
use tempfile::TempDir;

/// Every store, each with three users and the directory that it lives in.
async fn stores() -> Vec<(Arc<dyn Store>, TempDir)> {
    let directory = tempfile::tempdir().unwrap();
    let file = SqliteStore::open(&directory.path().join("chat.db")).await.unwrap();
    let memory = SqliteStore::in_memory().await.unwrap();
    let stores: Vec<(Arc<dyn Store>, TempDir)> =
        vec![(Arc::new(file), directory), (Arc::new(memory), tempfile::tempdir().unwrap())];
    for (store, _) in &stores {
        let accounts = [1, 2, 3].map(|id| account(id, &format!("token {id}")));
        store.put_accounts(&accounts, date(1)).await.unwrap();
    }
    stores
}

fn account(id: u64, token: &str) -> NewAccount {
    let attachments = vec![(attachment(id * 10), "image".to_owned())];
    NewAccount { id: Some(user(id).id), token: TokenHash::of(token), attachments }
}

fn date(milliseconds: i64) -> Date {
    Date::from_milliseconds(milliseconds)
}
fn user(id: u64) -> User {
    User { id: UserId::try_from(id).unwrap(), created_at: date(1) }
}
fn room_id(id: u64) -> RoomId {
    RoomId::try_from(id).unwrap()
}
fn message_id(id: u64) -> MessageId {
    MessageId::try_from(id).unwrap()
}
fn attachment(id: u64) -> AttachmentId {
    AttachmentId::try_from(id).unwrap()
}

fn message(id: u64, room: u64, text: &str) -> Message {
    let (created_at, updated_at) = (date(2), date(2));
    let (id, room_id, user_id) = (message_id(id), room_id(room), user(1).id);
    Message { id, room_id, user_id, created_at, updated_at, text: text.into(), attachment: None }
}

/// Room 1 of users 1 and 2, with messages 1 to 3.
fn beginning() -> Changes {
    let mut changes = Changes::new(Sequences { room: 1, message: 3, time: date(2) });
    changes.rooms.insert(room_id(1), RoomChange::Created(Room::new(room_id(1), user(1), user(2), date(2))));
    changes.messages.extend((1..=3).map(|id| (message_id(id), message(id, 1, &format!("text {id}")))));
    changes
}

fn page(room: u64, before: Option<u64>, limit: u32) -> Page {
    Page { room_id: room_id(room), before: before.map(message_id), limit }
}

fn ids(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.id.get()).collect()
}

#[tokio::test]
async fn what_was_committed_is_loaded_however_it_is_asked_for() {
    for (store, _directory) in stores().await {
        let mut changes = beginning();
        let RoomChange::Created(mut room) = changes.rooms.remove(&room_id(1)).unwrap() else { unreachable!() };
        room.change_side(user(2).id, date(3), |side| (side.unread_count, side.read_up_to) = (2, Some(message_id(1))));
        changes.rooms.insert(room.id, RoomChange::Created(room.clone()));
        store.commit(&changes).await.unwrap();
        assert_eq!(store.sequences().await.unwrap(), changes.sequences);

        let mut by_id = Needed::default();
        by_id.room(room.id).room(room_id(9));
        let mut by_pair = Needed::default();
        by_pair.pairs.insert(Pair::new(user(2).id, user(1).id));
        let mut by_message = Needed::default();
        by_message.messages.extend([message_id(2), message_id(9)]);
        for needed in [by_id, by_pair, by_message] {
            assert_eq!(store.load(&needed).await.unwrap().rooms, [room.clone()], "{needed:?}");
        }
        let mut others = Needed::default();
        others.dialog(user(1).id, user(3).id).attachment(Some(attachment(10))).attachment(Some(attachment(11)));
        let loaded = store.load(&others).await.unwrap();
        assert_eq!(loaded.users, [user(3)]);
        assert!(loaded.rooms.is_empty());
        let owned: Vec<_> = loaded.attachments.values().map(|one| (one.id, one.user_id, one.used)).collect();
        assert_eq!(owned, [(attachment(10), user(1).id, false)]);
    }
}

#[tokio::test]
async fn pages_hold_the_newest_before_a_position_oldest_first() {
    for (store, _directory) in stores().await {
        store.commit(&beginning()).await.unwrap();
        let wanted =
            [page(1, None, 2), page(1, Some(2), 5), page(9, None, 5), page(1, Some(1), 5), page(1, Some(99), 1)];
        let pages = store.pages(&wanted).await.unwrap();
        assert_eq!(
            pages.iter().map(|page| ids(page)).collect::<Vec<_>>(),
            [vec![2, 3], vec![1], vec![], vec![], vec![3]]
        );
        assert_eq!(pages[4], [message(3, 1, "text 3")]);
    }
}

#[tokio::test]
async fn changes_are_made_in_their_order_and_all_or_none() {
    for (store, _directory) in stores().await {
        store.commit(&beginning()).await.unwrap();
        // Clearing removes what was there before, and not what comes with it.
        let mut changes = Changes::new(Sequences { room: 1, message: 5, time: date(3) });
        changes.cleared.insert(room_id(1));
        changes.messages.extend([4, 5].map(|id| (message_id(id), message(id, 1, "\u{1}\"\\😀\u{10ffff}"))));
        store.commit(&changes).await.unwrap();
        // A room is deleted with its messages, and the same two get another at the same time.
        let mut changes = Changes::new(Sequences { room: 2, message: 6, time: date(4) });
        changes.deleted_messages.insert(message_id(4));
        changes.rooms.insert(room_id(1), RoomChange::Deleted);
        changes.rooms.insert(room_id(2), RoomChange::Created(Room::new(room_id(2), user(2), user(1), date(4))));
        changes.messages.insert(message_id(6), message(6, 2, "anew"));
        let before = store.pages(&[page(1, None, 9)]).await.unwrap();
        assert_eq!((ids(&before[0]), before[0][0].text.as_str()), (vec![4, 5], "\u{1}\"\\😀\u{10ffff}"));
        store.commit(&changes).await.unwrap();
        let pages = store.pages(&[page(1, None, 9), page(2, None, 9)]).await.unwrap();
        assert_eq!(pages.iter().map(|page| ids(page)).collect::<Vec<_>>(), [vec![], vec![6]]);

        // A second room of the same two cannot be, and then nothing of the batch is.
        let mut impossible = Changes::new(Sequences { room: 3, message: 7, time: date(5) });
        impossible.messages.insert(message_id(7), message(7, 2, "lost"));
        impossible.rooms.insert(room_id(3), RoomChange::Created(Room::new(room_id(3), user(1), user(2), date(5))));
        store.commit(&impossible).await.unwrap_err();
        assert_eq!(store.sequences().await.unwrap(), changes.sequences);
        assert_eq!(ids(&store.pages(&[page(2, None, 9)]).await.unwrap()[0]), [6]);
    }
}

#[tokio::test]
async fn dialogs_are_the_users_own_the_most_recently_active_first() {
    for (store, _directory) in stores().await {
        let mut changes = beginning();
        changes.rooms.insert(room_id(2), RoomChange::Created(Room::new(room_id(2), user(3), user(1), date(9))));
        store.commit(&changes).await.unwrap();
        let dialogs = store.dialogs(&[user(1).id, user(2).id, user(1).id]).await.unwrap();
        let shown = |dialogs: &[chat_spec::types::Dialog]| -> Vec<_> {
            let newest = |dialog: &chat_spec::types::Dialog| dialog.message.as_ref().map(|message| message.id.get());
            dialogs.iter().map(|one| (one.chat.user_id.get(), one.room.id.get(), newest(one))).collect()
        };
        assert_eq!(shown(&dialogs[0]), [(1, 2, None), (1, 1, Some(3))]);
        assert_eq!(shown(&dialogs[1]), [(2, 1, Some(3))]);
        assert_eq!(shown(&dialogs[2]), shown(&dialogs[0]));
    }
}

#[tokio::test]
async fn accounts_keep_what_they_have_and_get_what_is_new() {
    for (store, _directory) in stores().await {
        let mut changes = beginning();
        let used_in = AttachmentUse { room_id: room_id(1), message_id: message_id(3) };
        changes.attachments.insert(attachment(10), used_in);
        store.commit(&changes).await.unwrap();
        let mut again = account(1, "another token");
        again.attachments.push((attachment(11), "audio".to_owned()));
        store.put_accounts(&[again], date(7)).await.unwrap();
        let (known, hash) = store.credentials(user(1).id).await.unwrap().unwrap();
        assert_eq!(known, user(1));
        assert!(hash.matches(&TokenHash::of("another token")));
        assert!(store.credentials_by_prefix(TokenHash::of("token 1").prefix()).await.unwrap().is_empty());
        let mut needed = Needed::default();
        needed.attachment(Some(attachment(10))).attachment(Some(attachment(11)));
        let loaded = store.load(&needed).await.unwrap().attachments;
        assert!(loaded[&attachment(10)].used && !loaded[&attachment(11)].used);
        assert_ne!(loaded[&attachment(10)].file_id, loaded[&attachment(11)].file_id);

        let next = NewAccount { id: None, token: TokenHash::of("new"), attachments: Vec::new() };
        assert_eq!(store.put_accounts(&[next], date(8)).await.unwrap(), [user(4).id]);
        store.check().await.unwrap();
    }
}

#[tokio::test]
async fn an_upload_is_its_owners_until_it_is_sent() {
    for (store, _directory) in stores().await {
        let upload = NewUpload {
            user_id: user(1).id,
            kind: "file".into(),
            name: Some("a.txt".into()),
            content_type: "text/plain".into(),
            size: 5,
            content: "key".into(),
        };
        let (file, id) = store.add_upload(&upload, date(5)).await.unwrap();
        assert!(id > attachment(30), "ids of an accounts file are not given out again");
        let has = async |user_id: u64| store.download(id, user(user_id).id).await.unwrap().is_some();
        assert_eq!([has(1).await, has(2).await, has(3).await], [true, false, false]);
        let mut changes = beginning();
        changes.attachments.insert(id, AttachmentUse { room_id: room_id(1), message_id: message_id(3) });
        store.commit(&changes).await.unwrap();
        assert_eq!([has(1).await, has(2).await, has(3).await], [true, true, false]);
        let found = store.download(id, user(2).id).await.unwrap().unwrap();
        assert_eq!((found.file, found.content.as_deref()), (file, Some("key")));
    }
}

#[tokio::test]
async fn a_token_is_one_users_whoever_had_it_before() {
    for (store, _directory) in stores().await {
        let of = async |token: &str| {
            let hash = TokenHash::of(token);
            let found = store.credentials_by_prefix(hash.prefix()).await.unwrap();
            assert!(found.iter().all(|(_, stored)| stored.matches(&hash)), "of another token");
            found.first().map(|(user, _)| user.id.get())
        };
        // Two change theirs for each other's; a third user's goes to a new one.
        let accounts = [account(1, "token 2"), account(2, "token 1"), account(4, "token 3")];
        store.put_accounts(&accounts, date(9)).await.unwrap();
        assert_eq!((of("token 1").await, of("token 2").await, of("token 3").await), (Some(2), Some(1), Some(4)));
        assert!(store.credentials(user(3).id).await.unwrap().is_some(), "the user who lost its token is still there");
    }
}

#[tokio::test]
async fn an_attachment_does_not_change_hands() {
    for (store, _directory) in stores().await {
        let mut taking = account(2, "token 2");
        taking.attachments.push((attachment(10), "image".to_owned()));
        let refused = store.put_accounts(&[account(4, "token 4"), taking], date(9)).await.unwrap_err();
        assert!(matches!(refused, StoreError::AttachmentTaken { user, .. } if user.get() == 2), "{refused}");
        assert!(store.credentials(user(4).id).await.unwrap().is_none(), "all of it is stored, or nothing");
    }
}
