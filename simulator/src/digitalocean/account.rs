//! What an account has beside the work of the pipelines: clusters that somebody made by hand, and calls that it may
//! still make in this hour.

use std::collections::VecDeque;
use std::time::Duration;

use uuid::Uuid;

use crate::clock::Moment;

pub(super) const CALLS_PER_HOUR: usize = 5000;
const HOUR: Duration = Duration::from_secs(3600);

pub(crate) struct Account {
    found_cluster: Uuid,
    strangers: Vec<Stranger>,
    /// Those of the last hour, the oldest first.
    calls: VecDeque<Moment>,
}

/// A cluster with one machine that no pipeline knows of.
#[derive(Clone, Debug)]
pub(crate) struct Stranger {
    pub origin: Uuid,
    pub name: String,
    pub since: Moment,
}

/// What is left of an hour's calls after one more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    pub remaining: usize,
    pub is_exceeded: bool,
    /// When the oldest call stops counting.
    pub reset: Moment,
}

impl Default for Account {
    fn default() -> Self {
        Self { found_cluster: Uuid::new_v4(), strangers: Vec::new(), calls: VecDeque::new() }
    }
}

impl Account {
    /// The origin of the cluster that may be there before anybody released one.
    pub fn found_cluster(&self) -> Uuid {
        self.found_cluster
    }

    pub fn strangers(&self) -> &[Stranger] {
        &self.strangers
    }

    pub fn add_stranger(&mut self, name: String, since: Moment) -> &Stranger {
        let place = self.strangers.len();
        self.strangers.push(Stranger { origin: Uuid::new_v4(), name, since });
        &self.strangers[place]
    }

    /// Counts a call, unless there is none left.
    pub(super) fn spend(&mut self, now: Moment) -> Budget {
        while self.calls.front().is_some_and(|oldest| now.since(*oldest) >= HOUR) {
            self.calls.pop_front();
        }
        let is_exceeded = self.calls.len() >= CALLS_PER_HOUR;
        if !is_exceeded {
            self.calls.push_back(now);
        }
        let oldest = self.calls.front().copied().unwrap_or(now);
        Budget { remaining: CALLS_PER_HOUR - self.calls.len(), is_exceeded, reset: oldest + HOUR }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_so_many_calls_and_the_next_one_as_many_again() {
        let mut account = Account::default();
        let later = Moment::START + Duration::from_secs(60);
        assert_eq!(account.spend(Moment::START).remaining, CALLS_PER_HOUR - 1);
        for _ in 1..CALLS_PER_HOUR {
            assert!(!account.spend(later).is_exceeded);
        }
        let exceeded = account.spend(later);
        assert_eq!((exceeded.is_exceeded, exceeded.reset), (true, Moment::START + HOUR));

        let in_an_hour = account.spend(Moment::START + HOUR);
        assert_eq!((in_an_hour.is_exceeded, in_an_hour.remaining), (false, 0));
        assert_eq!(account.spend(later + HOUR).remaining, CALLS_PER_HOUR - 2);
    }
}
