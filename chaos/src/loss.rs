//! What a promise that is broken costs whoever relies on it: the figures that both proofs are summed up in.

use std::collections::BTreeMap;
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Accepted, and then not there or not carried to its end.
    LostJob,
    /// It stands, or may stand, and nobody owes its end.
    LeakedCluster,
    /// A run that nobody asked for, beside the one that somebody did.
    DoubleRun,
    /// Any other law, or promise of a time.
    Other,
}

impl Loss {
    const fn title(self) -> &'static str {
        match self {
            Self::LostJob => "lost jobs",
            Self::LeakedCluster => "leaked clusters",
            Self::DoubleRun => "double effective runs",
            Self::Other => "other breaches",
        }
    }
}

/// How often each was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses(BTreeMap<Loss, usize>);

impl Losses {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Loss> for Losses {
    fn from_iter<I: IntoIterator<Item = Loss>>(seen: I) -> Self {
        let mut losses = Self::default();
        losses.extend(seen);
        losses
    }
}

impl Extend<Loss> for Losses {
    fn extend<I: IntoIterator<Item = Loss>>(&mut self, seen: I) {
        for loss in seen {
            *self.0.entry(loss).or_default() += 1;
        }
    }
}

/// "0 lost jobs, 0 leaked clusters, 1 double effective runs, 0 other breaches"
impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [Loss::LostJob, Loss::LeakedCluster, Loss::DoubleRun, Loss::Other];
        let figures =
            all.map(|loss| format!("{} {}", self.0.get(&loss).copied().unwrap_or_default(), loss.title()));
        f.write_str(&figures.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_seen_is_told_as_none() {
        let losses: Losses = [Loss::DoubleRun, Loss::DoubleRun].into_iter().collect();
        assert_eq!(
            losses.to_string(),
            "0 lost jobs, 0 leaked clusters, 2 double effective runs, 0 other breaches"
        );
        assert!(Losses::default().is_empty() && !losses.is_empty());
    }
}
