//! Refusals of the profile `errors`: section 5.

use chat_spec::{
    events::{OnMessageNew, OnUserAuthorized, Payload},
    types::{Acknowledgement, ErrorCode, MAX_ID, MessageId, RoomId, UserId},
};
use serde_json::{Value, json};

use crate::{
    scenario::{Needs, scenarios},
    scenarios::texts,
    stop::Outcome,
    world::{Client, World},
};

scenarios! { "errors";
    refusals_reach_the_calling_socket_alone ["ERR-1", "ERR-3"]
        "A refused action gets one `on.error` on the calling socket, and nobody else hears of it."
        needs Needs::Profile("errors");
    a_wrong_token_has_its_own_answer ["ERR-1", "ERR-2"]
        "A refused `user.auth` that is well formed is answered `success: false` and gets no `on.error`."
        needs Needs::Profile("errors");
    every_action_is_acknowledged ["ERR-2"]
        "Each of the ten actions with a callback is acknowledged once, after its events, and gets no `on.error`."
        needs Needs::Profile("errors");
    refusals_are_acknowledged_instead ["ERR-2", "ERR-3"]
        "A refused action with a callback is acknowledged with the refusal, and gets no `on.error`."
        needs Needs::Profile("errors");
    nothing_before_authorisation ["ERR-3"]
        "Every action before authorisation is refused as `unauthenticated`."
        needs Needs::Profile("errors");
    malformed_payloads ["ERR-3", "ERR-4"]
        "What is malformed is refused as `invalid_payload`, with a sentence that names the field."
        needs Needs::Profile("errors");
    what_is_not_there_or_not_yours ["ERR-3", "ERR-5"]
        "What does not exist and what is not yours are refused as `not_found`, in the same words."
        needs Needs::Profile("errors");
    forbidden_conflict_and_offline ["ERR-3"]
        "`forbidden`, `conflict` and `offline` are said where they apply."
        needs Needs::Profile("errors");
    used_attachments ["ERR-3", "ERR-5"]
        "Attachments: `conflict` for one that was sent before, `not_found` for one that is unknown or another user's."
        needs Needs::Profile("errors");
    the_first_reason_counts ["ERR-6"]
        "Where several codes apply, the order of the protocol decides."
        needs Needs::Profile("errors");
    sentences_leak_nothing ["ERR-4"]
        "No sentence of a refusal carries internals of the server."
        needs Needs::Profile("errors");
}

/// An id that no room, message or attachment has.
const UNKNOWN: u64 = MAX_ID;

/// The id of a user that there is not.
fn nobody(world: &World) -> u64 {
    let [nobody, ..] = world.subject().casting.unknown();
    nobody.get()
}

/// The nine actions that need an authorised socket, each with a payload that is well formed.
fn nine(user: u64, room: u64, message: u64, text: &str) -> Vec<(&'static str, Value)> {
    let call = json!({"user_id": user, "ice_candidate": null, "session_description": null});
    vec![
        ("chat.start", json!({"user_id": user, "text": text})),
        ("message.send", json!({"room_id": room, "text": text})),
        ("message.delete", json!({"message_id": message})),
        ("chat.history", json!({"room_id": room})),
        ("chat.read", json!({"room_id": room})),
        ("chat.clear", json!({"room_id": room})),
        ("chat.delete", json!({"room_id": room})),
        ("call.start", call.clone()),
        ("call.answer", call),
    ]
}

/// Sends an action that is to be refused, without a callback, outside of the transcript.
async fn refused(client: &Client, action: &str, payload: Value, code: ErrorCode) -> Outcome<String> {
    refused_by("ERR-3", client, action, vec![payload], code).await
}

async fn refused_by(
    requirement: &'static str,
    client: &Client,
    action: &str,
    arguments: Vec<Value>,
    code: ErrorCode,
) -> Outcome<String> {
    client.emit_arguments(action, arguments).await?;
    Ok(client.expect_error_by(requirement, action, code).await?.message)
}

/// Checks that no `on.error` came that was not asked for.
async fn no_more_errors(world: &World) -> Outcome {
    no_more_errors_by("ERR-1", world).await
}

async fn no_more_errors_by(requirement: &'static str, world: &World) -> Outcome {
    world.settle().await?;
    for client in world.clients() {
        let errors = client.errors();
        world.check(requirement, errors.is_empty(), || {
            format!("`{}` heard {} more on.error: {}", client.label(), errors.len(), Value::from(errors.clone()))
        });
    }
    Ok(())
}

async fn refusals_reach_the_calling_socket_alone(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let _phone = world.second_device(&alice, "alice/phone").await?;
    let room = world.dialog(&bob, &carol).await?;
    let message = world.silently(world.say(&bob, &carol, room, "theirs")).await?.message.id;
    for (action, payload) in nine(nobody(world), room.get(), message.get(), &world.text("not mine")) {
        alice.emit_arguments(action, vec![payload]).await?;
        alice.expect_error(action, ErrorCode::NotFound).await?;
    }
    alice.emit_arguments("no.such.action", vec![json!({})]).await?;
    alice.expect_error("no.such.action", ErrorCode::UnknownAction).await?;
    no_more_errors(world).await?;
    // An action that is carried out gets none either.
    world.say(&bob, &carol, room, "carried out").await?;
    no_more_errors(world).await
}

async fn a_wrong_token_has_its_own_answer(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    alice.close().await;
    let stranger = world.connect(alice.account(), "stranger").await?;
    let wrong = json!({"id": alice.id(), "token": bob.account().token});
    stranger.emit_arguments("user.auth", vec![wrong.clone()]).await?;
    let answer: OnUserAuthorized = stranger.expect("AUTH-4").await?;
    world.check_eq("AUTH-4", "the success of another user's token", &answer.success, &false);
    no_more_errors(world).await?;
    // With a callback there is the same answer, and the acknowledgement says why.
    for payload in [wrong, json!({"id": nobody(world), "token": alice.account().token})] {
        stranger.call_refused("user.auth", vec![payload], ErrorCode::Unauthenticated).await?;
        let answer: OnUserAuthorized = stranger.expect("ERR-1").await?;
        world.check_eq("AUTH-2", "the success of wrong credentials", &answer.success, &false);
    }
    no_more_errors_by("ERR-2", world).await
}

async fn every_action_is_acknowledged(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    alice.close().await;
    let alice = world.connect(alice.account(), "alice").await?;
    let done = async |action: &str, payload: Value, event: Option<&str>| {
        // Its place on the wire says whether it came after its events.
        let acknowledged = acknowledged_after(world, &alice, action, payload, event).await?;
        world.check_eq("ERR-2", &format!("the acknowledgement of {action}"), &acknowledged, &Acknowledgement::done());
        Ok::<(), crate::stop::Stop>(())
    };
    let credentials = json!({"id": alice.id(), "token": alice.account().token});
    done("user.auth", credentials, Some("on.user.authorized")).await?;
    let room = world.dialog(&alice, &bob).await?;
    let first = world.silently(world.say(&alice, &bob, room, "to be deleted")).await?.message.id;
    for (action, payload) in nine(bob.id().get(), room.get(), first.get(), &world.text("acknowledged")) {
        let event = match action {
            "chat.start" | "message.send" => Some("on.message.new"),
            "message.delete" => Some("on.message.delete"),
            "chat.history" => Some("on.chat.history"),
            "chat.read" => Some("on.chat.read"),
            "chat.clear" => Some("on.chat.clear"),
            "chat.delete" => Some("on.chat.delete"),
            _ => None,
        };
        done(action, payload, event).await?;
    }
    no_more_errors_by("ERR-2", world).await?;
    for client in [&alice, &bob] {
        let twice = client.stray_acknowledgements();
        world.check("ERR-2", twice == 0, || {
            format!("`{}` heard {twice} acknowledgements nobody waited for", client.label())
        });
    }
    drop(bob.leftovers());
    Ok(())
}

/// Sends an action with a callback; checks that its event came, and came first.
async fn acknowledged_after(
    world: &World,
    client: &Client,
    action: &str,
    payload: Value,
    event: Option<&str>,
) -> Outcome<Acknowledgement> {
    let (acknowledged, at) = client.acknowledged_at(action, vec![payload]).await?;
    // The acknowledgement may overtake its events on the way to here; their places on the wire do not lie.
    client.barrier().await?;
    let heard = client.leftovers();
    let Some(event) = event else { return Ok(acknowledged) };
    let is_it = |name: &str| name == event || (event == "on.chat.delete" && name == "on.chat.clear");
    let told = heard.iter().find(|heard| is_it(&heard.name));
    world.check("ERR-2", told.is_some(), || format!("{action} with a callback is not answered by {event}"));
    world.check("ERR-2", told.is_none_or(|told| told.seq < at), || {
        format!("the acknowledgement of {action} came before its {event}")
    });
    Ok(acknowledged)
}

async fn refusals_are_acknowledged_instead(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&bob, &carol).await?;
    let message = world.silently(world.say(&bob, &carol, room, "theirs")).await?.message.id;
    for (action, payload) in nine(nobody(world), room.get(), message.get(), &world.text("not mine")) {
        alice.call_refused(action, vec![payload], ErrorCode::NotFound).await?;
        alice.call_refused(action, vec![json!({})], ErrorCode::InvalidPayload).await?;
        alice.call_refused(action, Vec::new(), ErrorCode::InvalidPayload).await?;
    }
    alice.call_refused("no.such.action", vec![json!({})], ErrorCode::UnknownAction).await?;
    alice
        .call_refused("chat.start", vec![json!({"user_id": alice.id(), "text": "me"})], ErrorCode::InvalidPayload)
        .await?;
    no_more_errors_by("ERR-2", world).await?;
    let twice = alice.stray_acknowledgements();
    world.check("ERR-2", twice == 0, || format!("{twice} acknowledgements came that nobody waited for"));
    world.nobody_hears_more("ERR-2").await
}

async fn nothing_before_authorisation(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let message = world.silently(world.say(&alice, &bob, room, "mine")).await?.message.id;
    carol.close().await;
    let stranger = world.connect(alice.account(), "stranger").await?;
    let actions = nine(bob.id().get(), room.get(), message.get(), &world.text("from a stranger"));
    for (action, payload) in &actions {
        stranger.emit_arguments(action, vec![payload.clone()]).await?;
        stranger.expect_error(action, ErrorCode::Unauthenticated).await?;
    }
    for (action, payload) in actions {
        stranger.call_refused(action, vec![payload], ErrorCode::Unauthenticated).await?;
    }
    world.nobody_hears_more("SEC-1").await?;
    no_more_errors(world).await
}

async fn malformed_payloads(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let text = world.text("malformed");
    // (action, payload, the field that the sentence is to name)
    let cases = [
        ("chat.start", json!({"text": text}), "user_id"),
        ("chat.start", json!({"user_id": 0, "text": text}), "user_id"),
        ("chat.start", json!({"user_id": bob.id(), "text": 7}), "text"),
        ("chat.start", json!({"user_id": bob.id(), "text": ""}), "text"),
        ("chat.start", json!({"user_id": bob.id(), "text": text, "attachment_id": -1}), "attachment_id"),
        ("message.send", json!({"text": text}), "room_id"),
        ("message.send", json!({"room_id": "five", "text": text}), "room_id"),
        ("message.send", json!({"room_id": room}), "text"),
        ("message.send", json!({"room_id": room, "text": null}), "text"),
        ("message.send", json!({"room_id": room, "text": ""}), "text"),
        ("message.send", json!({"room_id": room, "text": text, "attachment_id": {}}), "attachment_id"),
        ("message.delete", json!({"message_id": null}), "message_id"),
        ("chat.history", json!({"room_id": true}), "room_id"),
        ("chat.history", json!({"room_id": room, "limit": 0}), "limit"),
        ("chat.history", json!({"room_id": room, "limit": -1}), "limit"),
        ("chat.history", json!({"room_id": room, "limit": 0.5}), "limit"),
        ("chat.history", json!({"room_id": room, "limit": "ten"}), "limit"),
        ("chat.history", json!({"room_id": room, "last_id": -1}), "last_id"),
        ("chat.read", json!({}), "room_id"),
        ("chat.clear", json!({"room_id": [room]}), "room_id"),
        ("chat.delete", json!({"room_id": 9_007_199_254_740_992_u64}), "room_id"),
        ("call.start", json!({"user_id": bob.id(), "session_description": null}), "ice_candidate"),
        ("call.answer", json!({"user_id": bob.id(), "ice_candidate": null}), "session_description"),
    ];
    for (action, payload, field) in cases {
        let said = refused(&alice, action, payload, ErrorCode::InvalidPayload).await?;
        world.check("ERR-4", said.contains(field), || {
            format!("the refusal of {action} does not name `{field}`: {said}")
        });
    }
    for (action, payload) in [("chat.read", Value::Null), ("message.send", json!([])), ("call.start", json!("x"))] {
        refused(&alice, action, payload, ErrorCode::InvalidPayload).await?;
    }
    refused_by("ERR-3", &alice, "chat.clear", Vec::new(), ErrorCode::InvalidPayload).await?;
    for action in ["chat.start", "call.start", "call.answer"] {
        let oneself = json!({"user_id": alice.id(), "text": text, "ice_candidate": {}, "session_description": {}});
        refused(&alice, action, oneself, ErrorCode::InvalidPayload).await?;
    }
    malformed_credentials(world, &alice, &bob).await?;
    too_long_or_with_nul(world, &alice, &bob, room).await?;
    no_more_errors(world).await?;
    world.nobody_hears_more("ROB-1").await
}

/// Malformed credentials get `on.error`, and no `on.user.authorized`.
async fn malformed_credentials(world: &World, alice: &Client, bob: &Client) -> Outcome {
    let stranger = world.connect(bob.account(), "stranger").await?;
    let token = &bob.account().token;
    for (payload, field) in [
        (json!({"token": token}), "id"),
        (json!({"id": "five", "token": token}), "id"),
        (json!({"id": bob.id()}), "token"),
        (json!({"id": bob.id(), "token": 7}), "token"),
    ] {
        let said = refused(&stranger, "user.auth", payload, ErrorCode::InvalidPayload).await?;
        world.check("ERR-4", said.contains(field), || {
            format!("the refusal of user.auth does not name `{field}`: {said}")
        });
    }
    world.settle().await?;
    let answered = stranger.leftovers();
    world.check("ERR-3", answered.iter().all(|event| event.name != OnUserAuthorized::NAME), || {
        "a malformed user.auth got on.user.authorized besides on.error".into()
    });
    stranger.close().await;
    drop(alice.leftovers());
    Ok(())
}

/// Texts that a server may take or refuse: where it refuses them, it says so.
async fn too_long_or_with_nul(world: &World, alice: &Client, bob: &Client, room: RoomId) -> Outcome {
    world
        .silently(async {
            for text in [texts::long(20_000), "a\0b".to_owned()] {
                alice.emit_arguments("message.send", vec![json!({"room_id": room, "text": text})]).await?;
                world.settle().await?;
                if alice.may_hear::<OnMessageNew>().await?.is_some() {
                    bob.expect::<OnMessageNew>("SEND-1").await?;
                    continue;
                }
                if alice.is_open() {
                    alice.expect_error("message.send", ErrorCode::InvalidPayload).await?;
                }
            }
            Ok(())
        })
        .await
}

/// A sentence without the numbers in it, which tell what was asked for.
fn without_numbers(sentence: &str) -> String {
    sentence.chars().filter(|character| !character.is_ascii_digit()).collect()
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
            if let Acknowledgement::Refused { error, .. } = bob.acknowledged("user.auth", vec![credentials]).await? {
                world.check_eq("ERR-3", "the code of a second user on a socket", &error.code, &ErrorCode::Conflict);
            }
            world.settle().await?;
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
    if let Some(others) = world.attachment(&bob).await {
        let said = refused(&alice, "message.send", send(json!(others.id)), ErrorCode::NotFound).await?;
        world.check("ERR-5", without_numbers(&said) == without_numbers(&unknown), || {
            format!("an attachment of another user is told from one that is not there: `{said}`, `{unknown}`")
        });
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
        ("call.start", call.clone(), NotFound),
        ("call.answer", call, NotFound),
    ] {
        refused_by("ERR-6", &alice, action, vec![payload], code).await?;
    }
    // Malformed credentials of another user on an authorised socket are malformed first.
    refused_by("ERR-6", &alice, "user.auth", vec![json!({"id": bob.id()})], InvalidPayload).await?;
    no_more_errors(world).await
}

/// What stands in the words of programs that speak to themselves.
const INTERNALS: &[&str] = &[
    "panicked",
    "stack",
    "backtrace",
    "traceback",
    "sqlite",
    "sqlx",
    "postgres",
    "select ",
    "insert into",
    "constraint",
    "node_modules",
    "src/",
    ".rs:",
    ".js:",
    ".py",
    "/home/",
    "/usr/",
    "/tmp/",
    "undefined",
    "typeerror",
    "nullpointer",
    "exception",
    "errno",
    "deadlock",
    "serde",
    "at line ",
    "column ",
];

async fn sentences_leak_nothing(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.no_transcript();
    let secret = "a word that should not be repeated";
    let mut cases = nine(nobody(world), UNKNOWN, UNKNOWN, "x");
    cases.extend([
        ("message.send", json!({"room_id": secret, "text": "x"})),
        ("message.send", json!({"room_id": room, "text": {"deep": [secret]}})),
        ("chat.history", json!({"room_id": room, "limit": secret})),
        ("chat.history", json!({"room_id": room, "last_id": "1; DROP TABLE messages"})),
        ("chat.read", json!(secret)),
        ("user.auth", json!({"id": secret, "token": [bob.account().token]})),
        ("no.such.action", json!({"room_id": room})),
    ]);
    for (action, payload) in cases {
        let Acknowledgement::Refused { error, .. } = alice.acknowledged(action, vec![payload]).await? else {
            return Err(world.broken("ERR-2", format!("a malformed {action} was acknowledged as done")));
        };
        let said = error.message.to_lowercase();
        let leak = INTERNALS.iter().find(|word| said.contains(**word));
        world
            .check("ERR-4", leak.is_none(), || format!("the refusal of {action} carries internals: {}", error.message));
    }
    world.settle().await?;
    drop(alice.leftovers());
    no_more_errors(world).await
}
