//! What the pages with a form have in common: the cluster or the job in the address, and why the form came back.

use domain::Time;
use domain::cluster::Cluster;
use domain::text::one_line;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use leptos_router::params::ParamsMap;

use super::frame::{Frame, Section};
use super::problem::PageError;
use crate::act_problem::ActProblem;
use crate::ask::AskText;
use crate::components::badge::badge;
use crate::components::sentence::draw;
use crate::facts::{ClusterFacts, JobFacts};
use crate::problem::{Problem, Refusal};
use crate::reason;
use crate::respond;
use crate::view::{EndView, Look};
use crate::words::{self, second_line};
use crate::world::World;

/// The cluster that the address names.
pub fn cluster_in_path() -> String {
    use_params_map().read_untracked().get("name").unwrap_or_default()
}

/// The job that the address names, as it was written.
pub fn job_in_path() -> String {
    use_params_map().read_untracked().get("number").unwrap_or_default()
}

pub fn query() -> ParamsMap {
    use_query_map().get_untracked()
}

/// The cluster of this name, or what to say when there is none.
pub async fn cluster(world: &World, name: &str) -> Result<ClusterFacts, PageError> {
    ClusterFacts::load(&world.store, &world.catalogue, name).await?.ok_or_else(|| {
        let known = world.catalogue.clusters.iter().map(|cluster| cluster.name.as_str()).collect::<Vec<_>>();
        let name = one_line(name, 80);
        PageError::NotFound(format!("There is no cluster \"{name}\". Known clusters: {}.", known.join(", ")))
    })
}

/// The job of this number, or what to say when there is none.
pub async fn job(world: &World, asked: &str) -> Result<JobFacts, PageError> {
    let missing = || PageError::NotFound(format!("There is no job {}.", one_line(asked, 40)));
    let number = asked.parse().map_err(|_| missing())?;
    JobFacts::load(&world.store, &world.catalogue, number).await?.ok_or_else(missing)
}

/// Why the form of an act came back, if it did. The answer gets its status.
pub fn act_refusal(query: &ParamsMap, cluster: &Cluster, forbidden: Option<String>) -> Option<Refusal> {
    let refusal = ActProblem::from_query(query)?.refusal(cluster, forbidden);
    respond::status(refusal.status);
    Some(refusal)
}

/// Why the form came back, if it did. The answer gets its status.
pub fn refusal(query: &ParamsMap, ask: &AskText, cluster: &Cluster, world: &World) -> Option<Refusal> {
    let refusal = Problem::from_query(query)?.refusal(ask, cluster, &world.catalogue, world.now);
    respond::status(refusal.status);
    Some(refusal)
}

/// The frame of a form page. Its title says when there is a problem.
pub fn frame(title: &str, section: Section, refusal: Option<&Refusal>) -> Frame {
    let error = if refusal.is_some() { "Error: " } else { "" };
    Frame::new(format!("{error}{title} – Cluster Head"), section)
}

/// The summary at the top, with a link to the field that it is about.
pub fn problem_summary(refusal: Option<&Refusal>) -> Option<impl IntoView + use<>> {
    refusal.map(|refusal| {
        view! {
            <section class="notice tone-bad" aria-labelledby="problem" tabindex="-1" autofocus=true>
                <h2 id="problem">"There is a problem"</h2>
                <p>
                    <a href=format!("#{}", refusal.field)>{refusal.message.clone()}</a>
                </p>
            </section>
        }
    })
}

/// The cluster as it is, and what it costs, in two lines.
pub fn state_line(facts: &ClusterFacts, now: Time) -> impl IntoView + use<> {
    let words = second_line(facts, now);
    let money = words::cost_or_estimate(facts, now);
    view! {
        <p class="state-line">{badge(&Look::from(&facts.cluster))} <span>{draw(&words, now.timestamp())}</span></p>
        {money.map(|words| view! { <p class="meta">{draw(&words, now.timestamp())}</p> })}
    }
}

pub fn job_path(facts: &JobFacts) -> String {
    format!("/jobs/{}", facts.job.job.number)
}

/// The job as it is, in one line.
pub fn job_line(facts: &JobFacts) -> impl IntoView + use<> {
    let job = &facts.job.job;
    view! {
        <p class="state-line">
            {badge(&Look::from(job.state))} <span>{format!("{} on {}", job.title(), job.cluster)}</span>
        </p>
    }
}

/// Instead of a form for what may not be done: why, unless that stands above already, and the way back.
pub fn not_possible(why: Option<String>, back: String) -> impl IntoView {
    view! {
        {why.map(|why| view! { <p>{why}</p> })}
        <p><a class="button" href=back>"Back"</a></p>
    }
}

/// That the budget is used up, and what that means for whoever looks.
pub async fn budget_note(world: &World) -> Result<Option<impl IntoView + use<>>, PageError> {
    let role = world.admitted()?.role;
    let note = words::budget_note(&world.store.this_month().await?, &world.catalogue, role);
    Ok(note.map(|note| {
        view! { <section class="notice tone-warn" aria-label="Budget"><p>{note}</p></section> }
    }))
}

/// Where somebody says why. `refusal` is why the form came back.
pub fn reason_field(label: &'static str, value: String, refusal: Option<&Refusal>) -> impl IntoView + use<> {
    let is_wrong = refusal.is_some_and(|refusal| refusal.field == "because");
    view! {
        <div class="field wide-field">
            <label for="because">{label}</label>
            {is_wrong.then(|| view! { <p id="because-error" class="trouble">"Say why, in a sentence or two."</p> })}
            <input
                id="because"
                name="because"
                type="text"
                value=value
                maxlength=reason::LONGEST.to_string()
                autocomplete="off"
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=is_wrong.then_some("because-error")
            />
        </div>
    }
}

/// Where somebody types the name of the cluster, so that no slip does what follows.
pub fn name_field(label: String, value: String, refusal: Option<&Refusal>) -> impl IntoView + use<> {
    let is_wrong = refusal.is_some_and(|refusal| refusal.field == "typed-name");
    view! {
        <div class="field">
            <label for="typed-name">{label}</label>
            {is_wrong.then(|| view! { <p id="typed-name-error" class="trouble">"The name does not match."</p> })}
            <input
                id="typed-name"
                name="typed_name"
                type="text"
                value=value
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=is_wrong.then_some("typed-name-error")
            />
        </div>
    }
}

/// How the cluster ends on which a job is going to be at work, and what becomes of the job then.
pub fn end_note(facts: &ClusterFacts, now: Time) -> Option<impl IntoView + use<>> {
    let end = EndView::new(facts, now)?;
    let is_pressing = end.warnings > 0 || end.is_endless;
    let lines = std::iter::once(end.words).chain(end.notes);
    let lines = lines.map(|words| view! { <p>{draw(&words, now.timestamp())}</p> }).collect_view();
    Some(view! {
        <section
            class=if is_pressing { "notice tone-warn" } else { "notice tone-run" }
            aria-label="The present end"
        >
            {lines}
        </section>
    })
}

/// What is in the way of a press, said before it is pressed.
pub fn queue_note(facts: &ClusterFacts) -> Option<impl IntoView + use<>> {
    facts.active_job().map(|active| {
        let job = &active.job;
        view! {
            <p class="notice tone-run">
                <a href=format!("/jobs/{}", job.number)>{format!("Job #{}", job.number)}</a>
                {format!(" ({}) is at work on {}. What you start here waits for its end.", job.title(), facts.cluster.name)}
            </p>
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;
    use domain::job::JobState;
    use domain::obligation::{Obligation, ObligationState};
    use http::StatusCode;

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step, html, owed};

    #[test]
    fn the_summary_leads_to_the_field_and_escapes_what_was_typed() {
        let refusal = Refusal {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            message: "\"<script>\" is no size; known: s, m, l.".into(),
            field: "size",
        };
        let page = html(|| problem_summary(Some(&refusal)));
        assert!(page.contains("href=\"#size\"") && page.contains("There is a problem"), "{page}");
        assert!(!page.contains("<script>"), "{page}");
    }

    #[test]
    fn the_end_of_the_cluster_and_what_becomes_of_a_job_then_are_said_beforehand() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.owed = Some(owed(ObligationState::Open));
        let page = html(|| end_note(&facts, at(60)));
        assert!(page.contains("Destroys <time") && page.contains("may go on for 1 h at most."), "{page}");
        assert!(page.contains("tone-run") && !page.contains("tone-warn"), "{page}");
        facts.owed = Some(Obligation { warnings: 1, ..owed(ObligationState::Open) });
        assert!(html(|| end_note(&facts, at(200))).contains("tone-warn"));
    }

    #[test]
    fn a_job_in_the_way_is_named() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.latest_job = Some(guide_at_step(3));
        assert!(html(|| queue_note(&facts)).contains("href=\"/jobs/128\""));
        facts.latest_job = facts.latest_job.map(|mut job| {
            job.job.state = JobState::Failed;
            job
        });
        assert!(!html(|| queue_note(&facts)).contains("128"));
    }
}
