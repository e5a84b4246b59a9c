//! How many strangers may look at the same time. Each is a connection that stays; the seats of those who are signed in are
//! counted elsewhere, so that no link can take them.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// In this process.
#[derive(Debug, Clone, Copy)]
pub struct ViewerLimits {
    pub altogether: usize,
    /// One link that everybody opens leaves room for the others.
    pub per_share: usize,
    /// A whole office may come from one address.
    pub per_client: usize,
}

impl Default for ViewerLimits {
    fn default() -> Self {
        Self { altogether: 4_000, per_share: 2_500, per_client: 200 }
    }
}

#[derive(Default)]
pub struct Seats {
    limits: ViewerLimits,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    altogether: usize,
    by_share: HashMap<i64, usize>,
    by_client: HashMap<IpAddr, usize>,
}

/// A place for one viewer, given back when it is dropped.
pub struct Seat {
    seats: Arc<Seats>,
    share: i64,
    client: IpAddr,
}

impl Seats {
    pub fn new(limits: ViewerLimits) -> Self {
        Self { limits, taken: Mutex::default() }
    }

    /// A seat, if there is one left for this share and this client.
    pub fn take(self: &Arc<Self>, share: i64, client: IpAddr) -> Option<Seat> {
        let (limits, mut taken) = (self.limits, self.taken());
        let is_full = taken.altogether >= limits.altogether
            || count(&taken.by_share, &share) >= limits.per_share
            || count(&taken.by_client, &client) >= limits.per_client;
        if is_full {
            return None;
        }
        taken.altogether += 1;
        *taken.by_share.entry(share).or_default() += 1;
        *taken.by_client.entry(client).or_default() += 1;
        Some(Seat { seats: Arc::clone(self), share, client })
    }

    /// All counts change together, without anything in between that could panic.
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.altogether -= 1;
        give_back(&mut taken.by_share, self.share);
        give_back(&mut taken.by_client, self.client);
    }
}

fn count<K: Hash + Eq>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or_default()
}

/// Whoever has none is not remembered.
fn give_back<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const LIMITS: ViewerLimits = ViewerLimits { altogether: 6, per_share: 4, per_client: 2 };

    fn client(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(number))
    }

    #[test]
    fn one_client_and_one_share_leave_seats_for_others() {
        let seats = Arc::new(Seats::new(LIMITS));
        let mut kept: Vec<_> = (0..10).filter_map(|_| seats.take(1, client(1))).collect();
        assert_eq!(kept.len(), LIMITS.per_client);
        kept.extend((2..10).filter_map(|number| seats.take(1, client(number))));
        assert_eq!(kept.len(), LIMITS.per_share);
        kept.extend((2..10).filter_map(|number| seats.take(2, client(number))));
        assert_eq!(kept.len(), LIMITS.altogether);
        assert!(seats.take(3, client(20)).is_none());
    }

    #[test]
    fn a_seat_that_was_given_back_can_be_taken_again_and_leaves_no_trace() {
        let seats = Arc::new(Seats::new(LIMITS));
        let kept: Vec<_> = (0..LIMITS.per_client).map(|_| seats.take(1, client(1)).unwrap()).collect();
        assert!(seats.take(1, client(1)).is_none());
        drop(kept);
        drop(seats.take(1, client(1)).unwrap());
        let taken = seats.taken();
        assert!(taken.altogether == 0 && taken.by_share.is_empty() && taken.by_client.is_empty());
    }
}
