//! One cluster: state, money, what is on it, who is at work on it, and what can be done.

use leptos::prelude::*;

use super::actions::actions;
use super::acts::acts;
use super::age::age;
use super::backup_box::backup_box;
use super::badge::badge;
use super::end_box::{end_box, hold_box};
use super::leftovers::{found, leftovers};
use super::money_line::money_line;
use super::owed_box::owed_box;
use super::question::question_box;
use super::sentence::draw;
use super::size_form::start_form;
use crate::view::{ClusterView, Sentence, Versioned};

/// Where the card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the list: the name leads to the cluster's page.
    List,
    /// On the cluster's own page: the name is its title, and the debt stands beside it.
    Page,
}

/// The id of the piece that shows this cluster there.
pub fn piece_id(name: &str, place: Place) -> String {
    match place {
        Place::List => format!("cluster-{name}"),
        Place::Page => format!("cluster-page-{name}"),
    }
}

pub fn cluster_card(view: &ClusterView, place: Place) -> impl IntoView + use<> {
    let now = view.made_at;
    let is_page = place == Place::Page;
    let start =
        view.start.as_ref().map(|start| start_form(&view.name, view.version, start, &view.seal, None));
    view! {
        <div
            id=piece_id(&view.name, place)
            class=if is_page { "columns" } else { "column" }
            data-version=view.version().to_string()
            data-state=view.look.word.clone()
            data-say=format!("{} is now: {}.", view.name, view.look.word)
        >
            <div class="stack">
            <article
                class=if view.needs_attention { "card stack attention" } else { "card stack" }
                aria-labelledby=title_id(&view.name)
            >
                <div class="card-head">
                    <div class="card-title">{badge(&view.look)} {title(&view.name, place)}</div>
                    {actions(&view.actions)}
                </div>
                <p class="lead">{draw(&view.second_line, now)}</p>
                {view.money.as_ref().map(money_line)}
                {view.question.as_ref().map(|question| question_box(question, now))}
                {view.hold.as_ref().map(|hold| hold_box(hold, now))}
                {view.end.as_ref().map(|end| end_box(end, &view.seal, now))}
                {truths(view, !is_page && start.is_some())}
                {start}
                {foot(view)}
            </article>
            {is_page.then(|| in_the_cloud(view))}
            </div>
            {is_page.then(|| view! {
                <aside class="stack" aria-label="Debt and acts">
                    {owed_box(&view.owed, now)}
                    {view.backup.as_ref().map(|backup| backup_box(backup, now))}
                    {acts(&view.acts, now)}
                </aside>
            })}
        </div>
    }
}

fn title_id(name: &str) -> String {
    format!("cluster-name-{name}")
}

fn title(name: &str, place: Place) -> impl IntoView + use<> {
    let id = title_id(name);
    match place {
        Place::List => {
            let path = format!("/clusters/{name}");
            view! { <h2 id=id><a class="plain" href=path>{name.to_owned()}</a></h2> }.into_any()
        }
        Place::Page => view! { <h1 id=id tabindex="-1">{name.to_owned()}</h1> }.into_any(),
    }
}

/// What the cloud shows that should not be there.
fn in_the_cloud(view: &ClusterView) -> impl IntoView + use<> {
    let now = view.made_at;
    view! {
        {view.found.as_ref().map(|it| found(it, now))}
        {view.leftovers.as_ref().map(|left| leftovers(left, now))}
    }
}

/// Wanted, what the CI says, what the cloud says: side by side, because they may differ. Above a form they stand in
/// one line.
fn truths(view: &ClusterView, in_one_line: bool) -> impl IntoView + use<> {
    let ci = view.ci_says.clone().unwrap_or_else(|| Sentence::new("Nothing yet"));
    view! {
        <dl class=if in_one_line { "truths in-one-line" } else { "truths" }>
            <div>
                <dt>{draw(&view.wanted.0, view.made_at)}</dt>
                <dd>{draw(&view.wanted.1, view.made_at)}</dd>
            </div>
            <div>
                <dt>{age(&view.ci_age)}</dt>
                <dd>{draw(&ci, view.made_at)}</dd>
            </div>
            <div>
                <dt>{age(&view.cloud_age)}</dt>
                <dd>{draw(&view.cloud_says, view.made_at)}</dd>
            </div>
        </dl>
    }
}

fn foot(view: &ClusterView) -> impl IntoView + use<> {
    let lines = view.on_it.iter().chain(view.latest_job.as_ref().map(|job| &job.on_card));
    let lines = lines.map(|line| view! { <li>{draw(line, view.made_at)}</li> });
    view! { <ul class="card-foot meta">{lines.collect_view()}</ul> }
}

#[cfg(test)]
mod tests {
    use domain::cluster::{ClusterState, Deployment};

    use super::*;
    use crate::facts::ClusterFacts;
    use crate::samples::{at, cluster_facts, guide_at_step, html};

    fn card(facts: &ClusterFacts, place: Place) -> String {
        let view = ClusterView::new(facts, at(60));
        html(|| cluster_card(&view, place))
    }

    #[test]
    fn every_state_shows_its_word_and_its_shape() {
        let shapes = ["i-circle", "i-half", "i-tick", "i-down", "i-octagon", "i-dashed"];
        for (state, shape) in ClusterState::ALL.iter().zip(shapes) {
            let page = card(&cluster_facts(*state), Place::List);
            assert!(page.contains(&format!(">{}<", domain::text::cluster_state(*state))), "{page}");
            assert!(page.contains(&format!("href=\"#{shape}\"")), "{page}");
        }
    }

    #[test]
    fn what_is_on_it_and_who_is_at_work_are_links() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.cluster.deployments =
            vec![Deployment { service: "slack-middleware".into(), at: at(9), job: 127 }];
        facts.latest_job = Some(guide_at_step(3));
        let page = card(&facts, Place::List);
        assert!(page.contains("slack-middleware deployed ") && page.contains("href=\"/jobs/127\""), "{page}");
        assert!(page.contains("guide, step 3 of 5 →") && page.contains("href=\"/jobs/128\""), "{page}");
    }

    #[test]
    fn the_three_truths_stand_side_by_side() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.latest_job = Some(guide_at_step(3));
        let page = card(&facts, Place::List);
        assert!(page.contains("Up until job #128 ends"), "{page}");
        assert!(page.contains(">Travis CI build 8812</a>"), "{page}");
        assert!(page.contains("Only the CI's word."), "{page}");
        assert_eq!(page.matches("Only the CI's word").count(), 1, "once on a card is enough");
    }

    #[test]
    fn on_its_own_page_the_name_is_the_title_and_the_debt_stands_beside_it() {
        let facts = cluster_facts(ClusterState::Up);
        let (page, list) = (card(&facts, Place::Page), card(&facts, Place::List));
        assert!(page.contains("<h1") && page.contains("Owed"), "{page}");
        assert!(list.contains("<h2") && !list.contains("Owed"), "{list}");
    }

    #[test]
    fn a_failure_text_from_outside_is_only_text() {
        let mut facts = cluster_facts(ClusterState::Failed);
        facts.cluster.failure = Some("</p><script>alert(1)</script>".into());
        assert!(!card(&facts, Place::List).contains("<script>"));
    }
}
