//! `package.json`: what makes the published folder a small npm package, with types and schemas and no code.

use serde_json::json;

use super::pretty;
use crate::PROTOCOL_VERSION;

/// The manifest of the package.
#[must_use]
pub fn manifest() -> String {
    pretty(&json!({
        "name": "chat-protocol",
        "version": PROTOCOL_VERSION,
        "description": "The chat protocol over Socket.IO: types of every action and event, and their JSON Schemas.",
        "license": env!("CARGO_PKG_LICENSE"),
        "types": "index.d.ts",
        "exports": {
            ".": { "types": "./index.d.ts" },
            "./asyncapi.json": "./asyncapi.json",
            "./schemas/*": "./schemas/*",
        },
        "files": ["PROTOCOL.md", "asyncapi.json", "index.d.ts", "schemas"],
        "sideEffects": false,
    }))
}
