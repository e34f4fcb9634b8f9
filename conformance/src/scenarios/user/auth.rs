//! `user.auth`: who is let in, and who is refused. In the files beside it: what is nearly a token (`tokens.rs`), who was
//! refused and is let in (`refused.rs`), who a socket is (`identity.rs`), several sockets of a user (`devices.rs`), the
//! list of dialogs (`dialogs.rs`) and what is sent while a user comes (`meanwhile.rs`).

use chat_spec::{
    events::{ChatStart, OnMessageNew, OnUserAuthorized, UserAuth},
    types::{MAX_ID, RoomId, UserId},
};
use serde_json::json;

use crate::{
    accounts::Account,
    scenario::scenarios,
    scenarios::conversation::message,
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
    a_refusal_can_be_made_good ["AUTH-8"]
        "After five refusals on one connection the right token still lets in.";
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

pub(super) fn check_refusal(world: &World, requirement: &'static str, what: &str, answer: &OnUserAuthorized) {
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
pub(super) async fn try_token(
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
pub(super) fn need_two_tokens(alice: &Account, bob: &Account) -> Outcome {
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
    let wrapped = [(wrapped(world, alice.id), alice.token.as_str()), (wrapped(world, bob.id), bob.token.as_str())];
    // Two samples of each kind. The first kind is what the others must look like.
    let kinds = [
        ("AUTH-2", "a wrong token", [(alice.id.get(), wrong), (bob.id.get(), "another such token")]),
        ("AUTH-3", "an unknown id", [(near, wrong), (near + 1, alice.token.as_str())]),
        ("AUTH-3", "an unknown id that is large", [(far, wrong), (far + 1, alice.token.as_str())]),
        ("AUTH-3", "an unknown id that ends in the bits of a known one, with that one's token,", wrapped),
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

/// An id of nobody that is a user's where only 32 bits of it are looked at.
fn wrapped(world: &World, id: UserId) -> u64 {
    const WRAP: u64 = 1 << 32;
    let is_ours = |id: &u64| UserId::try_from(*id).is_ok_and(|id| world.subject().casting.is_ours(id));
    let below = id.get() % WRAP;
    let others = (1..=MAX_ID / WRAP).map(|turns| below + turns * WRAP);
    others.take_while(|other| *other <= MAX_ID).find(|other| !is_ours(other)).unwrap_or(MAX_ID)
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

async fn a_refusal_can_be_made_good(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    let alice = world.connect(&alice, "alice").await?;
    // Where refusals cost it the connection, that is AUTH-8, also some time later.
    alice.may_be_closed();
    for number in 1..=5 {
        alice.emit(&UserAuth { id: alice.id(), token: format!("wrong token {number}") }).await?;
        let requirement = if number == 1 { "AUTH-2" } else { "AUTH-8" };
        let answer: OnUserAuthorized = alice.expect(requirement).await?;
        check_refusal(world, "AUTH-2", "a wrong token", &answer);
    }
    let answer = right_token(world, &alice).await?;
    world.check("AUTH-8", answer.success, || "the right token is refused after five wrong ones".into());
    if answer.success {
        let room = dialog_with_one_refused(world, &bob, &alice).await?;
        bob.emit(&message(world, room, "welcome")).await?;
        alice.expect::<OnMessageNew>("AUTH-8").await?;
        bob.expect::<OnMessageNew>("SEND-1").await?;
        world.settle().await?;
        let closed = alice.closed(world.patience().quiet * 10).await;
        world.check("AUTH-8", closed.is_none(), || {
            let reason = closed.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("after five refusals and the right token, the connection was closed: {reason}")
        });
    }
    Ok(())
}

/// Sends the right token after wrong ones. Its answer is waited for as long as anything: AUTH-8 gives no time.
pub(super) async fn right_token(world: &World, user: &Client) -> Outcome<OnUserAuthorized> {
    user.emit(&UserAuth { id: user.id(), token: user.account().token.clone() }).await?;
    match user.hear_within(world.patience().max).await? {
        Some(answer) => Ok(answer),
        None => user.expect("AUTH-8").await,
    }
}

/// The room of a user and one who was refused first, which may have cost it more than it seems.
pub(super) async fn dialog_with_one_refused(world: &World, user: &Client, refused: &Client) -> Outcome<RoomId> {
    let text = world.text("the dialog begins");
    let begin = async {
        user.emit(&ChatStart { user_id: refused.id(), text, attachment_id: None }).await?;
        refused.expect::<OnMessageNew>("AUTH-8").await?;
        Ok(user.expect::<OnMessageNew>("START-1").await?.room.id)
    };
    world.silently(begin).await
}
