//! What is said of money. Beside every sum stands that it is an estimate, from which list, and of when.

use domain::Time;
use domain::actor::Role;
use domain::cluster::ClusterState;
use domain::money::{
    Cost, Month, OverBudget, Strain, UpTime, all_always_on, always_on_prices, may_start, strain,
};
use domain::price::{ListAge, MachinePrice, Price, estimate};
use domain::{catalogue::Catalogue, text};
use rust_decimal::Decimal;
use store::ThisMonth;

use super::job::creates_cluster;
use crate::facts::{ClusterFacts, JobFacts};
use crate::view::{MoneyLine, MonthView, Sentence};

/// "$0.07 so far, at most $0.14 if it is destroyed by 12:00. Estimate from …"
pub fn cost_of_cluster(facts: &ClusterFacts, now: Time) -> Option<Sentence> {
    said(&facts.up_times, facts.cost(now), facts.cost_at_most(now), now)
}

impl MoneyLine {
    /// Of a cluster, where it costs or its price is told.
    pub fn of_cluster(facts: &ClusterFacts, now: Time) -> Option<Self> {
        Self::new(format!("cluster-money-{}", facts.cluster.name), cost_or_estimate(facts, now), now)
    }

    /// Of a job, where that of its cluster is told.
    pub fn of_job(facts: &JobFacts, now: Time) -> Option<Self> {
        Self::new(format!("job-money-{}", facts.job.job.number), cost_of_job(facts, now), now)
    }

    fn new(id: String, words: Option<Sentence>, now: Time) -> Option<Self> {
        words.map(|words| Self { id, words, made_at: now.timestamp() })
    }
}

/// The same beside a price, also where nothing has been metered; none where no price is told.
pub fn cost_or_estimate(facts: &ClusterFacts, now: Time) -> Option<Sentence> {
    let is_told = facts.cluster.state != ClusterState::Down;
    let price =
        || facts.price().filter(|_| is_told).map(|price| Sentence::default().muted(estimate([price])));
    cost_of_cluster(facts, now).or_else(price)
}

/// The same for the time in which a job is at work; where nothing has been metered, beside the price of the cluster.
pub fn cost_of_job(facts: &JobFacts, now: Time) -> Option<Sentence> {
    let is_at_work = facts.job.job.started_at.is_some() && !facts.job.job.state.is_final();
    let price = || facts.price.as_ref().filter(|_| is_at_work && creates_cluster(facts));
    said(&facts.up_times, facts.cost(now), facts.cost_at_most(now), now)
        .or_else(|| price().map(|price| Sentence::default().muted(estimate([price]))))
}

fn said(up_times: &[UpTime], so_far: Cost, at_most: Option<(Cost, Time)>, now: Time) -> Option<Sentence> {
    if up_times.is_empty() {
        return None;
    }
    let words = Sentence::new(format!("{} so far", text::dollars(so_far.dollars())));
    let words = match at_most {
        Some((most, until)) => words
            .then(format!(", at most {} if it is destroyed by ", text::dollars(most.dollars())))
            .minute(until, now),
        None => words,
    };
    Some(words.then(". ").muted(estimate(up_times.iter().map(|up| &up.price))))
}

/// What is up, for how long and for how much: "m, up 3 h 12 min, $0.11".
pub fn what_is_up(up: &UpTime, now: Time) -> String {
    format!(
        "{}, up {}, {}",
        up.size,
        text::duration(up.length(now)),
        text::dollars(up.cost_until(now).dollars())
    )
}

impl MonthView {
    pub fn new(month: &ThisMonth, catalogue: &Catalogue, list: &[MachinePrice], age: &ListAge) -> Self {
        let now = month.now;
        let name = Month::of(now).name();
        let spent = month.cost();
        let budget = catalogue.budget;
        let limit = budget.map(|budget| format!(" (limit {})", text::dollars(budget))).unwrap_or_default();
        let tone = match budget.map(|budget| strain(spent.dollars(), budget)) {
            None | Some(Strain::Fine) => None,
            Some(Strain::Close) => Some("tone-warn"),
            Some(Strain::Over) => Some("tone-bad"),
        };
        let state = match may_start(budget, &month.up_times, now) {
            Ok(()) if tone.is_some() => " More than four fifths of the budget are used up.".to_owned(),
            Ok(()) => String::new(),
            Err(OverBudget::Zero) => " With a budget of $0.00 nobody may start a cluster.".to_owned(),
            Err(OverBudget::UsedUp { .. }) => {
                " The budget is used up: a start needs an admin. What is up stays up until it is destroyed."
                    .to_owned()
            }
        };
        let saved = saved(spent, catalogue, list, now);
        let compared = if saved.is_some() { always_on_prices(catalogue, list) } else { Vec::new() };
        let prices: Vec<&Price> = month.up_times.iter().map(|up| &up.price).chain(compared.iter()).collect();
        let lists = if prices.is_empty() { String::new() } else { format!(" {}", estimate(prices)) };
        let words =
            Sentence::new(format!("{name} so far: {} estimate{limit}.", text::dollars(spent.dollars())))
                .strong(state)
                .then(saved.unwrap_or_default())
                .muted(lists);
        let words = match age_of_list(age, now) {
            Some(age) => words.then(" ").and(age),
            None => words,
        };
        Self { tone, words, made_at: now.timestamp() }
    }
}

/// How old the cloud's own list is, and since when it cannot be had; none where nobody asks for it.
pub fn age_of_list(age: &ListAge, now: Time) -> Option<Sentence> {
    let words = match (age.read_at, age.failing_since) {
        (Some(read_at), None) => Sentence::new("DigitalOcean's list was read ").age(read_at).then(" ago"),
        (Some(read_at), Some(since)) => Sentence::new("DigitalOcean's list was read ")
            .age(read_at)
            .then(" ago; it could not be had since ")
            .minute(since, now),
        (None, Some(since)) => {
            Sentence::new("DigitalOcean's list could not be had, asked for since ").minute(since, now)
        }
        (None, None) => return None,
    };
    Some(words.then("."))
}

/// Against clusters that are always up in their default size.
fn saved(spent: Cost, catalogue: &Catalogue, list: &[MachinePrice], now: Time) -> Option<String> {
    let saved = all_always_on(catalogue, list, now).dollars() - spent.dollars();
    (saved > Decimal::ZERO)
        .then(|| format!(" That is {} less than if everything were always up.", text::dollars(saved)))
}

/// Why somebody of this role may start nothing, or that only an admin may; none while there is money left.
pub fn budget_note(month: &ThisMonth, catalogue: &Catalogue, role: Role) -> Option<String> {
    let refused = may_start(catalogue.budget, &month.up_times, month.now).err()?;
    Some(match (refused, role.is_admin()) {
        (OverBudget::UsedUp { budget, spent, month, lists }, true) => format!(
            "The budget of {} for {month} is used up ({}, estimate from {lists}). As an admin you can start all the same.",
            text::dollars(budget),
            text::dollars(spent)
        ),
        (refused, _) => refused.to_string().trim_end_matches(" Nothing was started.").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, catalogue, cluster_facts, job_facts, owed, up_time};

    /// From 08:00 on 2027-01-15, a middle cluster.
    fn up() -> ClusterFacts {
        ClusterFacts {
            up_times: vec![up_time(0, None)],
            owed: Some(owed(ObligationState::Open)),
            ..cluster_facts(ClusterState::Up)
        }
    }

    fn month(up_times: Vec<UpTime>) -> ThisMonth {
        ThisMonth { up_times, now: at(120) }
    }

    #[test]
    fn a_cluster_says_what_it_cost_and_what_it_costs_at_most_and_by_which_list() {
        assert_eq!(
            cost_of_cluster(&up(), at(120)).unwrap().to_string(),
            "$0.07 so far, at most $0.14 if it is destroyed by 12:00. \
             Estimate from the config's prices of 2026-11-20. Not an invoice."
        );
        assert_eq!(cost_of_cluster(&cluster_facts(ClusterState::Down), at(120)), None);
    }

    #[test]
    fn a_price_that_nothing_was_metered_by_is_an_estimate_too() {
        let said = |facts: &ClusterFacts| cost_or_estimate(facts, at(120)).map(|words| words.to_string());
        let unmetered = ClusterFacts { up_times: Vec::new(), ..up() };
        assert_eq!(
            said(&unmetered).unwrap(),
            "Estimate from the config's prices of 2026-11-20. Not an invoice."
        );
        assert!(said(&up()).unwrap().starts_with("$0.07 so far, "));
        assert_eq!(said(&cluster_facts(ClusterState::Down)), None);
    }

    #[test]
    fn what_is_gone_or_overdue_promises_no_end_of_the_cost() {
        let gone = ClusterFacts { up_times: vec![up_time(0, Some(60))], ..up() };
        let overdue = ClusterFacts { owed: Some(owed(ObligationState::Due)), ..up() };
        for (facts, so_far) in [(gone, "$0.04 so far. "), (overdue, "$0.07 so far. ")] {
            let said = cost_of_cluster(&facts, at(120)).unwrap().to_string();
            assert!(said.starts_with(so_far), "{said}");
        }
    }

    #[test]
    fn a_job_costs_what_the_cluster_costs_while_it_is_at_work() {
        let mut facts = job_facts(3);
        facts.up_times = vec![up_time(0, None)];
        facts.owed = Some(owed(ObligationState::Open));
        let said = cost_of_job(&facts, at(70)).unwrap().to_string();
        assert!(said.starts_with("$0.04 so far, at most $0.14 if"), "an hour from 08:10 on: {said}");
        facts.job.job.finished_at = Some(at(40));
        let said = cost_of_job(&facts, at(500)).unwrap().to_string();
        assert!(said.starts_with("$0.02 so far. "), "{said}");
    }

    #[test]
    fn the_month_says_its_limit_and_turns_amber_and_red() {
        let said = |budget: &str| {
            let catalogue = Catalogue { budget: Some(budget.parse().unwrap()), ..catalogue() };
            let view = MonthView::new(&month(vec![up_time(0, None)]), &catalogue, &[], &ListAge::default());
            (view.tone, view.words.to_string())
        };
        let (tone, words) = said("15");
        assert_eq!(tone, None);
        assert!(words.starts_with("January so far: $0.07 estimate (limit $15.00)."), "{words}");
        assert!(
            words.ends_with("Estimate from the config's prices of 2026-11-20. Not an invoice."),
            "{words}"
        );
        assert_eq!(said("0.08").0, Some("tone-warn"));
        let (tone, words) = said("0.05");
        assert_eq!(tone, Some("tone-bad"));
        assert!(words.contains("The budget is used up: a start needs an admin."), "{words}");
        assert!(said("0").1.contains("nobody may start"), "zero says so");
    }

    #[test]
    fn a_list_that_cannot_be_had_is_told_with_its_age_and_since_when() {
        let said = |read_at: Option<i64>, failing_since: Option<i64>| {
            let age = ListAge { read_at: read_at.map(at), failing_since: failing_since.map(at) };
            let words = MonthView::new(&month(Vec::new()), &catalogue(), &[], &age).words.to_string();
            words.split_once("Not an invoice.").unwrap().1.to_owned()
        };
        assert_eq!(said(None, None), "", "nobody asks for one");
        assert_eq!(said(Some(0), None), " DigitalOcean's list was read <age> ago.");
        assert_eq!(
            said(Some(0), Some(65)),
            " DigitalOcean's list was read <age> ago; it could not be had since 09:05."
        );
        assert_eq!(said(None, Some(65)), " DigitalOcean's list could not be had, asked for since 09:05.");
    }

    #[test]
    fn what_is_not_up_all_month_saves_money_against_what_is() {
        let words = MonthView::new(&month(vec![up_time(0, None)]), &catalogue(), &[], &ListAge::default())
            .words
            .to_string();
        // 14 days and 10 hours of a large one, without what was used.
        assert!(words.contains("That is $24.64 less than if everything were always up."), "{words}");
        let unused =
            MonthView::new(&month(Vec::new()), &catalogue(), &[], &ListAge::default()).words.to_string();
        assert!(
            unused.ends_with("always up. Estimate from the config's prices of 2026-11-20. Not an invoice."),
            "also where nothing was up: {unused}"
        );
        let spent = vec![up_time(-40_000, None), up_time(-40_000, None)];
        assert!(
            !MonthView::new(&month(spent), &catalogue(), &[], &ListAge::default())
                .words
                .to_string()
                .contains("less than")
        );
    }

    #[test]
    fn an_admin_is_told_that_he_may_start_over_the_budget_and_an_operator_that_he_may_not() {
        let over = Catalogue { budget: Some("0.05".parse().unwrap()), ..catalogue() };
        let month = month(vec![up_time(0, None)]);
        let note = |catalogue: &Catalogue, role| budget_note(&month, catalogue, role);
        assert!(note(&over, Role::Admin).unwrap().ends_with("As an admin you can start all the same."));
        assert!(note(&over, Role::Operator).unwrap().ends_with("An admin can start all the same."));
        let zero = Catalogue { budget: Some(Decimal::ZERO), ..catalogue() };
        assert!(note(&zero, Role::Admin).unwrap().contains("not even an admin"));
        assert_eq!(note(&catalogue(), Role::Operator), None);
    }
}
