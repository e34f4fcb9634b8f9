//! `call.start`: a call offered.

use chat_spec::{
    events::{CallStart, OnCallInit},
    types::{AnyJson, UserId},
};
use futures_util::future::try_join;
use serde_json::{Value, json};

use super::values;
use crate::{
    scenario::scenarios,
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "call.start";
    rings_at_the_user_called ["CALL-1", "CALL-4"]
        "The user called hears who calls, each time; nobody else hears anything, the caller included.";
    passes_any_json_unchanged ["CALL-3"]
        "Both fields of a call arrive as they were sent, whatever JSON they are.";
    rings_after_a_reconnect ["CALL-1"]
        "A user who left and came back is called on the connection that it has now.";
    two_call_each_other_at_once ["CALL-1", "CALL-4"]
        "Two users who call each other, and a third who calls one of them, each ring where they should.";
    rings_on_all_devices ["CALL-5", "CALL-4"]
        "All sockets of the user called ring, and no other socket of the caller does.";
    rings_on_three_devices ["CALL-5"]
        "However many sockets the user called has, each of them rings.";
    nobody_can_call_themselves_or_a_stranger ["CALL-6"]
        "Calling oneself or a user that does not exist reaches nobody.";
    a_user_who_is_offline_does_not_ring_later ["CALL-6"]
        "A call to a user who is not connected is not delivered when it connects.";
}

fn call(who: UserId, candidate: &Value, description: &Value) -> CallStart {
    CallStart {
        user_id: who,
        ice_candidate: AnyJson::from(candidate.clone()),
        session_description: AnyJson::from(description.clone()),
    }
}

/// A call as browsers make it, told apart from others by a word.
fn offer(who: UserId, word: &str) -> CallStart {
    let candidate = json!({"candidate": "candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host", "sdpMid": "0"});
    call(who, &candidate, &json!({"type": "offer", "sdp": format!("v=0\r\ns={word}\r\n")}))
}

/// Calls, and checks what the user called hears.
async fn ring(world: &World, caller: &Client, called: &Client, word: &str) -> Outcome {
    let action = offer(called.id(), word);
    caller.emit(&action).await?;
    let heard: OnCallInit = called.expect("CALL-1").await?;
    check_ring(world, &heard, caller, &action);
    Ok(())
}

fn check_ring(world: &World, heard: &OnCallInit, caller: &Client, action: &CallStart) {
    world.check_eq("CALL-1", "the user who calls", &heard.user.id, &caller.id());
    world.check("CALL-3", heard.ice_candidate == action.ice_candidate, || "ice_candidate is not as it was sent".into());
    world.check("CALL-3", heard.session_description == action.session_description, || {
        "session_description is not as it was sent".into()
    });
}

async fn rings_at_the_user_called(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    for round in 1..=3 {
        ring(world, &alice, &bob, &format!("call {round}")).await?;
    }
    world.nobody_hears_more("CALL-4").await?;
    // The control: those who heard nothing can be called too.
    ring(world, &bob, &alice, "back").await?;
    ring(world, &alice, &carol, "to carol").await?;
    // A dialog between two users makes no difference.
    world.dialog(&alice, &bob).await?;
    ring(world, &alice, &bob, "with a dialog").await?;
    world.nobody_hears_more("CALL-4").await
}

async fn passes_any_json_unchanged(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let ordinary = json!({"type": "offer", "sdp": "v=0\r\n"});
    let passes = async |candidate: &Value, description: &Value, what: &str| {
        alice.emit(&call(bob.id(), candidate, description)).await?;
        let heard: OnCallInit = bob.expect("CALL-3").await?;
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

async fn rings_after_a_reconnect(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    ring(world, &alice, &bob, "before").await?;
    let (bob, _) = world.come_back(&bob).await?;
    ring(world, &alice, &bob, "after the user called came back").await?;
    let (alice, _) = world.come_back(&alice).await?;
    ring(world, &alice, &bob, "after the caller came back").await?;
    ring(world, &bob, &alice, "the other way").await?;
    world.nobody_hears_more("CALL-4").await
}

async fn two_call_each_other_at_once(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    let (to_bob, to_alice) = (offer(bob.id(), "from alice"), offer(alice.id(), "from bob"));
    let third = offer(bob.id(), "from carol");
    try_join(try_join(alice.emit(&to_bob), bob.emit(&to_alice)), carol.emit(&third)).await?;
    let at_alice: OnCallInit = alice.expect("CALL-1").await?;
    check_ring(world, &at_alice, &bob, &to_alice);
    for (caller, action) in [(&alice, &to_bob), (&carol, &third)] {
        let heard = bob.expect_where("CALL-1", |heard: &OnCallInit| heard.user.id == caller.id()).await?;
        check_ring(world, &heard, caller, action);
    }
    world.nobody_hears_more("CALL-4").await
}

async fn rings_on_all_devices(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let phone = world.second_device(&alice, "alice/phone").await?;
    let laptop = world.second_device(&bob, "bob/laptop").await?;
    for (round, caller) in [(1, &alice), (2, &phone)] {
        let action = offer(bob.id(), &format!("call {round}"));
        caller.emit(&action).await?;
        for device in [&bob, &laptop] {
            let heard: OnCallInit = device.expect("CALL-5").await?;
            check_ring(world, &heard, &alice, &action);
        }
    }
    world.nobody_hears_more("CALL-4").await
}

async fn rings_on_three_devices(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let mut devices = vec![bob.clone()];
    for label in ["bob/laptop", "bob/tablet"] {
        devices.push(world.second_device(&bob, label).await?);
    }
    for round in 1..=2 {
        let action = offer(bob.id(), &format!("call {round}"));
        alice.emit(&action).await?;
        for device in &devices {
            let heard: OnCallInit = device.expect("CALL-5").await?;
            check_ring(world, &heard, &alice, &action);
        }
    }
    world.nobody_hears_more("CALL-5").await
}

async fn nobody_can_call_themselves_or_a_stranger(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let [stranger, ..] = world.subject().casting.unknown();
    alice.emit(&offer(alice.id(), "myself")).await?;
    alice.emit(&offer(stranger, "a stranger")).await?;
    world.nobody_hears_more("CALL-6").await?;
    // The control differs in the user alone.
    ring(world, &alice, &bob, "somebody").await
}

async fn a_user_who_is_offline_does_not_ring_later(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    bob.close().await;
    world.settle().await?;
    alice.emit(&offer(bob.id(), "while you were away")).await?;
    world.settle().await?;
    let (bob, _) = world.come_back(&bob).await?;
    world.nobody_hears_more("CALL-6").await?;
    // The control: now that bob is there, he rings.
    ring(world, &alice, &bob, "now that you are here").await
}
