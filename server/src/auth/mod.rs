//! Who a client is: tokens, and what is done against guessing them.

mod authenticator;
mod throttle;
mod token;

pub use authenticator::{Authenticator, StoredTokens};
pub use throttle::{ConnectionThrottle, PeerThrottle, ThrottleSettings, Verdict};
pub use token::{HashPrefix, TokenHash, new_token};
