//! What is done against guessing tokens (SEC-4): refusals come ever slower on one connection, which is closed in the
//! end; and a peer address that goes on with new connections is refused without its tokens being looked at more often
//! than a rate. A right token is never delayed, and never refused because of somebody else behind the same address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How refusals of `user.auth` are slowed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleSettings {
    /// Refusals on one connection that are answered at once; at least 5 (AUTH-8).
    pub free_refusals: u32,
    /// What each further refusal on a connection adds to the delay of its answer.
    pub delay_step: Duration,
    /// The longest delay of an answer.
    pub longest_delay: Duration,
    /// Refusals after which the connection is closed.
    pub most_refusals: u32,
    /// Refusals of one peer address that are answered without a further delay…
    pub peer_refusals: u32,
    /// …and how many a second come back to it.
    pub peer_refusals_per_second: u32,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        Self {
            free_refusals: 5,
            delay_step: Duration::from_millis(10),
            longest_delay: Duration::from_secs(1),
            most_refusals: 20,
            peer_refusals: 1_000,
            peer_refusals_per_second: 20,
        }
    }
}

/// What to do with a refused `user.auth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Wait this long before the answer.
    pub delay: Duration,
    /// Say that a limit was reached, instead of that the token is wrong.
    pub rate_limited: bool,
    /// Close the connection after the answer.
    pub close: bool,
}

/// Counts the refusals of one connection.
#[derive(Debug, Default)]
pub struct ConnectionThrottle {
    refusals: u32,
}

impl ConnectionThrottle {
    /// Counts one more refusal; `peer_is_over` is what [`PeerThrottle::refuse`] said.
    pub fn refuse(&mut self, settings: &ThrottleSettings, peer_is_over: bool) -> Verdict {
        self.refusals = self.refusals.saturating_add(1);
        let over = self.refusals.saturating_sub(settings.free_refusals);
        let delay = if peer_is_over { settings.longest_delay } else { settings.delay_step * over };
        let close = self.refusals >= settings.most_refusals.max(settings.free_refusals + 1);
        Verdict { delay: delay.min(settings.longest_delay), rate_limited: peer_is_over || close, close }
    }
}

/// Counts the refusals of each peer address.
#[derive(Debug, Default)]
pub struct PeerThrottle {
    peers: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// Addresses that are remembered at most; beyond, those that have all their refusals back are forgotten.
const MOST_PEERS: usize = 10_000;

impl PeerThrottle {
    /// Counts one more refusal of a peer, and says whether the peer is over its limit.
    pub fn refuse(&self, peer: IpAddr, settings: &ThrottleSettings, now: Instant) -> bool {
        let full = f64::from(settings.peer_refusals);
        let rate = f64::from(settings.peer_refusals_per_second);
        let refilled = |bucket: &Bucket| {
            let elapsed = now.saturating_duration_since(bucket.at).as_secs_f64();
            elapsed.mul_add(rate, bucket.left).min(full)
        };
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= MOST_PEERS && !peers.contains_key(&peer) {
            peers.retain(|_, bucket| refilled(bucket) < full);
            if peers.len() >= MOST_PEERS {
                return true;
            }
        }
        let bucket = peers.entry(peer).or_insert(Bucket { left: full, at: now });
        let left = refilled(bucket);
        *bucket = Bucket { left: (left - 1.0).max(0.0), at: now };
        left < 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_refusals_are_quick_and_the_rest_ever_slower_until_the_connection_is_closed() {
        let settings = ThrottleSettings::default();
        let mut throttle = ConnectionThrottle::default();
        let verdicts: Vec<_> = (0..20).map(|_| throttle.refuse(&settings, false)).collect();
        assert!(verdicts[..5].iter().all(|verdict| verdict.delay.is_zero() && !verdict.close));
        assert!(verdicts[5..].is_sorted_by_key(|verdict| verdict.delay));
        assert_eq!(verdicts[5].delay, settings.delay_step);
        assert!(verdicts[..19].iter().all(|verdict| !verdict.close) && verdicts[19].close);
    }

    #[test]
    fn a_peer_that_goes_on_is_over_its_limit_until_time_passes() {
        let settings = ThrottleSettings { peer_refusals: 2, peer_refusals_per_second: 1, ..Default::default() };
        let (throttle, peer, start) = (PeerThrottle::default(), IpAddr::from([192, 0, 2, 1]), Instant::now());
        let refuse = |seconds| throttle.refuse(peer, &settings, start + Duration::from_secs(seconds));
        assert_eq!([refuse(0), refuse(0), refuse(0)], [false, false, true]);
        assert_eq!([refuse(1), refuse(1)], [false, true]);
        assert!(!throttle.refuse(IpAddr::from([192, 0, 2, 2]), &settings, start));
    }
}
