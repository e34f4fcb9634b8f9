//! Any sequence of actions ends in the same state, whether it is committed one by one or all at once.

use chat_server::{
    auth::TokenHash,
    domain::{
        Cache, Needed, Rules, Transaction,
        chat::{clear, delete, history::Page, read, start},
        message::{self, send::Content},
    },
    store::{NewAccount, Store as _, sqlite::SqliteStore},
};
use chat_spec::types::{Date, Dialog, Message, MessageId, RoomId, User, UserId};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Start(u64, u64),
    Send(u64, u64),
    Delete(u64, u64),
    Read(u64, u64),
    Clear(u64, u64),
    Drop(u64, u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (user, room, message) = (1..=3_u64, 1..=4_u64, 1..=20_u64);
    let step = prop_oneof![
        4 => (user.clone(), 1..=3_u64).prop_map(|(by, other)| Step::Start(by, other)),
        8 => (user.clone(), room.clone()).prop_map(|(by, room)| Step::Send(by, room)),
        4 => (user.clone(), message).prop_map(|(by, message)| Step::Delete(by, message)),
        2 => (user.clone(), room.clone()).prop_map(|(by, room)| Step::Read(by, room)),
        1 => (user.clone(), room.clone()).prop_map(|(by, room)| Step::Clear(by, room)),
        1 => (user, room).prop_map(|(by, room)| Step::Drop(by, room)),
    ];
    proptest::collection::vec(step, 1..40)
}

fn user(id: u64) -> User {
    User { id: UserId::try_from(id).unwrap(), created_at: Date::from_milliseconds(0) }
}

fn everything() -> Needed {
    let mut needed = Needed::default();
    for id in 1..=40_u64 {
        needed.room(RoomId::try_from(id).unwrap());
        needed.messages.insert(MessageId::try_from(id).unwrap());
    }
    for (one, other) in [(1, 2), (1, 3), (2, 3)] {
        needed.dialog(user(one).id, user(other).id).dialog(user(other).id, user(one).id);
    }
    needed
}

/// Runs one step; whether it was carried out.
fn run(step: &Step, chat: &mut Transaction<'_>) -> bool {
    let room = |id: u64| RoomId::try_from(id).unwrap();
    let content = || Content { text: "text".into(), attachment_id: None };
    let rules = Rules::default();
    match *step {
        Step::Start(by, other) => start::start(chat, &user(by), user(other).id, content(), &rules).is_ok(),
        Step::Send(by, to) => message::send::send(chat, user(by).id, room(to), content(), &rules).is_ok(),
        Step::Delete(by, id) => message::delete::delete(chat, user(by).id, MessageId::try_from(id).unwrap()).is_ok(),
        Step::Read(by, id) => read::read(chat, user(by).id, room(id)).is_ok(),
        Step::Clear(by, id) => clear::clear(chat, user(by).id, room(id)).is_ok(),
        Step::Drop(by, id) => delete::delete(chat, user(by).id, room(id)).is_ok(),
    }
}

type State = (Vec<bool>, Vec<Vec<Dialog>>, Vec<Vec<Message>>);

/// Runs steps in batches of a size, and reads everything back from the store.
async fn outcome(steps: &[Step], batch: usize) -> State {
    let store = SqliteStore::in_memory().await.unwrap();
    let accounts = [1, 2, 3].map(|id| NewAccount {
        id: Some(user(id).id),
        token: TokenHash::of(&id.to_string()),
        attachments: Vec::new(),
    });
    store.put_accounts(&accounts, Date::from_milliseconds(0)).await.unwrap();
    let mut cache = Cache::new(store.sequences().await.unwrap(), 2);
    let mut results = Vec::new();
    for steps in steps.chunks(batch) {
        let mut needed = everything();
        cache.subtract_known(&mut needed);
        let mut loaded = store.load(&needed).await.unwrap();
        cache.learn(&mut loaded);
        let mut chat = Transaction::new(&cache, &loaded, Date::from_milliseconds(1));
        results.extend(steps.iter().map(|step| run(step, &mut chat)));
        let changes = chat.into_changes();
        store.commit(&changes).await.unwrap();
        cache.apply(changes);
    }
    let dialogs = store.dialogs(&[1, 2, 3].map(|id| user(id).id)).await.unwrap();
    let page = |id: u64| Page { room_id: RoomId::try_from(id).unwrap(), before: None, limit: 100 };
    let pages = store.pages(&(1..=8).map(page).collect::<Vec<_>>()).await.unwrap();
    (results, dialogs, pages)
}

/// The counters count what they say: the messages of the other side in the room, but those that were read.
fn counters_fit(steps: &[Step], (_, dialogs, pages): &State) {
    let has_reads = steps.iter().any(|step| matches!(step, Step::Read(..)));
    for dialog in dialogs.iter().flatten() {
        let of_room = pages.iter().flatten().filter(|message| message.room_id == dialog.room.id);
        let of_other = of_room.filter(|message| message.user_id != dialog.chat.user_id).count() as u64;
        assert!(dialog.chat.unread_count <= of_other);
        assert!(has_reads || dialog.chat.unread_count == of_other);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn batches_are_no_different_from_single_commits(steps in steps(), size in 2..40_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let single = outcome(&steps, 1).await;
            assert_eq!(outcome(&steps, size).await, single);
            counters_fit(&steps, &single);
        });
    }
}
