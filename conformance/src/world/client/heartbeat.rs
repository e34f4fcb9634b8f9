//! Whether a connection that ended was kept alive as it should: by this client, and by the server.

use std::time::{Duration, Instant};

use super::Client;
use crate::{
    result::Heard,
    wire::record::{Frame, Recorded},
};

impl Client {
    /// Whether the last ping was read long after it was due, as this client does where the machine or the network is too
    /// busy: a server that closes the connection then is right, and the client is no less.
    pub(in crate::world) fn was_too_late_for_a_ping(&self) -> bool {
        is_last_overdue(&self.pings(), self.handshake().ping_interval, self.handshake().ping_timeout)
    }

    /// Whether the server that closed the connection was itself too late to send a ping, or to close it: its machine is
    /// too busy, or something holds it up.
    pub(in crate::world) fn server_was_too_late(&self, closed: Instant) -> bool {
        is_server_overdue(&self.pings(), closed, self.handshake().longest_silence())
    }

    /// When pings came.
    fn pings(&self) -> Vec<Instant> {
        let is_ping = |recorded: &&Recorded| {
            recorded.direction == Heard::Received
                && matches!(&recorded.frame, Frame::Text(text) if text.as_str() == "2")
        };
        self.record().snapshot().iter().filter(is_ping).map(|recorded| recorded.at).collect()
    }
}

/// Whether the last ping came so long after the one before it that the answer was late, or nearly.
fn is_last_overdue(pings: &[Instant], interval: Duration, timeout: Duration) -> bool {
    matches!(*pings, [.., before, last] if last.saturating_duration_since(before) >= interval + timeout / 2)
}

/// Whether nothing came after the last ping in the time in which a server pings again, or closes the connection for want
/// of an answer.
fn is_server_overdue(pings: &[Instant], closed: Instant, longest_silence: Duration) -> bool {
    pings.last().is_some_and(|last| closed.saturating_duration_since(*last) >= longest_silence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_pings_in_time_and_hangs_up_is_not_excused() {
        let start = Instant::now();
        let is_overdue = |at: &[u64], closed: u64| {
            let after = |ms: u64| start + Duration::from_millis(ms);
            let pings: Vec<Instant> = at.iter().map(|ms| after(*ms)).collect();
            let (interval, timeout) = (Duration::from_secs(1), Duration::from_secs(3));
            is_last_overdue(&pings, interval, timeout) || is_server_overdue(&pings, after(closed), interval + timeout)
        };
        assert!(!is_overdue(&[], 30_000) && !is_overdue(&[9_000], 9_500));
        assert!(!is_overdue(&[0, 1_010, 2_300, 3_400], 6_500), "it waited for the answer, and did not take it");
        assert!(!is_overdue(&[0, 5_000, 6_000], 6_900), "an older delay was survived");
        assert!(is_overdue(&[0, 1_010, 5_300], 5_400));
        assert!(is_overdue(&[0, 1_010], 5_100), "the server came neither to a ping nor to the end of its patience");
    }
}
