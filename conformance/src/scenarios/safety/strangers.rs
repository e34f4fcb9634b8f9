//! Safety: who is not authorised.

use chat_spec::{
    events::{OnUserAuthorized, UserAuth},
    types::{MessageId, RoomId, UserId},
};
use serde_json::{Value, json};

use super::{Picture, exchange, look, look_again};
use crate::{
    accounts::Account,
    scenario::scenarios,
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "safety";
    nothing_before_authorisation ["SEC-1"]
        "Of who is not authorised, or was refused, no action has an effect, is answered, or is seen.";
}

/// Every action but `user.auth`, those last that would take the others' target away.
fn nine_actions(world: &World, room: RoomId, message: MessageId, user: UserId) -> [(&'static str, Value); 9] {
    let call = json!({"user_id": user, "ice_candidate": {}, "session_description": {}});
    [
        ("chat.history", json!({"room_id": room})),
        ("chat.read", json!({"room_id": room})),
        ("message.send", json!({"room_id": room, "text": world.text("let me in")})),
        ("chat.start", json!({"user_id": user, "text": world.text("let me in")})),
        ("call.start", call.clone()),
        ("call.answer", call),
        ("message.delete", json!({"message_id": message})),
        ("chat.clear", json!({"room_id": room})),
        ("chat.delete", json!({"room_id": room})),
    ]
}

async fn nothing_before_authorisation(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    exchange(world, &bob, &alice, room, "from bob").await?;
    let target = exchange(world, &alice, &bob, room, "from alice").await?;
    carol.close().await;
    let (alice, of_alice) = look(world, &alice, room).await?;
    let (bob, of_bob) = look(world, &bob, room).await?;

    // One socket never tried to authorise, the other one was refused as a user of the room.
    let actions = || nine_actions(world, room, target, bob.id());
    let refused = act_as_a_stranger(world, Stranger::Refused(alice.account()), actions()).await?;
    let fresh = act_as_a_stranger(world, Stranger::Fresh(carol.account()), actions()).await?;
    world.nobody_hears_more("SEC-1").await?;
    world.silently(nothing_in_a_hurry(world, &alice, &bob, room, target)).await?;
    // Nor do they hear what the room says: whoever is refused is not in it.
    exchange(world, &bob, &alice, room, "not for strangers").await?;
    world.nobody_hears_more("SEC-1").await?;
    refused.close().await;
    // What was ignored is not made up for once they are somebody.
    let fresh = match world.subject().hangs_up_on_strangers || fresh.is_cut_off() {
        true => world.silently(world.connect(carol.account(), "stranger")).await?,
        false => fresh,
    };
    world.silently(fresh.authorise()).await?;
    world.nobody_hears_more("SEC-1").await?;
    let last = bob.history(room).await?.pop();
    fresh.close().await;

    let expect = |picture: Picture, unread: u64| {
        after_one_more(picture, room, last.as_ref().map(|m| (m.id, m.text.clone())), unread)
    };
    // The control is in it: who is authorised is answered.
    look_again(world, "SEC-1", &alice, room, &expect(of_alice, 1)).await?;
    look_again(world, "SEC-1", &bob, room, &expect(of_bob, 0)).await.map(drop)
}

/// A socket that is nobody's.
enum Stranger<'a> {
    /// It never tried to authorise.
    Fresh(&'a Account),
    /// It was refused as this user.
    Refused(&'a Account),
}

impl Stranger<'_> {
    async fn open(&self, world: &World) -> Outcome<Client> {
        match self {
            Self::Fresh(account) => world.connect(account, "stranger").await,
            Self::Refused(account) => {
                let refused = world.connect(account, "intruder").await?;
                refused.emit(&UserAuth { id: account.id, token: "a token that nobody has".into() }).await?;
                refused.expect::<OnUserAuthorized>("AUTH-2").await?;
                Ok(refused)
            }
        }
    }
}

/// Actions on a socket that is nobody's; gives the socket. Where a server hangs up on that, it is free to, and each
/// action is sent on a connection of its own: none is tried on one that is closed.
async fn act_as_a_stranger(
    world: &World,
    stranger: Stranger<'_>,
    actions: [(&'static str, Value); 9],
) -> Outcome<Client> {
    let hangs_up = world.subject().hangs_up_on_strangers;
    let ours = "leaves the connection open";
    let server = if hangs_up { "closes the connection" } else { ours };
    world.dialect("SEC-1", "an action before authorisation", server, ours);
    let mut socket = stranger.open(world).await?;
    for (number, (action, payload)) in actions.into_iter().enumerate() {
        if hangs_up && number > 0 {
            socket = world.silently(stranger.open(world)).await?;
        }
        socket.emit_arguments(action, vec![payload]).await?;
    }
    Ok(socket)
}

/// Who does not wait for the refusal of a wrong token is not taken for the user meanwhile.
async fn nothing_in_a_hurry(world: &World, alice: &Client, bob: &Client, room: RoomId, message: MessageId) -> Outcome {
    let hasty = world.connect(alice.account(), "intruder/hasty").await?;
    hasty.emit(&UserAuth { id: alice.id(), token: "a token that nobody has".into() }).await?;
    for (action, payload) in nine_actions(world, room, message, bob.id()) {
        hasty.emit_arguments(action, vec![payload]).await?;
    }
    match world.subject().hangs_up_on_strangers {
        true => drop(hasty.may_hear::<OnUserAuthorized>().await?),
        false => drop(hasty.expect::<OnUserAuthorized>("AUTH-2").await?),
    }
    world.nobody_hears_more("SEC-1").await?;
    hasty.close().await;
    Ok(())
}

/// A picture after one more message.
fn after_one_more(picture: Picture, room: RoomId, message: Option<(MessageId, String)>, unread: u64) -> Picture {
    let Picture { dialogs, mut messages } = picture;
    let newest = message.as_ref().map(|(id, _)| *id);
    messages.extend(message);
    let change =
        |(listed, count, id)| if listed == room { (listed, count + unread, newest) } else { (listed, count, id) };
    Picture { dialogs: dialogs.into_iter().map(change).collect(), messages }
}
