//! What a cancel of a job stops and what it leads to, said before it is pressed.

use domain::aftermath::{Aftermath, aftermath};
use domain::plan::retry;
use domain::price::estimate;
use domain::step::{Action, Phase, Step};
use domain::text;

use crate::facts::JobFacts;

/// What stops, one line for each thing.
pub fn what_stops(facts: &JobFacts) -> Vec<String> {
    let is_halted = |step: &&Step| step.phase == Phase::Forward && !step.state.is_final();
    let (at_work, queued): (Vec<&Step>, Vec<&Step>) =
        facts.job.steps.iter().filter(is_halted).partition(|step| step.state.was_attempted());
    let mut lines: Vec<String> = at_work.into_iter().map(stop_of).collect();
    if let Some((step, _)) = retry(&facts.job.steps) {
        lines.push(format!("Step {} ({}): it has failed and is not tried again", step.position, step.title));
    }
    if !queued.is_empty() {
        lines.push(text::sentence(&do_so(&queued, "never begins", "never begin")));
    }
    lines
}

fn stop_of(step: &Step) -> String {
    let what = format!("Step {} ({})", step.position, step.title);
    match (&step.action, step.run()) {
        (action, _) if action.destroys_cluster() => format!("{what} is a destroy: it is carried to its end"),
        (_, Some(run)) => format!("{what}: {} is asked to stop {}", run.provider.title(), run.title()),
        (Action::Batch { .. }, None) => {
            format!("{what}: nobody waits for it any more; it may go on by itself")
        }
        (Action::Approval { .. }, None) => format!("{what}: nobody need answer any more"),
        (_, None) => format!("{what}: it is not sent"),
    }
}

/// What becomes of the cluster.
pub fn what_is_destroyed(facts: &JobFacts) -> String {
    let steps = &facts.job.steps;
    let cleaning: Vec<&Step> =
        steps.iter().filter(|step| step.phase == Phase::Finally && step.action.destroys_cluster()).collect();
    match aftermath(steps) {
        _ if !steps.iter().any(Step::was_begun) => "Nothing: the job has not begun.".to_owned(),
        _ if !cleaning.is_empty() => {
            format!("The cluster: {}.", do_so(&cleaning, "runs all the same", "run all the same"))
        }
        Aftermath::Up | Aftermath::HalfCreated => {
            "What the job has created of the cluster, as soon as it has stopped.".to_owned()
        }
        Aftermath::HalfDestroyed => "The cluster: a destroy that was begun goes on.".to_owned(),
        Aftermath::Untouched | Aftermath::Destroyed => "Nothing.".to_owned(),
    }
}

/// How long somebody has for second thoughts once it is pressed, and where he has none.
pub fn what_waits(facts: &JobFacts, hold_seconds: u32) -> Option<String> {
    let steps = &facts.job.steps;
    let cleans_up = steps.iter().any(|step| step.phase == Phase::Finally && step.action.destroys_cluster());
    let hold = text::duration(chrono::Duration::seconds(i64::from(hold_seconds)));
    if hold_seconds == 0 || !steps.iter().any(Step::was_begun) {
        return None;
    }
    match aftermath(steps) {
        Aftermath::Up => {}
        Aftermath::Untouched if cleans_up => {}
        Aftermath::HalfCreated => {
            return Some(
                "What is half made is destroyed at once: it does not wait for second thoughts.".to_owned(),
            );
        }
        Aftermath::Untouched | Aftermath::Destroyed | Aftermath::HalfDestroyed => return None,
    }
    Some(format!(
        "The job stops at once. In the first {hold} nothing is destroyed: the cluster can still be left up."
    ))
}

/// That money flows until all of it is done, if it may.
pub fn what_may_exist(facts: &JobFacts) -> Option<String> {
    let may_exist = facts.job.steps.iter().any(|step| step.action.creates_cluster() && step.was_attempted());
    let cost = match &facts.price {
        Some(price) => format!(" and cost {}. {}", text::hourly(price.hourly), estimate([price])),
        None => ".".to_owned(),
    };
    may_exist.then(|| format!("Until that is done machines may exist{cost}"))
}

/// "step 3 runs", "steps 5 and 6 run", "steps 5 to 8 run".
fn do_so(steps: &[&Step], one_does: &str, many_do: &str) -> String {
    let numbers: Vec<String> = steps.iter().map(|step| step.position.to_string()).collect();
    match numbers.as_slice() {
        [] => String::new(),
        [one] => format!("step {one} {one_does}"),
        [first, second] => format!("steps {first} and {second} {many_do}"),
        [first, .., last] => format!("steps {first} to {last} {many_do}"),
    }
}

#[cfg(test)]
mod tests {
    use domain::step::StepState;

    use super::*;
    use crate::samples::job_facts;

    #[test]
    fn the_run_at_work_is_stopped_and_the_rest_never_begins() {
        assert_eq!(
            what_stops(&job_facts(1)),
            [
                "Step 1 (Create the cluster (m)): CircleCI is asked to stop CircleCI pipeline 243",
                "Steps 2 and 3 never begin",
            ]
        );
    }

    #[test]
    fn a_batch_may_go_on_by_itself() {
        assert_eq!(
            what_stops(&job_facts(3)),
            ["Step 3 (Run the S3 job): nobody waits for it any more; it may go on by itself"]
        );
    }

    #[test]
    fn a_batch_that_waits_for_another_attempt_is_not_tried_again() {
        let mut facts = job_facts(3);
        let step = &mut facts.job.steps[2];
        step.state = StepState::Failed;
        (step.finished_at, step.seen_at) = (step.started_at, step.started_at);
        let Action::Batch { call } = &mut step.action else { panic!("step 3 is the batch") };
        call.retries.count = 1;
        assert_eq!(what_stops(&facts), ["Step 3 (Run the S3 job): it has failed and is not tried again"]);
    }

    #[test]
    fn cleaning_up_is_not_cancelled() {
        assert_eq!(what_is_destroyed(&job_facts(3)), "The cluster: steps 4 and 5 run all the same.");
        assert_eq!(
            what_may_exist(&job_facts(3)).as_deref(),
            Some(
                "Until that is done machines may exist and cost $0.036/h. \
                 Estimate from the config's prices of 2026-11-20. Not an invoice."
            )
        );
    }

    #[test]
    fn without_a_step_that_cleans_up_what_was_created_is_destroyed_afterwards() {
        let mut facts = job_facts(1);
        facts.job.steps.retain(|step| step.phase == Phase::Forward);
        assert!(what_is_destroyed(&facts).starts_with("What the job has created"));
    }

    #[test]
    fn a_whole_cluster_waits_for_second_thoughts_and_half_a_cluster_does_not() {
        let said = |position| what_waits(&job_facts(position), 10).unwrap();
        assert!(said(3).contains("In the first 10 s nothing is destroyed"), "{}", said(3));
        assert!(said(1).starts_with("What is half made is destroyed at once"), "{}", said(1));
        assert_eq!(what_waits(&job_facts(3), 0), None);
    }

    #[test]
    fn a_job_that_has_not_begun_leads_to_nothing() {
        let mut facts = job_facts(1);
        for step in &mut facts.job.steps {
            step.state = StepState::Queued;
            step.started_at = None;
        }
        assert_eq!(what_is_destroyed(&facts), "Nothing: the job has not begun.");
        assert_eq!(what_may_exist(&facts), None);
    }
}
