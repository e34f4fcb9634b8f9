//! `user.auth`: who a socket is, when it authorises again or is one of several.

use chat_spec::{
    events::{
        CallAnswer, CallStart, ChatClear, ChatHistory, ChatRead, ChatStart, MessageDelete, OnCallAnswer, OnCallInit,
        OnChatClear, OnChatHistory, OnChatRead, OnMessageDelete, OnMessageNew, OnUserAuthorized, Payload, UserAuth,
    },
    types::RoomId,
};
use serde_json::json;

use crate::{
    accounts::Account,
    scenario::scenarios,
    scenarios::{
        conversation::{as_strangers, message, say},
        unwatched::unwatched,
        user::auth::{check_refusal, need_two_tokens},
    },
    stop::{Outcome, Stop},
    world::{Client, World},
};

scenarios! { "user.auth";
    again_as_the_same_user ["AUTH-9"]
        "Authorising again as the same user succeeds, and nothing comes twice afterwards.";
    again_with_a_wrong_token ["AUTH-2"]
        "Who is authorised already is refused with a wrong token like anybody else.";
    a_socket_is_never_two_users ["AUTH-10", "AUTH-4"]
        "After authorising as a second user, a socket is the first or the second, and never both.";
    one_of_several_sockets_is_never_two_users ["AUTH-10", "AUTH-4"]
        "One of a user's two sockets that authorises as a second user is the first or the second, and never both.";
    several_sockets_of_one_user ["AUTH-11"]
        "Each of a user's sockets hears the user's events, and answers reach the calling socket alone.";
    several_sockets_hear_of_a_new_dialog ["AUTH-11"]
        "All sockets of a user hear all of a dialog that begins while they are connected.";
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
    let gone = say(world, alice, bob, room, "to be deleted once").await?;
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

async fn again_with_a_wrong_token(world: &World) -> Outcome {
    let [alice] = world.accounts(["alice"]).await?;
    world.no_transcript();
    let (alice, _) = world.arrive(&alice, "alice").await?;
    // What it tries may cost it the connection, or what it was.
    alice.may_be_closed();
    alice.emit(&UserAuth { id: alice.id(), token: "a token that nobody has".into() }).await?;
    if let Some(answer) = alice.hear_within(world.patience().event).await? {
        check_refusal(world, "AUTH-2", "the user's own id with a wrong token", &answer);
    }
    // It may be nobody any more, and then hears no sentinel either.
    alice.close().await;
    Ok(())
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
    never_two_users(world, false).await
}

async fn one_of_several_sockets_is_never_two_users(world: &World) -> Outcome {
    never_two_users(world, true).await
}

async fn never_two_users(world: &World, has_another: bool) -> Outcome {
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

    // Another socket of the first user goes on being that user, and is not looked at.
    let other = if has_another { Some(unwatched(world, &alice, world.open_options()).await?) } else { None };
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
    // That she left before may be announced late, and is not what is looked for below.
    world.settle_presence().await?;
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
    if has_another && answer.success {
        carol.expect_announced("AUTH-10", &second, true).await?;
        answered(world, world.settle_presence().await)?;
        world.check("PRES-3", !carol.announcements_of(&socket).contains(&false), || {
            "a socket of the first user became the second, and the first, who has another, was announced offline".into()
        });
    } else {
        check_presence(world, &carol, [&socket, &second], answer.success).await?;
    }
    is_not(world, &socket, &carol, &now).await?;
    is(world, &socket, &carol, &now).await?;
    if let Some(other) = other {
        other.close().await;
        return Ok(());
    }
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

pub(super) fn call(to: &Account) -> CallStart {
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
    let nothing = || json!({}).into();
    let answer = CallAnswer { user_id: third.id(), ice_candidate: nothing(), session_description: nothing() };
    socket.emit(&answer).await?;
    let answer: OnCallAnswer = third.expect("AUTH-10").await?;
    world.check_eq("AUTH-10", "the user who answers a call on the socket", &answer.user.id, &identity.is.id);
    socket.emit(&call(third.account())).await?;
    let rings: OnCallInit = third.expect("AUTH-10").await?;
    world.check_eq("AUTH-10", "the user who calls on the socket", &rings.user.id, &identity.is.id);
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
pub(super) async fn all_hear<E: Payload>(sockets: &[&Client]) -> Outcome<E> {
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

async fn several_sockets_hear_of_a_new_dialog(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    as_strangers(world, &alice, &bob).await?;
    let laptop = world.another_socket(&alice, "alice/laptop").await?;
    let everybody = [&bob, &alice, &laptop];
    let start = |text| ChatStart { user_id: alice.id(), text: world.text(text), attachment_id: None };
    bob.emit(&start("to begin with")).await?;
    let room = all_hear::<OnMessageNew>(&everybody).await?.room.id;
    for (from, text) in [(&bob, "a second message"), (&alice, "from the phone"), (&laptop, "from the laptop")] {
        from.emit(&message(world, room, text)).await?;
        all_hear::<OnMessageNew>(&everybody).await?;
    }
    bob.emit(&start("to go on with")).await?;
    let newest = all_hear::<OnMessageNew>(&everybody).await?.message;
    laptop.emit(&ChatRead { room_id: room }).await?;
    all_hear::<OnChatRead>(&[&alice, &laptop]).await?;
    bob.emit(&MessageDelete { message_id: newest.id }).await?;
    all_hear::<OnMessageDelete>(&everybody).await?;
    bob.emit(&ChatClear { room_id: room }).await?;
    all_hear::<OnChatClear>(&everybody).await?;
    world.nobody_hears_more("AUTH-11").await
}
