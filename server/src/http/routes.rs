//! Which path goes where.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, OriginalUri, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{any, get, post},
};
use serde_json::json;
use tower::ServiceExt as _;
use tower_http::cors::{Any, CorsLayer};

use super::{Files, attachments, contract, home::home, places::UploadPlaces};
use crate::{
    auth::{Authenticator, PeerThrottle, ThrottleSettings},
    clock::Clock,
    store::Store,
    wire::SocketIoRoutes,
};

/// What HTTP handlers need of the server.
#[derive(Clone)]
pub(crate) struct HttpState {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) files: Arc<Files>,
    /// Files are in memory while they are on their way: only so many at a time.
    pub(crate) uploads: Arc<UploadPlaces>,
    /// How long one may take, so that a trickle holds no place for ever.
    pub(crate) upload_time: Duration,
    /// The largest file, in bytes.
    pub(crate) upload_bytes: usize,
    /// Who guesses tokens, here and on sockets.
    pub(crate) peers: Arc<PeerThrottle>,
    pub(crate) throttle: ThrottleSettings,
}

/// What a form may have besides the file, in bytes: its boundaries, the headers of its fields, the attachment's type.
const FORM: usize = 64 << 10;

/// Whether something else is served on a path that Socket.IO might be served on.
#[must_use]
pub fn is_taken(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path == "/healthz" || path == "/attachments" || path.starts_with("/attachments/") || contract::has(path)
}

/// All routes. Socket.IO is on exact paths: its service by itself would answer on any.
pub(crate) fn router(state: HttpState, socket_io: SocketIoRoutes, socket_path: &str) -> Router {
    let most = state.upload_bytes.saturating_add(FORM);
    let mut router = Router::new();
    for path in socket_paths(socket_path) {
        let socket_io = socket_io.clone();
        router = router.route(&path, any(async move |request: Request| engine_or_home(socket_io, request).await));
    }
    if socket_path != "/" {
        router = router.route("/", get(home));
    }
    router
        .route("/healthz", get(health))
        .route("/attachments", post(attachments::upload))
        .route("/attachments/{id}", get(attachments::download))
        .merge(contract::routes())
        .layer(DefaultBodyLimit::max(most))
        // Browsers on other origins upload and download with a token in a header; there are no cookies to protect.
        .layer(
            CorsLayer::new()
                .allow_origin(Any)
                .allow_methods(Any)
                .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE]),
        )
        .with_state(state)
}

/// The path that is asked for, with and without a slash at its end, and the default of clients (D18).
fn socket_paths(socket_path: &str) -> Vec<String> {
    let bare = socket_path.trim_end_matches('/');
    let mut paths = vec!["/socket.io".to_owned(), "/socket.io/".to_owned(), format!("{bare}/"), bare.to_owned()];
    if bare.is_empty() {
        // What some clients make of `/`: python-socketio puts a slash on either side of it.
        paths.push("//".to_owned());
    }
    paths.retain(|path| !path.is_empty());
    paths.sort();
    paths.dedup();
    paths
}

async fn engine_or_home(socket_io: SocketIoRoutes, request: Request) -> Response {
    let is_engine = request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("EIO=")));
    if !is_engine {
        return home().await.into_response();
    }
    match socket_io.oneshot(copy_out_of_read_buffer(request)).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}

/// A socket keeps its request. Headers and URI are slices of the connection's read buffer, and would keep 16 KiB of it
/// alive as long as the socket lives.
fn copy_out_of_read_buffer(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    parts.extensions.remove::<OriginalUri>();
    let uri = parts.uri.to_string();
    if let Ok(uri) = uri.parse() {
        parts.uri = uri;
    }
    let headers = parts.headers.iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        Some((name, value))
    });
    parts.headers = headers.collect();
    Request::from_parts(parts, body)
}

async fn health(State(state): State<HttpState>) -> Response {
    match state.store.check().await {
        Ok(()) => Json(json!({ "status": "ok" })).into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "unavailable" }))).into_response()
        }
    }
}
