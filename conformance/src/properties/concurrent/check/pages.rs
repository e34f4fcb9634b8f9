//! Pages of the history that somebody asked for while others talked.

use super::{Judgement, view::View};
use crate::properties::concurrent::history::{Event, Lane, Message, Moment, Saying};

/// A page, and what was asked for.
struct Page<'a> {
    lane: &'a Lane,
    room: u64,
    limit: usize,
    asked: Moment,
    messages: &'a [Message],
}

pub(super) fn judge(view: &View<'_>, judgement: &mut Judgement) {
    for lane in &view.history.lanes {
        let pages = pages_of(lane);
        answered(view, judgement, lane, pages.len());
        for page in &pages {
            is_of_its_room(view, judgement, page);
            in_one_direction(view, judgement, page);
            holds_what_was_announced(view, judgement, page);
        }
    }
}

/// The pages that a socket heard of rooms that it asked for, as many as it asked for.
fn pages_of(lane: &Lane) -> Vec<Page<'_>> {
    let asked: Vec<(u64, usize, Moment)> = lane
        .said
        .iter()
        .filter_map(|said| match said.what {
            Saying::History { room, limit } => Some((room, limit, said.at)),
            _ => None,
        })
        .collect();
    let mut pages: Vec<Page<'_>> = Vec::new();
    for heard in &lane.heard {
        let Event::Page(messages) = &heard.what else { continue };
        let of_room = || asked.iter().filter(|(room, ..)| *room == heard.room);
        let answered = pages.iter().filter(|page| page.room == heard.room).count();
        // Servers are free to answer in another order: a page is judged by when its room was asked for first.
        if let Some((room, limit, asked)) = of_room().min_by_key(|(.., asked)| *asked)
            && answered < of_room().count()
        {
            pages.push(Page { lane, room: *room, limit: *limit, asked: *asked, messages });
        }
    }
    pages
}

/// Each page that was asked for comes once, to the socket that asked.
fn answered(view: &View<'_>, judgement: &mut Judgement, lane: &Lane, matched: usize) {
    let asked = lane.said.iter().filter(|said| matches!(said.what, Saying::History { .. })).count();
    let came = lane.heard.iter().filter(|heard| matches!(heard.what, Event::Page(_))).count();
    if asked > 0 {
        judgement.check("HIST-1");
    }
    let shown_by = vec![format!("asked {asked} times"), format!("{came} pages came")];
    if came > matched {
        let of_sibling = view.lanes_of(lane.user).any(|other| {
            other.label != lane.label && other.said.iter().any(|said| matches!(said.what, Saying::History { .. }))
        });
        let requirement = if of_sibling { "AUTH-11" } else { "HIST-1" };
        let sentence = format!("`{}` heard a page of the history that it did not ask for", lane.label);
        judgement.find(requirement, sentence, shown_by);
    } else if matched < asked && !lane.incomplete {
        judgement.find("HIST-1", format!("`{}` asked for the history, and no page came", lane.label), shown_by);
    }
}

/// A page holds messages of its room alone, and no more than were asked for.
fn is_of_its_room(view: &View<'_>, judgement: &mut Judgement, page: &Page<'_>) {
    let label = &page.lane.label;
    if let Some(stranger) = page.messages.iter().find(|message| message.room != page.room) {
        let sentence = format!("`{label}` got a message of room {} in a page of room {}", stranger.room, page.room);
        judgement.find("HIST-1", sentence, vec![view.message(stranger)]);
    }
    judgement.check("HIST-2");
    if page.messages.len() > page.limit {
        let sentence = format!("`{label}` got {} messages in a page of {}", page.messages.len(), page.limit);
        judgement.find("HIST-2", sentence, vec![format!("limit: {}", page.limit)]);
    }
}

/// A page is in one direction of time.
fn in_one_direction(view: &View<'_>, judgement: &mut Judgement, page: &Page<'_>) {
    judgement.check("HIST-4");
    let rises = |pair: &[Message]| pair[0].id < pair[1].id;
    let turn = page.messages.windows(3).find(|three| rises(&three[..2]) != rises(&three[1..]));
    if let Some(three) = turn {
        let shown_by = three.iter().map(|message| view.message(message)).collect();
        judgement.find("HIST-4", format!("`{}` got a page that is shuffled", page.lane.label), shown_by);
    }
}

/// What was announced before the page was asked for is in it, where it covers that part; what was deleted is not.
fn holds_what_was_announced(view: &View<'_>, judgement: &mut Judgement, page: &Page<'_>) {
    let ids = || page.messages.iter().map(|message| message.id);
    let (Some(first), Some(last)) = (ids().min(), ids().max()) else { return };
    // A page that is not full goes to the end of the room, whichever way the server walks.
    let reaches_the_newest = page.messages.len() < page.limit && !view.history.oldest_page_first;
    let cleared = !view.clearings(page.room).is_empty();
    for sent in view.sent.values().filter(|sent| view.room_of(sent.number) == Some(page.room)) {
        let (Some(id), Some(heard)) = (view.id(sent.number), view.heard_by_anyone(sent.number)) else { continue };
        let deletion = view.deletion(id);
        let there = ids().any(|other| other == id);
        let covered = id > first && (id < last || reaches_the_newest);
        if heard < page.asked && covered && !there && deletion.is_none() && !cleared {
            let sentence = format!(
                "`{}` got a page without {}, which was announced before",
                page.lane.label,
                view.text(sent.number)
            );
            judgement.find("SEND-5", sentence, vec![format!("the page has messages {first} to {last}")]);
        }
        let told = view.heard(|heard| matches!(&heard.what, Event::Deleted(message) if message.id == id));
        if there && deletion.is_some() && told.iter().any(|(_, told)| told.at < page.asked) {
            let sentence =
                format!("`{}` got a page with {}, which was deleted before", page.lane.label, view.text(sent.number));
            judgement.find("DEL-2", sentence, vec![format!("the page has messages {first} to {last}")]);
        }
    }
}
