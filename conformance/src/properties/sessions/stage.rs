//! The connections of a session, and the users behind them.

use std::collections::BTreeMap;

use chat_spec::{
    events::{ChatDelete, OnMessageNew, OnUserAuthorized, Payload},
    types::{Dialog, UserId},
};

use super::judge::Heard;
use crate::{
    accounts::Account,
    model::{Socket, User},
    stop::{Outcome, Stop},
    world::{Client, HeardEvent, World},
};

/// The connections of a session, and the users behind them.
pub(super) struct Stage {
    /// The view of the server.
    pub(super) world: World,
    accounts: BTreeMap<User, Account>,
    clients: BTreeMap<Socket, Client>,
}

impl Stage {
    /// Gets users, connects each with one socket, and deletes what is between them.
    pub(super) async fn set(world: World, users: u8) -> Outcome<Self> {
        world.no_transcript();
        let cast: Vec<User> = (0..users).map(User).chain([User::ONLOOKER]).collect();
        let accounts = world.crowd(cast.len()).await?;
        let accounts: BTreeMap<User, Account> = cast.into_iter().zip(accounts).collect();
        world.state(|state| {
            for (user, account) in &accounts {
                state.aliases.name_user(account.id.get(), user.name());
            }
        });
        let mut stage = Self { world, accounts, clients: BTreeMap::new() };
        stage.gather().await?;
        Ok(stage)
    }

    /// Everybody comes. The onlooker is first, so that it hears who comes.
    async fn gather(&mut self) -> Outcome {
        let users: Vec<User> = self.accounts.keys().rev().copied().collect();
        for user in users {
            let socket = user.first_socket();
            let (client, authorized) = self.world.arrive(self.account(user)?, &socket.to_string()).await?;
            self.delete_old(user, &client, &authorized).await?;
            // Presence may be told another way than the rest: late, it would be taken for what the session says.
            let told = self.clients.values().map(|earlier| earlier.wait_until_announced(&client));
            drop(futures_util::future::join_all(told).await);
            self.clients.insert(socket, client);
        }
        let world = self.world.clone();
        // What was deleted here is no part of the session.
        world
            .silently(async {
                world.settle_presence().await?;
                drop(self.take_heard(|_, _| false));
                Ok(())
            })
            .await
    }

    /// Deletes the dialogs that a user has with others of the cast: what is between them is to begin now.
    async fn delete_old(&self, user: User, client: &Client, authorized: &OnUserAuthorized) -> Outcome {
        let of_cast = |dialog: &&Dialog| dialog.room.users.iter().all(|user| self.user_of(user.id).is_some());
        for dialog in authorized.dialogs.iter().filter(of_cast) {
            let delete = ChatDelete { room_id: dialog.room.id };
            self.world.silently(client.emit(&delete)).await?;
            tracing::debug!("{user} deletes an old dialog, room {}", dialog.room.id);
        }
        Ok(())
    }

    fn user_of(&self, id: UserId) -> Option<User> {
        self.accounts.iter().find(|(_, account)| account.id == id).map(|(user, _)| *user)
    }

    /// The ids of all users.
    pub(super) fn ids(&self) -> BTreeMap<User, UserId> {
        self.accounts.iter().map(|(user, account)| (*user, account.id)).collect()
    }

    /// The account of a user.
    pub(super) fn account(&self, user: User) -> Outcome<&Account> {
        self.accounts.get(&user).ok_or_else(|| Stop::Harness(format!("{user} does not take part in this session")))
    }

    /// The connection of a socket that is open.
    pub(super) fn client(&self, socket: Socket) -> Outcome<&Client> {
        self.clients.get(&socket).ok_or_else(|| Stop::Harness(format!("`{socket}` is not open")))
    }

    /// Opens a socket.
    pub(super) async fn open(&mut self, socket: Socket) -> Outcome {
        let client = self.world.connect(self.account(socket.user)?, &socket.to_string()).await?;
        self.clients.insert(socket, client);
        Ok(())
    }

    /// Closes a socket, in order or not.
    pub(super) async fn close(&mut self, socket: Socket, in_order: bool) {
        if let Some(client) = self.clients.remove(&socket) {
            if in_order {
                client.close().await;
            } else {
                client.abort().await;
            }
        }
    }

    /// Sentinels: first of the socket that did something, so that the server is past that; then of all that are
    /// authorised, so that what it caused has come.
    pub(super) async fn settle(&self, actor: Socket) -> Outcome {
        let authorised = |client: &&Client| client.is_authorised() && !client.is_cut_off();
        if let Some(client) = self.clients.get(&actor).filter(authorised) {
            client.send_sentinel().await?;
        }
        let all = self.clients.values().filter(authorised).map(Client::send_sentinel);
        futures_util::future::try_join_all(all).await.map(drop)
    }

    /// The sockets that the server closed.
    pub(super) fn lost(&self) -> Vec<Socket> {
        self.clients.iter().filter(|(_, client)| client.is_cut_off()).map(|(socket, _)| *socket).collect()
    }

    /// Everything that came since the last time, sentinels of the socket's own user left out. `may_be` says whether a
    /// socket may be a user.
    pub(super) fn take_heard(&self, may_be: impl Fn(Socket, User) -> bool) -> Heard {
        let heard = self.clients.iter().map(|(socket, client)| {
            let of_own = |author: u64| {
                let mut authors = self.accounts.iter().filter(|(_, account)| account.id.get() == author);
                authors.any(|(user, _)| *user == socket.user || may_be(*socket, *user))
            };
            let is_sentinel = |event: &HeardEvent| {
                let message = &event.payload["message"];
                let says = message["text"].as_str().is_some_and(|text| self.world.is_sentinel(text));
                event.name == OnMessageNew::NAME && says && message["user_id"].as_u64().is_some_and(of_own)
            };
            (*socket, client.take_all().into_iter().filter(|event| !is_sentinel(event)).collect())
        });
        heard.collect()
    }
}
