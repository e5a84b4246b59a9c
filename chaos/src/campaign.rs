//! Many histories, on several threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::play::{Ending, play};
use crate::tally::Tally;
use crate::variants::Variant;

/// Among so many histories each protocol that is broken on purpose shows it.
const SHOWN_WITHIN: u64 = 10_000;

/// Which histories to play.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    pub from: u64,
    pub count: u64,
    pub variant: Variant,
    pub threads: usize,
}

/// Plays histories until one breaks a law or all are played. The first of them, by its seed, that breaks a law is returned.
pub fn campaign(campaign: &Campaign) -> (Tally, Option<Ending>) {
    let next = AtomicU64::new(campaign.from);
    let end = AtomicU64::new(campaign.from.saturating_add(campaign.count));
    let outcome = Mutex::new((Tally::default(), None::<Ending>));
    std::thread::scope(|scope| {
        for _ in 0..campaign.threads.max(1) {
            scope.spawn(|| {
                let mut tally = Tally::default();
                let mut found = None;
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end.load(Ordering::Relaxed) {
                        break;
                    }
                    let ending = play(seed, campaign.variant);
                    tally += &ending.tally;
                    if ending.breach.is_some() {
                        // Smaller seeds that are still being played are played to their end.
                        end.fetch_min(seed, Ordering::Relaxed);
                        found = Some(ending);
                        break;
                    }
                }
                let mut outcome = outcome.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                outcome.0 += &tally;
                let is_first =
                    |found: &Ending| outcome.1.as_ref().is_none_or(|known| found.seed < known.seed);
                if found.as_ref().is_some_and(is_first) {
                    outcome.1 = found;
                }
            });
        }
    });
    outcome.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The first history in which a protocol that is broken on purpose breaks a law; none when the judge lets it pass.
pub fn caught(variant: Variant, threads: usize) -> Option<Ending> {
    let (_, found) =
        campaign(&Campaign { from: variant.first_look(), count: SHOWN_WITHIN, variant, threads });
    found
}
