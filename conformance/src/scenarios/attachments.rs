//! Attachments: files that are sent with messages. What can be sent comes from the accounts or from an upload (D14).
//!
//! An attachment can be sent once, and one that is listed may have been sent in an earlier run. So a refusal counts
//! where the attachment is known to be unused, or where the same attachment is accepted in another way.

use chat_spec::{
    events::{Action, ChatStart, MessageSend, OnMessageNew, Payload},
    types::{AttachmentId, MAX_ID, Message, RoomId, UserId},
};

use crate::{
    scenario::{Needs, scenarios},
    scenarios::conversation::{check_announced, delete, exchange, is_same, message},
    stop::{Outcome, Stop},
    world::{Client, Offered, World},
};

scenarios! { "attachments";
    comes_with_a_message ["ATT-1"]
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
    is_sent_once ["ATT-4"]
        "An attachment that was sent cannot be sent again, not even after its message was deleted."
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
    [from, to]: [&Client; 2],
    text: &str,
    id: AttachmentId,
) -> Outcome<Option<Message>> {
    way.emit(from, text, id).await?;
    world.settle().await?;
    let heard = to.may_hear::<OnMessageNew>().await?;
    match [heard, from.may_hear::<OnMessageNew>().await?] {
        [Some(heard), Some(echoed)] => {
            for (event, reader) in [(&heard, to), (&echoed, from)] {
                check_announced(world, "ATT-1", event, reader, [from, to], text);
            }
            world.check("ATT-1", heard.message == echoed.message, || "the two users hear of different messages".into());
            Ok(Some(heard.message))
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
    send_one(world, ways, [&alice, &bob], &world.text("the first file")).await?;
    let (_, message) = send_one(world, ways, [&alice, &bob], &world.text("the second file")).await?;
    check_kept(world, &message, [&alice, &bob]).await
}

async fn comes_with_a_first_message(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let ways = [Way::Start(bob.id()), Way::Send(room)];
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
        if offered.unused {
            return Err(world.broken("ATT-3", "an attachment cannot be sent any more, after others tried in vain"));
        }
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
    delete(world, &alice, &bob, message.id).await?;
    let what = "an attachment whose message was deleted";
    check_refused(world, "ATT-4", &ways, [&alice, &bob], offered.id, what).await?;
    check_refused(world, "ATT-4", &[Way::Send(other_room)], [&alice, &carol], offered.id, what).await
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
