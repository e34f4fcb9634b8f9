//! What time it is.

use chat_spec::types::Date;
use jiff::Timestamp;

/// Tells the time. A seam: tests and fault tests put their own in its place.
pub trait Clock: Send + Sync + 'static {
    /// The time now, in whole milliseconds.
    fn now(&self) -> Date;
}

/// The time of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Date {
        Timestamp::now().into()
    }
}
