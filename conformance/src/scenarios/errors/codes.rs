//! Refusals: which code says what, and which of several counts.

use chat_spec::{
    events::{OnMessageNew, OnUserAuthorized},
    types::{Acknowledgement, ErrorCode, MessageId, UserId},
};
use serde_json::{Value, json};

use super::{UNKNOWN, nine, no_more_errors, nobody, refused, refused_by};
use crate::{
    scenario::{Needs, scenarios},
    stop::Outcome,
    world::{Client, World, without_numbers},
};

scenarios! { "errors";
    nothing_before_authorisation ["ERR-3"]
        "Every action before authorisation is refused as `unauthenticated`."
        needs Needs::Profile("errors");
    what_is_not_there_or_not_yours ["ERR-3", "ERR-5"]
        "What does not exist and what is not yours are refused as `not_found`, in the same words."
        needs Needs::Profile("errors");
    forbidden_conflict_and_offline ["ERR-3"]
        "`forbidden`, `conflict` and `offline` are said where they apply."
        needs Needs::Profile("errors");
    used_attachments ["ERR-3", "ERR-5", "ERR-6"]
        "Attachments: `conflict` for one that was sent before, `not_found` for one that is unknown or another user's."
        needs Needs::Profile("errors");
    the_first_reason_counts ["ERR-6"]
        "Where several codes apply, the order of the protocol decides."
        needs Needs::Profile("errors");
}

async fn nothing_before_authorisation(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let message = world.silently(world.say(&alice, &bob, room, "mine")).await?.message.id;
    carol.close().await;
    let stranger = world.connect(alice.account(), "stranger").await?;
    let actions = nine(bob.id().get(), room.get(), message.get(), &world.text("from a stranger"));
    for (action, payload) in &actions {
        let stranger = stranger_again(world, &stranger).await?;
        stranger.emit_arguments(action, vec![payload.clone()]).await?;
        stranger.expect_error(action, ErrorCode::Unauthenticated).await?;
    }
    for (action, payload) in actions {
        let stranger = stranger_again(world, &stranger).await?;
        stranger.call_refused(action, vec![payload], ErrorCode::Unauthenticated).await?;
    }
    world.nobody_hears_more("SEC-1").await?;
    no_more_errors(world).await
}

/// A connection that is nobody's: the same one, where the server does not hang up on who acts on it.
async fn stranger_again(world: &World, stranger: &Client) -> Outcome<Client> {
    match world.subject().hangs_up_on_strangers {
        true => world.silently(world.connect(stranger.account(), "stranger")).await,
        false => Ok(stranger.clone()),
    }
}

async fn what_is_not_there_or_not_yours(world: &World) -> Outcome {
    let [alice, bob, mallory] = world.users(["alice", "bob", "mallory"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let message = world.silently(world.say(&alice, &bob, room, "theirs")).await?.message.id;
    let text = world.text("not mine");
    let [other, nobody, _] = world.subject().casting.unknown().map(UserId::get);
    let yours = nine(nobody, room.get(), message.get(), &text);
    let nowhere = nine(other, UNKNOWN, UNKNOWN, &text);
    for ((action, of_others), (_, unknown)) in yours.into_iter().zip(nowhere) {
        let not_yours = refused(&mallory, action, of_others, ErrorCode::NotFound).await?;
        let not_there = refused(&mallory, action, unknown, ErrorCode::NotFound).await?;
        world.check("ERR-5", without_numbers(&not_yours) == without_numbers(&not_there), || {
            format!("{action} tells what is not yours from what is not there: `{not_yours}`, `{not_there}`")
        });
    }
    // What is gone is not there.
    alice.emit_arguments("message.delete", vec![json!({"message_id": message})]).await?;
    alice.expect::<chat_spec::events::OnMessageDelete>("DEL-1").await?;
    bob.expect::<chat_spec::events::OnMessageDelete>("DEL-1").await?;
    refused(&alice, "message.delete", json!({"message_id": message}), ErrorCode::NotFound).await?;
    alice.emit_arguments("chat.delete", vec![json!({"room_id": room})]).await?;
    world.expect_dropped("DROP-1", [&alice, &bob], room).await?;
    for (action, payload) in [
        ("message.send", json!({"room_id": room, "text": text})),
        ("chat.history", json!({"room_id": room})),
        ("chat.read", json!({"room_id": room})),
    ] {
        refused(&bob, action, payload, ErrorCode::NotFound).await?;
    }
    no_more_errors(world).await
}

async fn forbidden_conflict_and_offline(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let message = world.silently(world.say(&alice, &bob, room, "mine")).await?.message.id;
    refuses_to_delete(world, &alice, &bob, message).await?;

    world.settle().await?;
    drop(alice.announcements_of(&carol));
    carol.close().await;
    world.silently(alice.expect_presence("PRES-2", &carol, false)).await?;
    for action in ["call.start", "call.answer"] {
        let call = json!({"user_id": carol.id(), "ice_candidate": {}, "session_description": {}});
        refused(&alice, action, call.clone(), ErrorCode::Offline).await?;
        alice.call_refused(action, vec![call], ErrorCode::Offline).await?;
    }
    refuses_a_second_user(world, &bob, &carol).await?;
    no_more_errors(world).await
}

/// Who may delete a message is free (D11): where the other side may not, it is told `forbidden`.
async fn refuses_to_delete(world: &World, alice: &Client, bob: &Client, message: MessageId) -> Outcome {
    world
        .silently(async {
            bob.emit_arguments("message.delete", vec![json!({"message_id": message})]).await?;
            world.settle().await?;
            if bob.leftovers().is_empty() {
                bob.expect_error("message.delete", ErrorCode::Forbidden).await?;
                bob.call_refused("message.delete", vec![json!({"message_id": message})], ErrorCode::Forbidden).await?;
            }
            drop(alice.leftovers());
            Ok(())
        })
        .await
}

/// A second user on a socket is refused, or (tolerated, D9) switched to: where refused, the acknowledgement says
/// `conflict`.
async fn refuses_a_second_user(world: &World, bob: &Client, carol: &Client) -> Outcome {
    let credentials = json!({"id": carol.id(), "token": carol.account().token});
    world
        .silently(async {
            let acknowledged = bob.acknowledged("user.auth", vec![credentials]).await?;
            let done = matches!(acknowledged, Acknowledgement::Done { .. });
            if let Acknowledgement::Refused { error, .. } = acknowledged {
                world.check_eq("ERR-3", "the code of a second user on a socket", &error.code, &ErrorCode::Conflict);
            }
            world.settle().await?;
            if let Some(answer) = bob.take::<OnUserAuthorized>()? {
                world.check_eq(
                    "ERR-2",
                    "whether the acknowledgement of a second user on a socket says the same as the answer",
                    &done,
                    &answer.success,
                );
            }
            drop(bob.leftovers());
            Ok(())
        })
        .await
}

async fn used_attachments(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let send = |id: Value| json!({"room_id": room, "text": world.text("with a file"), "attachment_id": id});
    let unknown = refused(&alice, "message.send", send(json!(UNKNOWN)), ErrorCode::NotFound).await?;
    let others = world.attachment(&bob).await.map(|attachment| attachment.id);
    if let Some(others) = others {
        let said = refused(&alice, "message.send", send(json!(others)), ErrorCode::NotFound).await?;
        world.check("ERR-5", without_numbers(&said) == without_numbers(&unknown), || {
            format!("an attachment of another user is told from one that is not there: `{said}`, `{unknown}`")
        });
        // Its owner sends it, or did in an earlier run. That it was sent is not told to others.
        world
            .silently(async {
                bob.emit_arguments("message.send", vec![send(json!(others))]).await?;
                world.settle().await?;
                if bob.may_hear::<OnMessageNew>().await?.is_some() {
                    alice.expect::<OnMessageNew>("ATT-1").await?;
                }
                drop(bob.errors());
                let said = refused(&alice, "message.send", send(json!(others)), ErrorCode::NotFound).await?;
                world.check("ERR-5", without_numbers(&said) == without_numbers(&unknown), || {
                    format!(
                        "a used attachment of another user is told from one that is not there: `{said}`, `{unknown}`"
                    )
                });
                Ok(())
            })
            .await?;
    }
    let Some(own) = world.attachment(&alice).await.map(|attachment| attachment.id) else { return Ok(()) };
    world
        .silently(async {
            // It may have been sent in an earlier run: then it is refused at once, and that is what is looked for.
            alice.emit_arguments("message.send", vec![send(json!(own))]).await?;
            world.settle().await?;
            if alice.may_hear::<OnMessageNew>().await?.is_some() {
                bob.expect::<OnMessageNew>("ATT-1").await?;
                alice.emit_arguments("message.send", vec![send(json!(own))]).await?;
            }
            alice.expect_error("message.send", ErrorCode::Conflict).await?;
            // A room that is not there comes first.
            let nowhere = json!({"room_id": UNKNOWN, "text": "nowhere", "attachment_id": own});
            refused_by("ERR-6", &alice, "message.send", vec![nowhere], ErrorCode::NotFound).await?;
            Ok(())
        })
        .await?;
    no_more_errors(world).await
}

async fn the_first_reason_counts(world: &World) -> Outcome {
    use ErrorCode::{InvalidPayload, NotFound, Unauthenticated, UnknownAction};
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.no_transcript();
    let stranger = world.connect(carol.account(), "stranger").await?;
    // Before authorisation: an unknown action, then everything else.
    for (action, payload, code) in [
        ("no.such.action", json!({}), UnknownAction),
        ("no.such.action", Value::Null, UnknownAction),
        ("no \"such\" action\n", json!({}), UnknownAction),
        ("message.send", json!({}), Unauthenticated),
        ("chat.history", json!({"room_id": -1}), Unauthenticated),
        ("call.start", Value::Null, Unauthenticated),
        ("chat.delete", json!({"room_id": UNKNOWN}), Unauthenticated),
    ] {
        refused_by("ERR-6", &stranger, action, vec![payload], code).await?;
    }
    // A user who is never connected.
    let offline = world.subject().casting.beacon().id;
    // A malformed payload before what does not exist, and that before a conflict or who is offline.
    let call = json!({"user_id": nobody(world), "ice_candidate": {}, "session_description": {}});
    for (action, payload, code) in [
        ("message.send", json!({"room_id": UNKNOWN, "text": ""}), InvalidPayload),
        ("message.send", json!({"room_id": UNKNOWN, "text": 7}), InvalidPayload),
        ("message.send", json!({"room_id": UNKNOWN, "text": "x", "attachment_id": 0}), InvalidPayload),
        ("chat.start", json!({"user_id": nobody(world), "text": ""}), InvalidPayload),
        ("chat.history", json!({"room_id": UNKNOWN, "limit": 0}), InvalidPayload),
        ("chat.history", json!({"room_id": UNKNOWN, "last_id": -1}), InvalidPayload),
        ("call.start", json!({"user_id": nobody(world)}), InvalidPayload),
        ("chat.start", json!({"user_id": alice.id(), "text": "me", "attachment_id": UNKNOWN}), InvalidPayload),
        ("message.send", json!({"room_id": room, "text": "", "attachment_id": null}), InvalidPayload),
        ("call.start", json!({"user_id": offline, "ice_candidate": {}}), InvalidPayload),
        ("call.answer", json!({"user_id": offline, "session_description": {}}), InvalidPayload),
        ("call.start", call.clone(), NotFound),
        ("call.answer", call, NotFound),
    ] {
        refused_by("ERR-6", &alice, action, vec![payload], code).await?;
    }
    // Malformed credentials of another user on an authorised socket are malformed first.
    refused_by("ERR-6", &alice, "user.auth", vec![json!({"id": bob.id()})], InvalidPayload).await?;
    no_more_errors(world).await?;
    a_wrong_token_before_a_second_user(world, &alice, &bob).await
}

/// A wrong token of another user is a wrong token first. What becomes of the socket is free (R4), so this comes last.
async fn a_wrong_token_before_a_second_user(world: &World, alice: &Client, bob: &Client) -> Outcome {
    alice.may_be_closed();
    let wrong = json!({"id": bob.id(), "token": "a token that nobody has"});
    if let Some(ack) = alice.call("user.auth", vec![wrong]).await? {
        let code = ack.args.first().map_or(Value::Null, |said| said["error"]["code"].clone());
        let expected = json!(ErrorCode::Unauthenticated);
        world.check_eq("ERR-6", "the code of a wrong token of another user on a socket", &code, &expected);
    }
    alice.close().await;
    drop(alice.leftovers());
    Ok(())
}
