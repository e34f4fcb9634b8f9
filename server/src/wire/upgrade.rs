//! Answers Engine.IO requests, and hands each WebSocket over with something around it.

use std::{convert::Infallible, fmt::Display};

use axum::{
    extract::Request,
    http::{self, StatusCode},
    response::{IntoResponse, Response},
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tower::{Service, ServiceExt as _};

use super::names::Borrowable;

/// A WebSocket as the service gets it.
type WebSocket = (Borrowable<TokioIo<Upgraded>>, http::Request<()>);

/// Answers a request as the service answers it. The connection that the service would take for itself is taken from
/// the request before, and given to it with names that it can borrow.
pub(super) async fn answer<S, R, E>(
    service: S,
    mut request: Request,
    message_bytes: usize,
) -> Result<Response, Infallible>
where
    S: Service<Request, Response = R, Error = Infallible> + Service<WebSocket, Error = E> + Clone + Send + 'static,
    <S as Service<WebSocket>>::Future: Send,
    R: IntoResponse,
    E: Display + Send + 'static,
{
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, body) = request.into_parts();
    let head = http::Request::from_parts(parts.clone(), ());
    let response = service.clone().oneshot(Request::from_parts(parts, body)).await?.into_response();
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        tokio::spawn(hand_over(service, upgrade, head, message_bytes));
    }
    Ok(response)
}

/// Waits until the client has the answer, and gives the connection to the service.
async fn hand_over<S, E>(service: S, upgrade: OnUpgrade, head: http::Request<()>, message_bytes: usize)
where
    S: Service<WebSocket, Error = E>,
    E: Display,
{
    match upgrade.await {
        Ok(upgraded) => {
            let stream = Borrowable::new(TokioIo::new(upgraded), message_bytes);
            if let Err(error) = service.oneshot((stream, head)).await {
                tracing::debug!(%error, "a WebSocket was refused after it was accepted");
            }
        }
        Err(error) => tracing::debug!(%error, "a connection was lost before it became a WebSocket"),
    }
}
