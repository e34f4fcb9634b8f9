//! Ids that a server could take for others: they are unknown, and nothing comes of them.

use chat_spec::{
    events::{ChatClear, ChatDelete, ChatHistory, ChatRead, MessageDelete},
    types::{MAX_ID, MessageId, RoomId},
};

use crate::{
    scenario::scenarios,
    scenarios::conversation::message,
    scenarios::safety::{exchange, look, look_again},
    stop::{Outcome, Stop},
    world::World,
};

scenarios! { "safety";
    ids_of_more_than_32_bits_are_whole ["SEND-9", "DEL-3", "SEC-2"]
        "An id that is 2^32 more than that of one's own room or message is unknown: no action on it has an effect.";
}

/// An id that is the same in its last 32 bits; `None` where it would be none.
fn beyond(id: u64) -> Option<u64> {
    id.checked_add(1 << 32).filter(|id| *id <= MAX_ID)
}

async fn ids_of_more_than_32_bits_are_whole(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let own = exchange(world, &alice, &bob, room, "of alice").await?;
    exchange(world, &bob, &alice, room, "of bob").await?;
    let (Some(room_id), Some(message_id)) = (
        beyond(room.get()).and_then(|id| RoomId::try_from(id).ok()),
        beyond(own.get()).and_then(|id| MessageId::try_from(id).ok()),
    ) else {
        return Err(Stop::NotApplicable("the ids of this server are too large for it".into()));
    };
    let (alice, of_alice) = look(world, &alice, room).await?;
    let (bob, of_bob) = look(world, &bob, room).await?;

    alice.emit(&message(world, room_id, "to an unknown room")).await?;
    world.nobody_hears_more("SEND-9").await?;
    alice.emit(&MessageDelete { message_id }).await?;
    world.nobody_hears_more("DEL-3").await?;
    alice.emit(&ChatHistory { room_id, limit: None, last_id: None }).await?;
    alice.emit(&ChatRead { room_id }).await?;
    world.nobody_hears_more("SEC-2").await?;
    alice.emit(&ChatClear { room_id }).await?;
    alice.emit(&ChatDelete { room_id }).await?;
    world.nobody_hears_more("SEC-2").await?;
    look_again(world, "SEC-2", &alice, room, &of_alice).await?;
    look_again(world, "SEC-2", &bob, room, &of_bob).await.map(drop)
}
