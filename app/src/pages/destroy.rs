//! `/clusters/{name}/destroy`: what goes, what stays, who uses it now; then the button.

use domain::cluster::{Cluster, ClusterState};
use leptos::prelude::*;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::DestroyCluster;
use crate::ask::AskText;
use crate::components::seal::{Seal, sealed_fields};
use crate::confirmation::{Caution, must_type_name};
use crate::facts::ClusterFacts;
use crate::problem::{Problem, Refusal};

pub fn page() -> impl IntoView {
    let (name, query) = (form::cluster_in_path(), form::query());
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?;
        let ask = AskText { routine: "down".into(), cluster: name.clone(), ..AskText::default() };
        let refusal = form::refusal(&query, &ask, &facts.cluster, &world);
        let frame = form::frame(&format!("Destroy {name}?"), Section::Clusters, refusal.as_ref())
            .load(&world)
            .await?;
        let caution = must_type_name(&world.store, &facts.cluster, world.actor()?).await?;
        let typed = match Problem::from_query(&query) {
            Some(Problem::Name { typed }) => typed,
            _ => String::new(),
        };

        let nothing_to_do = match facts.cluster.state {
            ClusterState::Down if facts.active_job().is_none() => {
                Some("It is down. There is nothing to destroy.")
            }
            ClusterState::Destroying if facts.active_job().is_some() => {
                Some("It is being destroyed already.")
            }
            _ => None,
        };
        let body = match nothing_to_do {
            Some(words) => {
                view! { <p>{words}</p> <p><a class="button" href=format!("/clusters/{name}")>"Back"</a></p> }
                    .into_any()
            }
            None => view! {
                {consequences(&facts)}
                {confirm_form(&facts.cluster, caution.as_ref(), typed, refusal.as_ref(), &Seal::fresh())}
            }
            .into_any(),
        };
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{format!("Destroy {name}?")}</h1>
                {form::state_line(&facts, world.now)}
                <div id="form" class="stack">{body}</div>
            </div>
        };
        Ok(frame.around(content))
    })
}

fn consequences(facts: &ClusterFacts) -> impl IntoView + use<> {
    let services = facts
        .cluster
        .deployments
        .iter()
        .map(|deployment| view! { <li>{format!("the service {}", deployment.service)}</li> })
        .collect_view();
    let saved = facts.rate().map(|rate| view! { <p>{format!("This stops {rate}.")}</p> });
    view! {
        <div class="two">
            <section aria-labelledby="removed">
                <h2 id="removed">"What is removed"</h2>
                <ul>
                    <li>"its machines, and everything that runs or is stored on them"</li>
                    {services}
                </ul>
            </section>
            <section aria-labelledby="kept">
                <h2 id="kept">"What stays"</h2>
                <ul>
                    <li>"the jobs and their check-ins"</li>
                    <li>"the declaration: it can be started again"</li>
                </ul>
            </section>
        </div>
        {saved}
    }
}

fn confirm_form(
    cluster: &Cluster,
    caution: Option<&Caution>,
    typed: String,
    refusal: Option<&Refusal>,
    seal: &Seal,
) -> impl IntoView + use<> {
    let who = caution.map(|caution| {
        view! { <section class="notice tone-warn" aria-label="Who uses it now"><p>{who_uses_it(caution)}</p></section> }
    });
    let field =
        caution.map(|_| form::name_field(format!("Type {} to destroy it", cluster.name), typed, refusal));
    view! {
        {who}
        <form method="post" action=DestroyCluster::url() class="stack">
            {sealed_fields(seal, &cluster.name, cluster.version)}
            {field}
            <div class="form-foot">
                <a class="button" href=format!("/clusters/{}", cluster.name)>"Keep it"</a>
                <button class="button danger">"Destroy cluster"</button>
            </div>
        </form>
    }
}

fn who_uses_it(caution: &Caution) -> impl IntoView + use<> {
    match caution {
        Caution::Busy { job } => view! {
            <a href=format!("/jobs/{job}")>{format!("Job #{job}")}</a>
            " is at work on it. The destroy waits for the end of that job."
        }
        .into_any(),
        Caution::StartedBy { name } => view! { {format!("It was started by {name}.")} }.into_any(),
        Caution::Unknown => {
            view! { "We do not know what exists. The CI removes what its Terraform knows." }.into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::Deployment;

    use super::*;
    use crate::samples::{at, cluster, cluster_facts, html};

    fn form(caution: Option<&Caution>, typed: &str) -> String {
        let cluster = cluster(ClusterState::Up);
        html(|| confirm_form(&cluster, caution, typed.to_owned(), None, &Seal::fresh()))
    }

    #[test]
    fn what_goes_and_what_stays_is_said_before_the_button() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.cluster.deployments =
            vec![Deployment { service: "slack-middleware".into(), at: at(0), job: 1 }];
        let page = html(|| consequences(&facts));
        assert!(page.contains("the service slack-middleware"), "{page}");
        assert!(page.contains("This stops $0.036/h."), "{page}");
    }

    #[test]
    fn the_name_has_to_be_typed_only_where_it_could_hurt_somebody_else() {
        assert!(!form(None, "").contains("typed_name"));
        let busy = form(Some(&Caution::Busy { job: 128 }), "");
        assert!(
            busy.contains("Type iriversland2 to destroy it") && busy.contains("href=\"/jobs/128\""),
            "{busy}"
        );
    }

    #[test]
    fn what_was_typed_is_kept_as_text() {
        let page = form(Some(&Caution::Unknown), "\"><script>");
        assert!(!page.contains("<script>"), "{page}");
    }

    #[test]
    fn the_form_carries_what_the_press_was_decided_on() {
        let page = form(None, "");
        for field in ["cluster", "expected_version", "idempotency_key"] {
            assert!(page.contains(&format!("name=\"{field}\"")), "{field} in {page}");
        }
    }
}
