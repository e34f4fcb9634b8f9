//! Connections beside the users of a scenario: what comes on them is not accounted for.

use std::time::Duration;

use serde_json::json;

use crate::{
    accounts::Account,
    stop::{Outcome, Stop},
    wire::{Connection, Incoming, OpenOptions, record::Keep},
    world::World,
};

/// Opens a connection and authorises it. What comes on it is for whoever opened it to look at, or nobody.
pub(super) async fn unwatched(world: &World, account: &Account, options: OpenOptions) -> Outcome<Connection> {
    let options = OpenOptions { record: Keep::CountsOnly, ..options };
    let mut connection = Connection::open(&world.subject().target, options).await.map_err(Stop::not_evaluable)?;
    let payload = json!({"id": account.id, "token": account.token});
    connection.emit("user.auth", &[payload]).await.map_err(Stop::not_evaluable)?;
    hear(&mut connection, "on.user.authorized", world.patience().max).await?;
    Ok(connection)
}

/// Waits until an event comes, and passes over all others.
pub(super) async fn hear(connection: &mut Connection, name: &str, patience: Duration) -> Outcome {
    let heard = async {
        loop {
            match connection.next(patience).await {
                Some(Incoming::Event(event)) if event.name == name => return Some(()),
                Some(Incoming::Closed { .. }) | None => return None,
                Some(_) => {}
            }
        }
    };
    match tokio::time::timeout(patience, heard).await {
        Ok(Some(())) => Ok(()),
        _ => Err(Stop::not_evaluable(format!("a connection beside the users of the scenario never heard {name}"))),
    }
}
