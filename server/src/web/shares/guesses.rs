//! How many wrong tokens somebody may try. They cannot be guessed anyway, with 256 random bits; this tells those who try
//! to stop. A wrong token is refused beyond the limit and a right one never, so everybody else behind the same address
//! goes on reading. In the memory of this process: each replica counts for itself, and a restart forgets.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const WITHIN: Duration = Duration::from_secs(60);
/// A person who mistypes a link, or whose tabs were open when it ended, stays far below.
const PER_CLIENT: u32 = 20;
/// Over everybody: addresses can be made up.
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
    /// Counts a wrong one, and says whether that was one too many: of this client, or of all.
    pub fn wrong(&self, client: IpAddr) -> bool {
        self.wrong_at(client, Instant::now())
    }

    fn wrong_at(&self, client: IpAddr, now: Instant) -> bool {
        let mut counted = self.counted(now);
        counted.altogether = counted.altogether.saturating_add(1);
        let is_known = counted.by_client.contains_key(&client);
        let of_client = if is_known || counted.by_client.len() < MOST_CLIENTS {
            let wrong = counted.by_client.entry(client).or_default();
            *wrong = wrong.saturating_add(1);
            *wrong
        } else {
            0
        };
        of_client > PER_CLIENT || counted.altogether > ALTOGETHER
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
    fn after_twenty_wrong_tokens_one_client_is_refused_and_others_are_not() {
        let guesses = Guesses::default();
        let refused: Vec<bool> = (0..PER_CLIENT + 1).map(|_| guesses.wrong(client(1))).collect();
        assert_eq!(refused.iter().position(|refused| *refused), Some(PER_CLIENT as usize));
        assert!(!guesses.wrong(client(2)));
    }

    #[test]
    fn a_minute_later_it_is_listened_to_again() {
        let (guesses, then) = (Guesses::default(), Instant::now());
        while !guesses.wrong_at(client(1), then) {}
        assert!(guesses.wrong_at(client(1), then + WITHIN - Duration::from_millis(1)));
        assert!(!guesses.wrong_at(client(1), then + WITHIN + Duration::from_millis(1)));
    }

    /// S14
    #[test]
    fn of_a_million_guesses_in_ten_minutes_all_but_two_hundred_are_refused() {
        const GUESSES: u32 = 1_000_000;
        let (guesses, then) = (Guesses::default(), Instant::now());
        let at = |guess: u32| then + 10 * WITHIN * guess / GUESSES;
        let answered = (0..GUESSES).filter(|guess| !guesses.wrong_at(client(1), at(*guess))).count();
        assert_eq!(answered, 10 * PER_CLIENT as usize);
    }

    /// S14
    #[test]
    fn a_million_guesses_from_as_many_addresses_run_into_the_limit_of_all_and_fill_no_memory() {
        const GUESSES: u32 = 1_000_000;
        let (guesses, then) = (Guesses::default(), Instant::now());
        let answered = (0..GUESSES).filter(|guess| !guesses.wrong_at(client(*guess), then)).count();
        assert_eq!(answered, ALTOGETHER as usize);
        assert_eq!(guesses.counted(then).by_client.len(), MOST_CLIENTS);
    }
}
