//! How many wrong passwords are listened to.
//!
//! Counted over everybody, since an address can be made up, and in the memory of this process: each replica counts for
//! itself, and a restart forgets.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

const FAILURES: usize = 10;
const WITHIN: Duration = Duration::from_secs(60);

/// Checking a hash takes much memory and time by design: no more than this many at once.
const AT_ONCE: usize = 2;

pub struct Attempts {
    failures: Mutex<VecDeque<Instant>>,
    turns: Semaphore,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { failures: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

impl Attempts {
    /// Waits for its turn; none when there were too many failures of late.
    pub async fn begin(&self) -> Option<SemaphorePermit<'_>> {
        let turn = self.turns.acquire().await.ok()?;
        let mut failures = self.failures.lock().await;
        forget_old(&mut failures, Instant::now());
        (failures.len() < FAILURES).then_some(turn)
    }

    pub async fn failed(&self) {
        self.failures.lock().await.push_back(Instant::now());
    }
}

fn forget_old(failures: &mut VecDeque<Instant>, now: Instant) {
    while failures.front().is_some_and(|&at| now.duration_since(at) >= WITHIN) {
        failures.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn after_ten_failures_nobody_is_listened_to() {
        let attempts = Attempts::default();
        for _ in 0..FAILURES {
            assert!(attempts.begin().await.is_some());
            attempts.failed().await;
        }
        assert!(attempts.begin().await.is_none());
    }

    #[test]
    fn a_minute_later_the_failures_are_forgotten() {
        let then = Instant::now();
        let mut failures = VecDeque::from([then; FAILURES]);
        forget_old(&mut failures, then + WITHIN - Duration::from_millis(1));
        assert_eq!(failures.len(), FAILURES);
        forget_old(&mut failures, then + WITHIN);
        assert!(failures.is_empty());
    }
}
