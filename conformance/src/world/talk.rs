//! Steps that many scenarios take: a message exchanged, an event that must not have come, a second device.

use chat_spec::{
    events::{ChatStart, MessageSend, OnMessageNew, OnUserAuthorized, Payload},
    types::RoomId,
};

use super::{Client, HeardEvent, World, auth, inbox::Heard, observer, settle};
use crate::stop::{Outcome, Stop};

impl World {
    /// A message from one to the other, heard by both. Gives what the other heard.
    pub async fn say(&self, from: &Client, to: &Client, room: RoomId, text: &str) -> Outcome<OnMessageNew> {
        self.say_for("SEND-1", from, to, room, text).await
    }

    /// The same, where another requirement than SEND-1 says that the message arrives.
    pub async fn say_for(
        &self,
        requirement: &'static str,
        from: &Client,
        to: &Client,
        room: RoomId,
        text: &str,
    ) -> Outcome<OnMessageNew> {
        from.emit(&MessageSend { room_id: room, text: self.text(text), attachment_id: None }).await?;
        let heard = to.expect(requirement).await?;
        from.expect::<OnMessageNew>(requirement).await?;
        Ok(heard)
    }

    /// Several messages from one to the other, a few of them under way at a time, outside of the transcript.
    pub async fn say_many(&self, from: &Client, to: &Client, room: RoomId, count: usize) -> Outcome {
        const UNDER_WAY: usize = 20;
        let numbers: Vec<usize> = (1..=count).collect();
        self.silently(async {
            for numbers in numbers.chunks(UNDER_WAY) {
                for number in numbers {
                    let text = self.text(&format!("one of many, {number}"));
                    from.emit(&MessageSend { room_id: room, text, attachment_id: None }).await?;
                }
                for hearer in [to, from] {
                    for _ in numbers {
                        hearer.expect::<OnMessageNew>("SEND-1").await?;
                    }
                }
            }
            Ok(())
        })
        .await
    }

    /// A first message from one to the other, outside of the transcript; gives what each heard.
    pub async fn start(
        &self,
        requirement: &'static str,
        one: &Client,
        other: &Client,
        text: &str,
    ) -> Outcome<(OnMessageNew, OnMessageNew)> {
        self.silently(async {
            one.emit(&ChatStart { user_id: other.id(), text: self.text(text), attachment_id: None }).await?;
            Ok((one.expect(requirement).await?, other.expect(requirement).await?))
        })
        .await
    }

    /// Waits until all is said, and finds what came and was not expected by what it is; events that came twice break
    /// EVT-1.
    pub async fn each_event_came_once(&self) -> Outcome {
        self.settle().await?;
        self.state(|state| state.mark_checked("EVT-1"));
        for client in self.clients() {
            client.account_for_the_rest();
        }
        Ok(())
    }

    /// Whether anything was found wrong so far.
    #[must_use]
    pub fn found_anything(&self) -> bool {
        self.state(|state| !state.findings.is_empty())
    }

    /// One more socket of a user, outside of the transcript. That a user may have several is a SHOULD: where the server
    /// does not let it, what is to be checked with it does not apply.
    pub async fn second_device(&self, user: &Client, label: &str) -> Outcome<Client> {
        let device = self.connect(user.account(), label).await?;
        let accepted = device.try_authorise().await?;
        user.barrier().await?;
        if accepted && !user.is_cut_off() && !device.is_cut_off() {
            return Ok(device);
        }
        drop((user.leftovers(), device.leftovers()));
        Err(Stop::NotApplicable("the server does not let a user have two sockets at once (AUTH-11)".into()))
    }
}

impl Client {
    /// Sends the right token and says whether it was accepted; outside of the transcript, and without judging.
    pub async fn try_authorise(&self) -> Outcome<bool> {
        self.emit_silently(&auth(self.account())).await?;
        let answered = |heard: &mut Heard| match heard.take(OnUserAuthorized::NAME, |_| true) {
            Some(event) => Some(event.payload["success"] == true),
            None => heard.closed.as_ref().map(|_| false),
        };
        Ok(self.inbox().wait_for(self.world().patience().event, answered).await.unwrap_or(false))
    }

    /// Whether the server answers a later action of this connection in a short time; not where it is closed.
    pub async fn responds(&self) -> bool {
        let patience = self.world().patience();
        let short = (patience.quiet * 4).max(patience.round_trip * 20);
        let answered = tokio::time::timeout(short, self.barrier()).await;
        matches!(answered, Ok(Ok(()))) && self.is_open()
    }

    /// Waits until the server has answered a later action of this connection, or the connection is closed.
    pub async fn barrier(&self) -> Outcome {
        if self.is_listening() { self.send_sentinel().await } else { Ok(()) }
    }

    /// Checks that no event of a kind comes: with sentinels. Other events stay where they are.
    pub async fn expect_no<E: Payload>(&self, requirement: &'static str) -> Outcome {
        let world = self.world();
        world.settle().await?;
        let came = self.inbox().with(|heard| heard.take(E::NAME, |_| true));
        let got = came.map(|event| observer::shorten(&event.payload.to_string()));
        world.state(|state| {
            state.mark_checked(requirement);
            if got.is_some() {
                let sentence = format!("`{}` heard {}, and should not", self.label(), E::NAME);
                state.find(requirement, sentence, None, got);
            }
        });
        Ok(())
    }

    /// Takes everything that came and nobody took notice of, without judging it. Sentinels of other sockets of the user
    /// are left out.
    #[must_use]
    pub fn leftovers(&self) -> Vec<HeardEvent> {
        let events: Vec<HeardEvent> = self.inbox().with(|heard| {
            let events: Vec<HeardEvent> = heard.pending.drain(..).collect();
            heard.taken.extend(events.iter().cloned());
            events
        });
        let is_sentinel = |event: &HeardEvent| {
            let text = event.payload["message"]["text"].as_str();
            text.is_some_and(|text| settle::is_of_same_user(self, self.world(), text))
        };
        events.into_iter().filter(|event| !is_sentinel(event)).collect()
    }
}
