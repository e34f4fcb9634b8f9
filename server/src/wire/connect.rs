//! Mounts the protocol on socketioxide, and gives each socket that joins its inbox and its conversation.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request},
    response::Response,
};
use socketioxide::{
    ParserConfig, SocketIo, TransportType,
    adapter::LocalAdapter,
    extract::SocketRef,
    handler::{ConnectHandler as _, FromConnectParts, Value},
    socket::{DisconnectReason, Socket},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::{service_fn, util::BoxCloneSyncService};

use super::{InboxLimits, conversation::Conversation, inbox::Inbox, names, outbox::Outbox, upgrade};
use crate::{
    auth::{Authenticator, PeerThrottle, ThrottleSettings},
    fanout::SocketId,
    net::ConnectionHandle,
    sequencer::Sequencer,
};

/// The part of the settings that concerns sockets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SocketSettings {
    pub(crate) inbox: InboxLimits,
    pub(crate) throttle: ThrottleSettings,
    pub(crate) ping_interval: Duration,
    pub(crate) ping_timeout: Duration,
    pub(crate) join_timeout: Duration,
    pub(crate) message_bytes: usize,
    pub(crate) outgoing_packets: usize,
}

/// What conversations need of the server.
pub(crate) struct Services {
    pub(crate) settings: SocketSettings,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) sequencer: Sequencer,
    pub(crate) peers: Arc<PeerThrottle>,
    /// Owns the conversations.
    pub(crate) conversations: TaskTracker,
    /// Cancelled when the server stops: nothing more is taken in.
    pub(crate) stopping: CancellationToken,
    pub(crate) next_socket: AtomicU64,
}

/// The service that answers Engine.IO requests, on whichever path it is mounted.
pub(crate) type SocketIoRoutes = BoxCloneSyncService<Request, Response, Infallible>;

/// Builds the service. One `SocketIo` serves all paths, so that all sockets hear each other.
pub(crate) fn build(services: Arc<Services>) -> (SocketIoRoutes, SocketIo) {
    let settings = services.settings;
    let message_bytes = settings.message_bytes;
    // What is put before a name must not make a message too long that is not.
    let longest = message_bytes + names::INSERTED.len();
    let (service, io) = SocketIo::builder()
        .req_path("/")
        .transports([TransportType::Websocket])
        .ping_interval(settings.ping_interval)
        .ping_timeout(settings.ping_timeout)
        .connect_timeout(settings.join_timeout)
        .max_payload(message_bytes as u64)
        .max_buffer_size(settings.outgoing_packets)
        .ws_max_message_size(longest)
        .ws_max_frame_size(longest)
        .ws_read_buffer_size(1024)
        .with_parser(ParserConfig::common().max_incoming_binary_buf_size(message_bytes))
        .build_svc();
    // Registered in a middleware, before the client is told that it is connected: else its first event could be lost.
    let join = move |Joining(socket): Joining| {
        join(&services, &socket);
        async { Ok::<(), Infallible>(()) }
    };
    io.ns("/", (async |_: SocketRef| {}).with(join));
    let answer = move |request| upgrade::answer(service.clone(), request, message_bytes);
    (BoxCloneSyncService::new(service_fn(answer)), io)
}

fn join(services: &Arc<Services>, socket: &Arc<Socket<LocalAdapter>>) {
    let extensions = &socket.req_parts().extensions;
    let Some(ConnectInfo(connection)) = extensions.get::<ConnectInfo<ConnectionHandle>>().cloned() else {
        tracing::error!("a socket joined over something else than the server's listener");
        return;
    };
    connection.joined();
    let id = SocketId::new(services.next_socket.fetch_add(1, Ordering::Relaxed));
    let closed = services.stopping.child_token();
    let outbox = Outbox::new(Arc::downgrade(socket), connection.clone());
    let (inbox, requests) = Inbox::new(services.settings.inbox, outbox.clone());
    let conversation = Conversation::new(services.clone(), id, outbox, closed.clone());
    services.conversations.spawn(conversation.run(requests));
    socket.on_fallback(inbox);
    socket.on_disconnect(move |reason: DisconnectReason| {
        closed.cancel();
        // The join timeout does not start again, so that a client that leaves must go altogether (CONN-4).
        if reason == DisconnectReason::ClientNSDisconnect {
            connection.close();
        }
        async {}
    });
}

/// A socket that joins.
struct Joining(Arc<Socket<LocalAdapter>>);

impl FromConnectParts<LocalAdapter> for Joining {
    type Error = Infallible;

    fn from_connect_parts(socket: &Arc<Socket<LocalAdapter>>, _: &Option<Value>) -> Result<Self, Infallible> {
        Ok(Self(socket.clone()))
    }
}
