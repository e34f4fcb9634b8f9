//! `user.auth`: a socket becomes one of a user's.

use std::time::Instant;

use chat_spec::{decode::decode, events::UserAuth, types::User};
use serde_json::value::RawValue;

use crate::{
    domain::Refused,
    wire::{
        answer::Answer,
        conversation::{Authorised, Conversation, Session},
    },
};

/// Who the socket is from now on.
pub(in crate::wire) enum Authentication {
    /// This user.
    As(User),
    /// Nothing changed.
    AsBefore,
    /// Nobody: it guessed too often, and is closed.
    Never,
}

/// Handles `user.auth`. Authorising again as the same user is fine; as another one it is refused (D9).
pub(in crate::wire) async fn authenticate(
    conversation: &mut Conversation,
    payload: Result<&RawValue, Refused>,
    answer: Answer,
) -> Authentication {
    match verify(conversation, payload).await {
        Ok(user) => arrive(conversation, user, answer).await,
        Err(Refused::WrongCredentials) => refuse_credentials(conversation, answer).await,
        Err(why) => {
            answer.refuse(&why);
            Authentication::AsBefore
        }
    }
}

async fn verify(conversation: &Conversation, payload: Result<&RawValue, Refused>) -> Result<User, Refused> {
    let UserAuth { id, token } = decode(payload?)?;
    let user = conversation.services.authenticator.verify(id, &token).await.map_err(|error| {
        tracing::error!(%error, "failed to look a token up");
        Refused::Unavailable
    })?;
    let user = user.ok_or(Refused::WrongCredentials)?;
    match &conversation.session {
        Session::Authorised(Authorised { user: first }) if first.id != user.id => Err(Refused::AnotherUser),
        _ => Ok(user),
    }
}

async fn arrive(conversation: &Conversation, user: User, answer: Answer) -> Authentication {
    let origin = conversation.origin(answer).await;
    let outgoing = std::sync::Arc::new(conversation.outbox.clone());
    match conversation.services.sequencer.arrive(origin, user.clone(), outgoing).await {
        Ok(true) => Authentication::As(user),
        Ok(false) => Authentication::AsBefore,
        Err(stopped) => {
            tracing::debug!(%stopped, "a socket came too late");
            Authentication::AsBefore
        }
    }
}

/// Answers a wrong id or token, the more slowly the more there were (SEC-4). Only this socket waits.
async fn refuse_credentials(conversation: &mut Conversation, answer: Answer) -> Authentication {
    let services = conversation.services.clone();
    let settings = &services.settings.throttle;
    let peer = conversation.outbox.connection().peer().ip();
    let peer_is_over = services.peers.refuse(peer, settings, Instant::now());
    let verdict = conversation.throttle.refuse(settings, peer_is_over);
    if !verdict.delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(verdict.delay) => {}
            () = conversation.closed.cancelled() => {}
        }
    }
    answer.refuse(&if verdict.rate_limited { Refused::RateLimited } else { Refused::WrongCredentials });
    if !verdict.close {
        return Authentication::AsBefore;
    }
    conversation.outbox.connection().close();
    Authentication::Never
}
