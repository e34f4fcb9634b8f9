//! The table of contents: every action that clients send and every event that servers send.
//!
//! Everything else is derived from [`TABLE`]: schemas, validators, the published contract, the handlers that a server
//! must have, the fixtures and scenarios that must exist.
//!
//! To add one: write its type in a file at the path that its wire name spells, and add its line to the table below.

pub mod call;
pub mod chat;
mod entry;
pub mod example;
pub mod message;
pub mod on;
pub mod user;

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

use self::example::Example;
pub use self::{
    call::{answer::CallAnswer, start::CallStart},
    chat::{clear::ChatClear, delete::ChatDelete, history::ChatHistory, read::ChatRead, start::ChatStart},
    entry::{Audience, Direction, Entry},
    message::{delete::MessageDelete, send::MessageSend},
    on::{
        call::{answer::OnCallAnswer, init::OnCallInit},
        chat::{clear::OnChatClear, delete::OnChatDelete, history::OnChatHistory, read::OnChatRead},
        message::{delete::OnMessageDelete, new::OnMessageNew},
        user::{authorized::OnUserAuthorized, online::OnUserOnline},
    },
    user::auth::UserAuth,
};
use crate::{
    decode::{Malformed, decode},
    types::Refusal,
};

/// A type that is said on the wire: the only argument of an action or event.
pub trait Payload: Serialize + DeserializeOwned + JsonSchema + Example + fmt::Debug + Send + Sync + 'static {
    /// The event name on the wire, such as `message.send`.
    const NAME: &'static str;
}

/// A payload that clients send.
pub trait Action: Payload {
    /// What answers it.
    type Answer: Payload;
}

fn example_of<T: Payload>() -> Value {
    serde_json::to_value(T::example()).expect("payloads are plain JSON")
}

fn example_text_of<T: Payload>() -> String {
    serde_json::to_string_pretty(&T::example()).expect("payloads are plain JSON")
}

fn read<T: Payload>(payload: &RawValue) -> Result<(), Malformed> {
    decode::<T>(payload).map(drop)
}

macro_rules! event_table {
    (
        actions { $($action:literal => $action_type:ident, answered by $answer:ident to $audience:ident;)+ }
        events { $($event:literal => $event_type:ident, to $hears:ident $(, profile $profile:literal)?;)+ }
    ) => {
        $(
            impl Payload for $action_type {
                const NAME: &'static str = $action;
            }

            impl Action for $action_type {
                type Answer = $answer;
            }
        )+
        $(
            impl Payload for $event_type {
                const NAME: &'static str = $event;
            }
        )+

        /// Every action and event, in the order of the original document.
        pub const TABLE: &[Entry] = &[
            $(Entry {
                name: $action,
                type_name: stringify!($action_type),
                direction: Direction::ClientToServer,
                audience: Audience::$audience,
                answered_by: Some(<$answer as Payload>::NAME),
                profile: None,
                schema: <$action_type as JsonSchema>::json_schema,
                example: example_of::<$action_type>,
                example_text: example_text_of::<$action_type>,
                read: read::<$action_type>,
            },)+
            $(Entry {
                name: $event,
                type_name: stringify!($event_type),
                direction: Direction::ServerToClient,
                audience: Audience::$hears,
                answered_by: None,
                profile: event_table!(@profile $($profile)?),
                schema: <$event_type as JsonSchema>::json_schema,
                example: example_of::<$event_type>,
                example_text: example_text_of::<$event_type>,
                read: read::<$event_type>,
            },)+
        ];
    };
    (@profile) => { None };
    (@profile $profile:literal) => { Some($profile) };
}

event_table! {
    actions {
        "user.auth"      => UserAuth,      answered by OnUserAuthorized to CallingSocket;
        "chat.start"     => ChatStart,     answered by OnMessageNew     to BothUsers;
        "message.send"   => MessageSend,   answered by OnMessageNew     to BothUsers;
        "message.delete" => MessageDelete, answered by OnMessageDelete  to BothUsers;
        "chat.history"   => ChatHistory,   answered by OnChatHistory    to CallingSocket;
        "chat.read"      => ChatRead,      answered by OnChatRead       to Caller;
        "chat.clear"     => ChatClear,     answered by OnChatClear      to BothUsers;
        "chat.delete"    => ChatDelete,    answered by OnChatDelete     to BothUsers;
        "call.start"     => CallStart,     answered by OnCallInit       to OtherUser;
        "call.answer"    => CallAnswer,    answered by OnCallAnswer     to OtherUser;
    }
    events {
        "on.user.authorized" => OnUserAuthorized, to CallingSocket;
        "on.message.new"     => OnMessageNew,     to BothUsers;
        "on.message.delete"  => OnMessageDelete,  to BothUsers;
        "on.chat.delete"     => OnChatDelete,     to BothUsers;
        "on.chat.clear"      => OnChatClear,      to BothUsers;
        "on.chat.read"       => OnChatRead,       to Caller;
        "on.call.init"       => OnCallInit,       to OtherUser;
        "on.call.answer"     => OnCallAnswer,     to OtherUser;
        "on.user.online"     => OnUserOnline,     to Everyone;
        "on.chat.history"    => OnChatHistory,    to CallingSocket;
        "on.error"           => Refusal,          to CallingSocket, profile "errors";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T: Payload + PartialEq>() {
        let example = T::example();
        let wire = serde_json::to_string(&example).unwrap();
        let back: T = serde_json::from_str(&wire).unwrap();
        assert_eq!(back, example, "{}", T::NAME);
    }

    #[test]
    fn every_example_survives_the_wire() {
        round_trip::<UserAuth>();
        round_trip::<ChatStart>();
        round_trip::<MessageSend>();
        round_trip::<MessageDelete>();
        round_trip::<ChatHistory>();
        round_trip::<ChatRead>();
        round_trip::<ChatClear>();
        round_trip::<ChatDelete>();
        round_trip::<CallStart>();
        round_trip::<CallAnswer>();
        round_trip::<OnUserAuthorized>();
        round_trip::<OnMessageNew>();
        round_trip::<OnMessageDelete>();
        round_trip::<OnChatDelete>();
        round_trip::<OnChatClear>();
        round_trip::<OnChatRead>();
        round_trip::<OnCallInit>();
        round_trip::<OnCallAnswer>();
        round_trip::<OnUserOnline>();
        round_trip::<OnChatHistory>();
        round_trip::<Refusal>();
    }

    #[test]
    fn the_table_names_each_event_once_and_every_answer() {
        for entry in TABLE {
            assert_eq!(TABLE.iter().filter(|other| other.name == entry.name).count(), 1, "{}", entry.name);
            assert_eq!(entry.direction == Direction::ClientToServer, entry.answered_by.is_some(), "{}", entry.name);
            if let Some(answer) = entry.answered_by {
                assert_eq!(Entry::find(answer).unwrap().audience, entry.audience, "{}", entry.name);
            }
        }
    }

    #[test]
    fn null_in_an_optional_field_is_the_same_as_leaving_it_out() {
        let with: ChatHistory = serde_json::from_str(r#"{"room_id": 1, "limit": null, "last_id": null}"#).unwrap();
        let without: ChatHistory = serde_json::from_str(r#"{"room_id": 1}"#).unwrap();
        assert_eq!(with, without);
    }

    #[test]
    fn call_fields_may_be_null_but_not_missing() {
        let with = r#"{"user_id": 1, "ice_candidate": null, "session_description": null}"#;
        assert_eq!(serde_json::from_str::<CallStart>(with).unwrap().ice_candidate.as_str(), "null");
        assert!(serde_json::from_str::<CallStart>(r#"{"user_id": 1, "ice_candidate": null}"#).is_err());
    }
}
