//! The server publishes the contract that it speaks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use chat_server::{app::Server, config::Config};
use chat_spec::publish;

#[tokio::test]
async fn serves_every_published_file_and_the_page() {
    let server = Server::start(Config::default()).await.expect("the server starts");
    let base = format!("http://{}", server.address());
    for (path, contents) in publish::files() {
        let response = reqwest::get(format!("{base}/{path}")).await.expect("it answers");
        assert_eq!(response.status(), 200, "{path}");
        let kind = response.headers()["content-type"].to_str().expect("text").to_owned();
        let expected = if path.ends_with(".json") { "application/json" } else { "text/" };
        assert!(kind.starts_with(expected), "{path} is served as {kind}");
        assert_eq!(response.text().await.expect("text"), contents, "{path}");
    }
    let page = reqwest::get(format!("{base}/docs")).await.expect("it answers").text().await.expect("text");
    assert_eq!(page, publish::html::page());
    let home = reqwest::get(&base).await.expect("it answers").text().await.expect("text");
    assert!(home.contains("href=\"/docs\""), "the home page leads to the reference");
    server.shutdown().await.expect("the server stops");
}
