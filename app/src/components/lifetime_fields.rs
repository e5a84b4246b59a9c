//! Choosing how long a cluster stays up that is about to be brought up: as usual, a length, or until a time.

use chrono::Duration;
use domain::Time;
use domain::stay::StayRange;
use domain::text;
use leptos::prelude::*;

use crate::ask::AskText;
use crate::facts::ClusterFacts;
use crate::problem::Refusal;
use crate::stay::NO_END;

/// What is offered, in hours.
const LENGTHS: [i64; 4] = [1, 2, 4, 8];

/// What one chooses from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifetimeChoice {
    /// Tells the fields of several clusters on one page apart.
    cluster: String,
    /// Value and words.
    options: Vec<(String, String)>,
    chosen: String,
    /// What was typed, and what may be; none where only lengths are offered.
    until: Option<(String, StayRange)>,
}

impl LifetimeChoice {
    /// The lengths alone, as they fit on a card.
    pub fn short(facts: &ClusterFacts) -> Self {
        let usual = text::duration(Duration::minutes(i64::from(facts.lifetime_minutes)));
        let fits = |hours: &i64| hours * 60 <= i64::from(facts.limits.longest_minutes);
        let lengths =
            LENGTHS.into_iter().filter(fits).map(|hours| (format!("{hours}h"), format!("{hours} h")));
        Self {
            cluster: facts.cluster.name.clone(),
            options: [(String::new(), format!("As usual: {usual}"))].into_iter().chain(lengths).collect(),
            chosen: String::new(),
            until: None,
        }
    }

    /// With everything that this person may choose, and what was chosen.
    pub fn full(facts: &ClusterFacts, ask: &AskText, is_admin: bool, now: Time) -> Self {
        let mut choice = Self { chosen: ask.lifetime.clone(), ..Self::short(facts) };
        // A routine that destroys the cluster in the end itself may have its own idea of what is usual.
        if let Some((_, usual)) =
            choice.options.first_mut().filter(|_| !matches!(ask.routine.as_str(), "up" | "resize"))
        {
            "As usual".clone_into(usual);
        }
        choice.options.push(("until".to_owned(), "Until the time below".to_owned()));
        if is_admin {
            choice.options.push((NO_END.to_owned(), "No automatic destroy".to_owned()));
        }
        choice.until = Some((ask.until.clone(), StayRange::new(facts.limits.longest_minutes, now)));
        choice
    }
}

pub fn lifetime_fields(choice: &LifetimeChoice, refusal: Option<&Refusal>) -> impl IntoView + use<> {
    let id = format!("lifetime-{}", choice.cluster);
    let options = choice.options.iter().map(|(value, words)| {
        let is_chosen = *value == choice.chosen;
        view! { <option value=value.clone() selected=is_chosen>{words.clone()}</option> }
    });
    let options = options.collect_view();
    let until = choice.until.as_ref().map(|(typed, range)| until_field(typed.clone(), *range, refusal));
    view! {
        <div class="field">
            <label for=id.clone()>"Destroy it automatically after"</label>
            <select id=id.clone() name="lifetime">{options}</select>
        </div>
        {until}
    }
}

/// Where a time is typed: within which range, and that it was not.
pub fn until_field(typed: String, range: StayRange, refusal: Option<&Refusal>) -> impl IntoView + use<> {
    let is_wrong = refusal.is_some_and(|refusal| refusal.field == "until");
    let shown = |time: Time| time.format("%Y-%m-%d %H:%M").to_string();
    let machine = |time: Time| time.format("%Y-%m-%dT%H:%M").to_string();
    view! {
        <div class="field">
            <label for="until">"Another time, in UTC"</label>
            <p id="until-range" class="meta">
                {format!("From {} to {}.", shown(range.earliest), shown(range.latest))}
            </p>
            {is_wrong.then(|| view! { <p id="until-error" class="trouble">"That time cannot be chosen."</p> })}
            <input
                id="until"
                name="until"
                type="datetime-local"
                value=typed
                min=machine(range.earliest)
                max=machine(range.latest)
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=if is_wrong { "until-error until-range" } else { "until-range" }
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{at, cluster_facts, html};

    fn ask(lifetime: &str) -> AskText {
        AskText { routine: "up".into(), lifetime: lifetime.into(), ..AskText::default() }
    }

    fn page(lifetime: &str, is_admin: bool) -> String {
        let facts = cluster_facts(ClusterState::Down);
        html(|| lifetime_fields(&LifetimeChoice::full(&facts, &ask(lifetime), is_admin, at(0)), None))
    }

    #[test]
    fn the_usual_lifetime_is_chosen_before_anybody_chose() {
        let page = page("", false);
        assert!(page.contains("As usual: 4 h") && page.matches(" selected").count() == 1, "{page}");
        for value in ["1h", "2h", "4h", "8h", "until"] {
            assert!(page.contains(&format!("value=\"{value}\"")), "{value} in {page}");
        }
        assert!(page.contains("From 2027-01-15 08:05 to 2027-01-16 08:00."), "{page}");
    }

    #[test]
    fn only_an_admin_is_offered_a_cluster_without_an_end() {
        assert!(!page("", false).contains("No automatic destroy"));
        assert!(page("", true).contains("No automatic destroy"));
    }

    #[test]
    fn what_is_beyond_the_cap_is_not_offered() {
        let mut facts = cluster_facts(ClusterState::Down);
        facts.limits.longest_minutes = 120;
        let page = html(|| lifetime_fields(&LifetimeChoice::short(&facts), None));
        assert!(page.contains("value=\"2h\"") && !page.contains("value=\"4h\""), "{page}");
    }
}
