//! What clients get to see of a run. It goes on also where nobody sees it.

use crate::clock::Moment;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sight {
    listed_from: Moment,
    has_vanished: bool,
}

impl Sight {
    pub fn listed_from(moment: Moment) -> Self {
        Self { listed_from: moment, has_vanished: false }
    }

    pub fn vanish(&mut self) {
        self.has_vanished = true;
    }

    /// By somebody who knows its id.
    pub fn is_seen(self) -> bool {
        !self.has_vanished
    }

    pub fn is_listed(self, now: Moment) -> bool {
        self.is_seen() && self.listed_from <= now
    }
}
