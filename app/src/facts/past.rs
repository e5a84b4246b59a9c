//! What the past says of a job, and of a start.

use domain::catalogue::Catalogue;
use domain::history::{Durations, Range, Usual};
use domain::job::{Job, JobWithSteps};
use domain::size::Size;
use domain::step::{Action, Effect};
use store::{Error, Snapshot, Store};

/// What is asked of the past for a job; nothing once it has ended.
pub async fn of_job(moment: &mut Snapshot, job: &JobWithSteps) -> Result<(Durations, Option<Usual>), Error> {
    let Job { routine, cluster, size, .. } = &job.job;
    if job.job.state.is_final() {
        return Ok((Durations::default(), None));
    }
    let whole = match job.job.resumes {
        // It does only the rest.
        Some(_) => Vec::new(),
        None => moment.job_durations(routine, cluster, *size).await?,
    };
    Ok((moment.step_durations(cluster, *size).await?, Usual::of(&whole)))
}

/// How long a cluster of each size usually takes to come up, where enough have.
pub async fn starts(store: &Store, catalogue: &Catalogue, name: &str) -> Result<Vec<(Size, Range)>, Error> {
    let Some(spec) = catalogue.cluster(name) else { return Ok(Vec::new()) };
    let up: Vec<Action> = spec
        .up
        .iter()
        .map(|target| Action::Trigger { target: target.clone(), effect: Effect::CreatesCluster })
        .collect();
    let mut starts = Vec::new();
    for offer in &spec.sizes {
        let durations = store.step_durations(name, Some(offer.size)).await?;
        starts.extend(durations.usual_of(&up).map(|range| (offer.size, range)));
    }
    Ok(starts)
}
