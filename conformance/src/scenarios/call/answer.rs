//! `call.answer`: a call accepted.

use chat_spec::{
    events::{CallAnswer, CallStart, OnCallAnswer, OnCallInit},
    types::{AnyJson, UserId},
};
use serde_json::{Value, json};

use super::values;
use crate::{
    scenario::scenarios,
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "call.answer";
    reaches_the_caller ["CALL-2", "CALL-4"]
        "The caller hears who answered, each time; nobody else hears anything.";
    passes_any_json_unchanged ["CALL-3"]
        "Both fields of an answer arrive as they were sent, whatever JSON they are.";
    needs_no_call_before ["CALL-7"]
        "An answer is relayed without a call before it, and a second answer as well.";
    tells_two_callers_apart ["CALL-2", "CALL-4"]
        "Of two callers, each hears the answer that is meant for it.";
    reaches_a_caller_who_came_back ["CALL-7", "CALL-2"]
        "A caller who lost the connection after the call hears the answer on the connection that it has now.";
    reaches_all_devices_of_the_caller ["AUTH-11", "CALL-4"]
        "All sockets of the caller hear the answer, and no other socket of the one who answered does.";
    nobody_can_answer_themselves_or_a_stranger ["CALL-6"]
        "Answering oneself or a user that does not exist reaches nobody.";
    a_user_who_is_offline_hears_no_answer_later ["CALL-6"]
        "An answer to a user who is not connected is not delivered when it connects.";
}

fn answer(who: UserId, candidate: &Value, description: &Value) -> CallAnswer {
    CallAnswer {
        user_id: who,
        ice_candidate: AnyJson::from(candidate.clone()),
        session_description: AnyJson::from(description.clone()),
    }
}

/// An answer as browsers make it, told apart from others by a word.
fn accept(who: UserId, word: &str) -> CallAnswer {
    let candidate = json!({"candidate": "candidate:2 1 udp 2122260223 192.0.2.2 54322 typ host", "sdpMid": "0"});
    answer(who, &candidate, &json!({"type": "answer", "sdp": format!("v=0\r\ns={word}\r\n")}))
}

/// Calls, so that there is something to answer.
async fn ring(caller: &Client, called: &Client) -> Outcome {
    ring_on("CALL-1", caller, &[called]).await
}

/// Calls a user with several devices: that all of them ring is a requirement of its own.
async fn ring_on(requirement: &'static str, caller: &Client, devices: &[&Client]) -> Outcome {
    let called = devices[0];
    let description = AnyJson::from(json!({"type": "offer", "sdp": "v=0\r\n"}));
    let action =
        CallStart { user_id: called.id(), ice_candidate: Value::Null.into(), session_description: description };
    caller.emit(&action).await?;
    for device in devices {
        device.expect::<OnCallInit>(requirement).await?;
    }
    Ok(())
}

/// Answers, and checks what the caller hears.
async fn pick_up(world: &World, called: &Client, caller: &Client, word: &str, requirement: &'static str) -> Outcome {
    let action = accept(caller.id(), word);
    called.emit(&action).await?;
    let heard: OnCallAnswer = caller.expect(requirement).await?;
    check_answer(world, &heard, called, &action);
    Ok(())
}

fn check_answer(world: &World, heard: &OnCallAnswer, called: &Client, action: &CallAnswer) {
    world.check_eq("CALL-2", "the user who answered", &heard.user.id, &called.id());
    world.check("CALL-3", heard.ice_candidate == action.ice_candidate, || "ice_candidate is not as it was sent".into());
    world.check("CALL-3", heard.session_description == action.session_description, || {
        "session_description is not as it was sent".into()
    });
}

async fn reaches_the_caller(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    // Who has a dialog with one of the two is still not of their call.
    world.dialog(&bob, &carol).await?;
    for round in 1..=3 {
        ring(&alice, &bob).await?;
        pick_up(world, &bob, &alice, &format!("answer {round}"), "CALL-2").await?;
    }
    world.nobody_hears_more("CALL-4").await?;
    // The control: those who heard nothing hear answers of their own.
    ring(&carol, &bob).await?;
    pick_up(world, &bob, &carol, "to carol", "CALL-2").await?;
    ring(&bob, &alice).await?;
    pick_up(world, &alice, &bob, "the other way", "CALL-2").await?;
    let (alice, _) = world.come_back(&alice).await?;
    ring(&alice, &bob).await?;
    pick_up(world, &bob, &alice, "after a reconnect", "CALL-2").await?;
    world.nobody_hears_more("CALL-4").await
}

async fn passes_any_json_unchanged(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let ordinary = json!({"type": "answer", "sdp": "v=0\r\n"});
    let passes = async |candidate: &Value, description: &Value, what: &str| {
        ring(&alice, &bob).await?;
        bob.emit(&answer(alice.id(), candidate, description)).await?;
        let heard: OnCallAnswer = alice.expect("CALL-3").await?;
        for (field, got, sent) in [
            ("ice_candidate", &heard.ice_candidate, candidate),
            ("session_description", &heard.session_description, description),
        ] {
            let got: Value = serde_json::from_str(got.as_str()).unwrap_or(Value::Null);
            world.check("CALL-3", values::same(&got, sent), || {
                format!("{field} does not arrive as it was sent: {what}")
            });
        }
        Ok::<(), Stop>(())
    };
    world
        .silently(async {
            for (what, value) in values::all() {
                passes(&value, &ordinary, what).await?;
                passes(&ordinary, &value, what).await?;
                if !values::is_large(&value) {
                    passes(&value, &value, what).await?;
                }
            }
            Ok(())
        })
        .await
}

async fn needs_no_call_before(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    pick_up(world, &bob, &alice, "without a call", "CALL-7").await?;
    ring(&alice, &bob).await?;
    pick_up(world, &bob, &alice, "the first answer", "CALL-7").await?;
    pick_up(world, &bob, &alice, "the second answer", "CALL-7").await?;
    pick_up(world, &alice, &bob, "an answer of the caller", "CALL-7").await?;
    world.nobody_hears_more("CALL-4").await
}

async fn tells_two_callers_apart(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    ring(&alice, &bob).await?;
    ring(&carol, &bob).await?;
    pick_up(world, &bob, &alice, "to the first caller", "CALL-2").await?;
    pick_up(world, &bob, &carol, "to the second caller", "CALL-2").await?;
    world.nobody_hears_more("CALL-4").await
}

async fn reaches_a_caller_who_came_back(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    ring(&alice, &bob).await?;
    pick_up(world, &bob, &alice, "before", "CALL-2").await?;
    ring(&alice, &bob).await?;
    // While it rings, the caller comes back with another connection.
    let (alice, _) = world.come_back(&alice).await?;
    pick_up(world, &bob, &alice, "to the new connection", "CALL-7").await?;
    // The same where the one who answers came back.
    ring(&alice, &bob).await?;
    let (bob, _) = world.come_back(&bob).await?;
    pick_up(world, &bob, &alice, "from the new connection", "CALL-7").await?;
    world.nobody_hears_more("CALL-4").await
}

async fn reaches_all_devices_of_the_caller(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let phone = world.second_device(&alice, "alice/phone").await?;
    let laptop = world.second_device(&bob, "bob/laptop").await?;
    ring_on("CALL-5", &alice, &[&bob, &laptop]).await?;
    let action = accept(alice.id(), "to all devices");
    laptop.emit(&action).await?;
    for device in [&alice, &phone] {
        let heard: OnCallAnswer = device.expect("AUTH-11").await?;
        check_answer(world, &heard, &bob, &action);
    }
    world.nobody_hears_more("CALL-4").await
}

async fn nobody_can_answer_themselves_or_a_stranger(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let [stranger, ..] = world.subject().casting.unknown();
    ring(&alice, &bob).await?;
    bob.emit(&accept(bob.id(), "myself")).await?;
    bob.emit(&accept(stranger, "a stranger")).await?;
    world.nobody_hears_more("CALL-6").await?;
    // The control differs in the user alone.
    pick_up(world, &bob, &alice, "the caller", "CALL-2").await
}

async fn a_user_who_is_offline_hears_no_answer_later(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    ring(&alice, &bob).await?;
    alice.close().await;
    world.settle().await?;
    bob.emit(&accept(alice.id(), "while you were away")).await?;
    world.settle().await?;
    let (alice, _) = world.come_back(&alice).await?;
    world.nobody_hears_more("CALL-6").await?;
    // The control: now that alice is there, she hears.
    ring(&alice, &bob).await?;
    pick_up(world, &bob, &alice, "now that you are here", "CALL-2").await
}
