//! `chat.history`: walks from page to page.

use std::{collections::BTreeSet, time::Duration};

use chat_spec::types::{MAX_ID, Message, MessageId, RoomId};

use crate::{
    scenario::scenarios,
    scenarios::chat::page::{ask, check_each_once, check_one_direction, ids},
    scenarios::conversation::{self, clear, delete, fill, is_same, say},
    stop::{Outcome, Stop},
    world::{Client, Direction, Walk, World},
};

scenarios! { "chat.history";
    pages_give_every_message_once ["HIST-3", "HIST-4", "HIST-2", "HIST-7", "HIST-8"]
        "Pages of many sizes, and without `limit`, walked with `last_id`, give each of 120 messages once, in order.";
    pages_of_one_give_every_message_once ["HIST-3", "HIST-2"]
        "Pages of one message give every message once.";
    pages_give_what_is_left ["HIST-3", "HIST-4", "DEL-2"]
        "After deletions, and after clearing, pages give what is left, each once.";
    pages_pass_over_many_deletions ["HIST-3"]
        "Where more messages in a row were deleted than a page holds, pages give everything before and behind them.";
    pages_of_two_rooms_at_once ["HIST-3"]
        "One socket walks two rooms by turns, and each walk gives every message of its room once.";
    equal_texts_are_all_there ["HIST-3", "SEND-5"]
        "Equal texts that one user sends in a row are each in the history, and in pages of every size.";
    last_id_is_a_position ["HIST-12"]
        "`last_id` works when that message was deleted, is of another room, or never existed.";
    arrivals_do_not_disturb_a_walk ["HIST-12"]
        "Messages that arrive during a walk towards older ones neither repeat nor hide any.";
    deletions_do_not_disturb_a_walk ["HIST-12"]
        "A walk goes on where it was after the message that `last_id` names was deleted.";
}

/// Everything that holds for a walk through a room in which nothing changes.
fn check_walk(world: &World, who: &Client, limit: u64, walk: &Walk, expected: &[Message]) {
    let what = format!("pages of {limit} that `{}` walks", who.label());
    check_each_once(world, "HIST-3", &what, &walk.messages(), expected);
    for page in &walk.pages {
        world.check("HIST-2", page.len() as u64 <= limit, || format!("a page of at most {limit} holds {}", page.len()));
        check_one_direction(world, page);
    }
    let changed =
        walk.messages().iter().any(|kept| expected.iter().any(|sent| sent.id == kept.id && !is_same(sent, kept)));
    world.check("SEND-5", !changed, || "a message in the history is not the one that was announced".into());
}

/// A room with messages of both users, and nothing else in it.
async fn filled(world: &World, users: [&Client; 2], count: usize) -> Outcome<(RoomId, Vec<Message>)> {
    let room = world.dialog(users[0], users[1]).await?;
    clear(world, users[0], users[1], room).await?;
    // A third of the longest time that a scenario may take.
    let sent = fill(world, users, room, count, Duration::from_secs(40)).await?;
    if sent.len() < count {
        return Err(Stop::not_evaluable(format!("the server took {} of {count} messages in 40 s", sent.len())));
    }
    Ok((room, sent))
}

async fn pages_give_every_message_once(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript(); // the order of pages and inside of them is free (D6, HIST-8)
    let (room, sent) = filled(world, [&alice, &bob], 120).await?;
    // No limit over 50: that one over the server's maximum is cut, and not refused, is a SHOULD (HIST-9).
    for (reader, limit) in [(&alice, 40), (&bob, 40), (&alice, 7), (&bob, 50), (&alice, 24), (&bob, 49)] {
        let walk = reader.walk(room, limit).await?;
        check_walk(world, reader, limit, &walk, &sent);
        check_newest_first(world, limit, &walk, &sent);
    }
    for reader in [&alice, &bob] {
        let walk = reader.walk_by_default(room).await?;
        let what = format!("pages without `limit` that `{}` walks", reader.label());
        check_each_once(world, "HIST-3", &what, &walk.messages(), &sent);
        walk.pages.iter().for_each(|page| check_one_direction(world, page));
    }
    Ok(())
}

/// HIST-7, and what is free about pages.
fn check_newest_first(world: &World, limit: u64, walk: &Walk, sent: &[Message]) {
    let Some(first) = walk.pages.first().filter(|page| page.len() > 1 && page.len() < sent.len()) else { return };
    let newest: BTreeSet<MessageId> = ids(&sent[sent.len() - first.len()..]).into_iter().collect();
    world.check("HIST-7", ids(first).into_iter().collect::<BTreeSet<_>>() == newest, || {
        format!("the first page of {limit} does not hold the newest messages")
    });
    world.check("HIST-7", walk.direction == Some(Direction::Older), || {
        "`last_id` does not give the messages older than it".into()
    });
    world.check("HIST-8", true, String::new);
    let order = if ids(first).is_sorted() { "oldest first" } else { "newest first" };
    world.dialect("HIST-8", "order inside a page of the history", order, "oldest first");
    let way = match walk.direction {
        Some(Direction::Older) => "from the newest to older ones",
        Some(Direction::Newer) => "from the oldest to newer ones",
        None => return,
    };
    world.dialect("D6", "a walk through the history", way, "from the newest to older ones");
}

async fn pages_of_one_give_every_message_once(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let (room, sent) = filled(world, [&alice, &bob], 9).await?;
    for (reader, limit) in [(&alice, 1), (&bob, 1), (&alice, 3), (&bob, 8), (&alice, 9), (&bob, 10)] {
        let walk = reader.walk(room, limit).await?;
        check_walk(world, reader, limit, &walk, &sent);
    }
    Ok(())
}

async fn pages_give_what_is_left(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let (room, mut sent) = filled(world, [&alice, &bob], 30).await?;
    // The newest, the oldest, two in a row, and one that a page of five ends with.
    for place in [29, 24, 13, 12, 0] {
        let gone = sent.remove(place);
        let (author, other) = if gone.user_id == alice.id() { (&alice, &bob) } else { (&bob, &alice) };
        delete(world, author, other, gone.id).await?;
        for (reader, limit) in [(&alice, 5), (&bob, 12)] {
            let walk = reader.walk(room, limit).await?;
            world.check("DEL-2", walk.messages().iter().all(|message| message.id != gone.id), || {
                "a deleted message is in a page of the history".into()
            });
            check_walk(world, reader, limit, &walk, &sent);
        }
    }
    clear(world, &bob, &alice, room).await?;
    let sent = fill(world, [&alice, &bob], room, 11, world.patience().max).await?;
    let walk = alice.walk(room, 4).await?;
    check_walk(world, &alice, 4, &walk, &sent);
    Ok(())
}

async fn pages_pass_over_many_deletions(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let (_, sent) = filled(world, [&alice, &bob], 14).await?;
    let room = sent[0].room_id;
    // In the middle, then the newest, then the oldest.
    let mut left = sent;
    for hole in [5..9, 7..10, 0..3] {
        let gone: Vec<Message> = left.drain(hole).collect();
        for message in gone {
            let (author, other) = if message.user_id == alice.id() { (&alice, &bob) } else { (&bob, &alice) };
            delete(world, author, other, message.id).await?;
        }
        for (reader, limit) in [(&alice, 2), (&bob, 3), (&bob, 1)] {
            let walk = reader.walk(room, limit).await?;
            check_walk(world, reader, limit, &walk, &left);
        }
    }
    Ok(())
}

async fn pages_of_two_rooms_at_once(world: &World) -> Outcome {
    const LIMIT: u64 = 3;
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    let (first, with_bob) = filled(world, [&alice, &bob], 10).await?;
    let (second, with_carol) = filled(world, [&alice, &carol], 8).await?;
    let direction = direction(&alice, first, LIMIT).await?;
    let mut walks: [(RoomId, Option<MessageId>, Vec<Message>); 2] =
        [(first, None, Vec::new()), (second, None, Vec::new())];
    for _ in 0..with_bob.len() {
        for (room, last, seen) in &mut walks {
            let page = ask(&alice, *room, Some(LIMIT), *last, "HIST-3").await?;
            let ids = page.iter().map(|message| message.id);
            let next = if direction == Direction::Older { ids.min() } else { ids.max() };
            // A walk that is at its end, or that does not go on, stays where it is.
            if next.is_some() && next != *last {
                *last = next;
                seen.extend(page);
            }
        }
    }
    for ((_, _, seen), (expected, with)) in walks.iter().zip([(&with_bob, "bob"), (&with_carol, "carol")]) {
        let what = format!("pages of {LIMIT} of the dialog with `{with}`, by turns with those of another dialog,");
        check_each_once(world, "HIST-3", &what, seen, expected);
    }
    Ok(())
}

async fn equal_texts_are_all_there(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let room = world.dialog(&alice, &bob).await?;
    clear(world, &alice, &bob, room).await?;
    let mut sent = Vec::new();
    for (from, to) in [(&alice, &bob), (&alice, &bob), (&alice, &bob), (&bob, &alice), (&bob, &alice)] {
        sent.push(say(world, from, to, room, "yes").await?);
    }
    for (reader, limit) in [(&alice, 50), (&bob, 2), (&bob, 1)] {
        let walk = reader.walk(room, limit).await?;
        check_walk(world, reader, limit, &walk, &sent);
    }
    Ok(())
}

/// Which way the server goes (D6), shown in a room with more than `limit` messages.
async fn direction(reader: &Client, room: RoomId, limit: u64) -> Outcome<Direction> {
    let walk = reader.walk(room, limit).await?;
    walk.direction.ok_or_else(|| Stop::not_evaluable("no page follows the first, see HIST-3"))
}

/// Whether a page is what follows a position: all of the page, nearest first, and nothing left out.
fn follows(page: &[Message], direction: Direction, rest: &[MessageId]) -> bool {
    let mut page = ids(page);
    page.sort_unstable();
    let nearest = match direction {
        Direction::Older => rest.ends_with(&page),
        Direction::Newer => rest.starts_with(&page),
    };
    nearest && page.is_empty() == rest.is_empty()
}

async fn last_id_is_a_position(world: &World) -> Outcome {
    let [alice, bob, carol] = world.users(["alice", "bob", "carol"]).await?;
    world.no_transcript();
    let (room, mut sent) = filled(world, [&alice, &bob], 3).await?;
    let other_room = world.dialog(&alice, &carol).await?;
    let mut elsewhere = Vec::new();
    for number in 0..9 {
        sent.push(say(world, &alice, &bob, room, &format!("here {number}")).await?);
        if number % 3 == 1 {
            elsewhere
                .push((say(world, &alice, &carol, other_room, &format!("elsewhere {number}")).await?.id, sent.len()));
        }
    }
    let direction = direction(&alice, room, 4).await?;
    let deleted = sent.remove(6);
    let (author, other) = if deleted.user_id == alice.id() { (&alice, &bob) } else { (&bob, &alice) };
    delete(world, author, other, deleted.id).await?;
    let known = ids(&sent);
    let rest_at = |place: usize| match direction {
        Direction::Older => known[..place].to_vec(),
        Direction::Newer => known[place..].to_vec(),
    };
    let by_value = |id: MessageId| rest_at(known.iter().filter(|known| **known < id).count());
    let mut positions = vec![("was deleted", deleted.id, by_value(deleted.id), by_value(deleted.id))];
    for (id, before) in elsewhere {
        // Ids need not grow across rooms (SEND-6): then the place is that of the id, or that of the time.
        let place = if before > 6 { before - 1 } else { before };
        positions.push(("is of another room", id, by_value(id), rest_at(place)));
    }
    for never in [1, MAX_ID] {
        let id = MessageId::try_from(never).map_err(|error| Stop::Harness(error.to_string()))?;
        positions.push(("never existed", id, by_value(id), by_value(id)));
    }
    for (what, id, by_value, by_time) in positions {
        for reader in [&alice, &bob] {
            let page = ask(reader, room, Some(5), Some(id), "HIST-12").await?;
            check_one_direction(world, &page);
            let right = follows(&page, direction, &by_value) || follows(&page, direction, &by_time);
            world.check("HIST-12", right, || {
                format!("with a `last_id` that {what} the page is not what follows that place")
            });
        }
    }
    Ok(())
}

async fn arrivals_do_not_disturb_a_walk(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let (room, sent) = filled(world, [&alice, &bob], 30).await?;
    if direction(&alice, room, 7).await? == Direction::Newer {
        // A walk that goes on to newer ones meets what arrives, at its end: each message once all the same.
        return arrivals_are_met_once(world, &alice, &bob, room, sent).await;
    }
    let mut seen: Vec<Message> = Vec::new();
    let mut last = None;
    for page_number in 0..sent.len() {
        let page = ask(&alice, room, Some(7), last, "HIST-12").await?;
        last = page.iter().map(|message| message.id).min();
        if page.is_empty() {
            break;
        }
        seen.extend(page);
        // As many as shift a page by a part of it.
        for number in 0..3 {
            let (from, to) = if number == 1 { (&alice, &bob) } else { (&bob, &alice) };
            say(world, from, to, room, &format!("arrives {page_number}.{number}")).await?;
        }
    }
    check_each_once(world, "HIST-12", "pages that are walked while messages arrive", &seen, &sent);
    Ok(())
}

async fn arrivals_are_met_once(
    world: &World,
    alice: &Client,
    bob: &Client,
    room: RoomId,
    mut sent: Vec<Message>,
) -> Outcome {
    let mut seen: Vec<Message> = Vec::new();
    let mut last = None;
    for page_number in 0..sent.len() {
        let page = ask(alice, room, Some(7), last, "HIST-12").await?;
        last = page.iter().map(|message| message.id).max();
        if page.is_empty() {
            break;
        }
        seen.extend(page);
        if page_number < 3 {
            sent.push(say(world, bob, alice, room, &format!("arrives {page_number}")).await?);
        }
    }
    check_each_once(world, "HIST-12", "pages that are walked while messages arrive", &seen, &sent);
    Ok(())
}

async fn deletions_do_not_disturb_a_walk(world: &World) -> Outcome {
    let [alice, bob] = world.users(["alice", "bob"]).await?;
    world.no_transcript();
    let (room, sent) = filled(world, [&alice, &bob], 30).await?;
    let direction = direction(&alice, room, 7).await?;
    let mut seen: Vec<Message> = Vec::new();
    let mut last: Option<Message> = None;
    for _ in 0..sent.len() {
        let page = ask(&alice, room, Some(7), last.as_ref().map(|message| message.id), "HIST-12").await?;
        let next = match direction {
            Direction::Older => page.iter().min_by_key(|message| message.id),
            Direction::Newer => page.iter().max_by_key(|message| message.id),
        };
        let Some(next) = next.cloned() else { break };
        seen.extend(page);
        let (author, other) = if next.user_id == alice.id() { (&alice, &bob) } else { (&bob, &alice) };
        conversation::delete(world, author, other, next.id).await?;
        last = Some(next);
    }
    check_each_once(world, "HIST-12", "pages that are walked while their last messages are deleted", &seen, &sent);
    Ok(())
}
