//! The time that the page shows: the server's, so that a wrong clock on a laptop cannot give negative durations.

use domain::Time;
#[cfg(feature = "hydrate")]
use leptos::prelude::*;

/// Gives the present time to everything on the page that ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    rendered_at: Time,
}

#[cfg(feature = "hydrate")]
thread_local! {
    static NOW: ArcRwSignal<Option<Time>> = ArcRwSignal::new(None);
}

impl Clock {
    /// Starts with the time at which the server made the page.
    pub const fn starting_at(rendered_at: Time) -> Self {
        Self { rendered_at }
    }

    /// The present time. In the browser whatever reads it is read again each second, unless the page is stale.
    #[cfg(feature = "hydrate")]
    pub fn now(self) -> Time {
        NOW.with(|now| now.get()).unwrap_or(self.rendered_at)
    }

    #[cfg(not(feature = "hydrate"))]
    pub const fn now(self) -> Time {
        self.rendered_at
    }

    /// The present time, read once: for what is said in days and need not tick.
    #[cfg(feature = "hydrate")]
    pub fn today(self) -> Time {
        NOW.with(|now| now.get_untracked()).unwrap_or(self.rendered_at)
    }

    #[cfg(not(feature = "hydrate"))]
    pub const fn today(self) -> Time {
        self.rendered_at
    }
}

#[cfg(feature = "hydrate")]
pub(super) fn set(now: Time) {
    NOW.with(|signal| signal.set(Some(now)));
}
