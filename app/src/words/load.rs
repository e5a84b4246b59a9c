//! Fetches the facts and says them: what the live stream and the pages ask for.

use chrono::Utc;
use domain::catalogue::Catalogue;
use domain::cluster::ClusterState;
use store::{Error, JobFilter, Store};

use super::attention::Surroundings;
use crate::facts::{ClusterFacts, JobFacts};
use crate::view::{
    AgeView, AttentionView, ClusterView, JobRow, JobView, MoneyLine, MonthView, PulseView, QuestionView,
};

impl ClusterView {
    /// One cluster by its name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &Store, catalogue: &Catalogue, name: &str) -> Result<Option<Self>, Error> {
        let Some(facts) = ClusterFacts::load(store, catalogue, name).await? else { return Ok(None) };
        let facts = facts.with_starts_on_card(store, catalogue).await?;
        Ok(Some(Self::new(&facts, Utc::now())))
    }

    /// Every cluster, what needs a person first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all(store: &Store, catalogue: &Catalogue) -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        for facts in ClusterFacts::all(store, catalogue).await? {
            all.push(facts.with_starts_on_card(store, catalogue).await?);
        }
        let now = Utc::now();
        all.sort_by_key(|facts| {
            let asks = facts.active_job().is_some_and(|job| QuestionView::of(job, now).is_some());
            let comes_first = asks || facts.needs_attention(now);
            let rank = if comes_first { 0 } else { rank(facts.cluster.state) };
            (rank, facts.cluster.name.clone())
        });
        Ok(all.iter().map(|facts| Self::new(facts, now)).collect())
    }
}

impl PulseView {
    /// What goes along with the server's time, for the pages that show clusters.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &Store, catalogue: &Catalogue) -> Result<Self, Error> {
        let clusters = ClusterFacts::all(store, catalogue).await?;
        let around = Surroundings {
            strangers: store.strangers().await?,
            absence: store.last_absence().await?,
            drill: store.last_drill().await?,
        };
        let month = store.this_month().await?;
        let (list, age) = (store.prices().await?, store.price_list_age().await?);
        let month = MonthView::new(&month, catalogue, &list, &age);
        let now = Utc::now();
        let ages = |facts: &ClusterFacts| [AgeView::of_cloud(facts, now), AgeView::of_ci(facts, now)];
        Ok(Self {
            attention: AttentionView::new(&clusters, &around, now),
            month,
            ages: clusters.iter().flat_map(ages).collect(),
            money: clusters.iter().filter_map(|facts| MoneyLine::of_cluster(facts, now)).collect(),
        })
    }
}

impl JobRow {
    /// One job by its number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &Store, number: i64) -> Result<Option<Self>, Error> {
        let mut snapshot = store.snapshot().await?;
        let Some(job) = snapshot.job(number).await? else { return Ok(None) };
        let is_queued = job.job.started_at.is_none() && !job.job.state.is_final();
        let ahead = if is_queued { snapshot.jobs_ahead(number).await? } else { Vec::new() };
        Ok(Some(Self::with_steps(&job, Utc::now()).behind(ahead.first().copied())))
    }

    /// The jobs that the filter lets through, newest first; of unfinished ones also how far they are.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(store: &Store, filter: &JobFilter) -> Result<Vec<Self>, Error> {
        let mut rows = Vec::new();
        for job in store.jobs(filter).await? {
            let row = if job.state.is_final() { None } else { Self::load(store, job.number).await? };
            rows.push(row.unwrap_or_else(|| Self::new(&job, Utc::now())));
        }
        Ok(rows)
    }
}

impl JobView {
    /// One job by its number, with its newest check-ins.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &Store, catalogue: &Catalogue, number: i64) -> Result<Option<Self>, Error> {
        let facts = JobFacts::load(store, catalogue, number).await?;
        Ok(facts.map(|facts| Self::new(&facts, Utc::now())))
    }
}

impl MoneyLine {
    /// What a job's cluster has cost, as long as the job is at work on it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn of_job_at_work(
        store: &Store,
        catalogue: &Catalogue,
        number: i64,
    ) -> Result<Option<Self>, Error> {
        let facts = JobFacts::load(store, catalogue, number).await?;
        let at_work = facts.filter(|facts| !facts.job.job.state.is_final());
        Ok(at_work.and_then(|facts| Self::of_job(&facts, Utc::now())))
    }
}

/// What needs a person comes first, then what moves, what costs, what rests.
const fn rank(state: ClusterState) -> u8 {
    match state {
        ClusterState::Failed | ClusterState::Unknown => 0,
        ClusterState::Provisioning | ClusterState::Destroying => 1,
        ClusterState::Up => 2,
        ClusterState::Down => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_attention_comes_first() {
        let in_order =
            [ClusterState::Failed, ClusterState::Provisioning, ClusterState::Up, ClusterState::Down];
        assert!(in_order.is_sorted_by_key(|state| rank(*state)));
    }
}
