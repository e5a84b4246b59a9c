//! The steps that a job is going to take, before it takes any.

use domain::obligation::Obligation;
use domain::order::{Order, PlannedStep};
use domain::price::estimate;
use domain::step::{Action, Phase};
use leptos::prelude::*;

use crate::facts::ClusterFacts;
use crate::words::{at_the_deadline, its_end};

pub fn plan(order: &Order, facts: &ClusterFacts) -> impl IntoView + use<> {
    let steps = order.steps.iter().map(step).collect_view();
    let size = order.size.map(|size| format!(", {size}")).unwrap_or_default();
    view! {
        <p>{format!("{} on {}{size}: {} steps.", order.routine, order.cluster, order.steps.len())}</p>
        <ol class="plan">{steps}</ol>
        {money(order, facts).map(|words| view! { <p class="meta">{words}</p> })}
    }
}

fn step(step: &PlannedStep) -> impl IntoView + use<> {
    let far_end = match &step.action {
        Action::Trigger { target, .. } => format!("{}, branch {}", target.provider.title(), target.branch),
        Action::Batch { .. } => "Batch service".to_owned(),
        Action::Approval { .. } => "Waits for a person".to_owned(),
        Action::Unknown(_) => "Known to a newer version".to_owned(),
    };
    let always = (step.phase == Phase::Finally).then_some(" · Always runs.");
    view! { <li><b>{step.title.clone()}</b> <span class="meta">{far_end} {always}</span></li> }
}

fn money(order: &Order, facts: &ClusterFacts) -> Option<String> {
    let size = order.size?;
    let offer = facts.offer(size)?;
    let (rate, estimate) = (domain::text::hourly(offer.price.hourly), estimate([&offer.price]));
    let cleans_up =
        order.steps.iter().any(|step| step.phase == Phase::Finally && step.action.destroys_cluster());
    Some(if cleans_up {
        format!(
            "Costs {rate} while it runs. The cluster is destroyed at the end, also when a step fails. {estimate}"
        )
    } else {
        format!("Costs {rate} from then on. {} {estimate}", end(order, facts))
    })
}

/// A cluster that is up has its end, whatever is started on it.
fn end(order: &Order, facts: &ClusterFacts) -> String {
    let is_open = |owed: &&Obligation| owed.is_open() && !order.begins_with_destroy();
    let Some(owed) = facts.unsettled().filter(is_open) else {
        return format!("{} {}", its_end(order.stay.stay()), at_the_deadline(&order.stay.limits));
    };
    match order.check_lifetime(Some(owed)) {
        Ok(()) => "The cluster is up, and its end stays as it is.".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::ask::AskText;
    use crate::samples::{catalogue, cluster_facts, html};

    fn page(routine: &str) -> String {
        page_of(AskText { routine: routine.into(), ..AskText::default() })
    }

    fn page_of(ask: AskText) -> String {
        let ask = AskText { cluster: "iriversland2".into(), ..ask };
        let order = ask.order(&catalogue()).unwrap();
        html(|| plan(&order, &cluster_facts(ClusterState::Down)))
    }

    #[test]
    fn the_plan_shows_every_step_and_which_ones_always_run() {
        let page = page("guide");
        assert_eq!(page.matches("<li>").count(), 5);
        assert_eq!(page.matches("Always runs.").count(), 2);
        assert!(page.contains("Create the cluster (l)"), "{page}");
    }

    #[test]
    fn the_plan_says_what_it_costs_and_how_that_ends() {
        assert!(page("guide").contains("Costs $0.071/h while it runs."));
        assert!(page("up").contains("destroys itself after 4 h"));
    }

    #[test]
    fn on_a_cluster_that_is_up_the_plan_says_that_its_end_stays() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.owed = Some(crate::samples::owed(domain::obligation::ObligationState::Open));
        let page = |lifetime: &str| {
            let ask = AskText {
                routine: "up".into(),
                cluster: "iriversland2".into(),
                lifetime: lifetime.into(),
                ..AskText::default()
            };
            let order = ask.order(&catalogue()).unwrap();
            html(|| plan(&order, &facts))
        };
        assert!(page("").contains("its end stays as it is"));
        assert!(page("2h").contains("is up already and is destroyed at 2027-01-15 12:00 UTC."));
    }

    #[test]
    fn the_plan_says_the_lifetime_that_was_chosen_and_not_the_usual_one() {
        let chosen = |lifetime: &str, until: &str| {
            let (lifetime, until) = (lifetime.to_owned(), until.to_owned());
            page_of(AskText { routine: "up".into(), lifetime, until, ..AskText::default() })
        };
        assert!(chosen("2h", "").contains("destroys itself after 2 h"));
        assert!(chosen("until", "2027-01-15T18:00").contains("destroys itself at 2027-01-15 18:00 UTC"));
        assert!(chosen("none", "").contains("has no automatic destroy"));
    }
}
