//! Who must not notice what a user does to the server: two others, and another connection of the same user.

use chat_spec::{
    events::{MessageSend, OnMessageNew},
    types::RoomId,
};

use crate::{
    accounts::Account,
    scenarios::unwatched::unwatched,
    stop::{Outcome, Stop},
    wire::{Connection, OpenOptions},
    world::{Client, World},
};

/// How many connections in a row have to come to nothing.
const TRIES: usize = 3;

/// Two users who must not notice what a third does to the server.
#[derive(Debug, Clone)]
pub(super) struct Bystanders {
    pub(super) world: World,
    pub(super) one: Client,
    pub(super) other: Client,
    pub(super) room: RoomId,
    /// The requirement that says that they must not notice.
    pub(super) requirement: &'static str,
}

impl Bystanders {
    /// Two users in a room of their own.
    pub(super) async fn new(world: &World, one: &Client, other: &Client, requirement: &'static str) -> Outcome<Self> {
        let room = world.dialog(one, other).await?;
        Ok(Self { world: world.clone(), one: one.clone(), other: other.clone(), room, requirement })
    }

    /// Checks that they go on as before: a message of the one reaches the other.
    pub(super) async fn go_on(&self, after: &str) -> Outcome {
        let Self { world, one, other, room, requirement } = self;
        let exchanged = world.silently(async {
            one.emit(&MessageSend { room_id: *room, text: world.text("we go on"), attachment_id: None }).await?;
            other.expect::<OnMessageNew>(requirement).await?;
            one.expect::<OnMessageNew>(requirement).await
        });
        match exchanged.await {
            Ok(_) => Ok(()),
            Err(Stop::Broken) => Err(world.broken(requirement, format!("other users cannot go on after {after}"))),
            Err(stop) => Err(stop),
        }
    }

    /// Opens a connection that may be lost, and authorises it where the server lets it.
    pub(super) async fn open(&self, account: &Account, after: &str) -> Outcome<Client> {
        let client = self.connect(account, self.world.open_options(), after).await?;
        client.try_authorise().await?;
        Ok(client)
    }

    /// Opens a connection that may be lost. One that a busy server gave up before it was open says nothing yet: nobody
    /// can connect any more where several in a row come to nothing.
    pub(super) async fn connect(&self, account: &Account, options: OpenOptions, after: &str) -> Outcome<Client> {
        let mut vain = String::new();
        for _ in 0..TRIES {
            match self.world.connect_with(account, "mallory", options.clone()).await {
                Ok(client) => {
                    client.set_misbehaving();
                    return Ok(client);
                }
                Err(Stop::NotEvaluable(why)) => vain = why,
                Err(stop) => return Err(stop),
            }
        }
        Err(self.world.broken(self.requirement, format!("nobody can connect any more after {after}: {vain}")))
    }

    /// Checks that a user can come and work.
    pub(super) async fn newcomer(&self, account: &Account, after: &str) -> Outcome {
        let client = self.open(account, after).await?;
        let works = client.is_authorised() && client.barrier().await.is_ok() && client.is_open();
        self.world.check(self.requirement, works, || format!("nobody can authorise any more after {after}"));
        client.close().await;
        drop(client.leftovers());
        Ok(())
    }
}

/// Another connection of the user who misbehaves: it is not to pay for what the first one does.
#[derive(Debug)]
pub(super) struct Sibling {
    /// `None` where a user can have one connection alone (AUTH-11), so that there is none to look at.
    connection: Option<Connection>,
    /// Whether a second connection is refused while the first one is there.
    refused: bool,
}

impl Sibling {
    /// Opens one, where there can be one.
    pub(super) async fn of(others: &Bystanders, account: &Account) -> Outcome<Self> {
        let connection = unwatched(&others.world, account, others.world.open_options()).await.ok();
        let mut sibling = Self { connection, refused: false };
        let client = others.open(account, "a second connection of a user").await?;
        client.responds().await;
        client.close().await;
        drop((client.errors(), client.leftovers()));
        sibling.refused = sibling.connection.is_some() && !client.is_authorised();
        if (sibling.is_lost() || sibling.refused)
            && let Some(connection) = sibling.connection.take()
        {
            connection.close().await;
        }
        Ok(sibling)
    }

    /// Whether a second connection of a user is refused. Then one that the server has not taken for gone yet keeps the
    /// user out, and says nothing of others.
    pub(super) const fn is_refused(&self) -> bool {
        self.refused
    }

    /// Whether it was open, and is not any more.
    pub(super) fn is_lost(&mut self) -> bool {
        let Some(connection) = &mut self.connection else { return false };
        // What comes on it is nobody's concern.
        while connection.try_next().is_some() {}
        connection.closed().is_some()
    }
}
