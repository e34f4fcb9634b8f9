//! Carries programs out against a server: everybody at once, then silence, then what is there at rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use chat_spec::{
    events::{
        ChatClear, ChatHistory, ChatRead, ChatStart, MessageDelete, MessageSend, OnMessageNew, OnUserAuthorized,
        Payload as _,
    },
    types::{Dialog, Limit, MessageId, RoomId, UserId},
};
use futures_util::future::try_join_all;

use super::{
    history::{Event, History, Lane, Moment, Number, Rest, Said, Saying, User},
    program::{Mix, NAMES, Program, Socket, Step, What},
    record,
};
use crate::{
    scenarios::part,
    stop::Outcome,
    world::{Client, Direction, HeardEvent, World},
};

/// How many messages a page is asked for while others talk.
const PAGE: u64 = 20;

/// The users of a scenario, between two programs: each has one socket, and knows what it has not read.
pub(crate) struct Stage<'w> {
    world: &'w World,
    mix: &'static Mix,
    users: Vec<(Client, OnUserAuthorized)>,
    /// How many programs were performed: each has a tag of its own.
    performed: u32,
}

/// What all sockets of a program share.
struct Shared<'a> {
    program: &'a Program,
    tag: String,
    begun: Instant,
    ids: Vec<UserId>,
    /// The rooms that were there before, by the places of their users.
    rooms: BTreeMap<[usize; 2], RoomId>,
}

impl<'w> Stage<'w> {
    /// Users, with a dialog between any two of them where the mix has no strangers.
    pub(crate) async fn new(world: &'w World, mix: &'static Mix) -> Outcome<Self> {
        let clients = world.users(NAMES).await?;
        if !mix.strangers {
            for (place, one) in clients.iter().enumerate() {
                for other in &clients[place + 1..] {
                    world.dialog(one, other).await?;
                }
            }
        }
        let mut stage = Self { world, mix, users: Vec::new(), performed: 0 };
        stage.come_back(&clients).await?;
        Ok(stage)
    }

    /// Everybody leaves and comes back, and learns by that what is unread.
    async fn come_back(&mut self, clients: &[Client]) -> Outcome {
        self.users = try_join_all(clients.iter().map(|client| self.world.come_back(client))).await?;
        Ok(())
    }

    fn clients(&self) -> Vec<Client> {
        self.users.iter().map(|(client, _)| client.clone()).collect()
    }

    /// Carries a program out.
    pub(crate) async fn perform(&mut self, program: &Program) -> Outcome<History> {
        self.world.silently(self.perform_silently(program)).await
    }

    async fn perform_silently(&mut self, program: &Program) -> Outcome<History> {
        self.performed += 1;
        self.prepare(program).await?;
        let sockets = self.sockets(program).await?;
        let shared = self.shared(program);
        let acting = program.sockets.iter().zip(&sockets).enumerate();
        let said = try_join_all(acting.map(|(lane, (socket, client))| act(&shared, lane, socket, client))).await?;
        self.world.settle_patiently().await?;
        let mut history = History { tag: shared.tag.clone(), users: self.listeners(), ..History::default() };
        let begun = shared.begun;
        history.lanes = sockets.iter().zip(said).map(|(client, said)| lane(client, said, begun)).collect();
        let idle = self.clients().into_iter().filter(|client| !sockets.iter().any(|one| one.label() == client.label()));
        history.lanes.extend(idle.map(|client| lane(&client, Vec::new(), begun)));
        futures_util::future::join_all(sockets.iter().map(Client::close)).await;
        self.rest(program, &mut history).await?;
        Ok(history)
    }

    /// Strangers have no dialogs: those that are left of earlier programs are deleted.
    async fn prepare(&mut self, program: &Program) -> Outcome {
        if !self.mix.strangers {
            return Ok(());
        }
        for [one, other] in &program.pairs {
            let ((one, authorized), (other, _)) = (&self.users[*one], &self.users[*other]);
            for dialog in dialogs(authorized, [one.id(), other.id()]) {
                part(self.world, one, other, dialog.room.id).await?;
            }
        }
        let clients = self.clients();
        clients.iter().for_each(|client| drop(client.leftovers()));
        self.come_back(&clients).await
    }

    /// One client for each socket of the program. A user's first socket is there already.
    async fn sockets(&self, program: &Program) -> Outcome<Vec<Client>> {
        let mut sockets: Vec<Client> = Vec::new();
        for (label, socket) in program.labels().into_iter().zip(&program.sockets) {
            let first = &self.users[socket.user].0;
            sockets.push(if label == first.label() {
                first.clone()
            } else {
                self.world.second_device(first, &label).await?
            });
        }
        // What the arrival of second sockets caused is no part of the program.
        sockets.iter().for_each(|client| drop(client.leftovers()));
        Ok(sockets)
    }

    fn shared<'a>(&'a self, program: &'a Program) -> Shared<'a> {
        let ids: Vec<UserId> = self.users.iter().map(|(client, _)| client.id()).collect();
        let room = |pair: &[usize; 2]| {
            let dialog = dialogs(&self.users[pair[0]].1, [ids[pair[0]], ids[pair[1]]]).next()?;
            Some((*pair, dialog.room.id))
        };
        let rooms = program.pairs.iter().filter_map(room).collect();
        let tag = format!("{}/{}", self.world.text("").trim(), self.performed);
        Shared { program, tag, begun: Instant::now(), ids, rooms }
    }

    fn listeners(&self) -> Vec<User> {
        self.users.iter().map(|(client, _)| User { id: client.id().get(), name: client.label().to_owned() }).collect()
    }

    /// What each user of a pair finds in each of its rooms, with what was unread before.
    async fn rest(&mut self, program: &Program, history: &mut History) -> Outcome {
        let before: Vec<OnUserAuthorized> = self.users.iter().map(|(_, authorized)| authorized.clone()).collect();
        self.come_back(&self.clients()).await?;
        for [one, other] in &program.pairs {
            let ids = [self.users[*one].0.id(), self.users[*other].0.id()];
            let listed = |user: usize| dialogs(&self.users[user].1, ids).map(|dialog| dialog.room.id);
            let rooms: BTreeSet<RoomId> = listed(*one).chain(listed(*other)).collect();
            let unlisted = heard_between(history, ids).into_iter().filter(|room| !rooms.contains(room));
            for room in unlisted {
                for user in [*one, *other] {
                    let (client, after) = &self.users[user];
                    history.rest.push(rest(client, room, &before[user], after, Vec::new()));
                }
            }
            for room in rooms {
                for user in [*one, *other] {
                    let (client, after) = &self.users[user];
                    let walk = client.walk(room, 50).await?;
                    history.oldest_page_first |= walk.direction == Some(Direction::Newer);
                    let messages = record::in_order(&walk);
                    history.rest.push(rest(client, room, &before[user], after, messages));
                }
            }
        }
        Ok(())
    }
}

/// The dialogs between two users in an answer to an authorisation.
fn dialogs(authorized: &OnUserAuthorized, users: [UserId; 2]) -> impl Iterator<Item = &Dialog> {
    let is_between = move |dialog: &&Dialog| {
        dialog.room.users.len() == 2 && users.iter().all(|id| dialog.room.users.iter().any(|user| user.id == *id))
    };
    authorized.dialogs.iter().filter(is_between)
}

/// The rooms in which texts between two users were announced.
fn heard_between(history: &History, users: [UserId; 2]) -> BTreeSet<RoomId> {
    let is_between = |text: &str| {
        let Some(number) = Number::of(&history.tag, text) else { return false };
        let Some(lane) = history.lanes.get(number.lane) else { return false };
        let sent = lane.said.iter().find_map(|said| match &said.what {
            Saying::Text { number: other, to, .. } if *other == number => Some([lane.user, *to]),
            _ => None,
        });
        sent.is_some_and(|sent| users.iter().all(|user| sent.contains(&user.get())))
    };
    let heard = history.lanes.iter().flat_map(|lane| &lane.heard);
    let rooms = heard.filter(|heard| matches!(&heard.what, Event::New(message) if is_between(&message.text)));
    rooms.filter_map(|heard| RoomId::try_from(heard.room).ok()).collect()
}

fn rest(
    client: &Client,
    room: RoomId,
    before: &OnUserAuthorized,
    after: &OnUserAuthorized,
    messages: Vec<super::history::Message>,
) -> Rest {
    let of_room = |authorized: &OnUserAuthorized| -> Vec<Dialog> {
        authorized.dialogs.iter().filter(|dialog| dialog.room.id == room).cloned().collect()
    };
    let (before, after) = (of_room(before), of_room(after));
    Rest {
        user: client.id().get(),
        room: room.get(),
        listed: after.len(),
        unread_before: before.first().map(|dialog| dialog.chat.unread_count),
        unread: after.first().map_or(0, |dialog| dialog.chat.unread_count),
        newest: after.first().and_then(|dialog| dialog.message.as_ref()).map(|message| message.id.get()),
        messages,
    }
}

/// What a socket said and heard.
fn lane(client: &Client, said: Vec<Said>, begun: Instant) -> Lane {
    let (heard, unreadable) = record::heard(client.leftovers(), begun);
    let incomplete = unreadable || client.missed_something();
    Lane { label: client.label().to_owned(), user: client.id().get(), said, heard, incomplete }
}

/// Does what a socket does, without waiting; gives what it said.
async fn act(shared: &Shared<'_>, lane: usize, socket: &Socket, client: &Client) -> Outcome<Vec<Said>> {
    let mut actor = Actor { shared, lane, user: socket.user, client, said: Vec::new() };
    for step in &socket.steps {
        for _ in 0..step.turns {
            tokio::task::yield_now().await;
        }
        let Some(partner) = shared.program.partner(socket.user, step) else { continue };
        actor.take(step, partner).await?;
    }
    Ok(actor.said)
}

/// A socket while it acts.
struct Actor<'a> {
    shared: &'a Shared<'a>,
    lane: usize,
    user: usize,
    client: &'a Client,
    said: Vec<Said>,
}

impl Actor<'_> {
    async fn take(&mut self, step: &Step, partner: usize) -> Outcome {
        let room = self.room(partner);
        match (&step.what, room) {
            (What::Say(flavour), room) => self.say(partner, room, flavour).await,
            (What::Delete(which), _) => self.delete(partner, *which).await,
            (What::Listen, _) => {
                self.listen(partner).await;
                Ok(())
            }
            (What::Read, Some(room)) => {
                self.note(Saying::Read { room: room.get() });
                self.client.emit(&ChatRead { room_id: room }).await
            }
            (What::Clear, Some(room)) => {
                self.note(Saying::Clear { room: room.get() });
                self.client.emit(&ChatClear { room_id: room }).await
            }
            (What::History, Some(room)) => {
                self.note(Saying::History { room: room.get(), limit: PAGE as usize });
                self.client.emit(&ChatHistory { room_id: room, limit: Limit::new(PAGE), last_id: None }).await
            }
            (What::Read | What::Clear | What::History, None) => Ok(()),
        }
    }

    /// Notes what is about to be said.
    fn note(&mut self, what: Saying) {
        let at = Moment::try_from(self.shared.begun.elapsed().as_micros()).unwrap_or(Moment::MAX);
        self.said.push(Said { at, what });
    }

    /// The room with a partner: one that was there before, or that this socket heard of.
    fn room(&self, partner: usize) -> Option<RoomId> {
        let pair = [self.user.min(partner), self.user.max(partner)];
        self.shared.rooms.get(&pair).copied().or_else(|| {
            let other = self.shared.ids[partner].get();
            self.client.look_for(|event| {
                let users = event.payload["room"]["users"].as_array().filter(|_| event.name == OnMessageNew::NAME)?;
                users.iter().any(|user| user["id"].as_u64() == Some(other)).then_some(())?;
                event.payload["room"]["id"].as_u64()?.try_into().ok()
            })
        })
    }

    async fn say(&mut self, partner: usize, room: Option<RoomId>, flavour: &str) -> Outcome {
        let place = self.said.iter().filter(|said| matches!(said.what, Saying::Text { .. })).count() + 1;
        let number = Number { lane: self.lane, place };
        let (text, user_id) = (number.text(&self.shared.tag, flavour), self.shared.ids[partner]);
        self.note(Saying::Text { number, to: user_id.get(), room: room.map(RoomId::get), text: text.clone() });
        match room {
            Some(room_id) => self.client.emit(&MessageSend { room_id, text, attachment_id: None }).await,
            None => self.client.emit(&ChatStart { user_id, text, attachment_id: None }).await,
        }
    }

    /// Deletes one of the texts that this socket sent to a partner, as soon as it knows the id.
    async fn delete(&mut self, partner: usize, which: usize) -> Outcome {
        // One that is never announced is found as lost, by whoever misses it.
        let Some(message_id) = self.own_message(partner, which).await else { return Ok(()) };
        self.note(Saying::Delete { message: message_id.get() });
        self.client.emit(&MessageDelete { message_id }).await
    }

    /// Waits until the last text to a partner is back. Where it never comes, whoever misses it finds it lost.
    async fn listen(&self, partner: usize) {
        if self.own_message(partner, usize::MAX).await.is_none() {
            tracing::debug!("`{}` does not hear its own text", self.client.label());
        }
    }

    /// The id of one of the texts that this socket sent to a partner, counted around, or of the last; waits for it.
    async fn own_message(&self, partner: usize, which: usize) -> Option<MessageId> {
        let other = self.shared.ids[partner].get();
        let text_to = |said: &Said| match &said.what {
            Saying::Text { to, text, .. } if *to == other => Some(text.clone()),
            _ => None,
        };
        let texts: Vec<String> = self.said.iter().filter_map(text_to).collect();
        let text = if which == usize::MAX { texts.last()? } else { texts.get(which % texts.len().max(1))? };
        let is_it = |event: &HeardEvent| {
            let message = &event.payload["message"];
            let own = event.name == OnMessageNew::NAME && message["text"] == text.as_str();
            own.then(|| message["id"].as_u64()).flatten().and_then(|id| MessageId::try_from(id).ok())
        };
        self.client.wait_to_find(is_it).await
    }
}
