//! What can be done to a job as it is now.

use domain::Time;
use domain::act::{SHORTEST_STAY, may_cancel, may_leave_up, resumable_until};
use domain::job::JobWithSteps;
use leptos_router::location::Url;

use crate::facts::JobFacts;
use crate::view::ActionView;

/// Each leads to a page that says first what it means.
pub fn actions(facts: &JobFacts, now: Time) -> Vec<ActionView> {
    let to = |words: &str, path: String, class: &str| ActionView {
        words: words.to_owned(),
        path,
        class: class.to_owned(),
    };
    let action = |words: &str, page: &str, class: &str| {
        to(words, format!("/jobs/{}/{page}", facts.job.job.number), class)
    };
    let may_cancel = may_cancel(&facts.job).is_ok();
    let soon = now + SHORTEST_STAY;
    let may_leave_up = may_leave_up(&facts.job, soon, soon, now).is_ok();
    [
        resumable_until(&facts.job).is_ok().then(|| action("Resume…", "resume", "button")),
        path_to_run_again(&facts.job).map(|path| to("Run again…", path, "button")),
        may_leave_up.then(|| action("Leave it up…", "leave-up", "button")),
        Some(to("Share…", format!("/shares/new?job={}", facts.job.job.number), "button")),
        may_cancel.then(|| action("Cancel job…", "cancel", "button quiet-danger")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The form that starts the same once more, filled in; none for what nobody asked for, and while it is at work.
fn path_to_run_again(job: &JobWithSteps) -> Option<String> {
    let JobWithSteps { job, steps } = job;
    if !job.state.is_final() || job.pays_obligation {
        return None;
    }
    let (cluster, routine) = (Url::escape(&job.cluster), Url::escape(&job.routine));
    let size = job.size.map(|size| format!("size={size}"));
    let service = job.service.as_ref().map(|service| format!("service={}", Url::escape(service)));
    let destroys_first = steps.first().is_some_and(|step| step.action.destroys_cluster());
    Some(match (destroys_first, &size) {
        (true, None) => format!("/clusters/{cluster}/destroy"),
        (true, Some(size)) => format!("/clusters/{cluster}/resize?{size}"),
        (false, _) => {
            let choices = [size, service].into_iter().flatten().map(|choice| format!("&{choice}"));
            format!("/jobs/new?routine={routine}&cluster={cluster}{}", choices.collect::<String>())
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::job::JobState;

    use super::*;
    use crate::samples::{at, job_facts};

    fn running() -> JobFacts {
        job_facts(3)
    }

    fn ended(state: JobState) -> JobFacts {
        let mut facts = running();
        facts.job.job.state = state;
        facts
    }

    #[test]
    fn an_ended_job_can_be_resumed_or_run_again_and_one_at_work_cannot() {
        let paths = |facts: &JobFacts| {
            actions(facts, at(60)).into_iter().map(|action| action.path).collect::<Vec<_>>()
        };
        let share = "/shares/new?job=128";
        assert_eq!(paths(&running()), ["/jobs/128/leave-up", share, "/jobs/128/cancel"]);
        let again = "/jobs/new?routine=guide&cluster=iriversland2&size=m";
        assert_eq!(paths(&ended(JobState::Failed)), ["/jobs/128/resume", again, share]);
        let mut pays = ended(JobState::Failed);
        pays.job.job.pays_obligation = true;
        assert_eq!(path_to_run_again(&pays.job), None);
    }

    #[test]
    fn what_begins_with_a_destroy_is_run_again_from_the_page_that_says_what_is_lost() {
        let mut down = ended(JobState::Failed);
        down.job.steps.drain(..3);
        assert_eq!(path_to_run_again(&down.job).unwrap(), "/clusters/iriversland2/resize?size=m");
        down.job.job.size = None;
        assert_eq!(path_to_run_again(&down.job).unwrap(), "/clusters/iriversland2/destroy");
    }
}
