//! What has to be true when all has come to rest. The simulator is the judge; the rows only say whose a run is.

use std::collections::HashSet;

use anyhow::Result;
use simulator::{EffectiveRun, Invariant, Service};

use super::browser::Browser;
use super::stage::Stage;
use super::violation::Violation;
use crate::loss::Loss;

/// What was there before the cycle began.
pub struct Before {
    runs: usize,
    duplicates: usize,
    violations: usize,
}

/// What came of a cycle.
pub struct Verdict {
    pub violations: Vec<Violation>,
    /// Runs beyond the first of what was asked for once, whatever became of them.
    pub duplicates: usize,
    pub runs: usize,
}

impl Before {
    pub fn look(stage: &Stage) -> Self {
        let judgement = stage.simulator.judge();
        Self {
            runs: judgement.runs,
            duplicates: judgement.duplicates,
            violations: judgement.violations.len(),
        }
    }

    /// Judges what has happened since. `first_job` is the first one that was accepted.
    pub fn judge(&self, stage: &Stage, jobs: &[i64]) -> Result<Verdict> {
        let judgement = stage.simulator.judge();
        let runs = stage.simulator.effective_runs().split_off(self.runs);
        let twins = twins_of_the_provider(stage);
        let mut violations = Vec::new();
        for violation in judgement.violations.iter().skip(self.violations) {
            if !violation.ids.iter().all(|id| twins.contains(id)) {
                let loss = match violation.invariant {
                    Invariant::EffectiveOnce => Loss::DoubleRun,
                    Invariant::NoClusterLost => Loss::LeakedCluster,
                };
                let (name, what, ids) = (violation.invariant.name(), &violation.what, &violation.ids);
                violations.push(Violation::new(loss, format_args!("{name}: {what}: {ids:?}")));
            }
        }
        let known = stage.records().known_runs()?;
        violations.extend(orphans(&runs, &known, &twins));
        let batches = runs.iter().filter(|run| run.service == Service::Batch).count();
        let begun = stage.records().batches_from(jobs.first().copied().unwrap_or(i64::MAX))?;
        if i64::try_from(batches)? > begun {
            let what = format_args!("I2: {batches} batch jobs were started for {begun} steps");
            violations.push(Violation::new(Loss::DoubleRun, what));
        }
        violations.extend(Self::rows(stage, jobs)?);
        let missing = stage.missing(jobs)?;
        if !missing.is_empty() {
            let what = format_args!("accepted jobs are missing: {missing:?}");
            violations.push(Violation::new(Loss::LostJob, what));
        }
        Ok(Verdict { violations, duplicates: judgement.duplicates - self.duplicates, runs: runs.len() })
    }

    /// What only the rows, and whoever saw them being written or shown, can tell.
    fn rows(stage: &Stage, jobs: &[i64]) -> Result<Vec<Violation>> {
        let mut seen = stage.witness().breaches()?;
        seen.extend(stage.browsers.iter().flat_map(Browser::breaches));
        if let Some(first) = jobs.first() {
            let nameless = stage.records().nameless_from(*first)?;
            seen.extend(nameless.iter().map(|what| format!("I6: nobody's name stands on {what}")));
        }
        seen.extend(stage.leaks()?);
        Ok(seen.into_iter().map(|what| Violation::new(Loss::Other, what)).collect())
    }
}

/// As many clusters stand as somebody wants, and every other one that was created is destroyed: I4.
pub fn judge_clusters(stage: &Stage) -> Result<Option<Violation>> {
    let clusters = stage.simulator.judge().clusters;
    let wanted = stage.records().wanted_clusters()?;
    let adds_up = clusters.found + clusters.created == clusters.destroyed + clusters.standing;
    let is_lost = !adds_up || clusters.standing != wanted;
    let what = format_args!("I4: {clusters:?}, and {wanted} wanted");
    Ok(is_lost.then(|| Violation::new(Loss::LeakedCluster, what)))
}

/// Runs at a CI that no attempt of a step knows of. The judge of the outside misses them where a run is over before
/// the next one begins, and at this speed most are.
fn orphans<'a>(
    runs: &'a [EffectiveRun],
    known: &'a HashSet<String>,
    twins: &'a HashSet<String>,
) -> impl Iterator<Item = Violation> + 'a {
    let is_effective = |run: &&EffectiveRun| run.service != Service::Batch && run.state != "canceled";
    let is_nobodys = |run: &&EffectiveRun| !known.contains(&run.id) && !twins.contains(&run.id);
    runs.iter().filter(is_effective).filter(is_nobodys).map(|run| {
        let branch = run.branch.as_deref().unwrap_or("-");
        let (service, id) = (run.service.name(), &run.id);
        Violation::new(
            Loss::DoubleRun,
            format_args!("I2: {service} {id} on {branch} is the run of no step attempt"),
        )
    })
}

/// Runs that one call made two of: nobody but the provider can be blamed for the second.
fn twins_of_the_provider(stage: &Stage) -> HashSet<String> {
    let log = stage.simulator.log();
    log.into_iter()
        .filter(|entry| entry.made_effective.len() > 1)
        .flat_map(|entry| entry.made_effective)
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn run(id: &str, service: Service, state: &'static str) -> EffectiveRun {
        EffectiveRun {
            service,
            id: id.to_owned(),
            number: 1,
            project: "gh/acme/shop".to_owned(),
            branch: None,
            parameters: serde_json::Map::new(),
            message: None,
            marker: None,
            state,
            created_at: DateTime::UNIX_EPOCH,
            ended_at: None,
        }
    }

    #[test]
    fn a_run_that_no_attempt_knows_of_is_found_unless_it_was_cancelled_or_the_provider_made_it() {
        let runs = ["known", "twin", "orphan"].map(|id| run(id, Service::Circleci, "success"));
        let others = [run("7", Service::Batch, "completed"), run("stopped", Service::Travis, "canceled")];
        let set = |id: &str| HashSet::from([id.to_owned()]);
        let found: Vec<String> = orphans(&[&runs[..], &others].concat(), &set("known"), &set("twin"))
            .map(|violation| violation.to_string())
            .collect();
        assert_eq!(found, ["I2: circleci orphan on - is the run of no step attempt"]);
    }
}
