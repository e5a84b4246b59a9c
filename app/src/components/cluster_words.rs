//! What is said of a cluster: its second line, and the three truths about it.

use domain::cluster::ClusterState;
use domain::step::StepState;
use domain::text;
use leptos::prelude::*;

use super::sentence::Sentence;
use crate::live::Now;
use crate::view::{CiWord, ClusterView};

/// The line under the name: since when, how big, what it costs, when it goes.
pub fn second_line(view: &ClusterView, now: Now) -> Sentence {
    let size = view.size.map(|size| format!(" · {size}")).unwrap_or_default();
    let rate = view.rate.as_ref().map(|rate| format!(" · {rate}")).unwrap_or_default();
    let money = format!("{size}{rate}");
    match view.state {
        ClusterState::Down => Sentence::new("No machines. Costs nothing."),
        ClusterState::Up => {
            Sentence::new("Up since ").minute(view.since, now).then(money).and(end(view, now))
        }
        ClusterState::Provisioning => {
            Sentence::new("Creating machines · ").so_far(view.since, now).then(money).and(end(view, now))
        }
        ClusterState::Destroying => Sentence::new("Removing machines · ").so_far(view.since, now).then(money),
        ClusterState::Failed => {
            let why = view.failure.as_ref().map(|why| format!(". {why}")).unwrap_or_default();
            let up_to = view.rate.as_ref().map(|rate| format!(", up to {rate}")).unwrap_or_default();
            Sentence::new("Failed at ")
                .minute(view.since, now)
                .then(format!("{why}. "))
                .strong(format!("It may still cost money{up_to}."))
                .and(end(view, now))
        }
        ClusterState::Unknown => Sentence::new("Nobody who should know has answered since ")
            .minute(view.since, now)
            .then(". ")
            .strong("It may still cost money.")
            .and(end(view, now)),
    }
}

fn end(view: &ClusterView, now: Now) -> Sentence {
    let Some(until) = view.destroys_at else { return Sentence::default() };
    let words = match view.active_job().filter(|job| job.cleans_up) {
        Some(job) => format!("destroyed when job #{} ends, at the latest ", job.number),
        None => "destroys ".to_owned(),
    };
    Sentence::new(" · ").strong(words).minute(until, now).then(" ").remaining(until, now)
}

/// Wanted, what the CI says, what the cloud says: side by side, because they may differ.
pub fn truths(view: &ClusterView, now: Now) -> impl IntoView + use<> {
    let ci = view.latest_job.as_ref().and_then(|job| job.ci.as_ref());
    let (ci_label, ci_says) = match ci {
        Some(word) => (Sentence::new("CI says · ").minute(word.at, now), ci_says(word)),
        None => (Sentence::new("CI says"), Sentence::new("Nothing yet")),
    };
    let cloud_says = Sentence::new("No observer configured. ").muted("This is only the CI's word.");
    let rows = [
        (Sentence::new("Wanted"), wanted(view, now)),
        (ci_label, ci_says),
        (Sentence::new("Cloud says"), cloud_says),
    ];
    let rows = rows
        .into_iter()
        .map(|(label, words)| view! { <div><dt>{label.draw()}</dt><dd>{words.draw()}</dd></div> })
        .collect_view();
    view! { <dl class="truths">{rows}</dl> }
}

fn wanted(view: &ClusterView, now: Now) -> Sentence {
    let is_wanted =
        matches!(view.state, ClusterState::Up | ClusterState::Provisioning | ClusterState::Unknown);
    let cleaner = view.active_job().filter(|job| job.cleans_up);
    match (is_wanted, cleaner, view.destroys_at) {
        (true, Some(job), _) => Sentence::new(format!("Up until job #{} ends", job.number)),
        (true, None, Some(until)) => Sentence::new("Up until ").minute(until, now),
        (true, None, None) => Sentence::new("Up"),
        (false, ..) => Sentence::new("Down"),
    }
}

fn ci_says(word: &CiWord) -> Sentence {
    let what = match word.state {
        StepState::Queued | StepState::Waiting => " is waiting".to_owned(),
        StepState::Running => " is running".to_owned(),
        StepState::TimedOut => " did not end in time".to_owned(),
        ended => format!(" {}", text::step_state(ended).to_ascii_lowercase()),
    };
    Sentence::default().run(&word.run).then(what)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::job::JobState;

    use super::*;
    use crate::samples::{at, cluster_view, html, job_row};

    const NOW: fn() -> Now = || Now::at(at(110));

    fn line(view: &ClusterView) -> String {
        second_line(view, NOW()).to_string()
    }

    #[test]
    fn a_cluster_that_is_up_says_since_when_what_it_costs_and_when_it_goes() {
        assert_eq!(
            line(&cluster_view(ClusterState::Up)),
            "Up since 08:00 · m · $0.036/h · destroys 12:00 (in 2 h 10 min)"
        );
    }

    #[test]
    fn a_cluster_that_is_down_costs_nothing() {
        assert_eq!(line(&cluster_view(ClusterState::Down)), "No machines. Costs nothing.");
    }

    #[test]
    fn a_failed_cluster_says_why_and_that_it_may_still_cost_money() {
        let mut view = cluster_view(ClusterState::Failed);
        view.failure = Some("Create the cluster: failed".into());
        let said = line(&view);
        assert!(
            said.contains("Create the cluster: failed. It may still cost money, up to $0.036/h."),
            "{said}"
        );
    }

    #[test]
    fn a_job_that_cleans_up_is_named_as_the_end() {
        let mut view = cluster_view(ClusterState::Up);
        view.latest_job = Some(job_row(128, JobState::Running));
        assert!(line(&view).contains("destroyed when job #128 ends, at the latest 12:00"), "{}", line(&view));
        assert_eq!(wanted(&view, NOW()).to_string(), "Up until job #128 ends");
    }

    #[test]
    fn the_three_truths_stand_side_by_side() {
        let mut view = cluster_view(ClusterState::Up);
        view.latest_job = Some(job_row(127, JobState::Succeeded));
        let page = html(|| truths(&view, NOW()));
        assert!(page.contains("Up until ") && page.contains(">Travis CI build 8812</a>"), "{page}");
        assert!(page.contains(" succeeded") && page.contains("No observer configured."), "{page}");
    }
}
