//! Connecting: section 1 of the protocol.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use chat_spec::events::{MessageSend, OnMessageNew};
use futures_util::future::join_all;

use crate::{
    result::Heard,
    scenario::{Needs, scenarios},
    stop::{Outcome, Stop},
    wire::{Connection, Incoming, OpenError, OpenOptions, record::Frame},
    world::{Client, World},
};

scenarios! { "connection";
    opens_as_documented ["CONN-1"]
        "The handshake says all that Engine.IO wants it to say, and the default namespace connects.";
    stays_open_while_pings_are_answered ["CONN-2", "AUTH-11"]
        "Who answers pings and says nothing else stays connected for two ping intervals, and still hears."
        needs Needs::Time;
    is_closed_when_pings_go_unanswered ["CONN-3"]
        "Who stops answering pings is disconnected in time, and its user goes offline."
        needs Needs::Time;
    is_closed_when_it_never_joins ["CONN-4"]
        "A connection that never joins the namespace is closed within a minute."
        needs Needs::Time;
    default_path ["CONN-5"]
        "Whether the default path of Socket.IO is served, too.";
}

/// How much later than it should a timer may fire: servers and networks are busy.
fn grace(time: Duration) -> Duration {
    Duration::from_secs(1) + time / 5
}

/// A wait that is longer than the patience of the run is not made.
fn within_patience(world: &World, wait: Duration, what: &str) -> Outcome {
    let patience = world.patience().max;
    if wait <= patience {
        return Ok(());
    }
    Err(Stop::not_evaluable(format!(
        "{what} of this server takes {:.1} s, and the patience of the run is {:.1} s: see --patience",
        wait.as_secs_f64(),
        patience.as_secs_f64()
    )))
}

async fn opens_as_documented(world: &World) -> Outcome {
    const CONNECTIONS: usize = 5;
    let (target, options) = (&world.subject().target, world.open_options());
    let opened = join_all((0..CONNECTIONS).map(|_| Connection::open(target, options.clone()))).await;
    let (mut sessions, mut sockets) = (BTreeSet::new(), BTreeSet::new());
    for connection in opened {
        let connection = connection.map_err(|error| world.broken("CONN-1", error.to_string()))?;
        for problem in &connection.handshake().problems {
            world.check("CONN-1", false, || format!("in the Engine.IO handshake, {problem}"));
        }
        world.check("CONN-1", connection.namespace_sid().is_some(), || {
            "the answer to joining the namespace has no `sid`, without which clients take the server for an old one"
                .into()
        });
        sessions.insert(connection.handshake().sid.clone());
        sockets.extend(connection.namespace_sid().map(str::to_owned));
        connection.close().await;
    }
    world.check_eq("CONN-1", "the number of different session ids of five connections", &sessions.len(), &CONNECTIONS);
    world.check_eq("CONN-1", "the number of different socket ids of five connections", &sockets.len(), &CONNECTIONS);
    Ok(())
}

/// How many heartbeats a client heard.
fn pings(client: &Client) -> usize {
    let is_ping = |frame: &Frame| matches!(frame, Frame::Text(text) if text.starts_with('2'));
    let record = client.record().snapshot();
    record.iter().filter(|recorded| recorded.direction == Heard::Received && is_ping(&recorded.frame)).count()
}

/// One more socket of a user who only speaks at last; `None` where the server lets in one alone, which breaks AUTH-11
/// and nothing else.
async fn with_a_second_socket(world: &World, user: Client) -> Outcome<(Client, Option<Client>)> {
    match world.another_socket(&user, "bob/laptop").await {
        Ok(laptop) => {
            // Losing one of two sockets breaks AUTH-11 alone.
            user.may_be_closed();
            laptop.may_be_closed();
            Ok((user, Some(laptop)))
        }
        Err(Stop::Broken) => Ok((world.come_back(&user).await?.0, None)),
        Err(stop) => Err(stop),
    }
}

async fn stays_open_while_pings_are_answered(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    let handshake = alice.handshake().clone();
    let two_intervals = handshake.ping_interval * 2;
    within_patience(world, two_intervals, "waiting for two ping intervals")?;
    let room = world.dialog(&alice, &bob).await?;
    let (bob, laptop) = with_a_second_socket(world, bob).await?;
    // A server that does not hear answers gives up when a ping timed out: that is waited for, where it can be.
    let given_up = handshake.longest_silence() + grace(handshake.longest_silence());
    let wait = if given_up <= world.patience().max { two_intervals.max(given_up) } else { two_intervals };
    if let Some(reason) = alice.closed(wait).await {
        let sentence = format!("a client that answers pings was closed within {:.1} s: {reason}", wait.as_secs_f64());
        return Err(world.broken("CONN-2", sentence));
    }
    // Clients take a server for gone that is silent for so long.
    if wait >= given_up {
        world.check("CONN-2", pings(&alice) > 0, || {
            format!("no ping came in {:.1} s, so that every client disconnects itself", wait.as_secs_f64())
        });
    }
    let both = laptop.as_ref().is_none_or(Client::is_open) && (bob.is_open() || laptop.is_none());
    world.check("AUTH-11", both, || "one of a user's two sockets was closed, and it answered every ping".into());
    let from = laptop.as_ref().filter(|_| !bob.is_open()).unwrap_or(&bob);
    if laptop.is_some() && !from.is_open() {
        return Err(Stop::Broken);
    }
    from.emit(&MessageSend { room_id: room, text: world.text("still there?"), attachment_id: None }).await?;
    alice.expect::<OnMessageNew>("CONN-2").await?;
    from.expect::<OnMessageNew>("CONN-2").await?;
    match laptop.filter(|_| both) {
        Some(laptop) => world.silently(laptop.expect::<OnMessageNew>("AUTH-11")).await.map(drop),
        None => Ok(()),
    }
}

async fn is_closed_when_pings_go_unanswered(world: &World) -> Outcome {
    let [alice, bob] = world.accounts(["alice", "bob"]).await?;
    let (bob, _) = world.arrive(&bob, "bob").await?;
    let options = OpenOptions { answer_pings: false, ..world.open_options() };
    let begun = Instant::now();
    let alice = world.connect_with(&alice, "alice", options).await?;
    alice.may_be_closed();
    let in_time = alice.handshake().longest_silence();
    let with_grace = in_time + grace(in_time);
    // Where the run has the patience, a server on a busy machine has as much again.
    let at_last = with_grace.max((in_time * 2).min(world.patience().max));
    within_patience(world, with_grace, "pingInterval + pingTimeout (and some grace)")?;
    world.silently(alice.authorise()).await?;
    world.settle().await?;
    // A busy machine may have taken as long to settle as the server waits.
    let came_and_went = matches!(bob.announcements_of(&alice)[..], [.., true, false]);

    let closed = alice.closed(at_last.saturating_sub(begun.elapsed())).await;
    if !bob.is_open() {
        return Err(Stop::not_evaluable("a client that answers pings was closed as well (CONN-2)"));
    }
    world.check("CONN-3", closed.is_some(), || {
        format!("a client that answers no ping is still connected after {:.1} s", at_last.as_secs_f64())
    });
    if came_and_went { Ok(()) } else { bob.expect_announced("CONN-3", &alice, false).await }
}

async fn is_closed_when_it_never_joins(world: &World) -> Outcome {
    let longest = Duration::from_secs(60) + grace(Duration::ZERO);
    let [bob] = world.users(["bob"]).await?;
    let options = OpenOptions { auto_connect: false, ..world.open_options() };
    let opened = Connection::open(&world.subject().target, options).await;
    let mut idle = opened.map_err(|error| Stop::not_evaluable(format!("no connection: {error}")))?;
    let until = Instant::now() + world.patience().max.min(longest);
    while let Some(incoming) = idle.next(until.saturating_duration_since(Instant::now())).await {
        if let Incoming::Closed { .. } = incoming {
            // The control has joined, and differs in nothing else that counts here.
            if !bob.is_open() {
                return Err(Stop::not_evaluable("a client that joined was closed as well (CONN-2)"));
            }
            world.check("CONN-4", true, String::new);
            return Ok(());
        }
    }
    within_patience(world, longest, "waiting whether a connection is closed that never joins")?;
    Err(world.broken("CONN-4", "a connection that never joined the namespace is still open after 60 s"))
}

async fn default_path(world: &World) -> Outcome {
    let patience = world.patience().event.min(world.patience().max);
    let options = OpenOptions { patience, ..world.open_options() };
    let opened = Connection::open(&world.subject().target.with_path("/socket.io/"), options).await;
    let server = match opened {
        Ok(connection) => {
            connection.close().await;
            "served"
        }
        Err(OpenError::Refused { .. }) => return Err(Stop::not_evaluable("nothing listens at the server's address")),
        Err(_) => "not served",
    };
    world.check("CONN-5", true, String::new);
    world.dialect("CONN-5", "the default path /socket.io/", server, "served");
    Ok(())
}
