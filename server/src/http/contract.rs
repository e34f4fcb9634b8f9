//! The published contract, served to frontend teams: `/schemas/…`, `/asyncapi.json`, `/index.d.ts`, and `/docs` for
//! people. Made once, from the types that the server itself speaks.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse as _},
    routing::get,
};
use chat_spec::publish;

static PAGE: LazyLock<String> = LazyLock::new(publish::html::page);
static FILES: LazyLock<HashMap<String, String>> = LazyLock::new(|| publish::files().into_iter().collect());

/// A route for every published file, at its path below `/`, and one for the page.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page = Router::new().route("/docs", get(async || Html(PAGE.as_str())));
    FILES.iter().fold(page, |router, (path, contents)| {
        let headers = [(header::CONTENT_TYPE, content_type(path))];
        router.route(&format!("/{path}"), get(async move || (headers, contents.as_str()).into_response()))
    })
}

/// Whether a file of the contract, or the page, is served on a path or below it.
pub(super) fn has(path: &str) -> bool {
    let is_on = |name: &str| path.strip_prefix('/') == Some(name) || path.starts_with(&format!("/{name}/"));
    is_on("docs") || is_on("schemas") || FILES.keys().any(|file| is_on(file))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        // A schema is JSON too, and browsers show that.
        Some("json") => "application/json; charset=utf-8",
        Some("md") => "text/markdown; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}
