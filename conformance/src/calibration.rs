//! How long to wait for this server: scaled to its measured round trip.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use chat_spec::{
    events::{ChatHistory, ChatStart, OnMessageNew, OnUserAuthorized, OnUserOnline, Payload, UserAuth},
    types::UserId,
};
use futures_util::future::join_all;
use serde_json::json;
use thiserror::Error;

use crate::{
    accounts::Account,
    subject::SLOWEST_PRESENCE,
    wire::{Connection, Incoming, OpenError, OpenOptions, SendError, Target},
};

/// So many accounts are tried at a time.
const AT_A_TIME: usize = 8;
/// How many times joining the namespace is measured. Few: a server may limit new connections.
const TRIES: usize = 5;
/// An event is waited for at least this long, however fast the server is: machines hiccup.
const SHORTEST_EVENT: Duration = Duration::from_secs(2);
/// An event that may come or not is waited for at least this long after a sentinel.
const STRAGGLER: Duration = Duration::from_millis(400);
/// Quiet time is at least and at most this long.
const QUIET: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));

/// How long the suite waits for a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The measured round trip: the median time of joining the namespace.
    pub round_trip: Duration,
    /// How long an event is waited for: a hundred times what an answer takes, from two seconds up to `max`.
    pub event: Duration,
    /// How long is listened for what should not come, after a sentinel showed that it did not: three times what an
    /// answer takes, from 5 to 100 ms.
    pub quiet: Duration,
    /// The longest that anything is waited for: a setting.
    pub max: Duration,
}

/// Why a server could not be measured.
#[derive(Debug, Error)]
pub enum CalibrationError {
    /// It cannot be reached.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It hung up.
    #[error("the server went away while its round trip was measured: {0}")]
    Send(#[from] SendError),
    /// It does not answer.
    #[error("the server did not answer within {patience:?} while its round trip was measured; expected {expected}")]
    Silent {
        /// How long was waited.
        patience: Duration,
        /// What should have come.
        expected: &'static str,
    },
    /// It refuses the account that it was measured with.
    #[error(
        "the server refuses the token of user {0}: was it seeded with the accounts of this run? \
             (`--accounts` names them; a command of `--server-cmd` gets them as `{{accounts}}`)"
    )]
    TokenRefused(u64),
}

impl Patience {
    /// The patience for a server with that round trip and that time for the slowest answer measured.
    #[must_use]
    pub fn scaled(round_trip: Duration, slowest: Duration, max: Duration) -> Self {
        let slowest = slowest.max(round_trip);
        Self {
            round_trip,
            event: (slowest * 100).max(SHORTEST_EVENT).min(max),
            quiet: (slowest * 3).clamp(QUIET.0, QUIET.1),
            max,
        }
    }

    /// How long an event is waited for that may come or not, when a sentinel was back already.
    #[must_use]
    pub fn straggler(&self) -> Duration {
        (self.quiet * 5).max(STRAGGLER).min(self.event)
    }

    /// Measures a server: how long joining the namespace takes (the median of five), and how long authorising takes.
    /// The account is authorised once, with its right token, so that no limit on wrong ones is touched.
    ///
    /// # Errors
    /// The server cannot be reached, does not answer, or refuses the account.
    pub async fn measure(target: &Target, account: &Account, max: Duration) -> Result<Self, CalibrationError> {
        let mut round_trips = Vec::with_capacity(TRIES);
        let mut slowest = Duration::ZERO;
        for attempt in 0..TRIES {
            let options = OpenOptions { patience: max, auto_connect: false, ..OpenOptions::default() };
            let mut connection = Connection::open(target, options).await?;
            round_trips.push(join(&mut connection, max).await?);
            if attempt == 0 {
                slowest = authorise(&mut connection, account, max).await?;
            }
            connection.close().await;
        }
        round_trips.sort_unstable();
        Ok(Self::scaled(round_trips[TRIES / 2], slowest, max))
    }
}

/// Whether a user who sends to another that is not there hears its own message: the sentinels of a run rest on it.
///
/// # Errors
/// The server cannot be reached, or does not let the user in.
pub async fn hears_itself(
    target: &Target,
    account: &Account,
    absent: UserId,
    patience: Duration,
) -> Result<bool, CalibrationError> {
    let options = OpenOptions { patience, auto_connect: false, ..OpenOptions::default() };
    let mut connection = Connection::open(target, options).await?;
    join(&mut connection, patience).await?;
    authorise(&mut connection, account, patience).await?;
    let payload = json!({"user_id": absent, "text": "is my own message heard?"});
    connection.emit(ChatStart::NAME, &[payload]).await?;
    let own = |incoming: &Incoming| matches!(incoming, Incoming::Event(event) if event.name == OnMessageNew::NAME);
    let heard = wait_for(&mut connection, patience, "on.message.new", own).await.is_ok();
    connection.close().await;
    Ok(heard)
}

/// Whether the server hangs up on a socket that acts before it is authorised: it is free to (SEC-1 says what such an
/// action must not do, and no requirement what it may cost).
///
/// # Errors
/// The server cannot be reached.
pub async fn hangs_up_on_strangers(
    target: &Target,
    account: &Account,
    patience: Duration,
) -> Result<bool, CalibrationError> {
    let options = OpenOptions { patience, auto_connect: false, ..OpenOptions::default() };
    let mut connection = Connection::open(target, options).await?;
    join(&mut connection, patience).await?;
    // Whoever still listens answers the right token.
    let said = [
        (ChatHistory::NAME, json!({"room_id": 1})),
        (UserAuth::NAME, json!({"id": account.id, "token": account.token})),
    ];
    for (action, payload) in said {
        if connection.emit(action, &[payload]).await.is_err() {
            return Ok(true);
        }
    }
    let decided = |incoming: &Incoming| match incoming {
        Incoming::Event(event) => event.name == OnUserAuthorized::NAME,
        incoming => matches!(incoming, Incoming::Disconnected),
    };
    let decided = wait_for(&mut connection, patience, OnUserAuthorized::NAME, decided).await;
    connection.close().await;
    Ok(matches!(decided, Ok(Incoming::Disconnected) | Err(CalibrationError::Send(_))))
}

/// The first of some accounts whose token the server refuses, twice. Whether a right token is let in is for the scenarios
/// to say (AUTH-1); a list of users that the server never had is for whoever wrote it to mend.
///
/// `onlooker` is another one, that is let in: it waits until all of them are announced to be gone, so that no scenario
/// hears of it. A server that announces nothing is waited for as long as a presence may take, and told by the scenarios.
///
/// # Errors
/// That account, as [`CalibrationError::TokenRefused`]; or the server cannot be reached.
pub async fn check_tokens(
    target: &Target,
    onlooker: &Account,
    accounts: &[Account],
    patience: Duration,
) -> Result<(), CalibrationError> {
    let options = || OpenOptions { patience, auto_connect: false, ..OpenOptions::default() };
    let check = async |account: &Account| {
        let mut connection = Connection::open(target, options()).await?;
        join(&mut connection, patience).await?;
        let authorised = authorise(&mut connection, account, patience).await;
        connection.close().await;
        authorised
    };
    let mut watching = Connection::open(target, options()).await?;
    join(&mut watching, patience).await?;
    authorise(&mut watching, onlooker, patience).await?;
    let mut there: BTreeSet<u64> = BTreeSet::new();
    for some in accounts.chunks(AT_A_TIME) {
        for (account, checked) in some.iter().zip(join_all(some.iter().map(&check)).await) {
            if matches!(checked, Err(CalibrationError::TokenRefused(_)))
                && let Err(refused @ CalibrationError::TokenRefused(_)) = check(account).await
            {
                return Err(refused);
            }
            there.insert(account.id.get());
        }
        while let Some(incoming) = watching.try_next() {
            there.retain(|user| !is_gone(&incoming, *user));
        }
    }
    let deadline = Instant::now() + SLOWEST_PRESENCE.min(patience);
    while !there.is_empty() {
        let Some(incoming) = watching.next(deadline.saturating_duration_since(Instant::now())).await else { break };
        there.retain(|user| !is_gone(&incoming, *user));
    }
    watching.close().await;
    Ok(())
}

/// Whether it is said that a user went.
fn is_gone(incoming: &Incoming, user: u64) -> bool {
    matches!(incoming, Incoming::Event(event) if event.name == OnUserOnline::NAME
        && event.args.first().is_some_and(|payload| payload["id"] == user && payload["online"] == false))
}

async fn join(connection: &mut Connection, patience: Duration) -> Result<Duration, CalibrationError> {
    let asked = Instant::now();
    connection.join_namespace().await?;
    let connected = |incoming: &Incoming| matches!(incoming, Incoming::Connected { .. });
    wait_for(connection, patience, "the namespace to be joined", connected).await?;
    Ok(asked.elapsed())
}

async fn authorise(
    connection: &mut Connection,
    account: &Account,
    patience: Duration,
) -> Result<Duration, CalibrationError> {
    let asked = Instant::now();
    let payload = json!({"id": account.id, "token": account.token});
    connection.emit(UserAuth::NAME, &[payload]).await?;
    let authorised =
        |incoming: &Incoming| matches!(incoming, Incoming::Event(event) if event.name == OnUserAuthorized::NAME);
    let Incoming::Event(answer) = wait_for(connection, patience, OnUserAuthorized::NAME, authorised).await? else {
        return Err(CalibrationError::Silent { patience, expected: OnUserAuthorized::NAME });
    };
    let taken = asked.elapsed();
    match answer.args.first().and_then(|payload| payload.get("success")) {
        Some(success) if success == false => Err(CalibrationError::TokenRefused(account.id.get())),
        // Whether the answer is well formed is for the scenarios to say.
        _ => Ok(taken),
    }
}

/// Waits for something; what else comes is of no interest here.
async fn wait_for(
    connection: &mut Connection,
    patience: Duration,
    expected: &'static str,
    is_it: impl Fn(&Incoming) -> bool,
) -> Result<Incoming, CalibrationError> {
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match connection.next(left).await {
            Some(incoming) if is_it(&incoming) => return Ok(incoming),
            Some(Incoming::Closed { reason, .. }) => return Err(SendError::Closed(reason).into()),
            Some(_) => {}
            None => return Err(CalibrationError::Silent { patience, expected }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_scaled_within_bounds() {
        let ms = Duration::from_millis;
        for (round_trip, slowest, event, quiet) in [
            (ms(0), ms(0), ms(2_000), ms(5)),
            (ms(10), ms(5), ms(2_000), ms(30)),
            (ms(1), ms(50), ms(5_000), ms(100)),
            (ms(500), ms(900), ms(10_000), ms(100)),
        ] {
            let patience = Patience::scaled(round_trip, slowest, ms(10_000));
            assert_eq!((patience.event, patience.quiet), (event, quiet), "{round_trip:?}, {slowest:?}");
        }
        assert_eq!(Patience::scaled(ms(1), ms(1), ms(500)).event, ms(500), "the setting has the last word");
    }
}
