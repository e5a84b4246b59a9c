//! How it went, judged by the simulated world: what the pipelines really did, and what the cloud shows in the end.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use domain::job::JobState;
use domain::record::Evidence;
use domain::standing::listed;
use domain::text;
use simulator::{Answer, Cluster, EffectiveRun, FaultKind, Judgement};

use super::plan::Plan;
use super::play::Played;
use super::stage::Stage;
use super::strikes::{Struck, strikes};
use crate::providers::CloudObserver;

/// Whatever was still under way when nothing seemed to be owed any more has come to its end by then, in simulated time.
const AFTERWARDS: Duration = Duration::from_secs(3_600);

/// The words of the simulated providers for a run that went wrong.
const WENT_WRONG: [&str; 3] = ["failed", "errored", "lost"];

pub(super) struct Verdict {
    /// Whole sentences. Passed is what has none.
    pub failures: Vec<String>,
    pub struck: Vec<Struck>,
    /// Seconds from the acceptance of the job until nothing of the cluster stood; none when there never was one, or it
    /// still stands.
    pub destroyed_after: Option<f64>,
    pub proof: String,
}

pub(super) async fn judge(stage: &Stage, plan: &Plan, played: &Played) -> Verdict {
    let simulator = &stage.simulator;
    let struck = strikes(&plan.injections, stage, played);
    simulator.forgive();
    if played.came_to_rest {
        simulator.advance(AFTERWARDS);
    }
    let judgement = simulator.judge();
    let stacks = simulator.stacks();

    let mut failures = Vec::new();
    if !played.came_to_rest {
        failures.extend(not_in_time(plan, played));
    }
    failures.extend(what_is_left(stage, &judgement).await);
    let violations = judgement.violations.iter();
    failures.extend(violations.map(|violation| format!("{}.", text::sentence(&violation.what))));
    failures.extend(green_without_reason(played, &simulator.effective_runs(), &judgement));
    failures.extend(too_trusting(simulator.log().iter().map(|entry| (entry.fault, entry.answer))));
    if struck.iter().all(|struck| struck.after_seconds.is_empty()) {
        failures.push("No fault struck, so nothing was put to the test.".to_owned());
    }
    let is_gone = stacks.cluster == Cluster::None && judgement.clusters.created > 0;
    Verdict {
        failures,
        struck,
        destroyed_after: is_gone.then(|| (stacks.since - played.beginning.here).as_seconds_f64()),
        proof: proof(plan, played),
    }
}

fn not_in_time(plan: &Plan, played: &Played) -> Vec<String> {
    let limit = TimeDelta::from_std(plan.limit).unwrap_or(TimeDelta::MAX);
    let mut failures = vec![format!("Not everything was over within {}.", text::duration(limit))];
    let job = &played.job.job;
    if !job.state.is_final() {
        let under_way = played.job.steps.iter().find(|step| !step.state.is_final());
        let at = under_way.map(|step| format!(" at step {} ({})", step.position, step.title));
        let state = text::job_state(job.state).to_lowercase();
        failures.push(format!("Job #{} is still {state}{}.", job.number, at.unwrap_or_default()));
    }
    if let Some(debt) = played.debt.as_ref().filter(|debt| !debt.state.is_final()) {
        let tries = match debt.failed_attempts {
            0 => String::new(),
            1 => " after one failed attempt".to_owned(),
            tries => format!(" after {tries} failed attempts"),
        };
        let last = debt.last_error.as_ref().map(|error| format!(" Last: {error}"));
        failures.push(format!(
            "The debt to destroy {} is still {}{tries}.{}",
            debt.cluster,
            debt.state,
            last.unwrap_or_default()
        ));
    }
    failures.extend(played.unseen.as_ref().map(|error| format!("No proof could be had: {error}.")));
    failures
}

async fn what_is_left(stage: &Stage, judgement: &Judgement) -> Option<String> {
    let observer = stage.providers.observer.as_ref()?;
    match observer.look().await {
        Ok(shown) if shown.is_empty() && judgement.clusters.standing == 0 => None,
        Ok(shown) => {
            let names = shown.iter().map(|resource| resource.name.as_str()).collect::<Vec<_>>().join(", ");
            Some(format!("The simulated cloud still shows {}: {names}.", listed(&shown)))
        }
        Err(error) => Some(format!("The simulated cloud could not be asked what is left: {error}.")),
    }
}

/// A job that says that all went well, although it did not.
fn green_without_reason(played: &Played, runs: &[EffectiveRun], judgement: &Judgement) -> Vec<String> {
    let job = &played.job.job;
    if job.state != JobState::Succeeded {
        return Vec::new();
    }
    let ended = job.finished_at.map(|ended| played.beginning.here + (ended - played.beginning.in_rows));
    let mut last: BTreeMap<(&str, &str, Option<&str>), &EffectiveRun> = BTreeMap::new();
    for run in runs.iter().filter(|run| ended.is_none_or(|ended| run.created_at <= ended)) {
        last.insert((run.service.name(), &run.project, run.branch.as_deref()), run);
    }
    let mut failures: Vec<String> = last
        .into_values()
        .filter(|run| WENT_WRONG.contains(&run.state))
        .map(|run| {
            let what = run.branch.as_deref().unwrap_or(&run.project);
            format!("Job #{} is green, although {what} ended {}.", job.number, run.state)
        })
        .collect();
    if judgement.clusters.created == 0 {
        failures.push(format!("Job #{} is green, although no cluster ever came into being.", job.number));
    }
    failures
}

/// Whoever takes a certificate for good that proves nothing may have spoken to anybody.
fn too_trusting(mut answers: impl Iterator<Item = (Option<FaultKind>, Answer)>) -> Option<String> {
    let trusted = answers.find_map(|(fault, answer)| fault.filter(|_| answer == Answer::Trusted))?;
    Some(format!("A certificate that proves nothing was trusted: {}.", trusted.name()))
}

fn proof(plan: &Plan, played: &Played) -> String {
    match played.debt.as_ref().and_then(|debt| debt.evidence) {
        Some(Evidence::Cloud) => "the cloud showed nothing, twice".to_owned(),
        Some(Evidence::Accepted) => "the cloud showed only what was accepted".to_owned(),
        Some(Evidence::Ci) => format!(
            "only the CI's word, for the config does not say by what {} is recognised in the cloud",
            plan.order.cluster
        ),
        None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_trusts_a_certificate_that_proves_nothing_fails_the_drill_and_who_turns_away_does_not() {
        let misnamed = Some(FaultKind::MisnamedCertificate);
        assert_eq!(too_trusting([(misnamed, Answer::TurnedAway), (None, Answer::Trusted)].into_iter()), None);
        let failure = too_trusting([(None, Answer::Status(200)), (misnamed, Answer::Trusted)].into_iter());
        assert_eq!(
            failure.as_deref(),
            Some("A certificate that proves nothing was trusted: misnamed_certificate.")
        );
    }
}
