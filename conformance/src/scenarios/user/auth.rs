//! `user.auth`: authorisation, and the list of dialogs.

use std::collections::BTreeSet;

use chat_spec::{
    events::{
        CallAnswer, CallStart, ChatClear, ChatDelete, ChatHistory, ChatRead, ChatStart, MessageDelete, MessageSend,
        OnCallAnswer, OnCallInit, OnChatClear, OnChatHistory, OnChatRead, OnMessageDelete, OnMessageNew,
        OnUserAuthorized, Payload, UserAuth,
    },
    types::{Dialog, MAX_ID, Message, RoomId, UserId},
};
use serde_json::json;

use crate::{
    accounts::Account,
    scenario::{Needs, scenarios},
    stop::{Outcome, Stop},
    world::{Client, Reaction, Reactions, World},
};

scenarios! { "user.auth";
    the_right_token_lets_in ["AUTH-1"]
        "The right id and token are answered with success and the user, on the calling socket only.";
    a_wrong_token_is_refused ["AUTH-2"]
        "Whatever is not the token is refused, with nothing in the answer, whether the user is away or there.";
    unknown_users_and_wrong_tokens_look_alike ["AUTH-3", "AUTH-4", "AUTH-2"]
        "A wrong token, an unknown id and another user's token are refused in the same way.";
    anothers_token_is_refused ["AUTH-4"]
        "One user's token does not open another user's account, whoever of them is there.";
    lists_each_dialog_once ["AUTH-5", "AUTH-7"]
        "Every dialog of the user is listed once, and no other, also after it began twice or anew.";
    lists_many_dialogs ["AUTH-5", "AUTH-6"]
        "However many dialogs there are, each is listed, with its own newest message."
        needs Needs::Quiet;
    shows_the_newest_message ["AUTH-6"]
        "A dialog shows the newest message of its room, whoever sent it and whatever was deleted.";
    shows_what_is_unread ["AUTH-7"]
        "A dialog shows the user's own side, with what it has not read.";
    counts_over_a_hundred ["AUTH-6", "AUTH-7"]
        "After more than a hundred messages, the newest and their number are right.";
    a_refusal_can_be_made_good ["AUTH-8"]
        "After five refusals on one connection the right token still lets in.";
    again_as_the_same_user ["AUTH-9"]
        "Authorising again as the same user succeeds, and nothing comes twice afterwards.";
    a_socket_is_never_two_users ["AUTH-10", "AUTH-4"]
        "After authorising as a second user, a socket is the first or the second, and never both.";
    several_sockets_of_one_user ["AUTH-11"]
        "Each of a user's sockets hears the user's events, and answers reach the calling socket alone.";
    order_of_dialogs ["AUTH-12"]
        "In which order dialogs are listed.";
}

fn message(world: &World, room: RoomId, text: &str) -> MessageSend {
    MessageSend { room_id: room, text: world.text(text), attachment_id: None }
}

/// Sends a text and gives the message that both users heard, outside of the transcript.
async fn exchange(world: &World, from: &Client, to: &Client, room: RoomId, text: &str) -> Outcome<Message> {
    let exchange = async {
        from.emit(&message(world, room, text)).await?;
        to.expect::<OnMessageNew>("SEND-1").await?;
        Ok(from.expect::<OnMessageNew>("SEND-1").await?.message)
    };
    world.silently(exchange).await
}

async fn the_right_token_lets_in(world: &World) -> Outcome {
    let [alice, bob, carol] = world.accounts(["alice", "bob", "carol"]).await?;
    let (_bob, _) = world.arrive(&bob, "bob").await?;
    let stranger = world.connect(&carol, "carol").await?;
    let alice = world.connect(&alice, "alice").await?;

    alice.emit(&UserAuth { id: alice.id(), token: alice.account().token.clone() }).await?;
    let answer: OnUserAuthorized = alice.expect("AUTH-1").await?;
    check_welcome(world, &alice, &answer);
    world.nobody_hears_more("AUTH-1").await?;
    stranger.close().await;

    let (alice, answer) = world.come_back(&alice).await?;
    check_welcome(world, &alice, &answer);
    world.nobody_hears_more("AUTH-1").await
}

fn check_welcome(world: &World, user: &Client, answer: &OnUserAuthorized) {
    world.check("AUTH-1", answer.success, || "the right token is refused".into());
    let id = answer.user.as_ref().map(|user| user.id);
    world.check_eq("AUTH-1", "the user in the answer", &id, &Some(user.id()));
}

fn check_refusal(world: &World, requirement: &'static str, what: &str, answer: &OnUserAuthorized) {
    world.check(requirement, !answer.success, || format!("{what} is let in"));
    world.check(requirement, answer.user.is_none(), || format!("the refusal of {what} carries a user"));
    world.check(requirement, answer.dialogs.is_empty(), || format!("the refusal of {what} carries dialogs"));
}

/// Texts that are not the token, and nearly are.
fn nearly(token: &str, id: UserId) -> Vec<(&'static str, String)> {
    let shorter = |skip: usize, drop: usize| {
        let length = token.chars().count();
        token.chars().skip(skip).take(length.saturating_sub(skip + drop)).collect::<String>()
    };
    let other_case: String = token
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    let mut texts = vec![
        ("a token that nobody has", "a token that nobody has".to_owned()),
        ("the token without its last character", shorter(0, 1)),
        ("the token without its first character", shorter(1, 0)),
        ("the token with one more character", format!("{token}x")),
        ("the token after another character", format!("x{token}")),
        ("the token twice", format!("{token}{token}")),
        ("the token in the other case", other_case),
        ("the token after a space", format!(" {token}")),
        ("the token before a line end", format!("{token}\n")),
        ("the user's id", id.to_string()),
        ("the word null", "null".into()),
        ("the word undefined", "undefined".into()),
        ("the word true", "true".into()),
        ("a pattern", "%".into()),
        ("SQL", "' OR '1'='1".into()),
    ];
    // A token without letters has no other case, and one of a single character no shorter one.
    texts.retain(|(_, text)| text != token && !text.is_empty());
    texts
}

/// Texts that are not the token either, and that a server may take for malformed: then it need not answer.
fn odd(token: &str) -> [(&'static str, String); 3] {
    [
        ("an empty token", String::new()),
        ("the token before U+0000", format!("{token}\0")),
        ("10,000 characters", "x".repeat(10_000)),
    ]
}

/// Tries a token on a connection of its own, outside of the transcript.
async fn try_token(
    world: &World,
    account: &Account,
    token: &str,
    requirement: &'static str,
) -> Outcome<OnUserAuthorized> {
    let client = world.connect(account, "intruder").await?;
    let answer = world
        .silently(async {
            client.emit(&UserAuth { id: account.id, token: token.to_owned() }).await?;
            client.expect(requirement).await
        })
        .await;
    client.close().await;
    answer
}

async fn a_wrong_token_is_refused(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.dialog(&alice, &bob).await?;
    let account = alice.account().clone();
    for (what, token) in nearly(&account.token, account.id) {
        let answer = try_token(world, &account, &token, "AUTH-2").await?;
        check_refusal(world, "AUTH-2", &format!("{what}, while the user is there,"), &answer);
    }
    for (what, token) in odd(&account.token) {
        let client = world.connect(&account, "intruder").await?;
        world.silently(client.emit(&UserAuth { id: account.id, token })).await?;
        world.settle().await?;
        if let Some(answer) = world.silently(async { client.take::<OnUserAuthorized>() }).await? {
            check_refusal(world, "AUTH-2", what, &answer);
        }
        client.close().await;
    }
    alice.close().await;
    for (what, token) in nearly(&account.token, account.id).into_iter().take(4) {
        let answer = try_token(world, &account, &token, "AUTH-2").await?;
        check_refusal(world, "AUTH-2", &format!("{what}, while the user is away,"), &answer);
    }
    // The control differs in the token alone.
    let answer = try_token(world, &account, &account.token, "AUTH-1").await?;
    world.check("AUTH-1", answer.success, || "the right token is refused".into());
    Ok(())
}

/// Two users with a token each. Someone else's accounts may all have one token, which then opens all of them.
fn need_two_tokens(alice: &Account, bob: &Account) -> Outcome {
    if alice.token == bob.token {
        return Err(Stop::not_evaluable("the two accounts have the same token: list accounts with one of their own"));
    }
    Ok(())
}

async fn unknown_users_and_wrong_tokens_look_alike(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    need_two_tokens(&alice, &bob)?;
    let wrong = "a token that nobody has";
    let [_, far, _] = world.subject().casting.unknown().map(UserId::get);
    let near = next_to(alice.id.get());
    // Two samples of each kind. The first kind is what the others must look like.
    let kinds = [
        ("AUTH-2", "a wrong token", [(alice.id.get(), wrong), (bob.id.get(), "another such token")]),
        ("AUTH-3", "an unknown id", [(near, wrong), (near + 1, alice.token.as_str())]),
        ("AUTH-3", "an unknown id that is large", [(far, wrong), (far + 1, alice.token.as_str())]),
        (
            "AUTH-4",
            "another user's token",
            [(alice.id.get(), bob.token.as_str()), (bob.id.get(), alice.token.as_str())],
        ),
    ];
    for acknowledged in [false, true] {
        let mut reactions = Reactions::new(kinds.len());
        // What differs by chance does not differ by chance twice.
        for _ in 0..2 {
            for sample in 0..2 {
                for (kind, (requirement, _, tries)) in kinds.iter().enumerate() {
                    reactions.add(kind, react(world, &alice, tries[sample], acknowledged, requirement).await?);
                }
            }
            if reactions.are_alike() {
                break;
            }
        }
        for (kind, (requirement, what, _)) in kinds.iter().enumerate().skip(1) {
            let apart = reactions.apart_from_first(kind);
            world.check(requirement, apart.is_none(), || {
                format!("{what} is not refused like a wrong token: {}", apart.unwrap_or_default())
            });
        }
    }
    Ok(())
}

/// An id in the neighbourhood. Where it is somebody's, nothing is lost: the token is not.
fn next_to(id: u64) -> u64 {
    if id < MAX_ID / 2 { id + 1_000_003 } else { id - 1_000_003 }
}

async fn react(
    world: &World,
    account: &Account,
    (id, token): (u64, &str),
    acknowledged: bool,
    requirement: &'static str,
) -> Outcome<Reaction> {
    let client = world.connect(account, "intruder").await?;
    let reaction = client.reaction_to_auth(&json!({"id": id, "token": token}), acknowledged, requirement).await;
    client.close().await;
    reaction
}

async fn anothers_token_is_refused(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    need_two_tokens(&alice, &bob)?;
    let mut there = Vec::new();
    for (when, who) in
        [("while both are away", None), ("while one is there", Some(&bob)), ("while both are there", Some(&alice))]
    {
        if let Some(account) = who {
            there.push(world.arrive(account, if account.id == bob.id { "bob" } else { "alice" }).await?.0);
        }
        for (account, token) in [(&alice, &bob.token), (&bob, &alice.token)] {
            let answer = try_token(world, account, token, "AUTH-4").await?;
            check_refusal(world, "AUTH-4", &format!("another user's token, {when},"), &answer);
        }
    }
    Ok(())
}

/// Checks a list of dialogs: `rooms` are in it once, `foreign` are not, and all of it is the user's.
fn check_list(world: &World, user: &Client, dialogs: &[Dialog], rooms: &[RoomId], foreign: &[RoomId], when: &str) {
    let count = |room: RoomId| dialogs.iter().filter(|dialog| dialog.room.id == room).count();
    let who = user.label();
    for room in rooms {
        world.check("AUTH-5", count(*room) == 1, || {
            format!("{when}, a dialog of `{who}` is listed {} times", count(*room))
        });
    }
    for room in foreign {
        world.check("AUTH-5", count(*room) == 0, || format!("{when}, a dialog of others is listed for `{who}`"));
    }
    let distinct: BTreeSet<RoomId> = dialogs.iter().map(|dialog| dialog.room.id).collect();
    world.check("AUTH-5", distinct.len() == dialogs.len(), || format!("{when}, a room is listed twice for `{who}`"));
    let takes_part = |dialog: &Dialog| dialog.room.users.iter().any(|member| member.id == user.id());
    world.check("AUTH-5", dialogs.iter().all(takes_part), || {
        format!("{when}, a dialog is listed for `{who}` that it takes no part in")
    });
    world.check("AUTH-7", dialogs.iter().all(|dialog| dialog.chat.user_id == user.id()), || {
        format!("{when}, a dialog of `{who}` shows the other side's chat")
    });
}

async fn lists_each_dialog_once(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let with_bob = world.dialog(&alice, &bob).await?;
    let with_carol = world.dialog(&carol, &alice).await?;
    let foreign = world.dialog(&bob, &carol).await?;
    // Several messages, none of them read, make one dialog all the same.
    for number in 1..=3 {
        exchange(world, &bob, &alice, with_bob, &format!("message {number}")).await?;
    }
    let (alice, listed) = world.come_back(&alice).await?;
    check_list(world, &alice, &listed.dialogs, &[with_bob, with_carol], &[foreign], "after three dialogs began");
    let (bob, listed) = world.come_back(&bob).await?;
    check_list(world, &bob, &listed.dialogs, &[with_bob, foreign], &[with_carol], "after three dialogs began");

    let again = world.dialog(&bob, &alice).await?;
    let (alice, listed) = world.come_back(&alice).await?;
    check_list(world, &alice, &listed.dialogs, &[again, with_carol], &[foreign], "after a dialog began twice");

    delete_dialog(world, &alice, &bob, again).await?;
    let anew = world.dialog(&alice, &bob).await?;
    let (alice, listed) = world.come_back(&alice).await?;
    check_list(world, &alice, &listed.dialogs, &[anew, with_carol], &[foreign], "after a dialog began anew");
    let (carol, listed) = world.come_back(&carol).await?;
    check_list(world, &carol, &listed.dialogs, &[with_carol, foreign], &[anew], "after others' dialog began anew");

    clear(world, &alice, &carol, with_carol).await?;
    let (alice, listed) = world.come_back(&alice).await?;
    check_list(world, &alice, &listed.dialogs, &[anew, with_carol], &[foreign], "after a dialog was cleared");
    Ok(())
}

/// Deletes a dialog, whichever of its two events says so (D13), outside of the transcript.
async fn delete_dialog(world: &World, by: &Client, other: &Client, room: RoomId) -> Outcome {
    let delete = async {
        by.emit(&ChatDelete { room_id: room }).await?;
        world.expect_dropped("DROP-1", [by, other], room).await.map(drop)
    };
    world.silently(delete).await
}

async fn clear(world: &World, by: &Client, other: &Client, room: RoomId) -> Outcome {
    let clear = async {
        by.emit(&ChatClear { room_id: room }).await?;
        by.expect::<OnChatClear>("CLEAR-1").await?;
        other.expect::<OnChatClear>("CLEAR-2").await.map(drop)
    };
    world.silently(clear).await
}

async fn lists_many_dialogs(world: &World) -> Outcome {
    const FEWEST: usize = 12;
    /// More dialogs than a page of anything holds, and no more than a slow server can be asked for.
    const MOST: usize = 151;
    let size = world.subject().casting.size();
    if size < FEWEST {
        return Err(Stop::not_evaluable(format!("it takes {FEWEST} users and one for sentinels: list more accounts")));
    }
    let crowd = world.crowd(size.min(MOST)).await?;
    let (user, _) = world.arrive(&crowd[0], "alice").await?;
    world.no_transcript();
    let mut newest = Vec::new();
    for other in &crowd[1..] {
        let start = ChatStart { user_id: other.id, text: world.text(&format!("to {}", other.id)), attachment_id: None };
        user.emit(&start).await?;
        newest.push(user.expect::<OnMessageNew>("START-1").await?.message);
    }
    let (user, listed) = world.come_back(&user).await?;
    let rooms: Vec<RoomId> = newest.iter().map(|message| message.room_id).collect();
    check_list(world, &user, &listed.dialogs, &rooms, &[], &format!("after {} dialogs began", rooms.len()));
    for message in newest {
        let shown = listed.dialogs.iter().find(|dialog| dialog.room.id == message.room_id);
        let shown = shown.and_then(|dialog| dialog.message.as_ref()).map(|message| message.id);
        world.check_eq("AUTH-6", "the newest message of one of many dialogs", &shown, &Some(message.id));
    }
    Ok(())
}

/// The dialog of a room as its user finds it listed on coming back.
async fn listed(world: &World, user: &Client, room: RoomId) -> Outcome<(Client, Dialog)> {
    let (user, answer) = world.come_back(user).await?;
    let dialog = answer.dialogs.into_iter().find(|dialog| dialog.room.id == room);
    let missing = || world.broken("AUTH-5", format!("a dialog of `{}` is not listed", user.label()));
    let dialog = dialog.ok_or_else(missing)?;
    Ok((user, dialog))
}

/// Both users come back and look at the newest message of their room.
async fn look(
    world: &World,
    users: [Client; 2],
    room: RoomId,
    expected: Option<&Message>,
    when: &str,
) -> Outcome<[Client; 2]> {
    let [one, other] = users;
    let told = |message: &Message| (message.id, message.room_id, message.user_id, message.text.clone());
    let mut back = Vec::new();
    for user in [one, other] {
        let (user, dialog) = listed(world, &user, room).await?;
        let what = format!("{when}, the newest message that `{}` sees listed", user.label());
        world.check_eq("AUTH-6", &what, &dialog.message.as_ref().map(told), &expected.map(told));
        back.push(user);
    }
    back.try_into().map_err(|_| Stop::Harness("two users did not come back as two".into()))
}

async fn delete_message(world: &World, by: &Client, other: &Client, message: &Message) -> Outcome {
    let delete = async {
        by.emit(&MessageDelete { message_id: message.id }).await?;
        for client in [by, other] {
            client.expect::<OnMessageDelete>("DEL-1").await?;
        }
        Ok(())
    };
    world.silently(delete).await
}

async fn shows_the_newest_message(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let elsewhere = world.dialog(&carol, &alice).await?;

    let from_bob = exchange(world, &bob, &alice, room, "from bob").await?;
    let other = exchange(world, &alice, &carol, elsewhere, "elsewhere").await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&from_bob), "after bob wrote").await?;
    let from_alice = exchange(world, &alice, &bob, room, "from alice").await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&from_alice), "after alice wrote").await?;
    let [alice, carol] = look(world, [alice, carol], elsewhere, Some(&other), "while others write").await?;

    delete_message(world, &alice, &bob, &from_alice).await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&from_bob), "after the newest was deleted").await?;
    let newest = exchange(world, &alice, &bob, room, "newer").await?;
    delete_message(world, &bob, &alice, &from_bob).await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&newest), "after an older one was deleted").await?;

    clear(world, &bob, &alice, room).await?;
    let [alice, bob] = look(world, [alice, bob], room, None, "after the dialog was cleared").await?;
    let only = exchange(world, &bob, &alice, room, "the only one").await?;
    let [alice, bob] = look(world, [alice, bob], room, Some(&only), "after clearing and writing").await?;
    delete_message(world, &bob, &alice, &only).await?;
    let [alice, _] = look(world, [alice, bob], room, None, "after the only one was deleted").await?;
    look(world, [alice, carol], elsewhere, Some(&other), "after another dialog was cleared").await.map(drop)
}

/// Checks what a user finds listed as not read on coming back.
async fn count(world: &World, user: Client, room: RoomId, expected: i128, when: &str) -> Outcome<Client> {
    let (user, dialog) = listed(world, &user, room).await?;
    let what = format!("{when}, what `{}` has not read", user.label());
    world.check_eq("AUTH-7", &what, &world.unread(&dialog.chat, room), &expected);
    world.check_eq("AUTH-7", "the side that a dialog shows", &dialog.chat.user_id, &user.id());
    Ok(user)
}

async fn shows_what_is_unread(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    let elsewhere = world.dialog(&carol, &bob).await?;
    bob.close().await;
    world.silently(alice.emit(&message(world, room, "while bob is away"))).await?;
    world.silently(alice.expect::<OnMessageNew>("SEND-1")).await?;
    let bob = count(world, bob, room, 2, "after two messages to bob").await?;
    let alice = count(world, alice, room, 0, "after alice wrote twice").await?;
    let bob = count(world, bob, elsewhere, 1, "in another dialog").await?;

    exchange(world, &bob, &alice, room, "from bob").await?;
    let alice = count(world, alice, room, 1, "after bob wrote").await?;
    let bob = count(world, bob, room, 2, "after bob wrote and did not read").await?;
    world.silently(bob.emit(&ChatRead { room_id: room })).await?;
    world.silently(bob.expect::<OnChatRead>("READ-1")).await?;
    let bob = count(world, bob, room, 0, "after bob read").await?;
    let alice = count(world, alice, room, 1, "after bob read").await?;
    let bob = count(world, bob, elsewhere, 1, "after bob read another dialog").await?;

    exchange(world, &alice, &bob, room, "one more").await?;
    let bob = count(world, bob, room, 1, "after reading and one more message").await?;
    clear(world, &alice, &bob, room).await?;
    let bob = count(world, bob, room, 0, "after the dialog was cleared").await?;
    let alice = count(world, alice, room, 0, "after the dialog was cleared").await?;
    exchange(world, &bob, &alice, room, "after clearing").await?;
    let _alice = count(world, alice, room, 1, "after clearing and one message").await?;
    count(world, bob, elsewhere, 1, "after another dialog was cleared").await.map(drop)
}

async fn counts_over_a_hundred(world: &World) -> Outcome {
    const MESSAGES: i128 = 135; // more than a signed byte holds
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    bob.close().await;
    world.no_transcript();
    let mut newest: Option<Message> = None;
    for number in 0..MESSAGES {
        alice.emit(&message(world, room, &format!("number {number}"))).await?;
    }
    for _ in 0..MESSAGES {
        let heard = alice.expect::<OnMessageNew>("SEND-1").await?.message;
        newest = newest.filter(|newest| newest.id > heard.id).or(Some(heard));
    }
    let bob = count(world, bob, room, MESSAGES + 1, "after more than a hundred messages").await?;
    look(world, [alice, bob], room, newest.as_ref(), "after more than a hundred messages").await.map(drop)
}

async fn a_refusal_can_be_made_good(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    let alice = world.connect(&alice, "alice").await?;
    for number in 1..=5 {
        alice.emit(&UserAuth { id: alice.id(), token: format!("wrong token {number}") }).await?;
        let requirement = if number == 1 { "AUTH-2" } else { "AUTH-8" };
        let answer: OnUserAuthorized = alice.expect(requirement).await?;
        check_refusal(world, "AUTH-2", "a wrong token", &answer);
    }
    alice.emit(&UserAuth { id: alice.id(), token: alice.account().token.clone() }).await?;
    let answer: OnUserAuthorized = alice.expect("AUTH-8").await?;
    world.check("AUTH-8", answer.success, || "the right token is refused after five wrong ones".into());
    if answer.success {
        let room = world.dialog(&bob, &alice).await?;
        bob.emit(&message(world, room, "welcome")).await?;
        alice.expect::<OnMessageNew>("AUTH-8").await?;
        bob.expect::<OnMessageNew>("SEND-1").await?;
    }
    Ok(())
}

async fn again_as_the_same_user(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.repeats_break("AUTH-9");
    for _ in 0..3 {
        alice.emit(&UserAuth { id: alice.id(), token: alice.account().token.clone() }).await?;
        let answer: OnUserAuthorized = alice.expect("AUTH-9").await?;
        world.check("AUTH-9", answer.success, || "authorising again as the same user is refused".into());
    }
    world.nobody_hears_more("AUTH-9").await?;
    for (from, to) in [(&bob, &alice), (&alice, &bob)] {
        from.emit(&message(world, room, "once")).await?;
        to.expect::<OnMessageNew>("AUTH-9").await?;
        from.expect::<OnMessageNew>("AUTH-9").await?;
        world.nobody_hears_more("AUTH-9").await?;
    }
    alice.page(room, Some(10), None).await?;
    alice.emit(&ChatRead { room_id: room }).await?;
    alice.expect::<OnChatRead>("AUTH-9").await?;
    world.nobody_hears_more("AUTH-9").await?;
    let stored = bob.history(room).await?.len();
    world.check_eq("AUTH-9", "the number of messages in the history after three were sent", &stored, &3);
    world.silently(the_rest_comes_once(world, &alice, &bob, room)).await
}

/// After authorising again, calls, a deletion and a clearing come once as well.
async fn the_rest_comes_once(world: &World, alice: &Client, bob: &Client, room: RoomId) -> Outcome {
    bob.emit(&call(alice.account())).await?;
    alice.expect::<OnCallInit>("AUTH-9").await?;
    let nothing = || json!({}).into();
    let answer = CallAnswer { user_id: alice.id(), ice_candidate: nothing(), session_description: nothing() };
    bob.emit(&answer).await?;
    alice.expect::<OnCallAnswer>("AUTH-9").await?;
    world.nobody_hears_more("AUTH-9").await?;
    let gone = exchange(world, alice, bob, room, "to be deleted once").await?;
    alice.emit(&MessageDelete { message_id: gone.id }).await?;
    for user in [alice, bob] {
        user.expect::<OnMessageDelete>("AUTH-9").await?;
    }
    world.nobody_hears_more("AUTH-9").await?;
    bob.emit(&ChatClear { room_id: room }).await?;
    for user in [alice, bob] {
        user.expect::<OnChatClear>("AUTH-9").await?;
    }
    world.nobody_hears_more("AUTH-9").await
}

/// Who a socket can be after it authorised as a second user.
struct Identity<'a> {
    /// Who it is.
    is: &'a Account,
    /// The room of that user and the third.
    room: RoomId,
    /// Who it is not.
    is_not: &'a Account,
    /// The room of the other and the third.
    closed: RoomId,
}

async fn a_socket_is_never_two_users(world: &World) -> Outcome {
    let [alice, bob, carol] = world.accounts(["alice", "bob", "carol"]).await?;
    need_two_tokens(&alice, &bob)?;
    world.no_transcript();
    let (carol, _) = world.arrive(&carol, "carol").await?;
    let (socket, _) = world.arrive(&alice, "alice").await?;
    let (second, _) = world.arrive(&bob, "bob").await?;
    let of_alice = world.dialog(&carol, &socket).await?;
    let of_bob = world.dialog(&carol, &second).await?;
    second.close().await;
    carol.expect_announced("PRES-2", &second, false).await?;

    // What it tries may cost it the connection; that it is never both is what counts.
    socket.may_be_closed();
    let first = Identity { is: &alice, room: of_alice, is_not: &bob, closed: of_bob };
    let mut socket = socket;
    for (requirement, token, what) in [
        ("AUTH-10", "a token that nobody has", "a second user's id with a wrong token"),
        ("AUTH-4", alice.token.as_str(), "a second user's id with the first user's own token"),
    ] {
        socket.emit(&UserAuth { id: bob.id, token: token.to_owned() }).await?;
        if let Some(answer) = answer_of(world, &socket).await? {
            check_refusal(world, requirement, what, &answer);
        }
        is_not(world, &socket, &carol, &first).await?;
        if !socket.is_open() {
            socket = world.arrive(&alice, "alice").await?.0;
            socket.may_be_closed();
        }
    }
    world.settle().await?;
    drop((carol.announcements_of(&socket), carol.announcements_of(&second)));
    socket.emit(&UserAuth { id: bob.id, token: bob.token.clone() }).await?;
    let Some(answer) = answer_of(world, &socket).await? else {
        world.check("AUTH-10", !socket.is_open(), || "`user.auth` as a second user is not answered".into());
        world.dialect("D9", "user.auth as a second user on a socket", "closes the connection", "refused");
        return Ok(());
    };
    let said = if answer.success { "switched" } else { "refused" };
    world.dialect("D9", "user.auth as a second user on a socket", said, "refused");
    world.check_eq(
        "AUTH-10",
        "the user in the answer to a second user",
        &answer.user.map(|user| user.id),
        &answer.success.then_some(bob.id),
    );
    let now =
        if answer.success { Identity { is: &bob, room: of_bob, is_not: &alice, closed: of_alice } } else { first };
    check_presence(world, &carol, [&socket, &second], answer.success).await?;
    is_not(world, &socket, &carol, &now).await?;
    is(world, &socket, &carol, &now).await?;
    socket.close().await;
    let left = if answer.success { &second } else { &socket };
    carol.expect_announced("AUTH-10", left, false).await
}

/// The answer to `user.auth`, if one came.
async fn answer_of(world: &World, socket: &Client) -> Outcome<Option<OnUserAuthorized>> {
    match socket.hear_within(world.patience().event).await? {
        None if socket.is_open() => answered(world, world.settle().await).and_then(|()| socket.take()),
        answer => Ok(answer),
    }
}

/// A socket whose own messages do not come back is not the first user any more, nor the second.
fn answered(world: &World, settled: Outcome) -> Outcome {
    settled.map_err(|stop| match stop {
        Stop::NotEvaluable(why) => {
            world.broken("AUTH-10", format!("after `user.auth` as a second user, the socket is nobody: {why}"))
        }
        stop => stop,
    })
}

/// What a third user was told of the first and the second.
async fn check_presence(world: &World, third: &Client, [first, second]: [&Client; 2], switched: bool) -> Outcome {
    answered(world, world.settle().await)?;
    if switched {
        third.expect_announced("AUTH-10", first, false).await?;
        return third.expect_announced("AUTH-10", second, true).await;
    }
    world.check("AUTH-10", !third.announcements_of(first).contains(&false), || {
        "the first user is announced offline, and the second was refused".into()
    });
    world.check("AUTH-10", !third.announcements_of(second).contains(&true), || {
        "the second user is announced online, and was refused".into()
    });
    Ok(())
}

fn call(to: &Account) -> CallStart {
    let nothing = || json!({}).into();
    CallStart { user_id: to.id, ice_candidate: nothing(), session_description: nothing() }
}

/// The socket neither hears nor does anything as the user that it is not.
async fn is_not(world: &World, socket: &Client, third: &Client, identity: &Identity<'_>) -> Outcome {
    third.emit(&message(world, identity.closed, "to whom it is not")).await?;
    third.expect::<OnMessageNew>("SEND-1").await?;
    third.emit(&call(identity.is_not)).await?;
    socket.emit(&message(world, identity.closed, "from whom it is not")).await?;
    socket.emit(&ChatHistory { room_id: identity.closed, limit: None, last_id: None }).await?;
    socket.emit(&ChatRead { room_id: identity.closed }).await?;
    answered(world, world.nobody_hears_more("AUTH-10").await)
}

/// The socket hears and does everything as the user that it is.
async fn is(world: &World, socket: &Client, third: &Client, identity: &Identity<'_>) -> Outcome {
    third.emit(&message(world, identity.room, "to whom it is")).await?;
    third.expect::<OnMessageNew>("SEND-1").await?;
    socket.expect::<OnMessageNew>("AUTH-10").await?;
    third.emit(&call(identity.is)).await?;
    socket.expect::<OnCallInit>("AUTH-10").await?;
    socket.emit(&message(world, identity.room, "from whom it is")).await?;
    let heard: OnMessageNew = third.expect("AUTH-10").await?;
    world.check_eq("AUTH-10", "the author of what the socket sent", &heard.message.user_id, &identity.is.id);
    socket.expect::<OnMessageNew>("AUTH-10").await?;
    socket.emit(&ChatHistory { room_id: identity.room, limit: None, last_id: None }).await?;
    let history: OnChatHistory = socket.expect("AUTH-10").await?;
    world.check_eq("AUTH-10", "the side that the history shows", &history.chat.user_id, &identity.is.id);
    answered(world, world.nobody_hears_more("AUTH-10").await)
}

/// Each of these sockets hears an event; gives what the last of them heard.
async fn all_hear<E: Payload>(sockets: &[&Client]) -> Outcome<E> {
    let mut heard = None;
    for socket in sockets {
        heard = Some(socket.expect::<E>("AUTH-11").await?);
    }
    heard.ok_or_else(|| Stop::Harness("nobody was asked what it heard".into()))
}

async fn several_sockets_of_one_user(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    let room = world.dialog(&alice, &bob).await?;
    world.repeats_break("AUTH-11");
    let laptop = world.another_socket(&alice, "alice/laptop").await?;
    world.nobody_hears_more("AUTH-11").await?;
    for (from, text) in [(&bob, "to both sockets"), (&laptop, "from the laptop")] {
        from.emit(&message(world, room, text)).await?;
        all_hear::<OnMessageNew>(&[&bob, &alice, &laptop]).await?;
    }
    alice.emit(&message(world, room, "from the phone")).await?;
    let newest = all_hear::<OnMessageNew>(&[&bob, &alice, &laptop]).await?.message;
    let tablet = world.another_socket(&alice, "alice/tablet").await?;
    world.nobody_hears_more("AUTH-11").await?;
    let everybody = [&bob, &alice, &laptop, &tablet];

    laptop.page(room, Some(50), None).await?;
    world.nobody_hears_more("AUTH-11").await?;
    alice.emit(&ChatRead { room_id: room }).await?;
    all_hear::<OnChatRead>(&[&alice, &laptop, &tablet]).await?;
    laptop.emit(&MessageDelete { message_id: newest.id }).await?;
    all_hear::<OnMessageDelete>(&everybody).await?;
    tablet.emit(&ChatClear { room_id: room }).await?;
    all_hear::<OnChatClear>(&everybody).await?;
    world.nobody_hears_more("AUTH-11").await?;

    carol.close().await;
    for socket in [&alice, &laptop, &tablet] {
        socket.expect_announced("AUTH-11", &carol, false).await?;
    }

    // Whichever goes, the others go on hearing.
    alice.close().await;
    bob.emit(&message(world, room, "after the first socket went")).await?;
    all_hear::<OnMessageNew>(&[&bob, &laptop, &tablet]).await?;
    tablet.close().await;
    laptop.emit(&message(world, room, "after the last socket went")).await?;
    all_hear::<OnMessageNew>(&[&bob, &laptop]).await?;
    world.nobody_hears_more("AUTH-11").await
}

async fn order_of_dialogs(world: &World) -> Outcome {
    let [alice, bob, carol, dave] = world.users(["alice", "bob", "carol", "dave"]).await?;
    let with_bob = world.dialog(&alice, &bob).await?;
    let with_carol = world.dialog(&alice, &carol).await?;
    let with_dave = world.dialog(&alice, &dave).await?;
    exchange(world, &bob, &alice, with_bob, "once more").await?;
    let (_alice, answer) = world.come_back(&alice).await?;
    let mut rooms = vec![with_bob, with_dave, with_carol];
    let order: Vec<RoomId> =
        answer.dialogs.iter().map(|dialog| dialog.room.id).filter(|room| rooms.contains(room)).collect();
    let server = if order == rooms {
        "most recently active first"
    } else if order.iter().rev().eq(&rooms) {
        "most recently active last"
    } else {
        rooms.sort_unstable();
        if order == rooms {
            "by room, oldest first"
        } else if order.iter().rev().eq(&rooms) {
            "by room, newest first"
        } else {
            "some other"
        }
    };
    world.check("AUTH-12", true, String::new);
    world.dialect("AUTH-12", "order of dialogs", server, "most recently active first");
    Ok(())
}
