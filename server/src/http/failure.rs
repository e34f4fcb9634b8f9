//! How HTTP requests are refused.

use std::fmt::Display;

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why a request is refused; on the wire `{"error": {"code", "message"}}`, with codes as in section 5 of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HttpError {
    /// There is no bearer token, or it is nobody's.
    Unauthenticated,
    /// The client's address tried too many tokens that are nobody's.
    TooManyGuesses,
    /// There is no such thing, or it is not the caller's.
    NotFound,
    /// The file is too large.
    TooLarge,
    /// The upload took longer than it may.
    TooSlow,
    /// The request is malformed.
    BadRequest(&'static str),
    /// The storage cannot be had.
    Unavailable,
}

impl HttpError {
    pub(super) const fn bad_request(message: &'static str) -> Self {
        Self::BadRequest(message)
    }

    /// Says why in the log alone.
    pub(super) fn unavailable(error: &dyn Display) -> Self {
        tracing::error!(%error, "failed to serve an attachment");
        Self::Unavailable
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "expected a user's bearer token"),
            Self::TooManyGuesses => (StatusCode::TOO_MANY_REQUESTS, "rate_limited", "too many wrong tokens: try later"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "there is no such attachment"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_payload", "the file is too large"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "rate_limited", "the upload took too long"),
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, "invalid_payload", message),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "try again later"),
        };
        let body = Json(json!({ "error": { "code": code, "message": message } }));
        let mut response = (status, body).into_response();
        if self == Self::Unauthenticated {
            let scheme = axum::http::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
