//! What a cluster or a job costs, by what the rows say.

use domain::Time;
use domain::money::Cost;
use domain::price::Price;
use domain::size::{Size, SizeOffer};
use domain::text;

use super::end::at_most;
use super::{ClusterFacts, JobFacts};

impl ClusterFacts {
    /// What it has cost since there was nothing.
    pub fn cost(&self, now: Time) -> Cost {
        self.up_times.iter().map(|up| up.cost_until(now)).sum()
    }

    /// What it will have cost if it is destroyed as planned; none when there is no plan, or it is too late for it.
    pub fn cost_at_most(&self, now: Time) -> Option<(Cost, Time)> {
        at_most(&self.up_times, self.unsettled(), self.planned.as_ref(), now)
            .map(|until| (self.cost(until), until))
    }

    /// "$0.036/h", of the present size.
    pub fn rate(&self) -> Option<String> {
        self.price().map(|price| text::hourly(price.hourly))
    }

    /// Of the present size, as of today.
    pub fn price(&self) -> Option<&Price> {
        self.offer(self.cluster.size?).map(|offer| &offer.price)
    }

    pub fn offer(&self, size: Size) -> Option<&SizeOffer> {
        self.offers.iter().find(|offer| offer.size == size)
    }
}

impl JobFacts {
    /// What the cluster has cost while the job was at work.
    pub fn cost(&self, now: Time) -> Cost {
        let Some(started) = self.job.job.started_at else { return Cost::default() };
        let until = self.job.job.finished_at.unwrap_or(now);
        self.up_times.iter().map(|up| up.cost(started, until)).sum()
    }

    /// What the cluster will have cost from the start of the job on if it is destroyed as planned.
    pub fn cost_at_most(&self, now: Time) -> Option<(Cost, Time)> {
        let started = self.job.job.started_at.filter(|_| self.job.job.finished_at.is_none())?;
        let until = at_most(&self.up_times, self.owed.as_ref(), self.planned.as_ref(), now)?;
        Some((self.up_times.iter().map(|up| up.cost(started, until)).sum(), until))
    }

    /// "$0.071/h"
    pub fn rate(&self) -> Option<String> {
        self.price.as_ref().map(|price| text::hourly(price.hourly))
    }
}

#[cfg(test)]
mod tests {
    use domain::catalogue::Catalogue;
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples;

    #[test]
    fn the_rate_is_that_of_the_present_size() {
        let mut facts = samples::cluster_facts(ClusterState::Up);
        assert_eq!(facts.rate().as_deref(), Some("$0.036/h"));
        facts.cluster.size = None;
        assert_eq!(facts.rate(), None);
    }

    #[test]
    fn a_cluster_that_the_config_no_longer_knows_has_no_prices() {
        let facts = ClusterFacts::new(samples::cluster(ClusterState::Up), &Catalogue::default());
        assert_eq!((facts.rate(), facts.offers), (None, Vec::new()));
    }
}
