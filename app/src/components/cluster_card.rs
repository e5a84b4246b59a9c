//! One cluster: state, money, what is on it, who is at work on it, and what can be done.

use domain::cluster::ClusterState;
use domain::size::Size;
use leptos::prelude::*;

use super::badge::badge;
use super::cluster_actions::{actions, start_form};
use super::cluster_words::{second_line, truths};
use super::job_side::owed_box;
use super::seal::Seal;
use super::time;
use crate::live::Clock;
use crate::view::{AtStep, ClusterView, JobRow};

/// Where the card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the list: the name leads to the cluster's page.
    List,
    /// On the cluster's own page: the name is its title.
    Page,
}

/// The card. `chosen` is the size that is picked in its start form.
pub fn cluster_card(
    view: &ClusterView,
    place: Place,
    clock: Clock,
    seal: &Seal,
    chosen: RwSignal<Option<Size>>,
) -> AnyView {
    let is_down = view.state == ClusterState::Down;
    let needs_attention = matches!(view.state, ClusterState::Failed | ClusterState::Unknown);
    let class = if needs_attention { "card stack attention" } else { "card stack" };
    let shows_truths = !is_down || place == Place::Page;
    let card = view! {
        <article class=class aria-labelledby=format!("cluster-{}", view.name)>
            <div class="card-head">
                <div class="card-title">{badge(view.state)} {title(&view.name, place)}</div>
                {actions(view)}
            </div>
            <p class="lead">{second_line(view, clock)}</p>
            {shows_truths.then(|| truths(view, clock))}
            {is_down.then(|| start_form(view, view.default_size, seal, chosen))}
            {foot(view, clock)}
        </article>
    };
    match place {
        Place::List => card.into_any(),
        Place::Page => view! {
            <div class="columns">
                {card}
                <aside class="stack" aria-label="Debt">{owed_box(view.owed.as_ref(), clock)}</aside>
            </div>
        }
        .into_any(),
    }
}

fn title(name: &str, place: Place) -> impl IntoView + use<> {
    let id = format!("cluster-{name}");
    match place {
        Place::List => {
            view! { <h2 id=id><a class="plain" href=format!("/clusters/{name}")>{name.to_owned()}</a></h2> }
                .into_any()
        }
        Place::Page => view! { <h1 id=id tabindex="-1">{name.to_owned()}</h1> }.into_any(),
    }
}

fn foot(view: &ClusterView, clock: Clock) -> impl IntoView + use<> {
    let deployments = view
        .deployments
        .iter()
        .map(|deployment| {
            let job = deployment.job;
            view! {
                <li>
                    {deployment.service.clone()} " deployed " {time::minute(deployment.at, clock)} " by "
                    <a href=format!("/jobs/{job}")>{format!("job #{job}")}</a>
                </li>
            }
        })
        .collect_view();
    let has_deployments = !view.deployments.is_empty();
    view! {
        <div class="card-foot meta">
            {has_deployments.then(|| view! { <ul class="plain-list">{deployments}</ul> })}
            {view.latest_job.as_ref().map(|job| job_line(job, clock))}
        </div>
    }
}

fn job_line(job: &JobRow, clock: Clock) -> impl IntoView + use<> {
    let words = match (&job.at_step, job.state.is_final()) {
        (Some(AtStep { position, total, .. }), false) => {
            format!("{}, step {position} of {total} →", job.title)
        }
        (_, false) => format!("{} →", job.title),
        (_, true) => {
            format!("Last job: {}, {}", job.title, domain::text::job_state(job.state).to_lowercase())
        }
    };
    view! {
        <p class="job-line">
            <a href=format!("/jobs/{}", job.number)>{words}</a>
            {job.finished_at.map(|at| view! { " " {time::minute(at, clock)} })}
        </p>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::cluster::Deployment;
    use domain::job::JobState;

    use super::*;
    use crate::samples::{at, cluster_view, html, job_row};

    fn card(view: &ClusterView, place: Place) -> String {
        html(|| cluster_card(view, place, Clock::starting_at(at(60)), &Seal::fresh(), RwSignal::new(None)))
    }

    #[test]
    fn every_state_shows_its_word() {
        for state in ClusterState::ALL {
            let page = card(&cluster_view(*state), Place::List);
            assert!(page.contains(&format!(">{}<", domain::text::cluster_state(*state))), "{page}");
        }
    }

    #[test]
    fn what_is_on_it_and_who_is_at_work_are_links() {
        let mut view = cluster_view(ClusterState::Up);
        view.deployments = vec![Deployment { service: "slack-middleware".into(), at: at(9), job: 127 }];
        view.latest_job = Some(job_row(128, JobState::Running));
        let page = card(&view, Place::List);
        assert!(page.contains("slack-middleware") && page.contains("href=\"/jobs/127\""), "{page}");
        assert!(page.contains("guide, step 3 of 5 →") && page.contains("href=\"/jobs/128\""), "{page}");
    }

    #[test]
    fn only_a_cluster_that_is_down_has_the_start_form() {
        for state in ClusterState::ALL {
            let has_form = card(&cluster_view(*state), Place::List).contains("/actions/start-cluster");
            assert_eq!(has_form, *state == ClusterState::Down, "{state}");
        }
    }

    #[test]
    fn on_its_own_page_the_name_is_the_title() {
        let view = cluster_view(ClusterState::Down);
        assert!(card(&view, Place::Page).contains("<h1"));
        assert!(card(&view, Place::List).contains("<h2"));
    }

    #[test]
    fn a_failure_text_from_outside_is_only_text() {
        let mut view = cluster_view(ClusterState::Failed);
        view.failure = Some("</p><script>alert(1)</script>".into());
        assert!(!card(&view, Place::List).contains("<script>"));
    }
}
