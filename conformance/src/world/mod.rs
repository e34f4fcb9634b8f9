//! The language that scenarios are written in.
//!
//! A [`World`] is one scenario's view of the server: the users that it was given, what they say and hear, and what was
//! found wrong. A [`Client`] is one connection of a user, with the name that the scenario calls it.
//!
//! * `casting`: which accounts a scenario gets, so that scenarios do not disturb each other.
//! * `client`: saying and hearing.
//! * `inbox`: what a client heard and nobody took notice of yet.
//! * `settle`: sentinels, by which silence is shown.
//! * `attachment`: what can be sent with a message.
//! * `lane`: looking at what was heard before it is taken notice of, while much happens at once.
//! * `history`, `presence`, `dropped`, `refused`, `talk`: what several scenarios need to ask, to hear and to do.
//! * `overheard`: all that a client heard, at once.
//! * `reaction`: what a client hears when it is refused, and whether two refusals can be told apart.

mod attachment;
mod casting;
mod client;
mod dropped;
mod history;
mod inbox;
mod lane;
mod observer;
mod overheard;
mod presence;
mod reaction;
mod refused;
pub(crate) mod settle;
mod state;
mod talk;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use chat_spec::{
    events::{ChatStart, OnMessageNew, OnUserAuthorized, UserAuth},
    types::{Chat, RoomId, UserId},
};
use serde_json::Value;

pub(crate) use self::reaction::{event_of, without_numbers};
pub use self::{
    attachment::Offered,
    casting::Casting,
    client::Client,
    dropped::{Dropped, ToldBy},
    history::{Direction, Walk},
    inbox::HeardEvent,
    reaction::{Reaction, Reactions},
    state::ScenarioState,
};
use crate::{
    accounts::Account,
    calibration::Patience,
    result::{DialectEntry, Heard, WireLine},
    stop::{Outcome, Stop},
    subject::Subject,
    wire::{Connection, OpenOptions},
};

/// One scenario's view of the server under test.
#[derive(Debug, Clone)]
pub struct World {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    subject: Arc<Subject>,
    /// Appended to every text, so that it is known whose it is, in this run and this scenario.
    tag: String,
    begun: Instant,
    state: Mutex<ScenarioState>,
    clients: Mutex<Vec<Client>>,
    cast: Mutex<Vec<Account>>,
    /// Numbers the sentinels of all clients: several sockets of a user hear each other's, by the same name too.
    sentinels: AtomicU64,
    /// Numbers the other views that were made of this one.
    others: AtomicU64,
}

impl World {
    /// The view of a scenario that begins; `number` tells the scenarios of a run apart.
    #[must_use]
    pub fn new(subject: Arc<Subject>, number: usize) -> Self {
        let tag = format!(" ~{}.{number}", subject.run);
        Self::tagged(subject, tag)
    }

    /// Another view, with users, findings and connections of its own: one of many rounds of a scenario.
    #[must_use]
    pub fn another(&self) -> Self {
        let number = self.inner.others.fetch_add(1, Ordering::Relaxed);
        Self::tagged(Arc::clone(self.subject()), format!("{}.{number}", self.inner.tag))
    }

    fn tagged(subject: Arc<Subject>, tag: String) -> Self {
        let state = ScenarioState::new(&tag);
        Self {
            inner: Arc::new(Inner {
                subject,
                tag,
                begun: Instant::now(),
                state: Mutex::new(state),
                clients: Mutex::default(),
                cast: Mutex::default(),
                sentinels: AtomicU64::new(0),
                others: AtomicU64::new(0),
            }),
        }
    }

    /// The server under test, and what is known about it.
    #[must_use]
    pub fn subject(&self) -> &Arc<Subject> {
        &self.inner.subject
    }

    /// How long to wait for what.
    #[must_use]
    pub fn patience(&self) -> Patience {
        self.inner.subject.patience
    }

    /// A text with the tag of this scenario, so that it is told apart from what others said.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        format!("{text}{}", self.inner.tag)
    }

    fn next_sentinel(&self) -> u64 {
        self.inner.sentinels.fetch_add(1, Ordering::Relaxed)
    }

    /// Works on what is known so far. The lock is never held over an await.
    pub(crate) fn state<R>(&self, work: impl FnOnce(&mut ScenarioState) -> R) -> R {
        // A panic while the lock was held is reported as a harness error by the runner; what was found stays valid.
        work(&mut self.inner.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The clients that were opened so far, those that are closed included.
    pub(crate) fn clients(&self) -> Vec<Client> {
        self.inner.clients.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks a requirement; where it does not hold, records the sentence and goes on.
    pub fn check(&self, requirement: &'static str, holds: bool, sentence: impl FnOnce() -> String) {
        self.state(|state| {
            state.mark_checked(requirement);
            if !holds {
                state.find(requirement, sentence(), None, None);
            }
        });
    }

    /// Checks that a value is what a requirement asks for; where it is not, records both and goes on.
    pub fn check_eq<T: PartialEq + std::fmt::Debug>(
        &self,
        requirement: &'static str,
        what: &str,
        got: &T,
        expected: &T,
    ) {
        self.state(|state| {
            state.mark_checked(requirement);
            if got != expected {
                let values = (Some(format!("{expected:?}")), Some(format!("{got:?}")));
                state.find(requirement, format!("{what} is not as required"), values.0, values.1);
            }
        });
    }

    /// Records that a requirement is broken, and stops the scenario.
    pub fn broken(&self, requirement: &'static str, sentence: impl Into<String>) -> Stop {
        self.state(|state| {
            state.mark_checked(requirement);
            state.find(requirement, sentence.into(), None, None);
        });
        Stop::Broken
    }

    /// Says which requirement it breaks in this scenario that an event comes twice: a more special one than EVT-1.
    pub fn repeats_break(&self, requirement: &'static str) {
        self.state(|state| state.repeats = requirement);
    }

    /// Notes what the server does where servers are free.
    pub fn dialect(&self, source: &str, matter: &str, server: impl Into<String>, ours: &str) {
        let entry =
            DialectEntry { matter: matter.into(), source: source.into(), server: server.into(), ours: ours.into() };
        self.state(|state| state.note_dialect(entry));
    }

    /// Says that the order of events differs from run to run by design, so that there is no transcript to verify.
    pub fn no_transcript(&self) {
        self.state(|state| state.recording = state::Recording::Off);
    }

    /// Accounts for this scenario alone, by the names that it calls them; nobody is connected yet. To be called once.
    pub async fn accounts<const N: usize>(&self, names: [&'static str; N]) -> Outcome<[Account; N]> {
        let accounts = self.subject().casting.take(N).await?;
        self.state(|state| {
            for (account, name) in accounts.iter().zip(names) {
                state.aliases.name_user(account.id.get(), name);
            }
        });
        self.inner.cast.lock().unwrap_or_else(PoisonError::into_inner).extend(accounts.iter().cloned());
        accounts.try_into().map_err(|_| Stop::Harness("the casting gave another number of accounts".into()))
    }

    /// Any number of accounts for this scenario alone, without names.
    pub async fn crowd(&self, count: usize) -> Outcome<Vec<Account>> {
        let accounts = self.subject().casting.take(count).await?;
        self.inner.cast.lock().unwrap_or_else(PoisonError::into_inner).extend(accounts.iter().cloned());
        Ok(accounts)
    }

    /// Users for this scenario alone, each connected and authorised with one socket, with no message between any two
    /// of them. To be called once.
    pub async fn users<const N: usize>(&self, names: [&'static str; N]) -> Outcome<[Client; N]> {
        let accounts = self.accounts(names).await?;
        let arrivals = accounts.iter().zip(names).map(|(account, name)| self.arrive(account, name));
        let arrived = futures_util::future::try_join_all(arrivals).await?;
        let clients: Vec<Client> = arrived.iter().map(|(client, _)| client.clone()).collect();
        self.tidy(&arrived).await?;
        clients.try_into().map_err(|_| Stop::Harness("another number of users came".into()))
    }

    /// Opens a connection that is not authorised. `account` is who it will say to be.
    pub async fn connect(&self, account: &Account, label: &str) -> Outcome<Client> {
        self.connect_with(account, label, self.open_options()).await
    }

    /// How a connection of this run is opened.
    #[must_use]
    pub fn open_options(&self) -> OpenOptions {
        let secrets = Arc::clone(&self.subject().secrets);
        OpenOptions { patience: self.patience().max, secrets, ..OpenOptions::default() }
    }

    /// Opens a connection with options of its own.
    pub async fn connect_with(&self, account: &Account, label: &str, options: OpenOptions) -> Outcome<Client> {
        let opened = Box::pin(Connection::open(&self.subject().target, options)).await;
        self.subject().note_connection(opened.is_ok());
        let connection =
            opened.map_err(|error| Stop::not_evaluable(format!("`{label}` could not connect: {error}")))?;
        let client = Client::new(self.clone(), account.clone(), label, connection);
        self.inner.clients.lock().unwrap_or_else(PoisonError::into_inner).push(client.clone());
        Ok(client)
    }

    /// Connects and authorises, outside of the transcript.
    pub async fn arrive(&self, account: &Account, label: &str) -> Outcome<(Client, OnUserAuthorized)> {
        let client = self.connect(account, label).await?;
        let authorized = client.authorise_silently().await?;
        Ok((client, authorized))
    }

    /// One more socket of a user, connected and authorised, outside of the transcript: a second device. `label` such as
    /// `alice/laptop`.
    ///
    /// That a user may have several is a SHOULD (AUTH-11), so a server that lets in one device alone breaks that, and
    /// nothing that is checked with several sockets is held against it.
    pub async fn another_socket(&self, user: &Client, label: &str) -> Outcome<Client> {
        let socket = self.connect(user.account(), label).await?;
        self.silently(async {
            socket.emit(&auth(user.account())).await?;
            let answer: OnUserAuthorized = socket.expect("AUTH-11").await?;
            // What it says itself comes back to it, unless the server forgot it. The first one shows that the server
            // works.
            let answers = socket.send_sentinel().await.is_ok();
            let first_answers = user.send_sentinel().await.is_ok();
            let what = match answer.success {
                true if user.is_cut_off() => "it cost the first one",
                true if !first_answers => "the first one is not answered any more",
                true if !answers => "it does not hear what it says itself",
                true => return Ok(()),
                false => "it was refused",
            };
            Err(self.broken("AUTH-11", format!("`{label}`, a second socket of a user, authorised, and {what}")))
        })
        .await?;
        Ok(socket)
    }

    /// Closes the user's connection and comes back with a new one in the same lane, outside of the transcript. Gives
    /// the answer to the authorisation.
    pub async fn come_back(&self, user: &Client) -> Outcome<(Client, OnUserAuthorized)> {
        user.close().await;
        self.arrive(user.account(), user.label()).await
    }

    /// The room of two users, made by a first message outside of the transcript.
    pub async fn dialog(&self, one: &Client, other: &Client) -> Outcome<RoomId> {
        self.silently(async {
            one.emit(&ChatStart { user_id: other.id(), text: self.text("the dialog begins"), attachment_id: None })
                .await?;
            let event: OnMessageNew = one.expect("START-1").await?;
            other.expect::<OnMessageNew>("START-1").await?;
            Ok(event.room.id)
        })
        .await
    }

    /// Does something outside of the transcript: a preparation.
    pub async fn silently<T>(&self, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        self.state(|state| state.hidden += 1);
        let result = work.await;
        self.state(|state| state.hidden -= 1);
        result
    }

    /// What a side has not read, counted from what it was when the scenario began: a server that cannot be reset has a
    /// past.
    #[must_use]
    pub fn unread(&self, chat: &Chat, room: RoomId) -> i128 {
        i128::from(chat.unread_count) - i128::from(self.state(|state| state.unread_before(chat.user_id, room)))
    }

    /// The rooms between two users that were listed when one of them authorised.
    #[must_use]
    pub fn rooms_between(&self, one: UserId, other: UserId) -> Vec<RoomId> {
        self.state(|state| state.rooms_between(one, other))
    }

    /// Removes what an earlier scenario or run left between the users of this one.
    async fn tidy(&self, arrived: &[(Client, OnUserAuthorized)]) -> Outcome {
        let ids: Vec<_> = arrived.iter().map(|(client, _)| client.id()).collect();
        self.silently(async {
            for (client, authorized) in arrived {
                for dialog in authorized.dialogs.iter().filter(|dialog| dialog.message.is_some()) {
                    // Of the two users, the first in the cast clears.
                    let members: Vec<_> =
                        ids.iter().filter(|id| dialog.room.users.iter().any(|user| user.id == **id)).collect();
                    if members.len() == 2 && *members[0] == client.id() {
                        self.clear_leftovers(arrived, dialog.room.id, client, *members[1]).await?;
                    }
                }
            }
            Ok(())
        })
        .await
    }

    async fn clear_leftovers(
        &self,
        arrived: &[(Client, OnUserAuthorized)],
        room: RoomId,
        client: &Client,
        other: UserId,
    ) -> Outcome {
        use chat_spec::events::{ChatClear, OnChatClear};
        client.emit(&ChatClear { room_id: room }).await?;
        client.expect::<OnChatClear>("CLEAR-1").await?;
        if let Some((other, _)) = arrived.iter().find(|(candidate, _)| candidate.id() == other) {
            other.expect::<OnChatClear>("CLEAR-2").await?;
        }
        Ok(())
    }

    /// Ends the scenario: accounts for everything that was heard and not expected, closes all connections, looks for
    /// tokens in what the server sent, gives the accounts back.
    pub(crate) async fn finish(&self, outcome: &Outcome) {
        if outcome.is_ok()
            && let Err(Stop::NotEvaluable(why) | Stop::Harness(why)) = self.settle().await
        {
            self.state(|state| state.note_unsettled(why));
        }
        for client in self.clients() {
            match outcome {
                Ok(()) => client.account_for_the_rest(),
                // What the scenario did not come to take notice of may have been expected; not so what comes twice.
                Err(_) => client.find_repetitions(),
            }
            client.find_unexpected_end();
        }
        futures_util::future::join_all(self.clients().iter().map(Client::close)).await;
        self.look_for_secrets();
        let cast = std::mem::take(&mut *self.inner.cast.lock().unwrap_or_else(PoisonError::into_inner));
        self.subject().casting.give_back(cast);
    }

    /// Whether a connection was lost that the scenario did not close, or none could be opened.
    pub(crate) fn lost_a_connection(&self) -> bool {
        self.state(|state| state.lost_a_connection)
    }

    /// Forgets what was found: a server that is about to go may answer anything, such as that its storage is closed.
    pub(crate) fn forget_what_the_loss_explains(&self) {
        self.state(|state| state.findings.clear());
    }

    /// SEC-5: nothing that a server sends carries a token.
    fn look_for_secrets(&self) {
        for client in self.clients() {
            self.state(|state| state.mark_checked("SEC-5"));
            for leak in client.record().leaks() {
                let sentence = format!("a frame that `{}` received carries the {}", client.label(), leak.secret);
                self.state(|state| state.find("SEC-5", sentence, None, Some(leak.frame)));
            }
        }
    }

    /// Lets go of the connections, when nobody asks for their frames any more: each knows its world.
    pub(crate) fn forget_clients(&self) {
        self.inner.clients.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Every frame of every connection, in the order of time.
    pub(crate) fn wire_log(&self) -> Vec<WireLine> {
        let mut lines: Vec<WireLine> = self.clients().iter().flat_map(|client| self.lines_of(client)).collect();
        lines.extend(self.state(|state| state.borrowed_wire_log.clone()));
        lines.sort_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
        lines
    }

    fn lines_of(&self, client: &Client) -> Vec<WireLine> {
        client.record().lines(self.inner.begun, client.label())
    }
}

/// What is said in a lane, as the transcript shows it.
impl World {
    pub(crate) fn record_sent(&self, lane: &str, action: &str, payload: &Value) {
        self.state(|state| {
            state.sent.insert(action.to_owned());
            state.record(lane, Heard::Sent, action, Some(payload.clone()));
        });
    }
}

/// The payload of an authorisation.
pub(crate) fn auth(account: &Account) -> UserAuth {
    UserAuth { id: account.id, token: account.token.clone() }
}
