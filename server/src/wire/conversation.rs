//! One socket's actions, handled in the order in which they were sent.
//!
//! An authorised session is another type than an unauthorised one: only the first can bring an action to the chat.

use std::sync::Arc;

use chat_spec::{
    events::{Payload as _, UserAuth},
    types::User,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::{
    action,
    answer::Answer,
    connect::Services,
    inbox::Request,
    outbox::Outbox,
    packet::Event,
    user::auth::{self, Authentication},
};
use crate::{
    auth::ConnectionThrottle,
    domain::Refused,
    fanout::SocketId,
    sequencer::{Origin, Sequencer, Step},
};

/// A socket from joining to leaving.
pub(crate) struct Conversation {
    pub(super) services: Arc<Services>,
    pub(super) socket: SocketId,
    pub(super) outbox: Outbox,
    pub(super) throttle: ConnectionThrottle,
    /// Cancelled when the socket is gone, or the server stops.
    pub(super) closed: CancellationToken,
    pub(super) session: Session,
    places: Places,
    /// Whether the socket guessed so often that nothing that it sent is looked at any more.
    given_up: bool,
}

/// Whether the socket is somebody's.
pub(super) enum Session {
    Anonymous,
    Authorised(Authorised),
}

/// The session of a user.
pub(super) struct Authorised {
    pub(super) user: User,
}

impl Conversation {
    pub(crate) fn new(services: Arc<Services>, socket: SocketId, outbox: Outbox, closed: CancellationToken) -> Self {
        let places = Places::new(services.settings.inbox.under_way);
        let throttle = ConnectionThrottle::default();
        Self { services, socket, outbox, throttle, closed, session: Session::Anonymous, places, given_up: false }
    }

    /// Handles what comes in until the socket is gone and everything that it sent is handled.
    pub(crate) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let closed = self.closed.clone();
        loop {
            let request = tokio::select! {
                request = requests.recv() => request,
                () = closed.cancelled(), if !requests.is_closed() => {
                    requests.close();
                    continue;
                }
            };
            let Some(request) = request else { break };
            self.until_open().await;
            self.handle(&request).await;
            if self.given_up {
                break;
            }
        }
        self.places.settle().await;
        if let Session::Authorised(Authorised { user }) = self.session
            && !self.services.stopping.is_cancelled()
            && self.services.sequencer.leave(self.socket, user).await.is_err()
        {
            tracing::debug!("a socket left while the server was stopping");
        }
    }

    /// Waits until answers can be sent. An event may be here a moment before its socket counts as connected.
    async fn until_open(&self) {
        while self.outbox.is_opening() && !self.closed.is_cancelled() {
            tokio::task::yield_now().await;
        }
    }

    async fn handle(&mut self, request: &Request) {
        let event = Event::read(&request.packet);
        let answer = Answer::new(self.outbox.clone(), event.name.clone(), request.ack_id);
        if event.name == UserAuth::NAME {
            self.places.settle().await;
            return match auth::authenticate(self, event.payload(), answer).await {
                Authentication::As(user) => self.session = Session::Authorised(Authorised { user }),
                Authentication::AsBefore => {}
                Authentication::Never => self.given_up = true,
            };
        }
        let step = match (action::find(&event.name), &self.session) {
            (None, _) => Err(Refused::UnknownAction),
            (Some(_), Session::Anonymous) => Err(Refused::Unauthenticated),
            (Some(decode), Session::Authorised(session)) => {
                event.payload().and_then(decode).map(|step| (session, step))
            }
        };
        match step {
            Ok((session, step)) => {
                let is_read = step.is_read();
                let origin = self.origin(answer).await;
                session.act(&self.services.sequencer, origin, step).await;
                if is_read {
                    self.places.settle().await;
                }
            }
            // Not before the answers to what was sent earlier.
            Err(why) => {
                self.places.settle().await;
                answer.refuse(&why);
            }
        }
    }

    pub(super) async fn origin(&self, answer: Answer) -> Origin {
        Origin { socket: self.socket, responder: Box::new(answer), place: self.places.take().await }
    }
}

impl Authorised {
    async fn act(&self, sequencer: &Sequencer, origin: Origin, step: Box<dyn Step>) {
        if sequencer.act(origin, self.user.clone(), step).await.is_err() {
            tracing::debug!("an action came while the server was stopping");
        }
    }
}

/// The places of a socket's actions on their way through the sequencer: a bound on what one socket can queue there,
/// and a way to wait until nothing of it is under way.
struct Places {
    free: Arc<Semaphore>,
    all: u32,
}

impl Places {
    fn new(all: u32) -> Self {
        let all = all.max(1);
        Self { free: Arc::new(Semaphore::new(all as usize)), all }
    }

    async fn take(&self) -> OwnedSemaphorePermit {
        self.free.clone().acquire_owned().await.expect("the semaphore is never closed")
    }

    async fn settle(&self) {
        drop(self.free.acquire_many(self.all).await.expect("the semaphore is never closed"));
    }
}
