//! `user.auth`: right credentials at the edges are accepted, malformed ones authorise nobody, and the same socket can
//! still authorise.

use chat_spec::events::{Entry, OnUserAuthorized, Payload as _, UserAuth};
use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::{Value, json};

use super::{
    accepted::generate,
    invalid::{Invalid, invalid},
    simpler::simpler,
    symbols::put_in,
};
use crate::{
    properties::{seed::generator, shown, volume},
    stop::{Outcome, Stop},
    world::{Client, World},
};

/// So many refusals a connection may have before it is slowed down or closed, fewer than AUTH-8 allows.
const REFUSALS: usize = 4;
/// So many cases at most: each takes a connection, and servers count refusals.
const MOST: u32 = 200;
/// How many simpler payloads are tried.
const TRIES: usize = 40;

/// Tries payloads of `user.auth`.
pub(crate) async fn credentials(world: &World) -> Outcome {
    world.no_transcript();
    volume::asked_for(world)?;
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    alice.close().await;
    let action = Entry::of::<UserAuth>();
    for case in 0..world.subject().cases.min(MOST) {
        let valid = generate(world, action, case)?;
        world.check(valid.requirement, true, String::new);
        let arguments = filled(&valid.arguments, &alice);
        if !lets_in(world, &alice, &arguments).await? {
            let sentence = format!("user.auth with {} is refused, and its credentials are right", valid.what);
            shown::find(world, valid.requirement, sentence, action.name, &masked(&valid.arguments, &alice));
            break;
        }
    }
    for (number, payloads) in wrong(world, action)?.chunks(REFUSALS).enumerate() {
        if let Some(what) = wrongly_answered(world, &alice, payloads).await? {
            report(world, &alice, payloads, what).await?;
            break;
        }
        // The other user works on meanwhile.
        if number == 0 {
            bob.barrier().await?;
        }
    }
    bob.barrier().await
}

/// Malformed credentials, those of one requirement side by side.
fn wrong(world: &World, action: &'static Entry) -> Outcome<Vec<Invalid>> {
    let mut all = Vec::new();
    for case in 0..world.subject().cases.min(MOST) {
        let mut generator = generator(world.subject().seed, "malformed credentials", case);
        let tree = invalid(action).new_tree(&mut generator);
        all.push(tree.map_err(|why| Stop::Harness(format!("no payload could be generated: {why}")))?.current());
    }
    all.sort_by_key(|invalid| invalid.requirement);
    all.iter().for_each(|invalid| world.check(invalid.requirement, true, String::new));
    Ok(all)
}

fn filled(arguments: &[Value], user: &Client) -> Vec<Value> {
    let right = |field: &str| if field == "token" { json!(user.account().token) } else { json!(user.id()) };
    arguments.iter().map(|argument| put_in(argument, &right)).collect()
}

/// The same without the token, for reports.
fn masked(arguments: &[Value], user: &Client) -> Vec<Value> {
    let right = |field: &str| if field == "token" { json!("the right token") } else { json!(user.id()) };
    arguments.iter().map(|argument| put_in(argument, &right)).collect()
}

/// Whether credentials on a connection of their own are accepted.
async fn lets_in(world: &World, user: &Client, arguments: &[Value]) -> Outcome<bool> {
    let client = world.connect(user.account(), "alice/new").await?;
    client.emit_arguments(UserAuth::NAME, arguments.to_vec()).await?;
    let accepted = client.hears(&[OnUserAuthorized::NAME], |answer| answer["success"] == true).await?;
    drop(client.leftovers());
    client.close().await;
    Ok(accepted)
}

/// Sends malformed credentials on a connection of their own, and then right ones. Gives what is wrong with what came:
/// malformed ones may be answered by silence or by a refusal.
async fn wrongly_answered(world: &World, user: &Client, payloads: &[Invalid]) -> Outcome<Option<String>> {
    let client = world.connect(user.account(), "alice/new").await?;
    client.may_be_closed();
    for invalid in payloads {
        client.emit_arguments(UserAuth::NAME, filled(&invalid.arguments, user)).await?;
    }
    // A wrong token is refused after everything that was sent before it.
    client.barrier().await?;
    let heard = client.leftovers();
    let answer = heard.iter().find(|event| event.name != OnUserAuthorized::NAME || event.payload["success"] != false);
    let mut what = answer.map(|event| format!("it was answered by {}", event.name));
    if what.is_none() {
        let right = [json!({"id": user.id(), "token": user.account().token})];
        client.emit_arguments(UserAuth::NAME, right.to_vec()).await?;
        let accepted = client.hears(&[OnUserAuthorized::NAME], |answer| answer["success"] == true).await?;
        client.barrier().await?;
        let twice = client.leftovers().iter().any(|event| event.payload["success"] == true);
        what = match (accepted, twice) {
            (false, _) => Some("the same socket cannot authorise any more".to_owned()),
            (true, true) => Some("it was answered by a success".to_owned()),
            (true, false) => None,
        };
    }
    drop((client.leftovers(), client.errors()));
    client.close().await;
    Ok(what)
}

/// Finds the payload that is answered wrongly, makes it simpler, and records it.
async fn report(world: &World, user: &Client, payloads: &[Invalid], what: String) -> Outcome {
    let (mut failed, mut what) = (payloads[0].clone(), what);
    for invalid in payloads {
        if let Some(found) = wrongly_answered(world, user, std::slice::from_ref(invalid)).await? {
            (failed, what) = (invalid.clone(), found);
            break;
        }
    }
    let mut tries = 0;
    'simpler: while let Some(field) = failed.field.clone() {
        for value in simpler(&failed.arguments[0][&field]) {
            let mut candidate = failed.clone();
            candidate.arguments[0][&field] = value;
            let payload = put_in(&candidate.arguments[0], &|_| json!(1));
            tries += 1;
            if tries > TRIES {
                break 'simpler;
            }
            if chat_spec::schema::is_valid(UserAuth::NAME, &payload) == Some(false)
                && let Some(found) = wrongly_answered(world, user, std::slice::from_ref(&candidate)).await?
            {
                (failed, what) = (candidate, found);
                continue 'simpler;
            }
        }
        break;
    }
    let sentence = format!("user.auth with {} is not refused: {what}", failed.what);
    shown::find(world, failed.requirement, sentence, UserAuth::NAME, &masked(&failed.arguments, user));
    Ok(())
}
