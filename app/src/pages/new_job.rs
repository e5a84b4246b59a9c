//! `/jobs/new`: choose a routine and see, before anything runs, which steps it will take.

use domain::catalogue::Catalogue;
use domain::cluster::Cluster;
use domain::order::Order;
use domain::routine::Routine;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::StartRoutine;
use crate::ask::AskText;
use crate::components::lifetime_fields::{LifetimeChoice, lifetime_fields};
use crate::components::plan::plan;
use crate::components::seal::Seal;
use crate::components::size_form::size_cards;
use crate::facts::ClusterFacts;
use crate::problem::Refusal;
use crate::view::SizeChoice;

pub fn page() -> impl IntoView {
    let query = form::query();
    load(async move |world| {
        let ask = preselected(&query, &world.catalogue);
        let version = version_of_all(&world.store.clusters().await?);
        let facts = form::cluster(&world, &ask.cluster).await?;
        let facts = facts.with_starts(&world.store, &world.catalogue).await?;
        let refusal = form::refusal(&query, &ask, &facts.cluster, &world);
        let frame = form::frame("Start a routine", Section::Jobs, refusal.as_ref()).load(&world).await?;
        let ask = in_the_present_size(ask, &facts, &world.catalogue);
        let order = ask.order(&world.catalogue).ok();
        let creates = order.as_ref().is_some_and(|order| order.size.is_some());
        let budget_note = if creates { form::budget_note(&world).await? } else { None };
        let is_admin = world.admitted()?.role.is_admin();
        let lifetime = LifetimeChoice::full(&facts, &ask, is_admin, world.now);
        let checked = ask.size.parse().unwrap_or(facts.default_size);
        let sizes = SizeChoice::new(&facts, checked, None, world.now);
        let content = view! {
            <div class="stack">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">"Start a routine"</h1>
                <div class="columns wide-side">
                    <div class="stack">
                        {form::queue_note(&facts)}
                        {form::end_note(&facts, world.now)}
                        {budget_note}
                        {choices(&ask, &sizes, &world.catalogue, Seal::fresh().key(version), &lifetime, refusal.as_ref()).into_any()}
                    </div>
                    {plan_box(order.as_ref(), &facts)}
                </div>
            </div>
        };
        Ok(frame.around(content))
    })
}

/// Routines that begin by destroying have pages of their own, which say what is lost.
fn offered(catalogue: &Catalogue) -> impl Iterator<Item = &Routine> {
    catalogue.routines.iter().filter(|routine| !routine.begins_with_destroy())
}

/// What the address asks for; where it says nothing, the first of each list, own routines before built-in ones.
fn preselected(query: &ParamsMap, catalogue: &Catalogue) -> AskText {
    let asked = |name: &str| query.get(name).filter(|value| !value.is_empty());
    let built_in = Routine::built_in();
    let is_own = |routine: &&Routine| built_in.iter().all(|known| known.name != routine.name);
    let first = offered(catalogue).find(is_own).or_else(|| offered(catalogue).next());
    let first_cluster = catalogue.clusters.first().map(|cluster| cluster.name.clone());
    let first_service = catalogue.services.first().map(|service| service.name.clone());
    let mut ask = AskText {
        routine: asked("routine").or_else(|| first.map(|routine| routine.name.clone())).unwrap_or_default(),
        cluster: asked("cluster").or(first_cluster).unwrap_or_default(),
        size: asked("size").unwrap_or_default(),
        service: asked("service").or(first_service).unwrap_or_default(),
        lifetime: asked("lifetime").unwrap_or_default(),
        until: asked("until").unwrap_or_default(),
    };
    if let Some(routine) = catalogue.routine(&ask.routine) {
        ask.leave_out_what_is_not_taken(routine);
    }
    ask
}

/// On what a press is decided, whichever cluster is chosen in the form: on all of them as they were before the page was
/// made. Their versions come out of one sequence, so what changes later has a higher one.
fn version_of_all(clusters: &[Cluster]) -> i64 {
    clusters.iter().map(|cluster| cluster.version).max().unwrap_or_default()
}

/// Where no size was asked for on a cluster that is up, its own: another one would be refused.
fn in_the_present_size(mut ask: AskText, facts: &ClusterFacts, catalogue: &Catalogue) -> AskText {
    let takes_size = catalogue.routine(&ask.routine).is_some_and(Routine::creates_cluster);
    if let Some(size) = facts.cluster.size.filter(|_| takes_size && ask.size.is_empty()) {
        ask.size = size.to_string();
    }
    ask
}

/// One form, two buttons: one asks for the plan, the other starts. What only a start needs travels with its button,
/// so that it is not in the address of the plan.
fn choices(
    ask: &AskText,
    sizes: &SizeChoice,
    catalogue: &Catalogue,
    key: String,
    lifetime: &LifetimeChoice,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    let routines = offered(catalogue)
        .map(|routine| {
            view! {
                <label class="choice">
                    <input type="radio" name="routine" value=routine.name.clone() checked=routine.name == ask.routine/>
                    <span><b>{routine.name.clone()}</b> " " <span class="muted">{routine.description.clone()}</span></span>
                </label>
            }
        })
        .collect_view();
    let clusters = options(catalogue.clusters.iter().map(|cluster| cluster.name.as_str()), &ask.cluster);
    let services = options(catalogue.services.iter().map(|service| service.name.as_str()), &ask.service);
    let takes_service = (!catalogue.services.is_empty()).then(|| {
        view! {
            <div class="field">
                <label for="service">"Service, if the routine deploys one of your choice"</label>
                <select id="service" name="service">{services}</select>
            </div>
        }
    });
    view! {
        <form method="post" action=StartRoutine::url() id="form" class="stack">
            <fieldset class="choices">
                <legend>"Routine"</legend>
                {routines}
            </fieldset>
            <div class="field">
                <label for="cluster">"Cluster"</label>
                <select id="cluster" name="cluster">{clusters}</select>
            </div>
            {size_cards("Size, if the routine brings the cluster up", sizes)}
            {lifetime_fields(lifetime, refusal)}
            {takes_service}
            <div class="form-foot">
                <button class="button" formmethod="get" formaction="/jobs/new">"Show the plan"</button>
                <button class="button primary" name="idempotency_key" value=key>
                    "Start routine"
                </button>
            </div>
        </form>
    }
}

fn options<'a>(names: impl Iterator<Item = &'a str>, chosen: &str) -> Vec<AnyView> {
    names
        .map(|name| {
            let is_chosen = name == chosen;
            view! { <option value=name.to_owned() selected=is_chosen>{name.to_owned()}</option> }.into_any()
        })
        .collect()
}

fn plan_box(order: Option<&Order>, facts: &ClusterFacts) -> impl IntoView + use<> {
    let body = match order {
        Some(order) => plan(order, facts).into_any(),
        None => view! { <p class="muted">"No plan: the choice has no meaning here."</p> }.into_any(),
    };
    view! { <section class="card stack" aria-labelledby="plan"><h2 id="plan">"The plan"</h2>{body}</section> }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{at, catalogue, cluster_facts, html};

    fn ask(query: &[(&'static str, &str)]) -> AskText {
        let mut map = ParamsMap::new();
        for (name, value) in query {
            map.insert(*name, (*value).to_owned());
        }
        preselected(&map, &catalogue())
    }

    fn drawn(facts: &ClusterFacts) -> impl IntoView + use<> {
        let ask = ask(&[]);
        let lifetime = LifetimeChoice::full(facts, &ask, false, at(0));
        let sizes = SizeChoice::new(facts, facts.default_size, None, at(0));
        choices(&ask, &sizes, &catalogue(), "n.7".into(), &lifetime, None)
    }

    #[test]
    fn without_a_choice_the_first_own_routine_is_shown() {
        let ask = ask(&[]);
        assert_eq!((ask.routine.as_str(), ask.cluster.as_str()), ("guide", "iriversland2"));
        assert!(ask.order(&catalogue()).is_ok());
    }

    #[test]
    fn deploy_takes_a_service_and_no_size() {
        let ask = ask(&[("routine", "deploy"), ("size", "m")]);
        assert_eq!((ask.size.as_str(), ask.service.as_str()), ("", "slack-middleware"));
        assert!(ask.order(&catalogue()).is_ok());
    }

    #[test]
    fn what_begins_with_a_destroy_is_not_offered() {
        let facts = cluster_facts(ClusterState::Up);
        let page = html(|| drawn(&facts));
        assert!(page.contains(r#"value="guide" checked"#), "{page}");
        assert!(!page.contains(r#"value="down""#) && !page.contains(r#"value="resize""#), "{page}");
    }

    #[test]
    fn the_plan_can_be_asked_for_without_script() {
        let facts = cluster_facts(ClusterState::Down);
        let page = html(|| drawn(&facts));
        assert!(page.contains(r#"formmethod="get" formaction="/jobs/new""#), "{page}");
    }

    #[test]
    fn what_a_start_needs_stays_out_of_the_address_of_the_plan() {
        let facts = cluster_facts(ClusterState::Down);
        let page = html(|| drawn(&facts));
        assert!(!page.contains(r#"type="hidden""#), "{page}");
        let start = r#"<button name="idempotency_key" value="n.7""#;
        assert!(page.contains(start), "{start} in {page}");
    }
}
