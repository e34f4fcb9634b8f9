//! `user.auth`: what is sent while a user comes is in its list of dialogs, or reaches it as an event.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
};

use chat_spec::{
    events::{OnMessageNew, OnUserAuthorized},
    types::{MessageId, RoomId},
};

use crate::{
    scenario::scenarios,
    scenarios::conversation::message,
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "user.auth";
    nothing_is_lost_while_a_user_comes ["AUTH-6"]
        "Of messages that are sent while a user comes, those after the newest that is listed reach it as events.";
}

/// So many messages are sent at most while a user comes.
const MOST: usize = 100;

async fn nothing_is_lost_while_a_user_comes(world: &World) -> Outcome {
    world.no_transcript();
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    alice.close().await;
    let mut announced = BTreeSet::new();
    for round in 1..=5 {
        let user = world.connect(alice.account(), "alice").await?;
        let answer = come_while_messages_come(world, &user, &bob, room, &mut announced).await?;
        // The last is sent when all is over, so that what should have come before it has.
        bob.emit(&message(world, room, &format!("the last of round {round}"))).await?;
        let last = bob.expect::<OnMessageNew>("SEND-1").await?.message.id;
        let mut heard = BTreeSet::from([last]);
        user.expect_where::<OnMessageNew>("SEND-1", |event| event.message.id == last).await?;
        world.settle().await?;
        while let Some(event) = user.take::<OnMessageNew>()? {
            heard.insert(event.message.id);
        }
        let listed = newest(&answer, room);
        let lost = announced.iter().filter(|id| Some(**id) > listed && !heard.contains(id)).count();
        world.check("AUTH-6", lost == 0, || {
            format!(
                "of the messages that were sent while a user came, {lost} are newer than the one listed, and never \
                 reached it"
            )
        });
        announced.insert(last);
        user.close().await;
    }
    Ok(())
}

/// The newest message of a room, as it is listed.
fn newest(answer: &OnUserAuthorized, room: RoomId) -> Option<MessageId> {
    let dialog = answer.dialogs.iter().find(|dialog| dialog.room.id == room)?;
    dialog.message.as_ref().map(|message| message.id)
}

/// A user authorises while another sends one message after the other; adds the messages that the other heard of.
async fn come_while_messages_come(
    world: &World,
    user: &Client,
    other: &Client,
    room: RoomId,
    announced: &mut BTreeSet<MessageId>,
) -> Outcome<OnUserAuthorized> {
    let is_there = AtomicBool::new(false);
    let send = async {
        for number in 1..=MOST {
            other.emit(&message(world, room, &format!("number {number}"))).await?;
            announced.insert(other.expect::<OnMessageNew>("SEND-1").await?.message.id);
            if is_there.load(Ordering::Acquire) {
                break;
            }
        }
        Ok(())
    };
    let come = async {
        let answer = user.authorise().await;
        is_there.store(true, Ordering::Release);
        answer
    };
    let ((), answer) = tokio::try_join!(send, come)?;
    Ok(answer)
}
