//! One connection through the proxy: a reader and a writer for each side.

use std::{io, time::Duration};

use futures_util::{
    SinkExt, StreamExt,
    future::join,
    stream::{SplitSink, SplitStream},
};
use socket2::{SockRef, Socket};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::mpsc,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_async_with_config, client_async_with_config,
    tungstenite::{self, Message, protocol::WebSocketConfig},
};
use tokio_util::sync::CancellationToken;

use super::{
    Upstream,
    head::Head,
    hub::{Hub, Outgoing, SharedHub, Ways},
};
use crate::self_test::{
    frame::{End, Frame, Towards},
    known::Link,
};

/// How many messages may wait for a side that does not read.
const WAITING: usize = 1024;
/// How long the other side may take to end after one ended.
const FAREWELL: Duration = Duration::from_secs(2);

/// Serves a client until both sides are gone.
pub(super) async fn serve(link: Link, mut client: TcpStream, upstream: &Upstream, hub: &SharedHub) {
    // Whatever fails here is a connection that ends, which is what the client sees of it.
    drop(client.set_nodelay(true));
    let Ok(head) = Head::read(&mut client).await else { return };
    let Some(target) = head.websocket() else {
        return drop(head.tunnel(client, upstream).await);
    };
    let Ok((server, server_socket)) = dial(upstream, &target).await else {
        return drop(head.tunnel(client, upstream).await);
    };
    let Ok(client_socket) = SockRef::from(&client).try_clone() else { return };
    let accepted = accept_async_with_config(head.rewind(client), Some(config())).await;
    let Ok(client) = accepted else { return };
    pump(link, hub, (client, client_socket), (server, server_socket)).await;
}

/// As much as the server itself would take: limits are the server's.
fn config() -> WebSocketConfig {
    let mut config = WebSocketConfig::default();
    config.max_message_size = None;
    config.max_frame_size = None;
    config.read_buffer_size = 16 << 10;
    config
}

async fn dial(upstream: &Upstream, target: &str) -> Result<(WebSocketStream<TcpStream>, Socket), tungstenite::Error> {
    let tcp = TcpStream::connect((upstream.host.as_str(), upstream.port)).await?;
    tcp.set_nodelay(true)?;
    let socket = SockRef::from(&tcp).try_clone()?;
    let url = format!("ws://{}:{}{target}", upstream.host, upstream.port);
    let (stream, _) = client_async_with_config(url, tcp, Some(config())).await?;
    Ok((stream, socket))
}

type Side<S> = (WebSocketStream<S>, Socket);

async fn pump<C, S>(link: Link, hub: &SharedHub, client: Side<C>, server: Side<S>)
where
    C: AsyncRead + AsyncWrite + Unpin,
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (to_client, client_queue) = mpsc::channel(WAITING);
    let (to_server, server_queue) = mpsc::channel(WAITING);
    hub.open(link, Ways { to_client, to_server, ended: false });
    let ((client_sink, client_stream), (server_sink, server_stream)) = (client.0.split(), server.0.split());
    let (client_over, server_over) = (CancellationToken::new(), CancellationToken::new());
    let reading = async {
        join(
            read(link, hub, Towards::Server, client_stream, &client_over, &server_over),
            read(link, hub, Towards::Client, server_stream, &server_over, &client_over),
        )
        .await;
        hub.forget(link);
    };
    let writing = join(
        write(Some(hub), client_queue, client_sink, client.1, &client_over),
        write(None, server_queue, server_sink, server.1, &server_over),
    );
    join(reading, writing).await;
}

/// Reads one side until its end, and gives everything to the rule. Ends when the side is gone, or is over by what was
/// written to it.
async fn read<S: AsyncRead + AsyncWrite + Unpin>(
    link: Link,
    hub: &Hub,
    towards: Towards,
    mut stream: SplitStream<WebSocketStream<S>>,
    over: &CancellationToken,
    other_over: &CancellationToken,
) {
    let listen = async {
        loop {
            match stream.next().await {
                Some(Ok(Message::Close(_))) => break End::Goodbye,
                Some(Ok(message)) => {
                    let Some(frame) = Frame::read(&message) else { continue };
                    hub.pass(link, towards, frame, Some(message)).await;
                }
                Some(Err(tungstenite::Error::Io(error))) if error.kind() == io::ErrorKind::ConnectionReset => {
                    break End::Reset;
                }
                Some(Err(_)) | None => break End::Dropped,
            }
        }
    };
    let end = tokio::select! {
        end = listen => end,
        () = over.cancelled() => return,
    };
    if !hub.has_ended(link) {
        hub.pass(link, towards, Frame::Gone(end), None).await;
    }
    // The close frame is answered by reading on; what the peer still sends is nobody's.
    drop(timeout(FAREWELL, async { while let Some(Ok(_)) = stream.next().await {} }).await);
    over.cancel();
    if hub.has_ended(link) {
        // The other side was told; if it does not end by itself, it is ended.
        drop(timeout(FAREWELL, other_over.cancelled()).await);
        other_over.cancel();
    }
}

/// Writes to one side what is queued for it, until its end.
async fn write<S: AsyncRead + AsyncWrite + Unpin>(
    hub: Option<&SharedHub>,
    mut queue: mpsc::Receiver<Outgoing>,
    mut sink: SplitSink<WebSocketStream<S>, Message>,
    socket: Socket,
    over: &CancellationToken,
) {
    let work = async {
        while let Some(outgoing) = queue.recv().await {
            match outgoing {
                Outgoing::Message(message) => {
                    let turn = match hub {
                        Some(hub) => hub.turn().await,
                        None => None,
                    };
                    // A side that is gone takes nothing: its reader finds that out.
                    drop(sink.send(message).await);
                    drop(turn);
                }
                Outgoing::End(end) => {
                    match end {
                        End::Goodbye => drop(sink.send(Message::Close(None)).await),
                        End::Dropped => drop(socket.shutdown(std::net::Shutdown::Write)),
                        // Dropping it then resets it.
                        End::Reset => return drop(socket.set_linger(Some(Duration::ZERO))),
                    }
                    // It ends its own way then, and its reader with it.
                    return drop(timeout(FAREWELL, over.cancelled()).await);
                }
            }
        }
    };
    tokio::select! {
        () = work => {}
        () = over.cancelled() => {}
    }
    over.cancel();
    // What is queued for a side that is over goes nowhere, and keeps nobody waiting.
    queue.close();
    while queue.recv().await.is_some() {}
}
