//! The time that the page shows: the server's, so that a wrong clock on a laptop cannot give negative durations.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;

use super::connection::{self, Connection};
use crate::moment::UnixSeconds;

/// The time at which a piece of the page is drawn. Every piece is a pure function of its view and of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub time: UnixSeconds,
    /// When the page has lost the server: what it shows is from then, and has to say so.
    pub as_of: Option<UnixSeconds>,
}

#[cfg(feature = "ssr")]
impl Now {
    pub const fn at(time: domain::Time) -> Self {
        Self { time: time.timestamp(), as_of: None }
    }
}

/// Gives the time to an island.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    rendered_at: UnixSeconds,
}

#[cfg(feature = "hydrate")]
thread_local! {
    static TIME: ArcRwSignal<Option<UnixSeconds>> = ArcRwSignal::new(None);
}

impl Clock {
    /// Starts with the time at which the server made the page.
    pub const fn starting_at(rendered_at: UnixSeconds) -> Self {
        Self { rendered_at }
    }

    /// The present. In the browser whatever asks is drawn again each second, until the page has lost the server.
    pub fn now(self) -> Now {
        let as_of = match connection::state() {
            Connection::Stale { as_of } => Some(as_of),
            _ => None,
        };
        Now { time: self.time(), as_of }
    }

    #[cfg(feature = "hydrate")]
    fn time(self) -> UnixSeconds {
        TIME.with(|time| time.get()).unwrap_or(self.rendered_at)
    }

    #[cfg(not(feature = "hydrate"))]
    const fn time(self) -> UnixSeconds {
        self.rendered_at
    }
}

#[cfg(feature = "hydrate")]
pub(super) fn set(time: UnixSeconds) {
    TIME.with(|signal| signal.set(Some(time)));
}
