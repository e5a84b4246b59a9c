//! `/clusters/{name}/extend`: move the auto-destroy time, from the present one on or to a time.

use domain::Time;
use domain::extension::extended;
use domain::obligation::Obligation;
use domain::stay::{Stay, StayRange};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::ExtendCluster;
use crate::components::lifetime_fields::until_field;
use crate::components::seal::Seal;
use crate::components::sentence::draw;
use crate::facts::ClusterFacts;
use crate::problem::Refusal;
use crate::stay::NO_END;
use crate::view::{Sentence, seen};

/// By how many hours it can be moved at one press.
const LENGTHS: [i64; 3] = [1, 4, 8];

pub fn page() -> impl IntoView {
    let (name, query) = (form::cluster_in_path(), form::query());
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?;
        let now = world.now;
        let open = facts.unsettled().filter(|owed| owed.is_open());
        let forbidden = open.is_none().then(|| why_not(&facts));
        let refusal = form::act_refusal(&query, &facts.cluster, forbidden.clone());
        let title = format!("Keep {name} for longer?");
        let frame = form::frame(&title, Section::Clusters, refusal.as_ref()).load(&world).await?;
        let path = format!("/clusters/{name}");
        let state_line = form::state_line(&facts, now);
        let body = match (open, forbidden) {
            (Some(owed), _) => {
                let is_admin = world.admitted()?.role.is_admin();
                view! {
                    {form::end_note(&facts, now)}
                    {extend_form(owed, &query, is_admin, refusal.as_ref(), now)}
                }
                .into_any()
            }
            (None, why) => form::not_possible(why.filter(|_| refusal.is_none()), path).into_any(),
        };
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{title}</h1>
                {state_line}
                <div id="form" class="stack">{body}</div>
            </div>
        };
        Ok(frame.around(content))
    })
}

fn why_not(facts: &ClusterFacts) -> String {
    let name = &facts.cluster.name;
    match facts.unsettled() {
        Some(_) => format!("{name} is being destroyed already. Nothing was changed."),
        None => format!("{name} is not up, so it has no auto-destroy time to move. Nothing was changed."),
    }
}

fn extend_form(
    owed: &Obligation,
    query: &ParamsMap,
    is_admin: bool,
    refusal: Option<&Refusal>,
    now: Time,
) -> impl IntoView + use<> {
    let chosen = query.get("by").unwrap_or_default();
    let lengths = LENGTHS.into_iter().filter_map(|hours| {
        let to = extended(owed, Stay::hours(hours), None, Default::default(), now).ok()??;
        let words = Sentence::new(format!("{hours} h, to ")).minute(to, now);
        Some(choice(&format!("{hours}h"), words, &chosen, now))
    });
    let lengths = lengths.collect_view();
    let endless = is_admin.then(|| {
        let words =
            Sentence::new("No automatic destroy").muted(": it costs money until somebody destroys it");
        choice(NO_END, words, &chosen, now)
    });
    let range = StayRange::new(owed.limits.longest_minutes, now);
    view! {
        <form method="post" action=ExtendCluster::url() class="stack">
            <input type="hidden" name="cluster" value=owed.cluster.clone()/>
            <input type="hidden" name="seen" value=seen(owed.destroys_at)/>
            <input type="hidden" name="idempotency_key" value=Seal::fresh().key(0)/>
            <fieldset class="choices">
                <legend>"Keep it for"</legend>
                {lengths}
                {choice("until", Sentence::new("Until another time"), &chosen, now)}
                {endless}
            </fieldset>
            {until_field(query.get("until").unwrap_or_default(), range, refusal)}
            <div class="form-foot">
                <a class="button" href=format!("/clusters/{}", owed.cluster)>"Leave it as it is"</a>
                <button class="button primary">"Move the auto-destroy time"</button>
            </div>
        </form>
    }
}

fn choice(value: &str, words: Sentence, chosen: &str, now: Time) -> impl IntoView + use<> {
    view! {
        <label class="choice">
            <input type="radio" name="by" value=value.to_owned() checked=chosen == value required=true/>
            <span>{draw(&words, now.timestamp())}</span>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, html, owed};

    fn form(is_admin: bool) -> String {
        let owed = owed(ObligationState::Open);
        html(|| extend_form(&owed, &ParamsMap::new(), is_admin, None, at(60)))
    }

    #[test]
    fn each_length_says_to_which_time_it_leads_and_the_range_is_told() {
        let page = form(false);
        assert!(page.contains("1 h, to ") && page.contains(">13:00<"), "{page}");
        assert!(page.contains("From 2027-01-15 09:05 to 2027-01-16 09:00."), "{page}");
        assert!(page.contains(r#"name="seen" value="2027-01-15T12:00:00Z""#), "{page}");
    }

    #[test]
    fn only_an_admin_is_offered_to_take_the_end_away() {
        assert!(!form(false).contains("No automatic destroy") && form(true).contains("No automatic destroy"));
    }
}
