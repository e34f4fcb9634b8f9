//! Refusals: one `on.error` on the calling socket, or one acknowledgement, and nothing elsewhere.

use chat_spec::{
    events::OnUserAuthorized,
    types::{Acknowledgement, ErrorCode},
};
use serde_json::{Value, json};

use super::{UNKNOWN, nine, no_more_errors, no_more_errors_by, nobody};
use crate::{
    scenario::{Needs, scenarios},
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
    acknowledgements_say_just_that ["ERR-2", "TYPE-5", "AUTH-9", "ROB-3"]
        "An acknowledgement comes for `user.auth` once more and behind extra arguments too, and has no other fields."
        needs Needs::Profile("errors");
    refusals_are_acknowledged_instead ["ERR-2", "ERR-3"]
        "A refused action with a callback is acknowledged with the refusal, and gets no `on.error`."
        needs Needs::Profile("errors");
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

async fn acknowledgements_say_just_that(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    let send = |text: &str| json!({"room_id": room, "text": world.text(text)});
    let ordinary = exact(world, &alice, "message.send", vec![send("acknowledged")]).await?;
    world.check_eq("ERR-2", "whether the acknowledgement of message.send says `ok`", &ordinary, &true);
    // The same user once more is fine (AUTH-9), extra arguments are nothing (ROB-3); acknowledged they are at any rate.
    let again = json!({"id": alice.id(), "token": alice.account().token});
    let authorised = exact(world, &alice, "user.auth", vec![again]).await?;
    world.check_eq("AUTH-9", "whether user.auth once more is acknowledged with `ok`", &authorised, &true);
    for extra in [vec![json!("extra")], vec![json!({"more": 1}), Value::Null, json!([7])]] {
        let arguments = [vec![send("with extra arguments")], extra].concat();
        let taken = exact(world, &alice, "message.send", arguments).await?;
        world.check_eq("ROB-3", "whether an action with extra arguments is acknowledged with `ok`", &taken, &true);
    }
    for payload in [json!({"room_id": room}), json!({"room_id": UNKNOWN, "text": "nowhere"})] {
        let taken = exact(world, &alice, "message.send", vec![payload]).await?;
        world.check_eq("ERR-2", "whether the acknowledgement of a refused message.send says `ok`", &taken, &false);
    }
    world.settle().await?;
    drop((alice.leftovers(), bob.leftovers()));
    no_more_errors_by("ERR-2", world).await
}

/// Sends an action with a callback; checks that it is called with exactly what is documented. Gives its `ok`.
async fn exact(world: &World, client: &Client, action: &str, arguments: Vec<Value>) -> Outcome<bool> {
    let Some(ack) = client.call(action, arguments).await? else {
        return Err(world.broken("ERR-2", format!("{action} with a callback was never acknowledged")));
    };
    let said = ack.args.first().cloned().unwrap_or_default();
    let read = serde_json::from_value::<Acknowledgement>(said.clone());
    let Ok((acknowledgement, 1)) = read.map(|read| (read, ack.args.len())) else {
        let said = Value::Array(ack.args);
        return Err(world.broken("ERR-2", format!("the acknowledgement of {action} has another shape: {said}")));
    };
    // Written again, it has the documented fields alone.
    let documented = serde_json::to_value(&acknowledgement).unwrap_or_default();
    world.check("TYPE-5", said == documented, || {
        format!("the acknowledgement of {action} has fields beyond the documented ones: {said}")
    });
    Ok(matches!(acknowledgement, Acknowledgement::Done { .. }))
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
