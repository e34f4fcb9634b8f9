//! Events for both users of a room: what they have in common is encoded once, and each gets it with the own `chat`.

use chat_spec::types::{Chat, UserId};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    domain::{Room, message::send::InRoom},
    fanout::Audience,
    sequencer::{Effect, encode},
};

#[derive(Serialize)]
struct AboutMessage<'a> {
    chat: Chat,
    room: &'a RawValue,
    message: &'a RawValue,
}

#[derive(Serialize)]
struct AboutRoom<'a> {
    chat: Chat,
    room: &'a RawValue,
}

/// An event about a message, for both users of its room.
pub(super) fn both_of_message(event: &'static str, InRoom { room, message }: &InRoom) -> Vec<Effect> {
    let (in_common, message) = (encode(&room.to_wire()), encode(message));
    both(room, event, |chat| encode(&AboutMessage { chat, room: &in_common, message: &message }))
}

/// An event about a room, for both users of it.
pub(super) fn both_of_room(event: &'static str, room: &Room) -> Vec<Effect> {
    let in_common = encode(&room.to_wire());
    both(room, event, |chat| encode(&AboutRoom { chat, room: &in_common }))
}

/// An event about a room, for one user of it.
pub(super) fn one_of_room(event: &'static str, room: &Room, user: UserId) -> Vec<Effect> {
    let mut effects = both_of_room(event, room);
    effects.retain(|effect| matches!(effect, Effect::Tell { audience, .. } if *audience == Audience::User(user)));
    effects
}

fn both(room: &Room, event: &'static str, payload: impl Fn(Chat) -> Box<RawValue>) -> Vec<Effect> {
    let tell = |side: &crate::domain::Side| Effect::Tell {
        audience: Audience::User(side.user.id),
        event,
        payload: payload(side.to_wire()),
    };
    room.sides.iter().map(tell).collect()
}

#[cfg(test)]
mod tests {
    use chat_spec::{
        events::{OnChatRead, OnMessageNew, Payload as _, example::Example as _},
        types::User,
    };

    use super::*;

    #[test]
    fn what_is_spliced_is_what_the_type_says() {
        let example = OnMessageNew::example();
        let [one, other] =
            [1_u64, 2].map(|id| User { id: UserId::try_from(id).unwrap(), created_at: example.room.created_at });
        let room = Room::new(example.room.id, one, other, example.room.created_at);
        let side = room.sides[1].clone();
        let expected = [
            encode(&OnMessageNew { chat: side.to_wire(), room: room.to_wire(), message: example.message.clone() }),
            encode(&OnChatRead { chat: side.to_wire(), room: room.to_wire() }),
        ];
        let mut effects = one_of_room(OnChatRead::NAME, &room, side.user.id);
        effects.extend(both_of_message(OnMessageNew::NAME, &InRoom { room, message: example.message }));
        let told = |index: usize| match &effects[index] {
            Effect::Tell { payload, .. } => payload.get().to_owned(),
            Effect::ShowPage { .. } => panic!("nothing is shown"),
        };
        assert_eq!([told(2), told(0)], expected.map(|payload| payload.get().to_owned()));
    }
}
