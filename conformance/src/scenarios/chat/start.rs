//! `chat.start`: a new dialog.

use std::collections::{BTreeMap, BTreeSet};

use chat_spec::{
    events::{ChatStart, OnMessageNew},
    types::{Message, RoomId, UserId},
};

use crate::{
    scenario::scenarios,
    scenarios::{
        conversation::{as_strangers, check_announced, check_side, check_users, clear, dialogs_with, is_same, part},
        texts,
    },
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "chat.start";
    opens_a_dialog_for_both ["START-1", "START-2", "START-3", "START-4", "START-5", "SEND-11"]
        "Both users hear the first message of a new dialog, and nobody else does.";
    opens_a_room_for_each_pair ["START-1", "START-2", "START-3", "START-4", "START-5"]
        "Three users start with each other: each pair has a room of its own.";
    counts_for_the_other_side_alone ["START-4", "START-1"]
        "Each start adds one to what the other side has not read, also after reading, and nothing to the caller's own.";
    goes_on_in_the_same_room ["START-6", "START-1", "START-2", "START-3"]
        "Starting again goes to the same room, from either side, after reconnecting, after clearing.";
    is_listed_from_then_on ["START-8", "AUTH-5", "AUTH-7"]
        "The dialog is in both users' dialogs at the next authorisation, after a second start too.";
    reaches_a_user_who_is_away ["START-1", "START-4", "START-8"]
        "A dialog that is started with a user who is not connected is there when the user comes.";
    begins_anew_after_deletion ["START-1", "START-2", "START-4", "START-8"]
        "A dialog that was deleted can be started again by either side, and is listed again.";
    oneself_and_unknown_users_are_refused ["START-7"]
        "Nobody starts a dialog with oneself or with a user who does not exist.";
    two_who_start_at_once_share_a_room ["START-9", "START-1", "START-4"]
        "Two users who start with each other at the same moment are in one room, with both messages.";
    text_stays_exact ["SEND-4", "START-10"]
        "Every first text arrives and is stored exactly as it was sent.";
    empty_text_is_refused ["START-10"]
        "An empty text without an attachment starts nothing.";
    long_text_is_whole_or_refused ["START-10", "SEND-4"]
        "4,000 code points are accepted; of 20,000 all arrive or none.";
    null_for_an_attachment_is_none ["EVT-3"]
        "`attachment_id: null` is the same as no attachment_id.";
}

fn start(world: &World, with: &Client, text: &str) -> ChatStart {
    start_exactly(with.id(), world.text(text))
}

fn start_exactly(with: UserId, text: String) -> ChatStart {
    ChatStart { user_id: with, text, attachment_id: None }
}

/// Starts with another user; gives what each of the two heard, the other first.
async fn begin(world: &World, from: &Client, to: &Client, text: &str) -> Outcome<[OnMessageNew; 2]> {
    from.emit(&start(world, to, text)).await?;
    let heard: OnMessageNew = to.expect("START-1").await?;
    let echoed: OnMessageNew = from.expect("START-1").await?;
    for (event, reader) in [(&heard, to), (&echoed, from)] {
        check_announced(world, "START-1", event, reader, [from, to], &world.text(text));
    }
    world.check("START-1", heard.message == echoed.message, || "the two users hear of different messages".into());
    Ok([heard, echoed])
}

async fn opens_a_dialog_for_both(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    as_strangers(world, &alice, &bob).await?;

    alice.emit(&start(world, &bob, "hello")).await?;

    let heard: OnMessageNew = bob.expect("START-1").await?;
    check_announced(world, "START-1", &heard, &bob, [&alice, &bob], &world.text("hello"));
    world.check_eq("SEND-11", "the attachment of a message without one", &heard.message.attachment, &None);
    world.check_eq("START-4", "what bob has not read", &world.unread(&heard.chat, heard.room.id), &1);

    let echoed: OnMessageNew = alice.expect("START-1").await?;
    check_announced(world, "START-1", &echoed, &alice, [&alice, &bob], &world.text("hello"));
    world.check("START-1", echoed.message == heard.message, || "the two users hear of different messages".into());
    world.check_eq("START-4", "what alice has not read", &world.unread(&echoed.chat, echoed.room.id), &0);

    carol.expect_nothing("START-5").await
}

async fn opens_a_room_for_each_pair(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let mut rooms = BTreeSet::new();
    for (from, to, third) in [(&alice, &bob, &carol), (&carol, &alice, &bob), (&bob, &carol, &alice)] {
        as_strangers(world, from, to).await?;
        let text = format!("from {} to {}", from.label(), to.label());
        let [heard, echoed] = begin(world, from, to, &text).await?;
        world.check_eq("START-4", "what the other side has not read", &world.unread(&heard.chat, heard.room.id), &1);
        world.check_eq("START-4", "what the caller has not read", &world.unread(&echoed.chat, heard.room.id), &0);
        third.expect_nothing("START-5").await?;
        rooms.insert(heard.room.id);
    }
    world.check("START-2", rooms.len() == 3, || "two pairs of users are in the same room".into());
    Ok(())
}

/// What each side of each room has not read, as a scenario counts it.
#[derive(Debug, Default)]
struct Unread(BTreeMap<(RoomId, UserId), i128>);

impl Unread {
    /// Checks what both heard of a message of a room, after counting it.
    fn check(&mut self, world: &World, [heard, echoed]: &[OnMessageNew; 2], [to, from]: [&Client; 2], when: &str) {
        let room = heard.room.id;
        *self.0.entry((room, to.id())).or_default() += 1;
        for (event, reader) in [(heard, to), (echoed, from)] {
            let expected = self.0.get(&(room, reader.id())).copied().unwrap_or(0);
            let what = format!("what `{}` has not read {when}", reader.label());
            world.check_eq("START-4", &what, &world.unread(&event.chat, event.room.id), &expected);
        }
    }

    fn forget(&mut self, reader: &Client) {
        self.0.retain(|(_, user), _| *user != reader.id());
    }
}

async fn counts_for_the_other_side_alone(world: &World) -> Outcome {
    use chat_spec::events::{ChatRead, OnChatRead};
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // where every start makes a room (START-6), there are more of them
    let mut unread = Unread::default();
    for (turn, (from, to)) in
        [(&alice, &bob), (&alice, &bob), (&bob, &alice), (&bob, &alice), (&alice, &bob)].iter().enumerate()
    {
        let events = begin(world, from, to, &format!("turn {turn}")).await?;
        unread.check(world, &events, [to, from], &format!("after turn {turn}"));
    }
    let events = begin(world, &alice, &bob, "before reading").await?;
    unread.check(world, &events, [&bob, &alice], "before reading");
    let room = events[0].room.id;
    bob.emit(&ChatRead { room_id: room }).await?;
    bob.expect::<OnChatRead>("READ-1").await?;
    unread.0.insert((room, bob.id()), 0);
    let events = begin(world, &alice, &bob, "after reading").await?;
    unread.check(world, &events, [&bob, &alice], "after bob read");
    Ok(())
}

async fn goes_on_in_the_same_room(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // START-6 is a SHOULD: with a room a start, everything else looks different, and is checked
    as_strangers(world, &alice, &bob).await?;
    let mut unread = Unread::default();
    let room = began(world, &mut unread, &alice, &bob, "the first start", None).await?;
    began(world, &mut unread, &alice, &bob, "a second start", Some(room)).await?;
    began(world, &mut unread, &bob, &alice, "a start from the other side", Some(room)).await?;

    let (bob, authorized) = world.come_back(&bob).await?;
    world.check("START-6", dialogs_with(&authorized, &alice).len() == 1, || {
        "there is more than one dialog between two users, or none".into()
    });
    began(world, &mut unread, &bob, &alice, "a start after reconnecting", Some(room)).await?;
    began(world, &mut unread, &alice, &bob, "a start with who reconnected", Some(room)).await?;

    clear(world, &alice, &bob, room).await?;
    unread.forget(&alice);
    unread.forget(&bob);
    let room_of_last = began(world, &mut unread, &bob, &alice, "a start after clearing", Some(room)).await?;
    if room_of_last == room {
        let stored: Vec<String> = alice.history(room).await?.into_iter().map(|message| message.text).collect();
        let expected = vec![world.text("a start after clearing")];
        world.check_eq("SEND-5", "the history after clearing and starting again", &stored, &expected);
    }
    Ok(())
}

/// Starts, and checks the room and what was counted.
async fn began(
    world: &World,
    unread: &mut Unread,
    from: &Client,
    to: &Client,
    text: &str,
    room: Option<RoomId>,
) -> Outcome<RoomId> {
    let events = begin(world, from, to, text).await?;
    let got = events[0].room.id;
    if let Some(room) = room {
        world.check("START-6", got == room, || format!("{text} went to another room than the first"));
    }
    // Where a start makes a room, what was not read before is in the other one.
    if room.is_none_or(|room| room == got) {
        unread.check(world, &events, [to, from], &format!("after {text}"));
    }
    Ok(got)
}

async fn is_listed_from_then_on(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript(); // with a room a start (START-6) there are more dialogs
    as_strangers(world, &alice, &bob).await?;
    as_strangers(world, &alice, &carol).await?;
    let first = begin(world, &alice, &bob, "to bob").await?;
    let second = begin(world, &carol, &alice, "from carol").await?;
    let alice = listed(world, &alice, &[(&first[1], &bob, 0), (&second[0], &carol, 1)]).await?;
    let bob = listed(world, &bob, &[(&first[0], &alice, 1)]).await?;
    listed(world, &carol, &[(&second[1], &alice, 0)]).await?;

    let again = begin(world, &bob, &alice, "and back").await?;
    let in_the_same_room = again[0].room.id == first[0].room.id;
    let unread_of_bob = if in_the_same_room { 1 } else { 0 };
    listed(world, &alice, &[(&again[0], &bob, 1), (&second[0], &carol, 1)]).await?;
    listed(world, &bob, &[(&again[1], &alice, unread_of_bob)]).await?;
    Ok(())
}

/// Comes back, and checks that dialogs are listed, each with its newest message, its users and what was not read.
async fn listed(world: &World, user: &Client, dialogs: &[(&OnMessageNew, &Client, i128)]) -> Outcome<Client> {
    let label = user.label().to_owned();
    let (user, authorized) = world.come_back(user).await?;
    for (event, other, unread) in dialogs {
        let found: Vec<_> = authorized.dialogs.iter().filter(|dialog| dialog.room.id == event.room.id).collect();
        world.check("AUTH-5", found.len() <= 1, || format!("`{label}` has a dialog {} times", found.len()));
        let Some(dialog) = found.first() else {
            return Err(
                world.broken("START-8", format!("`{label}` does not have the dialog at the next authorisation"))
            );
        };
        check_users(world, "START-2", &dialog.room, [&user, other]);
        check_side(world, "START-3", &dialog.chat, &user);
        let newest = dialog.message.as_ref().map(|message| message.id);
        world.check_eq("AUTH-6", &format!("the newest message that `{label}` finds"), &newest, &Some(event.message.id));
        let what = format!("what `{label}` has not read at the next authorisation");
        world.check_eq("AUTH-7", &what, &world.unread(&dialog.chat, dialog.room.id), unread);
    }
    Ok(user)
}

async fn reaches_a_user_who_is_away(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    as_strangers(world, &alice, &bob).await?;
    bob.close().await;
    alice.emit(&start(world, &bob, "are you there?")).await?;
    let heard = alice.expect::<OnMessageNew>("START-1").await;
    let (bob, authorized) = world.come_back(&bob).await?;
    let dialogs = dialogs_with(&authorized, &alice);
    let newest =
        |text: &str| dialogs.iter().find(|dialog| dialog.message.as_ref().is_some_and(|message| message.text == text));
    let listed = newest(&world.text("are you there?"));
    let echoed = match (heard, listed) {
        // A sentinel is a start with a user who is away, too: it cannot show what it is made of.
        (Err(Stop::NotEvaluable(_)), Some(_)) => {
            return Err(world.broken("START-1", "the caller is not told of a start with a user who is not connected"));
        }
        (heard, _) => heard?,
    };
    check_announced(world, "START-1", &echoed, &alice, [&alice, &bob], &world.text("are you there?"));
    world.check_eq("START-4", "what alice has not read", &world.unread(&echoed.chat, echoed.room.id), &0);
    let Some(dialog) = listed else {
        return Err(
            world.broken("START-8", "a dialog that was started while the user was away is not listed when it comes")
        );
    };
    let same = dialog.message.as_ref().is_some_and(|message| is_same(message, &echoed.message));
    world.check("START-1", same, || "the message that is listed is not the one that was announced".into());
    world.check_eq("START-4", "what bob has not read", &world.unread(&dialog.chat, dialog.room.id), &1);
    let stored = bob.history(dialog.room.id).await?;
    world.check("SEND-5", stored.iter().any(|message| message.id == echoed.message.id), || {
        "a first message that was sent while the user was away is not in the history".into()
    });
    Ok(())
}

async fn begins_anew_after_deletion(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // a room of its own, or the old one again: both are fine
    let mut room = begin(world, &alice, &bob, "the dialog begins").await?[0].room.id;
    for (round, (from, to)) in [(&bob, &alice), (&alice, &bob), (&alice, &bob)].into_iter().enumerate() {
        part(world, from, to, room).await?;
        let [heard, echoed] = begin(world, from, to, &format!("start {round}")).await?;
        room = heard.room.id;
        let what = format!("what `{}` has not read in a dialog that begins anew", to.label());
        world.check_eq("START-4", &what, &heard.chat.unread_count, &1);
        let what = format!("what `{}` has not read in a dialog that begins anew", from.label());
        world.check_eq("START-4", &what, &echoed.chat.unread_count, &0);
    }
    for (user, other) in [(&alice, &bob), (&bob, &alice)] {
        let (_, authorized) = world.come_back(user).await?;
        let found = dialogs_with(&authorized, other).iter().filter(|dialog| dialog.room.id == room).count();
        world.check("START-8", found == 1, || {
            format!("`{}` has the dialog that began anew {found} times at the next authorisation", user.label())
        });
    }
    Ok(())
}

async fn oneself_and_unknown_users_are_refused(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let [unknown, ..] = world.subject().casting.unknown();
    for (who, user) in [("oneself", alice.id()), ("an unknown user", unknown)] {
        alice.emit(&start_exactly(user, world.text(&format!("a start with {who}")))).await?;
        world.settle().await?;
        let heard = world.silently(async { Ok([alice.take::<OnMessageNew>()?, bob.take::<OnMessageNew>()?]) }).await?;
        world.check("START-7", heard.iter().all(Option::is_none), || format!("a start with {who} was announced"));
        while world.silently(async { alice.take::<OnMessageNew>() }).await?.is_some() {}
    }
    // The control differs in the user alone.
    begin(world, &alice, &bob, "a start with somebody else").await?;
    let (alice, authorized) = world.come_back(&alice).await?;
    let odd = authorized.dialogs.iter().any(|dialog| {
        let others: BTreeSet<UserId> =
            dialog.room.users.iter().map(|user| user.id).filter(|id| *id != alice.id()).collect();
        others.is_empty() || others.contains(&unknown)
    });
    world.check("START-7", !odd, || "a dialog with oneself or with an unknown user is listed".into());
    Ok(())
}

async fn two_who_start_at_once_share_a_room(world: &World) -> Outcome {
    const ROUNDS: usize = 2;
    let users = world.users(["alice", "bob", "carol", "dave"]).await?;
    world.no_transcript();
    for round in 0..ROUNDS {
        for one in 0..users.len() {
            for other in one + 1..users.len() {
                let (one, other) =
                    if round % 2 == 0 { (&users[one], &users[other]) } else { (&users[other], &users[one]) };
                start_at_once(world, one, other, round).await?;
            }
        }
    }
    Ok(())
}

async fn start_at_once(world: &World, one: &Client, other: &Client, round: usize) -> Outcome {
    if round == 0 {
        as_strangers(world, one, other).await?;
    }
    let texts = [one, other].map(|client| world.text(&format!("{} starts {round}", client.label())));
    let starts = [start_exactly(other.id(), texts[0].clone()), start_exactly(one.id(), texts[1].clone())];
    let (first, second) = tokio::join!(one.emit(&starts[0]), other.emit(&starts[1]));
    first.and(second)?;
    let mut rooms = BTreeSet::new();
    for reader in [one, other] {
        let heard = [reader.expect::<OnMessageNew>("START-1").await?, reader.expect::<OnMessageNew>("START-1").await?];
        for event in &heard {
            check_users(world, "START-2", &event.room, [one, other]);
            check_side(world, "START-3", &event.chat, reader);
            rooms.insert(event.room.id);
        }
        let got: BTreeSet<&String> = heard.iter().map(|event| &event.message.text).collect();
        world.check("START-1", got == texts.iter().collect(), || {
            format!("of two starts at once `{}` did not hear both", reader.label())
        });
        if rooms.len() == 1 {
            let most = heard.iter().map(|event| event.chat.unread_count).max();
            let what = format!("what `{}` has not read after both started at once", reader.label());
            world.check_eq("START-4", &what, &most, &Some(1));
        }
    }
    world.check("START-9", rooms.len() == 1, || format!("{} and {} are in two rooms", one.label(), other.label()));
    for room in rooms.iter().copied().filter(|_| rooms.len() == 1) {
        for reader in [one, other] {
            let stored: Vec<Message> = reader.history(room).await?;
            let got: BTreeSet<&String> = stored.iter().map(|message| &message.text).collect();
            world.check("START-9", stored.len() == 2 && got == texts.iter().collect(), || {
                "the room of two who started at once has not exactly both messages".into()
            });
        }
    }
    for room in rooms {
        part(world, one, other, room).await?;
    }
    Ok(())
}

async fn text_stays_exact(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // with a room a start (START-6) there are more of them
    let mut sent: BTreeMap<RoomId, Vec<_>> = BTreeMap::new();
    for (what, text) in texts::NASTY.iter().chain(texts::MORE) {
        alice.emit(&start_exactly(bob.id(), (*text).to_owned())).await?;
        let heard: OnMessageNew = bob.expect("SEND-4").await?;
        let echoed: OnMessageNew = alice.expect("SEND-4").await?;
        for event in [&heard, &echoed] {
            world.check("SEND-4", event.message.text == *text, || {
                format!("{what}: `{}` arrived instead of `{}`", event.message.text.escape_debug(), text.escape_debug())
            });
        }
        sent.entry(heard.room.id).or_default().push((*what, heard.message.id, *text));
    }
    for (room, texts) in sent {
        let history = bob.history(room).await?;
        for (what, id, text) in texts {
            let stored = history.iter().find(|message| message.id == id).map(|message| message.text.as_str());
            world.check("SEND-4", stored == Some(text), || {
                format!("{what}: the history has {stored:?} instead of {text:?}")
            });
        }
    }
    Ok(())
}

async fn empty_text_is_refused(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    as_strangers(world, &alice, &bob).await?;
    alice.emit(&start_exactly(bob.id(), String::new())).await?;
    world.nobody_hears_more("START-10").await?;
    let (bob, authorized) = world.come_back(&bob).await?;
    let found = dialogs_with(&authorized, &alice)
        .iter()
        .any(|dialog| dialog.message.as_ref().is_some_and(|message| message.text.is_empty()));
    world.check("START-10", !found, || "a dialog was started with an empty text".into());
    // The control differs in the text alone.
    begin(world, &alice, &bob, "x").await?;
    Ok(())
}

async fn long_text_is_whole_or_refused(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    for text in [texts::long(4_000), texts::astral(4_000)] {
        alice.emit(&start_exactly(bob.id(), text.clone())).await?;
        for reader in [&bob, &alice] {
            let heard: OnMessageNew = reader.expect("START-10").await?;
            world.check("SEND-4", heard.message.text == text, || {
                "a text of 4,000 code points did not arrive whole".into()
            });
        }
    }
    let text = texts::long(20_000);
    alice.emit(&start_exactly(bob.id(), text.clone())).await?;
    world.settle().await?;
    for reader in [&bob, &alice] {
        let heard = reader.take::<OnMessageNew>()?;
        world.check("SEND-4", heard.is_none_or(|event| event.message.text == text), || {
            "of a text of 20,000 code points another one arrived".into()
        });
    }
    Ok(())
}

async fn null_for_an_attachment_is_none(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let payload = serde_json::json!({"user_id": bob.id(), "text": world.text("without"), "attachment_id": null});
    alice.emit_arguments("chat.start", vec![payload]).await?;
    bob.expect::<OnMessageNew>("EVT-3").await?;
    alice.expect::<OnMessageNew>("EVT-3").await?;
    Ok(())
}
