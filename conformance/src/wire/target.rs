//! The URL of a server under test, as a user gives it.

use std::{fmt, str::FromStr};

use thiserror::Error;
use url::Url;

/// The schemes that a target may have. The HTTP ones mean the same as their WebSocket twins.
const SCHEMES: [&str; 4] = ["ws", "wss", "http", "https"];

/// Where a server under test is. The URL's path is the Socket.IO path; none means `/`, as the protocol documents it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    url: Url,
    host: String,
    port: u16,
}

/// A text that names no server.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TargetError {
    /// There is no scheme, as in `localhost:3000`.
    #[error("the URL `{0}` has no scheme: write ws://{0} (or wss://, http://, https://)")]
    NoScheme(String),
    /// The scheme is none that a Socket.IO server is reached by.
    #[error("the URL `{url}` has the scheme `{scheme}`: expected ws, wss, http or https")]
    Scheme {
        /// The whole URL.
        url: String,
        /// Its scheme.
        scheme: String,
    },
    /// It is no URL.
    #[error("`{url}` is not a URL: {source}")]
    Invalid {
        /// What was given.
        url: String,
        /// What is wrong with it.
        source: url::ParseError,
    },
    /// There is a user name or a password in it.
    #[error("the URL has a user name or a password, which would not be sent: leave them out")]
    Credentials,
}

impl Target {
    /// The host, without the brackets of an IPv6 address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port: the one in the URL, else that of its scheme.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether the connection is to be encrypted.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        matches!(self.url.scheme(), "wss" | "https")
    }

    /// The Socket.IO path, such as `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// The same server at another Socket.IO path, such as `/socket.io/` (CONN-5).
    #[must_use]
    pub fn with_path(&self, path: &str) -> Self {
        let mut target = self.clone();
        target.url.set_path(path);
        target
    }

    /// The URL that a WebSocket is opened to: the scheme is `ws` or `wss`, the query says `EIO=4` and
    /// `transport=websocket`. What else the user's query holds is kept.
    #[must_use]
    pub fn websocket_url(&self) -> Url {
        let mut url = self.url.clone();
        let scheme = if self.is_secure() { "wss" } else { "ws" };
        url.set_scheme(scheme).expect("all schemes of a target are special ones, which may replace each other");
        let given: Vec<(String, String)> =
            url.query_pairs().into_owned().filter(|(name, _)| name != "EIO" && name != "transport").collect();
        url.query_pairs_mut().clear().extend_pairs(given).append_pair("EIO", "4").append_pair("transport", "websocket");
        url
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(given: &str) -> Result<Self, TargetError> {
        let given = given.trim();
        if has_credentials(given) {
            return Err(TargetError::Credentials);
        }
        if !given.contains("://") {
            return Err(TargetError::NoScheme(given.to_owned()));
        }
        let invalid = |source| TargetError::Invalid { url: given.to_owned(), source };
        let mut url = Url::parse(given).map_err(invalid)?;
        if !SCHEMES.contains(&url.scheme()) {
            return Err(TargetError::Scheme { url: given.to_owned(), scheme: url.scheme().to_owned() });
        }
        url.set_fragment(None);
        let host = url.host_str().ok_or(url::ParseError::EmptyHost).map_err(invalid)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = url.port_or_known_default().ok_or(url::ParseError::InvalidPort).map_err(invalid)?;
        Ok(Self { url, host, port })
    }
}

/// Whether there is a user name or a password in a text, whatever else is wrong with it: no error may show those.
fn has_credentials(given: &str) -> bool {
    let rest = given.split_once("://").map_or(given, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        url.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn reads_every_scheme_and_its_port() {
        for (url, port, secure) in [
            ("ws://localhost", 80, false),
            ("wss://localhost/", 443, true),
            ("http://localhost:3000", 3000, false),
            ("https://localhost/chat/", 443, true),
        ] {
            let target = target(url);
            assert_eq!((target.port(), target.is_secure(), target.host()), (port, secure, "localhost"), "{url}");
        }
        assert_eq!(target("ws://[::1]:3000").host(), "::1");
    }

    #[test]
    fn the_path_is_the_socket_io_path_and_a_query_is_kept() {
        let open = |url: &str| target(url).websocket_url().to_string();
        assert_eq!(open("http://localhost:3000"), "ws://localhost:3000/?EIO=4&transport=websocket");
        assert_eq!(open("https://a.b/chat/?v=1&EIO=3"), "wss://a.b/chat/?v=1&EIO=4&transport=websocket");
        let elsewhere = target("ws://localhost:3000/").with_path("/socket.io/");
        assert_eq!(elsewhere.to_string(), "ws://localhost:3000/socket.io/");
    }

    #[test]
    fn says_what_is_wrong_with_a_url() {
        let refusal = |url: &str| url.parse::<Target>().unwrap_err().to_string();
        assert_eq!(
            refusal("localhost:3000"),
            "the URL `localhost:3000` has no scheme: write ws://localhost:3000 (or wss://, http://, https://)"
        );
        assert_eq!(
            refusal("ftp://localhost"),
            "the URL `ftp://localhost` has the scheme `ftp`: expected ws, wss, http or https"
        );
        assert_eq!(refusal("ws://"), "`ws://` is not a URL: empty host");
        assert_eq!(refusal("ws://a:99999"), "`ws://a:99999` is not a URL: invalid port number");
        assert!(refusal("ws://user:password@host/").contains("leave them out"));
    }
}
