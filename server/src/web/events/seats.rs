//! How many streams there may be: each is a connection that stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Over all sessions, in this process.
const ALTOGETHER: usize = 1_000;
/// A browser has one per tab.
const PER_SESSION: usize = 10;

#[derive(Default)]
pub struct Seats {
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    altogether: usize,
    by_session: HashMap<String, usize>,
}

/// A place for one stream, given back when it is dropped.
pub struct Seat {
    seats: Arc<Seats>,
    session: Option<String>,
}

impl Seats {
    /// A seat, if there is one left. Without a session, as in the demo, only the total counts.
    pub fn take(self: &Arc<Self>, session: Option<&str>) -> Option<Seat> {
        let mut taken = self.taken();
        if taken.altogether >= ALTOGETHER {
            return None;
        }
        if let Some(session) = session {
            let own = taken.by_session.entry(session.to_owned()).or_default();
            if *own >= PER_SESSION {
                return None;
            }
            *own += 1;
        }
        taken.altogether += 1;
        Some(Seat { seats: Arc::clone(self), session: session.map(str::to_owned) })
    }

    /// Both counts change together, without anything in between that could panic.
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.altogether -= 1;
        if let Some(session) = &self.session
            && let Some(own) = taken.by_session.get_mut(session)
        {
            *own -= 1;
            if *own == 0 {
                taken.by_session.remove(session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_session_cannot_take_every_seat() {
        let seats = Arc::new(Seats::default());
        let own: Vec<_> = (0..PER_SESSION).filter_map(|_| seats.take(Some("a"))).collect();
        assert_eq!(own.len(), PER_SESSION);
        assert!(seats.take(Some("a")).is_none());
        assert!(seats.take(Some("b")).is_some());
        drop(own);
        assert!(seats.take(Some("a")).is_some());
    }

    #[test]
    fn a_seat_that_was_given_back_can_be_taken_again() {
        let seats = Arc::new(Seats::default());
        let mut all: Vec<_> = (0..ALTOGETHER).filter_map(|_| seats.take(None)).collect();
        assert!(seats.take(None).is_none());
        all.pop();
        assert!(seats.take(None).is_some());
        drop(all);
        assert!(seats.taken().by_session.is_empty());
    }
}
