//! The steps that a job is going to take, before it takes any.

use domain::order::{Order, PlannedStep};
use domain::price::estimate;
use domain::step::{Action, Phase};
use leptos::prelude::*;

use crate::facts::ClusterFacts;

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
        let lifetime =
            domain::text::duration(chrono::Duration::minutes(i64::from(order.stay.lifetime_minutes)));
        format!("Costs {rate} from then on. The cluster destroys itself after {lifetime}. {estimate}")
    })
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::ask::AskText;
    use crate::samples::{catalogue, cluster_facts, html};

    fn page(routine: &str) -> String {
        let ask = AskText { routine: routine.into(), cluster: "iriversland2".into(), ..AskText::default() };
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
}
