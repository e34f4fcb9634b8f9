//! The page for people who open the server's address in a browser.

use axum::response::Html;

const PAGE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>Chat server</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
<h1>Chat server</h1>
<p>This is the reference server of a chat protocol over Socket.IO. Connect to it with:</p>
<pre>let socket = io(location.origin, { path: '/', transports: ['websocket'] })
socket.on('on.user.authorized', console.log)
socket.emit('user.auth', { id, token })</pre>
<p>What is said on the wire: <a href=\"/docs\">the reference</a>, <a href=\"/schemas/bundle.json\">JSON Schema</a>,
<a href=\"/asyncapi.json\">AsyncAPI</a>, <a href=\"/index.d.ts\">TypeScript</a>.</p>
<p>Files go to <code>POST /attachments</code>, health is at <a href=\"/healthz\"><code>/healthz</code></a>.</p>
</html>
";

pub(super) async fn home() -> Html<&'static str> {
    Html(PAGE)
}
