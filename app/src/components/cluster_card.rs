//! One cluster: state, money, what is on it, who is at work on it, and what can be done.

use domain::cluster::ClusterState;
use domain::size::Size;
use domain::text;
use leptos::either::Either;
use leptos::prelude::*;

use super::badge::badge;
use super::cluster_actions::actions;
use super::cluster_words::{second_line, truths};
use super::owed_box::owed_box;
use super::seal::Seal;
use super::sentence::Sentence;
use super::size_form::{priced_label, start_form};
use crate::live::Now;
use crate::view::{ClusterView, JobRow};

/// Where the card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the list: the name leads to the cluster's page.
    List,
    /// On the cluster's own page: the name is its title, and the debt stands beside it.
    Page,
}

/// The card. `chosen` is the size that is picked in its start form, once that is known.
pub fn cluster_card(
    view: &ClusterView,
    place: Place,
    seal: &Seal,
    chosen: Option<Size>,
    now: Now,
) -> impl IntoView + use<> {
    let is_page = place == Place::Page;
    let is_down = view.state == ClusterState::Down;
    let needs_attention = matches!(view.state, ClusterState::Failed | ClusterState::Unknown);
    let label = priced_label("Start cluster", &view.sizes, chosen);
    view! {
        <div class=if is_page { "columns" } else { "column" }>
            <article
                class=if needs_attention { "card stack attention" } else { "card stack" }
                aria-labelledby=title_id(&view.name)
            >
                <div class="card-head">
                    <div class="card-title">{badge(view.state)} {title(&view.name, place)}</div>
                    {actions(view)}
                </div>
                <p class="lead">{second_line(view, now).draw()}</p>
                {(is_page || !is_down).then(|| truths(view, now))}
                {is_down.then(|| start_form(view, view.default_size, seal, label))}
                {foot(view, now)}
            </article>
            {is_page.then(|| {
                view! { <aside class="stack" aria-label="Debt">{owed_box(view.owed.as_ref(), now)}</aside> }
            })}
        </div>
    }
}

fn title_id(name: &str) -> String {
    format!("cluster-{name}")
}

fn title(name: &str, place: Place) -> impl IntoView + use<> {
    let id = title_id(name);
    match place {
        Place::List => {
            let path = format!("/clusters/{name}");
            Either::Left(view! { <h2 id=id><a class="plain" href=path>{name.to_owned()}</a></h2> })
        }
        Place::Page => Either::Right(view! { <h1 id=id tabindex="-1">{name.to_owned()}</h1> }),
    }
}

fn foot(view: &ClusterView, now: Now) -> impl IntoView + use<> {
    let on_it = view.deployments.iter().map(|deployment| {
        Sentence::new(format!("{} deployed ", deployment.service))
            .minute(deployment.at, now)
            .then(" by ")
            .job(deployment.job)
    });
    let lines = on_it.chain(view.latest_job.as_ref().map(|job| job_line(job, now)));
    let lines = lines.map(|line| view! { <li>{line.draw()}</li> }).collect_view();
    view! { <ul class="card-foot meta">{lines}</ul> }
}

fn job_line(job: &JobRow, now: Now) -> Sentence {
    let path = format!("/jobs/{}", job.number);
    let line = Sentence::default();
    match (&job.at_step, job.finished_at) {
        (_, Some(at)) => {
            let ended = text::job_state(job.state).to_ascii_lowercase();
            line.link(path, format!("Last job: {}, {ended}", job.title)).then(" ").minute(at, now)
        }
        (Some(at), None) => line.link(path, format!("{}, step {} of {} →", job.title, at.position, at.total)),
        (None, None) => line.link(path, format!("{} →", job.title)),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::cluster::Deployment;
    use domain::job::JobState;

    use super::*;
    use crate::samples::{at, cluster_view, html, job_row};

    fn card(view: &ClusterView, place: Place) -> String {
        html(|| cluster_card(view, place, &Seal::fresh(), None, Now::at(at(60))))
    }

    #[test]
    fn every_state_shows_its_word() {
        for state in ClusterState::ALL {
            let page = card(&cluster_view(*state), Place::List);
            assert!(page.contains(&format!(">{}<", text::cluster_state(*state))), "{page}");
        }
    }

    #[test]
    fn what_is_on_it_and_who_is_at_work_are_links() {
        let mut view = cluster_view(ClusterState::Up);
        view.deployments = vec![Deployment { service: "slack-middleware".into(), at: at(9), job: 127 }];
        view.latest_job = Some(job_row(128, JobState::Running));
        let page = card(&view, Place::List);
        assert!(page.contains("slack-middleware deployed ") && page.contains("href=\"/jobs/127\""), "{page}");
        assert!(page.contains("guide, step 3 of 5 →") && page.contains("href=\"/jobs/128\""), "{page}");
    }

    #[test]
    fn the_last_job_says_how_it_ended() {
        let line = job_line(&job_row(127, JobState::Failed), Now::at(at(60)));
        assert_eq!(line.to_string(), "Last job: guide, failed 08:54");
    }

    #[test]
    fn only_a_cluster_that_is_down_has_the_start_form() {
        for state in ClusterState::ALL {
            let has_form = card(&cluster_view(*state), Place::List).contains("/actions/start-cluster");
            assert_eq!(has_form, *state == ClusterState::Down, "{state}");
        }
    }

    #[test]
    fn on_its_own_page_the_name_is_the_title_and_the_debt_stands_beside_it() {
        let view = cluster_view(ClusterState::Up);
        let (page, list) = (card(&view, Place::Page), card(&view, Place::List));
        assert!(page.contains("<h1") && page.contains("Owed"), "{page}");
        assert!(list.contains("<h2") && !list.contains("Owed"), "{list}");
    }

    #[test]
    fn a_failure_text_from_outside_is_only_text() {
        let mut view = cluster_view(ClusterState::Failed);
        view.failure = Some("</p><script>alert(1)</script>".into());
        assert!(!card(&view, Place::List).contains("<script>"));
    }
}
