//! What goes out on one socket.

use std::sync::Weak;

use chat_spec::types::Acknowledgement;
use serde_json::value::RawValue;
use socketioxide::{
    SendError, SocketError,
    adapter::LocalAdapter,
    extract::AckSender,
    handler::{FromMessageParts as _, Value},
    socket::Socket,
};

use crate::{fanout::Outgoing, net::ConnectionHandle};

/// Sends to one socket, without waiting and without dropping anything: a socket that takes nothing more is closed.
#[derive(Clone)]
pub(crate) struct Outbox {
    /// Weak, because the socket's handlers hold the outbox.
    socket: Weak<Socket<LocalAdapter>>,
    connection: ConnectionHandle,
}

impl Outbox {
    pub(crate) const fn new(socket: Weak<Socket<LocalAdapter>>, connection: ConnectionHandle) -> Self {
        Self { socket, connection }
    }

    /// Whether the socket is there, and events cannot be sent to it yet.
    pub(crate) fn is_opening(&self) -> bool {
        self.socket.upgrade().is_some_and(|socket| !socket.connected())
    }

    /// Answers the callback of an action.
    pub(crate) fn acknowledge(&self, ack_id: i64, acknowledgement: &Acknowledgement) {
        let Some(socket) = self.socket.upgrade() else { return };
        let sender: Result<AckSender, _> =
            AckSender::from_message_parts(&socket, &mut Value::Str(Default::default(), None), &Some(ack_id));
        match sender {
            Ok(sender) => self.check(sender.send(acknowledgement)),
            Err(never) => match never {},
        }
    }

    /// The connection that carries the socket.
    pub(crate) const fn connection(&self) -> &ConnectionHandle {
        &self.connection
    }

    fn give_up(&self) {
        if self.connection.abort() {
            tracing::info!(peer = %self.connection.peer(), "cut off a client that does not read");
        }
    }

    fn check(&self, sent: Result<(), SendError>) {
        match sent {
            Ok(()) => {}
            Err(SendError::Socket(SocketError::InternalChannelFull)) => {
                self.give_up();
            }
            Err(SendError::Socket(SocketError::Closed)) => {}
            Err(error @ SendError::Serialize(_)) => tracing::error!(%error, "failed to encode what is to be sent"),
        }
    }
}

impl Outgoing for Outbox {
    fn send(&self, event: &str, payload: &RawValue) {
        let Some(socket) = self.socket.upgrade() else { return };
        if self.connection.queue(event.len() + payload.get().len()) {
            self.check(socket.emit(event, payload));
        } else {
            self.give_up();
        }
    }
}
