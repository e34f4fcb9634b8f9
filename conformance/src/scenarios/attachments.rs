//! Attachments: files that are sent with messages. What can be sent comes from the accounts or from an upload (D14).
//!
//! An attachment can be sent once, and one that is listed may have been sent in an earlier run. So a refusal counts
//! where the attachment is known to be unused, or where the same attachment is accepted in another way.
//!
//! `attachments/among_others.rs` has messages with attachments among those without.

pub(crate) mod among_others;

use chat_spec::{
    events::{Action, ChatStart, MessageDelete, MessageSend, OnMessageDelete, OnMessageNew, Payload},
    types::{AttachmentId, MAX_ID, Message, RoomId, UserId},
};
use futures_util::future::try_join;
use serde_json::{Value, json};

use crate::{
    scenario::{Needs, scenarios},
    scenarios::{
        conversation::{as_strangers, check_announced, clear, exchange, is_same, message, part},
        texts,
    },
    stop::{Outcome, Stop},
    world::{Client, Offered, World},
};

scenarios! { "attachments";
    comes_with_a_message ["ATT-1", "SEND-12"]
        "`message.send` with an attachment puts it into the message, for both users, and it stays there."
        needs Needs::Profile("attachments");
    comes_with_a_first_message ["ATT-1"]
        "`chat.start` with an attachment puts it into the message, for both users, and it stays there."
        needs Needs::Profile("attachments");
    an_unknown_one_is_refused ["ATT-2"]
        "With an attachment that does not exist there is no message at all."
        needs Needs::Profile("attachments");
    another_users_is_refused ["ATT-3"]
        "An attachment of another user cannot be sent, and its owner can send it afterwards."
        needs Needs::Profile("attachments");
    a_refused_try_does_not_use_it_up ["ATT-1", "ROB-1"]
        "An attachment that was tried in vain, to others or with a bad text, can be sent in one's own room."
        needs Needs::Profile("attachments");
    is_sent_once ["ATT-4", "DEL-1"]
        "An attachment that was sent cannot be sent again, not even after its message, or its room, is gone."
        needs Needs::Profile("attachments");
    sent_at_once_it_is_in_one_message ["ATT-4"]
        "An attachment that is sent several times at once, from two devices, is in one message."
        needs Needs::Profile("attachments");
    may_be_without_text ["ATT-5"]
        "With an attachment the text may be empty."
        needs Needs::Profile("attachments");
}

/// The two ways to send an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Send(RoomId),
    Start(UserId),
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Send(_) => MessageSend::NAME,
            Self::Start(_) => ChatStart::NAME,
        }
    }

    async fn emit(self, from: &Client, text: &str, attachment: AttachmentId) -> Outcome {
        async fn emit(from: &Client, action: &impl Action) -> Outcome {
            from.emit(action).await
        }
        let (text, attachment_id) = (text.to_owned(), Some(attachment));
        match self {
            Self::Send(room_id) => emit(from, &MessageSend { room_id, text, attachment_id }).await,
            Self::Start(user_id) => emit(from, &ChatStart { user_id, text, attachment_id }).await,
        }
    }
}

/// Tries to send an attachment; gives the message that both heard, or `None` where it was refused.
async fn attempt(
    world: &World,
    way: Way,
    users: [&Client; 2],
    text: &str,
    id: AttachmentId,
) -> Outcome<Option<Message>> {
    let heard = attempt_heard(world, way, users, text, id).await?;
    Ok(heard.map(|[_, heard]| heard.message))
}

/// The same; gives what the sender heard, and what the other user did.
async fn attempt_heard(
    world: &World,
    way: Way,
    [from, to]: [&Client; 2],
    text: &str,
    id: AttachmentId,
) -> Outcome<Option<[OnMessageNew; 2]>> {
    way.emit(from, text, id).await?;
    world.settle().await?;
    let heard = to.may_hear::<OnMessageNew>().await?;
    // Where the other user heard nothing, both had that time.
    let echoed = if heard.is_some() { from.may_hear().await? } else { from.take()? };
    match [heard, echoed] {
        [Some(heard), Some(echoed)] => {
            for (event, reader) in [(&heard, to), (&echoed, from)] {
                check_announced(world, "ATT-1", event, reader, [from, to], text);
            }
            world.check("ATT-1", heard.message == echoed.message, || "the two users hear of different messages".into());
            Ok(Some([echoed, heard]))
        }
        [None, None] => Ok(None),
        _ => Err(world.broken("ATT-1", "a message with an attachment was announced to one of the two users alone")),
    }
}

fn none_left(owner: &Client) -> Stop {
    Stop::not_evaluable(format!(
        "no attachment of user {} can be sent: those of its account were sent before, or are not known to the server",
        owner.id()
    ))
}

/// Sends attachments of a user's until one is accepted; gives it with its message.
async fn send_one(
    world: &World,
    [way, other_way]: [Way; 2],
    users: [&Client; 2],
    text: &str,
) -> Outcome<(Offered, Message)> {
    while let Some(offered) = world.attachment(users[0]).await {
        if let Some(message) = attempt(world, way, users, text, offered.id).await? {
            check_attached(world, &offered, &message);
            return Ok((offered, message));
        }
        if offered.unused {
            return Err(world.broken("ATT-1", format!("{} refuses an attachment that was never sent", way.name())));
        }
        if attempt(world, other_way, users, text, offered.id).await?.is_some() {
            let sentence = format!("{} refuses an attachment that {} accepts", way.name(), other_way.name());
            return Err(world.broken("ATT-1", sentence));
        }
    }
    Err(none_left(users[0]))
}

/// ATT-1: that attachment, in the room of its message.
fn check_attached(world: &World, offered: &Offered, message: &Message) {
    let Some(attachment) = &message.attachment else {
        return world.check("ATT-1", false, || "a message that was sent with an attachment is without one".into());
    };
    world.check_eq("ATT-1", "the attachment of the message", &attachment.id, &offered.id);
    world.check_eq("ATT-1", "the type of the attachment", &attachment.r#type, &offered.kind);
    world.check_eq("ATT-1", "the room of the attachment", &attachment.room_id, &message.room_id);
}

/// The attachment is in the history of both and in the dialogs at the next authorisation.
async fn check_kept(world: &World, message: &Message, users: [&Client; 2]) -> Outcome {
    for reader in users {
        let stored = reader.history(message.room_id).await?;
        world.check("ATT-1", stored.iter().any(|kept| is_same(kept, message)), || {
            format!("the history of `{}` does not have the message with its attachment", reader.label())
        });
        let (_, authorized) = world.come_back(reader).await?;
        let dialog = authorized.dialogs.iter().find(|dialog| dialog.room.id == message.room_id);
        let newest = dialog.and_then(|dialog| dialog.message.as_ref());
        world.check("ATT-1", newest.is_some_and(|newest| is_same(newest, message)), || {
            format!("the dialogs of `{}` do not have the message with its attachment", reader.label())
        });
    }
    Ok(())
}

async fn comes_with_a_message(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // how many attachments are refused depends on earlier runs
    let room = world.dialog(&alice, &bob).await?;
    let ways = [Way::Send(room), Way::Start(bob.id())];
    // A text beside an attachment is a text like any other, and its message is as new as any other.
    let before = exchange(&alice, &bob, &message(world, room, "before any file"), "SEND-1").await?.message;
    let (_, first) = send_one(world, ways, [&alice, &bob], &world.text(&texts::hard())).await?;
    world.check("SEND-12", first.created_at >= before.created_at, || {
        format!("a message with an attachment is of {}, one before it of {}", first.created_at, before.created_at)
    });
    let (_, message) = send_one(world, ways, [&alice, &bob], &world.text("the second file")).await?;
    // It is neither the newest nor the oldest: with pages of one it is in one with `last_id`, whichever way they go.
    let stored = bob.walk(room, 1).await?.messages();
    let kept = stored.iter().find(|stored| stored.id == first.id);
    world.check("ATT-1", kept.is_none_or(|kept| is_same(kept, &first)), || {
        "a page with `last_id` does not have the message with its attachment".into()
    });
    check_kept(world, &message, [&alice, &bob]).await
}

async fn comes_with_a_first_message(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    // The room is as new as the message. Until it is there, an attachment can be sent in no other way.
    as_strangers(world, &alice, &bob).await?;
    let ways = [Way::Start(bob.id()); 2];
    let (_, message) = send_one(world, ways, [&alice, &bob], &world.text("a file to begin with")).await?;
    check_kept(world, &message, [&alice, &bob]).await
}

/// Checks that an attachment is refused in either way, and that its message is nowhere.
async fn check_refused(
    world: &World,
    requirement: &'static str,
    ways: &[Way],
    users: [&Client; 2],
    id: AttachmentId,
    what: &str,
) -> Outcome {
    for way in ways {
        let text = world.text(&format!("{what} by {}", way.name()));
        way.emit(users[0], &text, id).await?;
        world.settle().await?;
        for reader in users {
            let heard = reader.take::<OnMessageNew>()?;
            world.check(requirement, heard.is_none(), || format!("{what} is accepted by {}", way.name()));
        }
        let Way::Send(room) = way else { continue };
        let stored = users[1].history(*room).await?;
        world.check(requirement, stored.iter().all(|message| message.text != text), || {
            format!("a message with {what} is in the history")
        });
    }
    Ok(())
}

async fn an_unknown_one_is_refused(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let ways = [Way::Send(room), Way::Start(bob.id())];
    let unknown = AttachmentId::try_from(MAX_ID).map_err(|error| Stop::Harness(error.to_string()))?;
    check_refused(world, "ATT-2", &ways, [&alice, &bob], unknown, "an attachment that does not exist").await?;
    // The controls: the same without an attachment, and with one that exists.
    exchange(&alice, &bob, &message(world, room, "without an attachment"), "SEND-1").await?;
    send_one(world, ways, [&alice, &bob], &world.text("with one that exists")).await.map(drop)
}

async fn another_users_is_refused(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let own = world.dialog(&mallory, &bob).await?;
    let what = "an attachment of another user";
    // As below: one is unused where one before it was accepted.
    let (mut accepted, mut lost) = (false, 0);
    while let Some(offered) = world.attachment(&alice).await {
        check_refused(world, "ATT-3", &[Way::Send(own), Way::Start(bob.id())], [&mallory, &bob], offered.id, what)
            .await?;
        check_refused(world, "ATT-3", &[Way::Send(room), Way::Start(alice.id())], [&bob, &alice], offered.id, what)
            .await?;
        // The control: its owner sends it.
        let text = world.text("my own attachment");
        if let Some(message) = attempt(world, Way::Send(room), [&alice, &bob], &text, offered.id).await? {
            check_attached(world, &offered, &message);
            // Now that the other user of the room has seen it, it is still not theirs.
            check_refused(world, "ATT-3", &[Way::Send(own)], [&bob, &mallory], offered.id, what).await?;
            return check_refused(world, "ATT-3", &[Way::Send(room)], [&bob, &alice], offered.id, what).await;
        }
        lost += usize::from(accepted);
        if offered.unused || lost == 2 {
            return Err(world.broken("ATT-3", "an attachment cannot be sent any more, after others tried in vain"));
        }
        accepted |= one_more(world, Way::Send(room), [&alice, &bob]).await?.is_some();
    }
    Err(none_left(&alice))
}

async fn is_sent_once(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let other_room = world.dialog(&alice, &carol).await?;
    let ways = [Way::Send(room), Way::Start(bob.id())];
    let (offered, message) = send_one(world, ways, [&alice, &bob], &world.text("sent once")).await?;
    let what = "an attachment that was sent before";
    check_refused(world, "ATT-4", &ways, [&alice, &bob], offered.id, what).await?;
    check_refused(world, "ATT-4", &[Way::Send(other_room), Way::Start(carol.id())], [&alice, &carol], offered.id, what)
        .await?;
    // One that came with a first message is used like any other.
    let started = one_more(world, Way::Start(bob.id()), [&alice, &bob]).await?;
    if let Some(id) = started {
        let what = "an attachment that was sent with chat.start before";
        check_refused(world, "ATT-4", &ways, [&alice, &bob], id, what).await?;
    }
    delete_attached(world, &alice, &bob, &message).await?;
    let what = "an attachment whose message was deleted";
    check_refused(world, "ATT-4", &ways, [&alice, &bob], offered.id, what).await?;
    check_refused(world, "ATT-4", &[Way::Send(other_room)], [&alice, &carol], offered.id, what).await?;
    // Where there are no more attachments, the one that is used is tried again.
    let mut used: Vec<_> = started.into_iter().chain([offered.id]).collect();
    used.extend(one_more(world, ways[0], [&alice, &bob]).await?);
    clear(world, &bob, &alice, room).await?;
    for id in &used {
        let what = "an attachment whose room was cleared";
        check_refused(world, "ATT-4", &ways, [&alice, &bob], *id, what).await?;
    }
    used.extend(one_more(world, ways[0], [&alice, &bob]).await?);
    part(world, &alice, &bob, room).await?;
    let room = world.dialog(&bob, &alice).await?;
    for id in &used {
        let what = "an attachment whose dialog was deleted";
        check_refused(world, "ATT-4", &[Way::Send(room), Way::Start(bob.id())], [&alice, &bob], *id, what).await?;
    }
    Ok(())
}

/// Its author deletes a message with an attachment; both hear it as it was.
async fn delete_attached(world: &World, author: &Client, other: &Client, message: &Message) -> Outcome {
    author.emit(&MessageDelete { message_id: message.id }).await?;
    for reader in [author, other] {
        let heard: OnMessageDelete = reader.expect("DEL-1").await?;
        world.check("DEL-1", is_same(&heard.message, message), || {
            format!("`{}` hears of the deletion of another message: {:?}", reader.label(), heard.message)
        });
    }
    Ok(())
}

/// Sends one more attachment, where there is one that can be sent.
async fn one_more(world: &World, way: Way, users: [&Client; 2]) -> Outcome<Option<AttachmentId>> {
    let Some(offered) = world.attachment(users[0]).await else { return Ok(None) };
    let message = attempt(world, way, users, &world.text("one more file"), offered.id).await?;
    Ok(message.map(|_| offered.id))
}

async fn a_refused_try_does_not_use_it_up(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let own = world.dialog(&mallory, &bob).await?;
    let [nobody, ..] = world.subject().casting.unknown();
    // Those that an earlier run sent are the first of the list. So one is unused where one before it was accepted; two
    // of them, for a run that ended half-way.
    let (mut accepted, mut lost) = (false, 0);
    while let Some(offered) = world.attachment(&mallory).await {
        let what = "an attachment to a room of others";
        check_refused(world, "ATT-1", &[Way::Send(room)], [&mallory, &bob], offered.id, what).await?;
        let what = "an attachment to nobody";
        check_refused(world, "ATT-1", &[Way::Start(nobody)], [&mallory, &bob], offered.id, what).await?;
        try_malformed(world, &mallory, own, bob.id(), offered.id).await?;
        if !is_too_long(world, [&mallory, &bob], own, offered.id).await? {
            return Ok(()); // it was sent, as the server has no maximum
        }
        let text = world.text("in my own room");
        if let Some(message) = attempt(world, Way::Send(own), [&mallory, &bob], &text, offered.id).await? {
            check_attached(world, &offered, &message);
            return Ok(());
        }
        lost += usize::from(accepted);
        if offered.unused || lost == 2 {
            let sentence = "an attachment cannot be sent any more, after it was refused in another way";
            return Err(world.broken("ATT-1", sentence));
        }
        accepted |= one_more(world, Way::Send(own), [&mallory, &bob]).await?.is_some();
    }
    Err(none_left(&mallory))
}

/// Sends an attachment with a text that is none, in either way: that is malformed, and nothing changes (ROB-1).
async fn try_malformed(world: &World, user: &Client, room: RoomId, other: UserId, id: AttachmentId) -> Outcome {
    for text in [Some(json!(7)), Some(json!(["a text"])), Some(Value::Null), None] {
        for (action, to) in
            [(MessageSend::NAME, json!({"room_id": room})), (ChatStart::NAME, json!({"user_id": other}))]
        {
            let mut payload = to;
            if let Some(text) = &text {
                payload["text"] = text.clone();
            }
            payload["attachment_id"] = json!(id);
            user.emit_arguments(action, vec![payload]).await?;
        }
    }
    world.nobody_hears_more("ROB-1").await
}

/// Sends an attachment with a text that may be too long (SEND-10); whether that was refused, and the connection is
/// still there.
async fn is_too_long(world: &World, users: [&Client; 2], room: RoomId, id: AttachmentId) -> Outcome<bool> {
    let text = texts::long(20_000);
    users[0].may_be_closed(); // so long a packet may cost the connection (ROB-5)
    let message = attempt(world, Way::Send(room), users, &text, id).await?;
    Ok(message.is_none() && users[0].is_open())
}

/// How often each of two devices sends the same attachment at once.
const AT_ONCE: usize = 2;

async fn sent_at_once_it_is_in_one_message(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let other_room = world.dialog(&alice, &carol).await?;
    // That a user may have two is AUTH-11: without, all are sent by one.
    let second = match world.second_device(&alice, "alice/laptop").await {
        Ok(device) => Some(device),
        Err(Stop::NotApplicable(_)) if alice.is_open() => None,
        Err(stop) => return Err(stop),
    };
    let laptop = second.clone().unwrap_or_else(|| alice.clone());
    while let Some(offered) = world.attachment(&alice).await {
        let text = world.text("at once");
        let speak = async |device: &Client, way: Way| {
            for _ in 0..AT_ONCE {
                way.emit(device, &text, offered.id).await?;
            }
            Ok(())
        };
        try_join(speak(&alice, Way::Send(room)), speak(&laptop, Way::Send(other_room))).await?;
        world.settle().await?;
        let mut announced = 0_usize;
        for reader in [&bob, &carol] {
            while reader.may_hear::<OnMessageNew>().await?.is_some() {
                announced += 1;
            }
        }
        for _ in 0..announced {
            alice.expect::<OnMessageNew>("SEND-1").await?;
            if let Some(device) = &second {
                device.expect::<OnMessageNew>("AUTH-11").await?;
            }
        }
        world.check("ATT-4", announced <= 1, || {
            format!("an attachment that was sent {} times at once is in {announced} messages", 2 * AT_ONCE)
        });
        if announced > 0 {
            return Ok(());
        }
        if offered.unused {
            return Err(world.broken("ATT-4", "an attachment that was sent several times at once is in no message"));
        }
    }
    Err(none_left(&alice))
}

async fn may_be_without_text(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    for way in [Way::Send(room), Way::Start(bob.id())] {
        send_without_text(world, way, [&alice, &bob]).await?;
    }
    Ok(())
}

async fn send_without_text(world: &World, way: Way, users: [&Client; 2]) -> Outcome {
    while let Some(offered) = world.attachment(users[0]).await {
        let message = attempt(world, way, users, "", offered.id).await?;
        world.check("ATT-5", true, String::new);
        if let Some(message) = message {
            check_attached(world, &offered, &message);
            return Ok(());
        }
        // The control differs in the text alone; where it is refused too, the attachment was sent before.
        if attempt(world, way, users, &world.text("x"), offered.id).await?.is_some() || offered.unused {
            return Err(world.broken("ATT-5", format!("{} refuses an attachment without a text", way.name())));
        }
    }
    Err(none_left(users[0]))
}
