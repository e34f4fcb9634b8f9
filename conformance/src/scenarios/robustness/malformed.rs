//! Payloads that are not as documented: refused, without effect, and everybody goes on (ROB-1, ROB-9).

use chat_spec::{
    events::{OnUserAuthorized, Payload},
    types::{MessageId, RoomId, UserId},
};
use serde_json::{Value, json};

use super::{bystanders::Bystanders, payloads};
use crate::{
    scenario::scenarios,
    stop::{Outcome, Stop},
    world::{Client, World, auth},
};

scenarios! { "robustness";
    malformed_user_auth ["ROB-1"]
        "No malformed `user.auth` authorises, and the same socket can still authorise.";
    malformed_user_auth_of_who_is_there ["ROB-1"]
        "A malformed `user.auth` on an authorised socket changes nothing: it goes on hearing and speaking as its user.";
    malformed_chat_start ["ROB-1"]
        "No malformed `chat.start` has an effect, and everybody goes on.";
    malformed_message_send ["ROB-1"]
        "No malformed `message.send` has an effect, and everybody goes on.";
    malformed_message_delete ["ROB-1"]
        "No malformed `message.delete` has an effect, and everybody goes on.";
    malformed_chat_history ["ROB-1"]
        "No malformed `chat.history` is answered with a page, and everybody goes on.";
    malformed_chat_read ["ROB-1"]
        "No malformed `chat.read` has an effect, and everybody goes on.";
    malformed_chat_clear ["ROB-1"]
        "No malformed `chat.clear` has an effect, and everybody goes on.";
    malformed_chat_delete ["ROB-1"]
        "No malformed `chat.delete` has an effect, and everybody goes on.";
    malformed_call_start ["ROB-1"]
        "No malformed `call.start` rings, and everybody goes on.";
    malformed_call_answer ["ROB-1"]
        "No malformed `call.answer` is heard, and everybody goes on.";
    ids_in_strings_and_fractions ["ROB-9"]
        "A number in a string, and a fraction, are refused where an id is required.";
    credentials_with_ids_in_strings_and_fractions ["ROB-9"]
        "A number in a string, and a fraction, are refused as the id of `user.auth`.";
}

async fn malformed_chat_start(world: &World) -> Outcome {
    refuses_malformed(world, "chat.start").await
}

async fn malformed_message_send(world: &World) -> Outcome {
    refuses_malformed(world, "message.send").await
}

async fn malformed_message_delete(world: &World) -> Outcome {
    refuses_malformed(world, "message.delete").await
}

async fn malformed_chat_history(world: &World) -> Outcome {
    refuses_malformed(world, "chat.history").await
}

async fn malformed_chat_read(world: &World) -> Outcome {
    refuses_malformed(world, "chat.read").await
}

async fn malformed_chat_clear(world: &World) -> Outcome {
    refuses_malformed(world, "chat.clear").await
}

async fn malformed_chat_delete(world: &World) -> Outcome {
    refuses_malformed(world, "chat.delete").await
}

async fn malformed_call_start(world: &World) -> Outcome {
    refuses_malformed(world, "call.start").await
}

async fn malformed_call_answer(world: &World) -> Outcome {
    refuses_malformed(world, "call.answer").await
}

/// Two users and what is between them; one of them misbehaves.
struct Scene {
    world: World,
    mallory: Client,
    bob: Client,
    room: RoomId,
    /// A message of mallory's.
    message: MessageId,
}

impl Scene {
    async fn new(world: &World, mallory: Client, bob: Client) -> Outcome<Self> {
        let room = world.dialog(&bob, &mallory).await?;
        let message = world.silently(world.say(&mallory, &bob, room, "mine")).await?.message.id;
        Ok(Self { world: world.clone(), mallory, bob, room, message })
    }

    /// A payload of an action that the server would carry out.
    fn right(&self, action: &str) -> Value {
        let (text, who) = (self.world.text("well formed"), self.bob.id());
        match action {
            "chat.start" => json!({"user_id": who, "text": text}),
            "message.send" => json!({"room_id": self.room, "text": text}),
            "message.delete" => json!({"message_id": self.message}),
            "call.start" | "call.answer" => {
                json!({"user_id": who, "ice_candidate": {"candidate": ""}, "session_description": {"sdp": "v=0"}})
            }
            _ => json!({"room_id": self.room}),
        }
    }

    /// Sends what is wrong, one after the other, and finds whatever comes of it.
    async fn provoke(&self, action: &str, wrong: &payloads::Wrong, requirement: &'static str) -> Outcome {
        self.mallory.barrier().await?;
        for (what, arguments) in wrong {
            self.world.silently(self.mallory.emit_arguments(action, arguments.clone())).await?;
            if self.mallory.barrier().await.is_err() || !self.mallory.is_open() {
                let sentence = format!("{action} with {what}: the same socket does not go on working");
                return Err(self.world.broken(requirement, sentence));
            }
            self.find_answers(&format!("{action} with {what}"), requirement);
        }
        self.world.settle().await?;
        self.find_answers(&format!("one of the malformed payloads of {action}"), requirement);
        Ok(())
    }

    /// Everything that anybody heard is an answer to what should have been refused.
    fn find_answers(&self, what: &str, requirement: &'static str) {
        for client in self.world.clients() {
            drop(client.errors());
            for event in client.leftovers() {
                self.world.check(requirement, false, || format!("{what}: `{}` heard {}", client.label(), event.name));
            }
        }
        self.world.check(requirement, true, String::new);
    }

    /// What both users find of what is between them. Both come back for it.
    async fn state(&mut self) -> Outcome<Vec<String>> {
        let mut found = Vec::new();
        for _ in 0..2 {
            let (user, authorized) = self.world.come_back(&self.mallory).await?;
            let others: UserId = self.bob.id();
            let mut dialogs = authorized.dialogs;
            dialogs.retain(|dialog| dialog.room.users.iter().any(|member| member.id == others));
            for dialog in dialogs {
                let newest = dialog.message.map_or(0, |message| message.id.get());
                let unread = dialog.chat.unread_count;
                found.push(format!("`{}`: {}, newest {newest}, {unread} unread", user.label(), dialog.room.id));
            }
            let stored = user.history(self.room).await?;
            found.extend(stored.iter().map(|message| format!("`{}`: {}: {}", user.label(), message.id, message.text)));
            self.mallory = std::mem::replace(&mut self.bob, user);
        }
        Ok(found)
    }
}

async fn refuses_malformed(world: &World, action: &'static str) -> Outcome {
    let [mallory, bob, carol, dave] = world.users(["mallory", "bob", "carol", "dave"]).await?;
    let others = Bystanders::new(world, &carol, &dave, "ROB-1").await?;
    let mut scene = Scene::new(world, mallory, bob).await?;
    let before = scene.state().await?;
    let right = scene.right(action);
    scene.provoke(action, &payloads::malformed(action, &right), "ROB-1").await?;
    let after = scene.state().await?;
    world.check_eq("ROB-1", &format!("what is stored after the malformed payloads of {action}"), &after, &before);
    others.go_on(&format!("the malformed payloads of {action}")).await?;
    if before != after {
        return Err(Stop::Broken);
    }
    // The control: the same action with the right payload is carried out.
    control(&scene, action).await
}

async fn control(scene: &Scene, action: &'static str) -> Outcome {
    let Scene { world, mallory, bob, .. } = scene;
    mallory.emit_arguments(action, vec![scene.right(action)]).await?;
    if action == "chat.delete" {
        world.expect_dropped("ROB-1", [mallory, bob], scene.room).await?;
        return Ok(());
    }
    use chat_spec::events::{
        OnCallAnswer, OnCallInit, OnChatClear, OnChatHistory, OnChatRead, OnMessageDelete, OnMessageNew,
    };
    match action {
        "chat.start" | "message.send" => {
            mallory.expect::<OnMessageNew>("ROB-1").await?;
            bob.expect::<OnMessageNew>("ROB-1").await?;
        }
        "message.delete" => {
            mallory.expect::<OnMessageDelete>("ROB-1").await?;
            bob.expect::<OnMessageDelete>("ROB-1").await?;
        }
        "chat.clear" => {
            mallory.expect::<OnChatClear>("ROB-1").await?;
            bob.expect::<OnChatClear>("ROB-1").await?;
        }
        "chat.history" => drop(mallory.expect::<OnChatHistory>("ROB-1").await?),
        "chat.read" => {
            mallory.expect::<OnChatRead>("ROB-1").await?;
            // That the other side is told breaks a SHOULD, and is found where that is looked for (READ-4).
            world.settle().await?;
            drop(bob.leftovers());
        }
        "call.start" => drop(bob.expect::<OnCallInit>("ROB-1").await?),
        _ => drop(bob.expect::<OnCallAnswer>("ROB-1").await?),
    }
    Ok(())
}

async fn malformed_user_auth(world: &World) -> Outcome {
    let [mallory, carol, dave] = world.users(["mallory", "carol", "dave"]).await?;
    mallory.close().await;
    let others = Bystanders::new(world, &carol, &dave, "ROB-1").await?;
    let right = json!({"id": mallory.id(), "token": mallory.account().token});
    for (what, arguments) in payloads::malformed("user.auth", &right) {
        authorises_no_one(&others, &mallory, &what, arguments).await?;
    }
    others.go_on("the malformed payloads of user.auth").await
}

async fn malformed_user_auth_of_who_is_there(world: &World) -> Outcome {
    /// A server may close a connection after more than five refusals (AUTH-8).
    const EACH: usize = 4;
    let [mallory, bob] = world.users(["mallory", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&bob, &mallory).await?;
    let right = json!({"id": mallory.id(), "token": mallory.account().token});
    world.settle_presence().await?;
    drop(bob.announcements_of(&mallory));
    for wrong in payloads::malformed("user.auth", &right).chunks(EACH) {
        mallory.close().await;
        bob.expect_announced("PRES-2", &mallory, false).await?;
        let (mallory, _) = world.arrive(mallory.account(), mallory.label()).await?;
        bob.expect_announced("PRES-1", &mallory, true).await?;
        for (what, arguments) in wrong {
            stays_who_it_is(world, [&mallory, &bob], &format!("user.auth with {what}"), arguments.clone()).await?;
        }
        for (from, to) in [(&bob, &mallory), (&mallory, &bob)] {
            world.say_for("ROB-1", from, to, room, "still here").await?;
        }
        world.settle_presence().await?;
        // What is left of its last coming and going may be announced late, and ends with that it is there.
        world.check("ROB-1", bob.announcements_of(&mallory).last() != Some(&false), || {
            "after malformed payloads of user.auth on an authorised socket its user is announced offline".into()
        });
        mallory.close().await;
    }
    Ok(())
}

/// Sends malformed credentials on an authorised socket: they are refused or ignored, and the socket goes on.
async fn stays_who_it_is(world: &World, [mallory, bob]: [&Client; 2], what: &str, arguments: Vec<Value>) -> Outcome {
    mallory.emit_arguments("user.auth", arguments).await?;
    if mallory.barrier().await.is_err() || mallory.is_cut_off() {
        let sentence = format!("{what} on an authorised socket: the same socket does not go on working");
        return Err(world.broken("ROB-1", sentence));
    }
    for client in [mallory, bob] {
        drop(client.errors());
        for event in client.leftovers() {
            let refused = event.name == OnUserAuthorized::NAME && event.payload["success"] == false;
            world.check("ROB-1", refused, || {
                format!("{what} on an authorised socket: `{}` heard {}", client.label(), event.name)
            });
        }
    }
    Ok(())
}

async fn credentials_with_ids_in_strings_and_fractions(world: &World) -> Outcome {
    let [mallory, carol, dave] = world.users(["mallory", "carol", "dave"]).await?;
    mallory.close().await;
    let others = Bystanders::new(world, &carol, &dave, "ROB-9").await?;
    let right = json!({"id": mallory.id(), "token": mallory.account().token});
    for (what, arguments) in payloads::loose_ids("user.auth", &right) {
        authorises_no_one(&others, &mallory, &what, arguments).await?;
    }
    Ok(())
}

/// Sends malformed credentials on a fresh connection, and then the right ones: of the two, only the second succeed.
async fn authorises_no_one(others: &Bystanders, who: &Client, what: &str, arguments: Vec<Value>) -> Outcome {
    let (world, requirement) = (&others.world, others.requirement);
    let before = format!("user.auth with {what}");
    let client = others.connect(who.account(), world.open_options(), &before).await?;
    world.silently(client.emit_arguments("user.auth", arguments)).await?;
    world.silently(client.emit(&auth(who.account()))).await?;
    let accepted = world
        .silently(client.expect_where(requirement, |authorized: &OnUserAuthorized| authorized.success))
        .await
        .map_err(|stop| match stop {
            Stop::Broken => world.broken(requirement, format!("after {before} the same socket cannot authorise")),
            stop => stop,
        })?;
    let is_self = accepted.user.is_some_and(|user| user.id == who.id());
    world.check(requirement, is_self, || format!("after {before} the socket is of another user"));
    client.barrier().await?;
    drop(client.errors());
    for event in client.leftovers() {
        let refused = event.name == OnUserAuthorized::NAME && event.payload["success"] == false;
        world.check(requirement, refused, || format!("{before} was answered by {}", event.name));
    }
    client.close().await;
    Ok(())
}

async fn ids_in_strings_and_fractions(world: &World) -> Outcome {
    let [mallory, bob] = world.users(["mallory", "bob"]).await?;
    let mut scene = Scene::new(world, mallory, bob).await?;
    let before = scene.state().await?;
    for action in ["chat.history", "call.start", "call.answer", "chat.read", "message.send", "chat.start"] {
        let right = scene.right(action);
        scene.provoke(action, &payloads::loose_ids(action, &right), "ROB-9").await?;
    }
    // Those that destroy what the others need come last.
    for action in ["message.delete", "chat.clear", "chat.delete"] {
        let right = scene.right(action);
        scene.provoke(action, &payloads::loose_ids(action, &right), "ROB-9").await?;
    }
    if world.found_anything() {
        return Err(Stop::Broken);
    }
    let after = scene.state().await?;
    world.check_eq("ROB-9", "what is stored after ids in strings and fractions", &after, &before);
    // The control: the right id of the same kind is taken.
    control(&scene, "message.send").await
}
