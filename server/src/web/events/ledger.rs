//! Which rows changed, in the order in which this process saw it.
//!
//! Versions cannot be followed one by one, because transactions commit out of order: 10 may be seen before 9. So each
//! news gets a turn of our own, and a stream that has seen a turn has seen everything up to it. A row has at most one
//! entry, its latest, and the number of entries is bounded: who is too far behind starts over.

use std::collections::{BTreeMap, HashMap};

use store::{Changed, ChangedRow};

/// Twice as many as an overlapping read can bring, so that nothing forgotten is news again.
const MOST_ROWS: usize = 2 * super::hub::OVERLAP as usize;

#[derive(Default)]
pub struct Ledger {
    turn: u64,
    by_turn: BTreeMap<u64, Changed>,
    turn_of: HashMap<ChangedRow, u64>,
    /// Entries up to this turn may be gone.
    forgotten: u64,
    highest: i64,
}

impl Ledger {
    /// Takes what a read brought, and says whether any of it was news.
    pub fn note(&mut self, changes: Vec<Changed>) -> bool {
        let before = self.turn;
        for change in changes {
            self.note_one(change);
        }
        while self.by_turn.len() > MOST_ROWS
            && let Some((turn, old)) = self.by_turn.pop_first()
        {
            self.turn_of.remove(&old.what);
            self.forgotten = turn;
        }
        self.turn > before
    }

    fn note_one(&mut self, change: Changed) {
        let known = self.turn_of.get(&change.what).copied();
        if let Some(turn) = known {
            if self.by_turn.get(&turn).is_some_and(|known| known.version >= change.version) {
                return;
            }
            self.by_turn.remove(&turn);
        }
        self.turn += 1;
        self.highest = self.highest.max(change.version);
        self.turn_of.insert(change.what.clone(), self.turn);
        self.by_turn.insert(self.turn, change);
    }

    /// The latest turn.
    pub const fn turn(&self) -> u64 {
        self.turn
    }

    /// The highest version seen.
    pub const fn highest(&self) -> i64 {
        self.highest
    }

    /// The rows that changed after a turn; none when that is too long ago to tell.
    pub fn after(&self, turn: u64) -> Option<Vec<ChangedRow>> {
        (turn >= self.forgotten)
            .then(|| self.by_turn.range(turn + 1..).map(|(_, change)| change.what.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(number: i64, version: i64) -> Changed {
        Changed { what: row(number), version }
    }

    fn row(number: i64) -> ChangedRow {
        ChangedRow::Job { number, cluster: "c".into() }
    }

    #[test]
    fn what_is_known_is_no_news() {
        let mut ledger = Ledger::default();
        assert!(ledger.note(vec![job(1, 5)]));
        assert!(!ledger.note(vec![job(1, 5), job(1, 4)]));
        assert_eq!(ledger.turn(), 1);
    }

    #[test]
    fn a_version_that_commits_late_is_still_told() {
        let mut ledger = Ledger::default();
        ledger.note(vec![job(1, 10)]);
        let seen = ledger.turn();
        assert!(ledger.note(vec![job(2, 9), job(1, 10)]));
        assert_eq!(ledger.after(seen), Some(vec![row(2)]));
        assert_eq!(ledger.highest(), 10);
    }

    #[test]
    fn a_row_that_changed_often_is_told_once() {
        let mut ledger = Ledger::default();
        for version in 1..=500 {
            ledger.note(vec![job(1, version)]);
        }
        assert_eq!(ledger.after(0), Some(vec![row(1)]));
    }

    #[test]
    fn memory_is_bounded_and_who_is_too_far_behind_is_told_so() {
        let mut ledger = Ledger::default();
        ledger.note((1..=2 * MOST_ROWS as i64).map(|number| job(number, number)).collect());
        assert_eq!(ledger.by_turn.len(), MOST_ROWS);
        assert_eq!(ledger.turn_of.len(), MOST_ROWS);
        assert_eq!(ledger.after(0), None);
        assert_eq!(ledger.after(MOST_ROWS as u64).map(|rows| rows.len()), Some(MOST_ROWS));
    }
}
