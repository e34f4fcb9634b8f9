//! What is printed when the server is ready: for people, and one line for machines.

use chat_server::{accounts::Account, app::RunningServer};
use serde_json::json;

/// How many accounts are shown.
const SHOWN: usize = 3;

/// Where the accounts come from.
pub(super) enum AccountSource {
    Demo,
    File(String),
    Database,
}

/// Prints how to connect, and as whom.
pub(super) fn print(server: &RunningServer, socket_path: &str, accounts: &[Account], source: &AccountSource) {
    let address = server.address();
    println!("The chat is served on {}", server.url());
    println!();
    println!("  let socket = io('ws://{address}', {{ path: '{socket_path}', transports: ['websocket'] }})");
    match source {
        AccountSource::Demo => {
            for account in accounts.iter().take(SHOWN) {
                println!("  socket.emit('user.auth', {{ id: {}, token: '{}' }})", account.id, account.token);
            }
            println!();
            println!("These are demo accounts: everybody knows their tokens. All {} are in", accounts.len());
            println!("fixtures/accounts.json, and `chat-server user demo` prints them. Stop with Ctrl-C.");
        }
        AccountSource::File(file) => {
            println!("  socket.emit('user.auth', {{ id, token }})  // {} accounts are in {file}", accounts.len());
        }
        AccountSource::Database => {
            println!("  socket.emit('user.auth', {{ id, token }})  // `chat-server user add` makes accounts");
        }
    }
    println!();
    println!("READY {}", json!({ "url": server.url(), "address": address.to_string(), "port": address.port() }));
}
