//! What has to be true when all has come to rest. The judge is the simulator, with what it knows by itself and what the
//! witnesses saw; the rows only say whose a run is.

use std::collections::HashSet;

use anyhow::Result;
use simulator::{EffectiveRun, Invariant, Service, Violation as Breach};

use super::stage::Stage;
use super::violation::Violation;
use crate::loss::Loss;

/// Judges one cycle: what was there before it began is not counted again.
pub struct Court {
    runs: usize,
    duplicates: usize,
    /// All breaches that were found so far.
    known: Vec<Breach>,
}

/// What came of a cycle.
pub struct Verdict {
    pub violations: Vec<Violation>,
    /// Runs beyond the first of what was asked for once, whatever became of them.
    pub duplicates: usize,
    pub runs: usize,
}

impl Court {
    pub fn open(stage: &Stage) -> Self {
        let judgement = stage.simulator.judge();
        Self { runs: judgement.runs, duplicates: judgement.duplicates, known: judgement.violations }
    }

    /// What is wrong now that all has come to rest, and was not before. The jobs are those that were accepted.
    pub fn at_rest(&mut self, stage: &Stage, jobs: &[i64]) -> Result<Vec<Violation>> {
        stage.look_around(jobs)?;
        let twins = twins_of_the_provider(stage);
        let is_the_providers =
            |breach: &Breach| !breach.ids.is_empty() && breach.ids.iter().all(|id| twins.contains(id));
        let found = stage.judge()?.violations.into_iter();
        let found: Vec<Breach> = found.filter(|breach| !self.known.contains(breach)).collect();
        self.known.extend(found.iter().cloned());
        Ok(found.iter().filter(|breach| !is_the_providers(breach)).map(violation_of).collect())
    }

    /// Judges for the last time, and lets the witnesses begin anew.
    pub fn close(mut self, stage: &Stage, jobs: &[i64]) -> Result<Verdict> {
        stage.search_for_secrets()?;
        let mut violations = self.at_rest(stage, jobs)?;
        let runs = stage.simulator.effective_runs().split_off(self.runs);
        let known = stage.records().known_runs()?;
        violations.extend(orphans(&runs, &known, &twins_of_the_provider(stage)));
        let batches = runs.iter().filter(|run| run.service == Service::Batch).count();
        let begun = stage.records().batches_from(jobs.first().copied().unwrap_or(i64::MAX))?;
        if i64::try_from(batches)? > begun {
            let what = format_args!("I2: {batches} batch jobs were started for {begun} attempts");
            violations.push(Violation::new(Loss::DoubleRun, what));
        }
        stage.begin_anew()?;
        let duplicates = stage.simulator.judge().duplicates - self.duplicates;
        Ok(Verdict { violations, duplicates, runs: runs.len() })
    }
}

fn violation_of(breach: &Breach) -> Violation {
    let loss = match breach.invariant {
        Invariant::JobsEnd | Invariant::ClaimsPassOn => Loss::LostJob,
        Invariant::EffectiveOnce => Loss::DoubleRun,
        Invariant::NoClusterLost => Loss::LeakedCluster,
        Invariant::ClaimsAreKept
        | Invariant::VersionsRise
        | Invariant::ActsAreNamed
        | Invariant::SecretsAreKept => Loss::Other,
    };
    let (law, what) = (breach.invariant.name(), &breach.what);
    match breach.ids.as_slice() {
        [] => Violation::new(loss, format_args!("{law}: {what}")),
        ids => Violation::new(loss, format_args!("{law}: {what}: {ids:?}")),
    }
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
