//! How many wrong tokens somebody may try. They cannot be guessed anyway, with 256 random bits; this keeps those who try
//! from costing much. In the memory of this process: each replica counts for itself, and a restart forgets.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const WITHIN: Duration = Duration::from_secs(60);
/// A person who mistypes a link, or whose tabs were open when it ended, stays far below.
const PER_CLIENT: u32 = 20;
/// Over everybody: addresses can be made up. Beyond it, wrong tokens are refused and right ones still open.
const ALTOGETHER: u32 = 2_000;
/// When there are more, who comes next is only counted with all others.
const MOST_CLIENTS: usize = 10_000;

#[derive(Default)]
pub struct Guesses {
    counted: Mutex<Counted>,
}

struct Counted {
    since: Instant,
    altogether: u32,
    by_client: HashMap<IpAddr, u32>,
}

impl Default for Counted {
    fn default() -> Self {
        Self { since: Instant::now(), altogether: 0, by_client: HashMap::new() }
    }
}

impl Guesses {
    /// Whether this client is still listened to.
    pub fn may_try(&self, client: IpAddr) -> bool {
        self.counted(Instant::now()).by_client.get(&client).is_none_or(|wrong| *wrong < PER_CLIENT)
    }

    /// Counts a wrong one, and says whether that was one too many of all.
    pub fn wrong(&self, client: IpAddr) -> bool {
        let mut counted = self.counted(Instant::now());
        counted.altogether = counted.altogether.saturating_add(1);
        let is_known = counted.by_client.contains_key(&client);
        if is_known || counted.by_client.len() < MOST_CLIENTS {
            *counted.by_client.entry(client).or_default() += 1;
        }
        counted.altogether > ALTOGETHER
    }

    fn counted(&self, now: Instant) -> MutexGuard<'_, Counted> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(counted.since) >= WITHIN {
            *counted = Counted { since: now, ..Counted::default() };
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(number: u32) -> IpAddr {
        IpAddr::V4(std::net::Ipv4Addr::from_bits(number))
    }

    #[test]
    fn after_twenty_wrong_tokens_one_client_waits_and_others_do_not() {
        let guesses = Guesses::default();
        for _ in 0..PER_CLIENT {
            assert!(guesses.may_try(client(1)));
            guesses.wrong(client(1));
        }
        assert!(!guesses.may_try(client(1)));
        assert!(guesses.may_try(client(2)));
    }

    #[test]
    fn a_minute_later_it_is_listened_to_again() {
        let guesses = Guesses::default();
        for _ in 0..PER_CLIENT {
            guesses.wrong(client(1));
        }
        drop(guesses.counted(Instant::now() + WITHIN));
        assert!(guesses.may_try(client(1)));
    }

    #[test]
    fn made_up_addresses_fill_no_memory_and_run_into_the_limit_of_all() {
        let guesses = Guesses::default();
        let refused = (0..2 * MOST_CLIENTS as u32).filter(|number| guesses.wrong(client(*number))).count();
        assert_eq!(refused, 2 * MOST_CLIENTS - ALTOGETHER as usize);
        assert_eq!(guesses.counted(Instant::now()).by_client.len(), MOST_CLIENTS);
    }
}
