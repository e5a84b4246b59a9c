//! Moving the auto-destroy time of a cluster that is up, and taking that back.

use chrono::Duration;

use crate::Time;
use crate::actor::Role;
use crate::obligation::Obligation;
use crate::stay::{Stay, StayError};

/// How long a move can be taken back.
pub const UNDO_TAKES: Duration = Duration::seconds(60);

/// The last move of an auto-destroy time, as long as it was not taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub id: i64,
    pub at: Time,
    pub by: String,
    /// The auto-destroy time before.
    pub from: Option<Time>,
    /// The auto-destroy time that was set.
    pub to: Option<Time>,
    /// Who had chosen the one before, if somebody had.
    pub chosen_before: Option<String>,
}

/// Why an auto-destroy time is not moved. Told to people as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtendError {
    #[error("{cluster} is not up, so it has no auto-destroy time to move. Nothing was changed.")]
    NotOwed { cluster: String },
    #[error("{cluster} is being destroyed already. Nothing was changed.")]
    TooLate { cluster: String },
    #[error(
        "The auto-destroy time of {cluster} was moved in the meantime: it is {present}. Nothing was changed."
    )]
    Moved { cluster: String, present: String },
    #[error(
        "{cluster} has no auto-destroy time that could be moved by a length. Say a time. Nothing was changed."
    )]
    Endless { cluster: String },
    #[error("This idempotency key was used for another request. Nothing was changed.")]
    KeyReused,
    #[error("{0} Nothing was changed.")]
    OutOfRange(StayError),
    #[error(
        "The last move of the auto-destroy time of {cluster} cannot be taken back: {why}. Nothing was changed."
    )]
    NoUndo { cluster: String, why: &'static str },
}

/// The auto-destroy time that the cluster gets: a length counts from the present one. `seen` is the present one for
/// whoever asks, if he says so.
///
/// # Errors
/// Says why it stays as it is.
pub fn extended(
    owed: &Obligation,
    wish: Stay,
    seen: Option<Option<Time>>,
    role: Role,
    now: Time,
) -> Result<Option<Time>, ExtendError> {
    let cluster = || owed.cluster.clone();
    if !owed.is_open() {
        return Err(ExtendError::TooLate { cluster: cluster() });
    }
    if seen.is_some_and(|seen| !is_same(seen, owed.destroys_at)) {
        return Err(ExtendError::Moved { cluster: cluster(), present: told(owed.destroys_at) });
    }
    let wanted = match (wish, owed.destroys_at.and_then(|present| wish.end(present))) {
        (Stay::For { .. }, None) => return Err(ExtendError::Endless { cluster: cluster() }),
        (Stay::For { .. }, Some(time)) => Stay::Until { time },
        (Stay::Until { .. } | Stay::Endless, _) => wish,
    };
    wanted.check(owed.limits.longest_minutes, role, now).map_err(ExtendError::OutOfRange)?;
    Ok(wanted.end(now))
}

/// Whether the last move may still be taken back. Gives that move.
///
/// # Errors
/// Says why not.
pub fn may_undo(owed: &Obligation, now: Time) -> Result<&Extension, ExtendError> {
    let no = |why| ExtendError::NoUndo { cluster: owed.cluster.clone(), why };
    if !owed.is_open() {
        return Err(ExtendError::TooLate { cluster: owed.cluster.clone() });
    }
    let is_present =
        |extension: &&Extension| is_same(extension.to, owed.destroys_at) && extension.at >= owed.opened_at;
    let extension = owed.extended.as_ref().filter(is_present).ok_or_else(|| no("there is none"))?;
    if now >= extension.at + UNDO_TAKES {
        Err(no("it was more than 60 s ago"))
    } else if extension.from.is_some_and(|from| from <= now) {
        Err(no("the time before it has passed"))
    } else {
        Ok(extension)
    }
}

/// Forms and programs say a time to the second.
fn is_same(one: Option<Time>, other: Option<Time>) -> bool {
    one.map(|time| time.timestamp()) == other.map(|time| time.timestamp())
}

fn told(end: Option<Time>) -> String {
    end.map_or_else(|| "none".to_owned(), |end| end.format("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obligation::ObligationState;
    use crate::obligation::samples::{at, obligation};

    fn open() -> Obligation {
        obligation(ObligationState::Open)
    }

    fn moved(from: i64, to: i64, when: i64) -> Obligation {
        let extended = Extension {
            id: 1,
            at: at(when),
            by: "ana".into(),
            from: Some(at(from)),
            to: Some(at(to)),
            chosen_before: None,
        };
        Obligation { destroys_at: Some(at(to)), extended: Some(extended), ..open() }
    }

    #[test]
    fn a_length_counts_from_the_present_end() {
        assert_eq!(extended(&open(), Stay::hours(1), None, Role::Admin, at(10)), Ok(Some(at(300))));
        assert_eq!(
            extended(&open(), Stay::Until { time: at(20) }, None, Role::Admin, at(10)),
            Ok(Some(at(20)))
        );
        assert_eq!(extended(&open(), Stay::Endless, None, Role::Admin, at(10)), Ok(None));
    }

    #[test]
    fn only_an_admin_takes_the_end_away() {
        let refused = extended(&open(), Stay::Endless, None, Role::Operator, at(10)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "Only an admin may keep a cluster without an automatic end. Nothing was changed."
        );
    }

    #[test]
    fn beyond_the_cap_or_too_soon_the_range_is_told() {
        for wish in [Stay::hours(24), Stay::Until { time: at(14) }, Stay::Until { time: at(24 * 60 + 11) }] {
            assert_eq!(
                extended(&open(), wish, None, Role::Admin, at(10)).unwrap_err().to_string(),
                "The auto-destroy time may be from 2027-01-15 08:15 UTC to 2027-01-16 08:10 UTC. \
                 Nothing was changed."
            );
        }
    }

    #[test]
    fn a_press_that_was_decided_on_another_end_moves_nothing() {
        let seen = Some(Some(at(180)));
        assert_eq!(
            extended(&open(), Stay::hours(1), seen, Role::Admin, at(10)).unwrap_err().to_string(),
            "The auto-destroy time of c was moved in the meantime: it is 2027-01-15 12:00 UTC. \
             Nothing was changed."
        );
        assert!(extended(&open(), Stay::hours(1), Some(Some(at(240))), Role::Admin, at(10)).is_ok());
    }

    #[test]
    fn what_is_being_destroyed_is_not_extended() {
        let due = obligation(ObligationState::Due);
        assert_eq!(
            extended(&due, Stay::hours(1), None, Role::Admin, at(10)),
            Err(ExtendError::TooLate { cluster: "c".into() })
        );
    }

    #[test]
    fn without_an_end_there_is_nothing_to_count_from() {
        let endless = Obligation { destroys_at: None, ..open() };
        let error = extended(&endless, Stay::hours(1), None, Role::Admin, at(10)).unwrap_err();
        assert_eq!(error, ExtendError::Endless { cluster: "c".into() });
        assert_eq!(
            extended(&endless, Stay::Until { time: at(60) }, None, Role::Admin, at(10)),
            Ok(Some(at(60)))
        );
    }

    #[test]
    fn a_move_can_be_taken_back_for_a_minute_while_the_time_before_it_is_to_come() {
        let owed = moved(240, 300, 10);
        assert_eq!(may_undo(&owed, at(10)).unwrap().from, Some(at(240)));
        let why = |owed: &Obligation, now| may_undo(owed, now).unwrap_err().to_string();
        assert!(why(&owed, at(11)).contains("it was more than 60 s ago"));
        assert!(why(&moved(10, 300, 10), at(10)).contains("the time before it has passed"));
        assert!(why(&open(), at(10)).contains("there is none"));
    }

    #[test]
    fn a_move_that_something_else_has_overtaken_is_not_taken_back() {
        let owed = Obligation { destroys_at: Some(at(999)), ..moved(240, 300, 10) };
        assert!(may_undo(&owed, at(10)).is_err());
        let opened_again = Obligation { opened_at: at(11), ..moved(240, 300, 10) };
        assert!(may_undo(&opened_again, at(10)).is_err());
    }
}
