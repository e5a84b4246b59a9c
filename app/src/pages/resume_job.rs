//! `/jobs/{number}/resume`: from which step on an ended job is taken up again, and what counts as done.

use domain::Time;
use domain::act::resumable_until;
use domain::job::JobWithSteps;
use domain::order::{PlannedStep, conflict};
use domain::price::estimate;
use domain::step::Step;
use domain::text;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::ResumeJob;
use crate::components::badge::badge;
use crate::components::seal::Seal;
use crate::components::sentence::draw;
use crate::facts::{ClusterFacts, JobFacts};
use crate::view::{Look, Sentence};
use crate::words::{cleans_up, its_end};

pub fn page() -> impl IntoView {
    let (asked, query) = (form::job_in_path(), form::query());
    load(async move |world| {
        let facts = form::job(&world, &asked).await?;
        let cluster = form::cluster(&world, &facts.cluster.name).await?;
        let latest = resumable_until(&facts.job);
        let chosen = query.get_str("from").and_then(|from| from.parse().ok());
        let refused = match &latest {
            Err(error) => Some(error.to_string()),
            Ok(latest) => {
                let stay = facts.job.job.stay.anew(world.now);
                let stay = stay.check(world.admitted()?.role, world.now).err();
                let in_the_way = in_the_way(&facts, chosen.unwrap_or(*latest));
                in_the_way.or_else(|| stay.map(|error| format!("{error} Nothing was started.")))
            }
        };
        let refusal = form::act_refusal(&query, &facts.cluster, refused);
        let title = format!("Resume job #{}", facts.job.job.number);
        let frame = form::frame(&title, Section::Jobs, refusal.as_ref()).load(&world).await?;
        let budget_note = form::budget_note(&world).await?;
        let body = match latest {
            Err(error) => {
                let why = refusal.is_none().then(|| error.to_string());
                form::not_possible(why, form::job_path(&facts)).into_any()
            }
            Ok(latest) => {
                let chosen = chosen.filter(|from| (1..=latest).contains(from));
                let chosen = chosen.unwrap_or_else(|| best_choice(&facts, latest));
                view! {
                    {form::queue_note(&cluster)}
                    {form::end_note(&cluster, world.now)}
                    {budget_note}
                    {resume_form(&facts, &cluster, latest, chosen, &Seal::fresh(), world.now)}
                }
                .into_any()
            }
        };
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{title}</h1>
                {ended_line(&facts, world.now)}
                <div id="form" class="stack">{body}</div>
            </div>
        };
        Ok(frame.around(content))
    })
}

fn ended_line(facts: &JobFacts, now: Time) -> impl IntoView + use<> {
    let job = &facts.job.job;
    let outcome = job.outcome.clone().unwrap_or_default();
    let words = Sentence::new(format!("{} on ", job.title()))
        .link(format!("/clusters/{}", job.cluster), job.cluster.clone())
        .then(if outcome.is_empty() { String::new() } else { format!(". {outcome}") });
    view! {
        <p class="state-line">{badge(&Look::from(job.state))} <span>{draw(&words, now.timestamp())}</span></p>
    }
}

/// The first step that did not succeed; where the cluster is not in the state for that, the last one that it is in.
fn best_choice(facts: &JobFacts, latest: i32) -> i32 {
    (1..=latest).rev().find(|from| in_the_way(facts, *from).is_none()).unwrap_or(latest)
}

/// Why the idle cluster as it is cannot take the steps from there on.
fn in_the_way(facts: &JobFacts, from: i32) -> Option<String> {
    let is_ahead = |step: &&Step| step.position >= from;
    let planned = |step: &Step| PlannedStep {
        phase: step.phase,
        title: step.title.clone(),
        action: step.action.clone(),
    };
    let ahead: Vec<PlannedStep> = facts.job.steps.iter().filter(is_ahead).map(planned).collect();
    let is_idle = facts.cluster.active_job.is_none();
    conflict(&ahead, facts.job.job.size, &facts.cluster)
        .filter(|_| is_idle)
        .map(|conflict| conflict.to_string())
}

fn resume_form(
    facts: &JobFacts,
    cluster: &ClusterFacts,
    latest: i32,
    chosen: i32,
    seal: &Seal,
    now: Time,
) -> impl IntoView + use<> {
    let choices = facts.job.steps.iter().filter(|step| step.position <= latest);
    let choices = choices.map(|step| choice(facts, step, chosen)).collect_view();
    let version = facts.cluster.version;
    view! {
        <form method="post" action=ResumeJob::url() class="stack">
            <input type="hidden" name="job" value=facts.job.job.number.to_string()/>
            <fieldset class="choices">
                <legend>"From which step on"</legend>
                {choices}
            </fieldset>
            <p>
                "The steps before the chosen one count as done and are not run again. All that come after it run, also
                those that always run."
            </p>
            {money(&facts.job, cluster, now).map(|words| view! { <p class="meta">{words}</p> })}
            <div class="form-foot">
                <a class="button" href=form::job_path(facts)>"Back"</a>
                <button class="button primary" name="idempotency_key" value=seal.key(version)>"Resume job"</button>
            </div>
        </form>
    }
}

fn choice(facts: &JobFacts, step: &Step, chosen: i32) -> impl IntoView + use<> {
    let position = step.position;
    let state = text::step_state(step.state).to_lowercase();
    let obstacle = in_the_way(facts, position).map(|why| {
        let why = why.trim_end_matches(" Nothing was started.").to_owned();
        view! { <br/><span class="meta">{format!("Not now: {why}")}</span> }
    });
    view! {
        <label class="choice">
            <input type="radio" name="from" value=position.to_string() checked=position == chosen/>
            <span>
                <b>{format!("{position}. {}", step.title)}</b> <span class="muted">{state}</span>
                {obstacle}
            </span>
        </label>
    }
}

fn money(job: &JobWithSteps, cluster: &ClusterFacts, now: Time) -> Option<String> {
    let offer = cluster.offer(job.job.size.or(cluster.cluster.size)?)?;
    let (rate, estimate) = (text::hourly(offer.price.hourly), estimate([&offer.price]));
    if cleans_up(&job.steps) {
        return Some(format!(
            "Costs {rate} while it runs. The cluster is destroyed at the end, also when a step fails. {estimate}"
        ));
    }
    let creates = job.steps.iter().any(|step| step.action.creates_cluster());
    creates
        .then(|| format!("Costs {rate} from then on. {} {estimate}", its_end(job.job.stay.anew(now).stay())))
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;
    use domain::job::JobState;
    use domain::step::StepState;

    use super::*;
    use crate::samples::{at, cluster, cluster_facts, html, job_facts};

    /// Failed at step 3, after which the cluster was destroyed or not.
    fn failed_at_batch(state: ClusterState) -> JobFacts {
        let mut facts = job_facts(3);
        facts.job.job.state = JobState::Failed;
        facts.job.steps[2].state = StepState::Failed;
        facts.cluster = cluster(state);
        facts
    }

    fn page(facts: &JobFacts, chosen: i32) -> String {
        let cluster = cluster_facts(facts.cluster.state);
        html(|| resume_form(facts, &cluster, 3, chosen, &Seal::fresh(), at(0)))
    }

    #[test]
    fn the_first_step_that_did_not_succeed_is_chosen_where_the_cluster_is_there_for_it() {
        assert_eq!(best_choice(&failed_at_batch(ClusterState::Up), 3), 3);
        assert_eq!(best_choice(&failed_at_batch(ClusterState::Down), 3), 1);
    }

    #[test]
    fn what_is_brought_up_again_ends_as_was_chosen_then() {
        let mut facts = failed_at_batch(ClusterState::Down);
        facts.job.steps.retain(|step| step.phase == domain::step::Phase::Forward);
        facts.job.job.stay.chosen = Some(domain::stay::Stay::hours(2));
        assert!(page(&facts, 1).contains("destroys itself after 2 h"));
    }

    #[test]
    fn a_step_that_the_cluster_is_not_there_for_says_so() {
        let page = page(&failed_at_batch(ClusterState::Down), 1);
        assert_eq!(page.matches("Not now: iriversland2 is down. Start it first.").count(), 2);
        assert!(page.contains(r#"value="1" checked"#), "{page}");
    }

    #[test]
    fn the_form_says_what_counts_as_done_and_what_it_costs() {
        let page = page(&failed_at_batch(ClusterState::Up), 3);
        assert!(page.contains("count as done") && page.contains("Costs $0.036/h while it runs."), "{page}");
        assert_eq!(page.matches(r#"name="from""#).count(), 3);
    }
}
