//! How this page stands to the server, and how that is judged.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;

use crate::moment::UnixSeconds;

/// Seconds of silence after which we look for a new connection. The server is heard every ten.
pub const QUIET: i64 = 15;
/// Seconds of silence after which nothing on the page may look fresh.
pub const LOST: i64 = 30;

/// How this page stands to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// As the server made it: nothing has been heard yet.
    Opening,
    Live,
    Reconnecting,
    /// What the page shows is from then.
    Stale {
        as_of: UnixSeconds,
    },
    SignedOut,
    /// The server speaks another version than this page.
    Outdated,
}

impl Connection {
    /// Signed out and outdated are for good: only another page helps.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::SignedOut | Self::Outdated)
    }

    /// Whether clocks may go on.
    pub const fn is_fresh(self) -> bool {
        matches!(self, Self::Opening | Self::Live | Self::Reconnecting)
    }

    /// What to think after `silence` seconds, when the server was last heard at `heard_at`.
    pub const fn after_silence(self, silence: i64, is_open: bool, heard_at: UnixSeconds) -> Self {
        match self {
            Self::SignedOut | Self::Outdated => self,
            _ if silence > LOST => Self::Stale { as_of: heard_at },
            // Before its first event an unopened stream is no trouble yet.
            Self::Opening if !is_open && silence <= QUIET => Self::Opening,
            _ if !is_open || silence > QUIET => Self::Reconnecting,
            _ => Self::Live,
        }
    }
}

#[cfg(feature = "hydrate")]
thread_local! {
    static STATE: ArcRwSignal<Connection> = ArcRwSignal::new(Connection::Opening);
}

/// The state, for whatever shows it.
#[cfg(feature = "hydrate")]
pub fn state() -> Connection {
    STATE.with(|state| state.get())
}

#[cfg(not(feature = "hydrate"))]
pub const fn state() -> Connection {
    Connection::Opening
}

#[cfg(feature = "hydrate")]
pub(super) fn peek() -> Connection {
    STATE.with(|state| state.get_untracked())
}

#[cfg(feature = "hydrate")]
pub(super) fn set(next: Connection) {
    let before = peek();
    if before != next {
        STATE.with(|state| state.set(next));
        super::document::mark_connection(before, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEARD_AT: UnixSeconds = 1_800_021_802;

    fn after(silence: i64, is_open: bool) -> Connection {
        Connection::Live.after_silence(silence, is_open, HEARD_AT)
    }

    #[test]
    fn more_than_half_a_minute_of_silence_is_stale_even_when_the_stream_looks_open() {
        assert_eq!(after(31, true), Connection::Stale { as_of: HEARD_AT });
    }

    #[test]
    fn a_broken_or_quiet_stream_is_being_reconnected() {
        assert_eq!(after(2, false), Connection::Reconnecting);
        assert_eq!(after(16, true), Connection::Reconnecting);
    }

    #[test]
    fn a_stream_that_was_heard_lately_is_live() {
        assert_eq!(after(12, true), Connection::Live);
        let stale = Connection::Stale { as_of: HEARD_AT };
        assert_eq!(stale.after_silence(0, true, HEARD_AT), Connection::Live);
    }

    #[test]
    fn a_page_that_has_heard_nothing_yet_is_given_time() {
        assert_eq!(Connection::Opening.after_silence(3, false, HEARD_AT), Connection::Opening);
        assert_eq!(Connection::Opening.after_silence(3, true, HEARD_AT), Connection::Live);
        assert_eq!(Connection::Opening.after_silence(16, false, HEARD_AT), Connection::Reconnecting);
    }

    #[test]
    fn signed_out_stays_signed_out() {
        assert_eq!(Connection::SignedOut.after_silence(99, false, HEARD_AT), Connection::SignedOut);
    }
}
