//! What is said of a cluster: its second line, and the three truths about it.

use domain::cluster::ClusterState;
use domain::step::StepState;
use domain::text;
use leptos::prelude::*;

use super::time;
use crate::live::Clock;
use crate::view::{CiWord, ClusterView};

/// The line under the name: since when, how big, what it costs, when it goes.
pub fn second_line(view: &ClusterView, clock: Clock) -> impl IntoView + use<> {
    let since = view.since;
    let money = [view.size.map(|size| size.to_string()), view.rate.clone()];
    let money = money.into_iter().flatten().map(|part| format!(" · {part}")).collect::<String>();
    let end = end_line(view, clock);
    let failure = view.failure.clone().map(|why| format!("{why}. "));
    match view.state {
        ClusterState::Down => view! { "No machines. Costs nothing." }.into_any(),
        ClusterState::Up => view! { "Up since " {time::minute(since, clock)} {money} {end} }.into_any(),
        ClusterState::Provisioning => {
            view! { "Creating machines · " {time::so_far(since, clock)} {money} {end} }.into_any()
        }
        ClusterState::Destroying => {
            view! { "Removing machines · " {time::so_far(since, clock)} {money} }.into_any()
        }
        ClusterState::Failed => view! {
            "Failed at " {time::minute(since, clock)} ". " {failure} <strong>"It may still cost money"</strong>
            {view.rate.clone().map(|rate| format!(", up to {rate}"))} "." {end}
        }
        .into_any(),
        ClusterState::Unknown => view! {
            "Nobody who should know has answered since " {time::minute(since, clock)} ". "
            <strong>"It may still cost money."</strong> {end}
        }
        .into_any(),
    }
}

fn end_line(view: &ClusterView, clock: Clock) -> Option<impl IntoView + use<>> {
    let until = view.destroys_at?;
    let words = match view.active_job().filter(|job| job.cleans_up) {
        Some(job) => format!("destroyed when job #{} ends, at the latest ", job.number),
        None => "destroys ".to_owned(),
    };
    Some(view! {
        " · " <strong>{words} {time::minute(until, clock)}</strong> " "
        <span class="muted">{time::remaining(until, clock)}</span>
    })
}

/// Wanted, what the CI says, what the cloud says: side by side, because they may differ.
pub fn truths(view: &ClusterView, clock: Clock) -> impl IntoView + use<> {
    let ci = view.latest_job.as_ref().and_then(|job| job.ci.clone());
    view! {
        <dl class="truths">
            <div>
                <dt>"Wanted"</dt>
                <dd>{wanted(view, clock)}</dd>
            </div>
            <div>
                <dt>"CI says" {ci.as_ref().map(|word| view! { " · " {time::minute(word.at, clock)} })}</dt>
                <dd>
                    {match ci {
                        Some(word) => ci_says(word).into_any(),
                        None => view! { "Nothing yet" }.into_any(),
                    }}
                </dd>
            </div>
            <div>
                <dt>"Cloud says"</dt>
                <dd>
                    "No observer configured. " <span class="muted">"This is only the CI's word."</span>
                </dd>
            </div>
        </dl>
    }
}

fn wanted(view: &ClusterView, clock: Clock) -> impl IntoView + use<> {
    let is_wanted =
        matches!(view.state, ClusterState::Up | ClusterState::Provisioning | ClusterState::Unknown);
    let cleaner = view.active_job().filter(|job| job.cleans_up).map(|job| job.number);
    match (is_wanted, cleaner, view.destroys_at) {
        (true, Some(number), _) => view! { {format!("Up until job #{number} ends")} }.into_any(),
        (true, None, Some(until)) => view! { "Up until " {time::minute(until, clock)} }.into_any(),
        (true, None, None) => view! { "Up" }.into_any(),
        (false, ..) => view! { "Down" }.into_any(),
    }
}

fn ci_says(word: CiWord) -> impl IntoView {
    let what = match word.state {
        StepState::Queued | StepState::Waiting => "is waiting",
        StepState::Running => "is running",
        StepState::TimedOut => "did not end in time",
        ended => {
            return view! { {run_link(word.run)} " " {text::step_state(ended).to_lowercase()} }.into_any();
        }
    };
    view! { {run_link(word.run)} " " {what} }.into_any()
}

/// The run's name, as a link to it where it has a page.
pub fn run_link(run: crate::view::RunLink) -> impl IntoView {
    match run.url {
        Some(url) => view! { <a href=url rel="noopener">{run.title}</a> }.into_any(),
        None => view! { {run.title} }.into_any(),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::job::JobState;

    use super::*;
    use crate::samples::{at, cluster_view, html, job_row};

    fn line(view: &ClusterView) -> String {
        text_of(&html(|| second_line(view, Clock::starting_at(at(110)))))
    }

    fn text_of(page: &str) -> String {
        let mut text = String::new();
        let mut is_tag = false;
        for c in page.chars() {
            match c {
                '<' => is_tag = true,
                '>' => is_tag = false,
                c if !is_tag => text.push(c),
                _ => {}
            }
        }
        text
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
        let truths = text_of(&html(|| truths(&view, Clock::starting_at(at(110)))));
        assert!(truths.contains("Up until job #128 ends"), "{truths}");
        assert!(truths.contains("Travis CI build 8812 succeeded"), "{truths}");
        assert!(truths.contains("This is only the CI's word."), "{truths}");
    }
}
