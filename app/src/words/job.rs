//! What the page of a job says.

use domain::Time;
use domain::job::JobState;
use domain::price::{Price, estimate};
use domain::text;

use super::ending::{at_the_deadline, end_of};
use super::job_actions::actions;
use super::job_row::{cleans_up, short_title, step_at_work};
use super::owed::what_is_left;
use super::steps::span;
use super::usual::{usual_of_job, usual_of_step};
use crate::facts::JobFacts;
use crate::view::{HoldView, JobView, LineView, Look, MoneyLine, OwedView, QuestionView, Sentence, StepView};

impl JobView {
    pub fn new(facts: &JobFacts, now: Time) -> Self {
        let (job, steps) = (&facts.job.job, &facts.job.steps);
        let current = step_at_work(job, steps).map(|step| step.position);
        let steps = steps.iter().map(|step| StepView {
            usual: usual_of_step(facts, step),
            ..StepView::new(step, job, current == Some(step.position), now)
        });
        Self {
            number: job.number,
            look: Look::from(job.state),
            heading: heading(facts),
            document_title: document_title(facts),
            favicon: favicon(job.state).to_owned(),
            lead: lead(facts, now),
            money: MoneyLine::of_job(facts, now),
            usual: usual_of_job(facts, now),
            notice: notice(facts, now),
            hold: HoldView::of(&facts.job, now),
            end: end_is_near(facts, now),
            question: QuestionView::of(&facts.job, now),
            actions: actions(facts, now),
            has_failed: job.state == JobState::Failed,
            spoken: spoken(facts),
            steps: steps.collect(),
            whole: span(job.started_at.unwrap_or(job.created_at), job.finished_at),
            check_ins: facts.check_ins.iter().map(LineView::new).collect(),
            owed: OwedView::new(facts.owed.as_ref(), &facts.proof, now).with_receipt(facts.receipt),
            facts: table_of_facts(facts, now),
            // The page also shows what is owed and who is first in the queue: things of the cluster.
            version: job.version.max(facts.cluster.version),
            made_at: now.timestamp(),
        }
    }
}

/// "guide on iriversland2"
fn heading(facts: &JobFacts) -> String {
    format!("{} on {}", short_title(&facts.job.job), facts.job.job.cluster)
}

/// The state first, because tabs are narrow.
fn document_title(facts: &JobFacts) -> String {
    let (job, steps) = (&facts.job.job, &facts.job.steps);
    let at = step_at_work(job, steps).filter(|_| job.state == JobState::Running);
    let at = at.map(|step| format!(" {}/{}", step.position, steps.len())).unwrap_or_default();
    format!("{}{at} – {} – Cluster Head", text::job_state(job.state), heading(facts))
}

pub const fn favicon(state: JobState) -> &'static str {
    match state {
        JobState::Queued | JobState::Waiting => "/favicon-waiting.svg",
        JobState::Running => "/favicon-running.svg",
        JobState::Succeeded => "/favicon-succeeded.svg",
        JobState::Failed => "/favicon-failed.svg",
        JobState::Cancelled => "/favicon-cancelled.svg",
    }
}

/// Where it is, for how long, what it costs, and how the money ends.
fn lead(facts: &JobFacts, now: Time) -> Sentence {
    let (job, steps) = (&facts.job.job, &facts.job.steps);
    match (job.started_at, job.finished_at) {
        (started, Some(finished)) => {
            let took = started.map(|started| format!("Took {}. ", text::duration(finished - started)));
            Sentence::new(took.unwrap_or_default()).then("Ended ").minute(finished, now).then(".")
        }
        (Some(started), None) => {
            let step = step_at_work(job, steps);
            let step = step.map(|step| format!("Step {} of {} · ", step.position, steps.len()));
            Sentence::new(step.unwrap_or_default()).so_far(started).then(money(facts))
        }
        (None, None) if HoldView::of(&facts.job, now).is_some() => {
            Sentence::new("Nothing is destroyed yet: it can still be stopped.")
        }
        (None, None) => queue(facts),
    }
}

fn queue(facts: &JobFacts) -> Sentence {
    match facts.ahead.as_slice() {
        [] => Sentence::new("Starts in a moment."),
        [first, others @ ..] => {
            let others =
                if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            let pays = if facts.first_pays_debt { " (it pays the debt of the cluster)" } else { "" };
            Sentence::new("Waits for ")
                .job(*first)
                .then(pays)
                .then(format!("{others}. Only one job at a time is at work on a cluster."))
        }
    }
}

fn money(facts: &JobFacts) -> String {
    match (facts.rate(), creates_cluster(facts), cleans_up(&facts.job.steps)) {
        (Some(rate), _, _) if facts.job.job.abandoned.is_some() => {
            format!(" · the cluster costs {rate} and is left up")
        }
        (Some(rate), true, true) => {
            format!(" · the cluster costs {rate} and is destroyed at the end whatever happens")
        }
        (Some(rate), true, false) => format!(" · the cluster costs {rate} while it is up"),
        _ => String::new(),
    }
}

pub fn creates_cluster(facts: &JobFacts) -> bool {
    facts.job.steps.iter().any(|step| step.action.creates_cluster())
}

/// How it ended and whether something still costs money; or that it is being stopped.
fn notice(facts: &JobFacts, now: Time) -> Option<(String, Sentence)> {
    let job = &facts.job.job;
    if let Some(outcome) = &job.outcome {
        let words = Sentence::default()
            .strong(outcome.clone())
            .then(format!(" {}", what_is_left(facts.owed.as_ref())));
        let is_owed = facts.owed.as_ref().is_some_and(|owed| !owed.state.is_final());
        let path = format!("/clusters/{}", job.cluster);
        let words = if is_owed { words.then(" ").link(path, "Look at the cluster") } else { words };
        return Some((Look::from(job.state).tone, words));
    }
    if let Some(wish) = &job.abandoned {
        let words = Sentence::default()
            .strong("The cluster is left up")
            .then(format!(": {} wants it until ", wish.by))
            .minute(wish.until, now)
            .then(". What is at work is carried to its end, and nothing more is begun.");
        return Some(("tone-warn".to_owned(), words));
    }
    let asked = job.cancelled.as_ref()?;
    let words = Sentence::default()
        .strong("Cancelling")
        .then(format!(": {} asked for it at ", asked.by))
        .second(asked.at, now)
        .then(". What is at work is stopped, then what exists is destroyed. Until then machines may exist.");
    Some(("tone-warn".to_owned(), words))
}

/// That the cluster ends soon, told on the page of the job that is at work on it.
fn end_is_near(facts: &JobFacts, now: Time) -> Option<Sentence> {
    let is_at_work = !facts.job.job.state.is_final();
    let owed = facts.owed.as_ref().filter(|owed| is_at_work && owed.is_open() && owed.warnings > 0)?;
    let words =
        Sentence::new(format!("{}: ", owed.cluster)).and(end_of(owed, facts.planned.as_ref(), true, now));
    let words = words.then(format!(" {} ", at_the_deadline(&owed.limits)));
    Some(words.link(format!("/clusters/{}/extend", owed.cluster), "Extend…"))
}

fn spoken(facts: &JobFacts) -> String {
    let job = &facts.job.job;
    let outcome = job.outcome.as_ref().map(|outcome| format!(" {outcome}")).unwrap_or_default();
    format!("Job {} {}.{outcome}", job.number, text::job_state(job.state).to_lowercase())
}

fn price_of(price: &Price) -> Sentence {
    Sentence::new(text::hourly(price.hourly)).then(". ").muted(estimate([price]))
}

/// Who, where, how big, and what happens when a step fails.
fn table_of_facts(facts: &JobFacts, now: Time) -> Vec<(String, Sentence)> {
    let job = &facts.job.job;
    let started = match job.started_at {
        Some(at) => Sentence::default().second(at, now),
        None => Sentence::new("not yet"),
    };
    let on_failure = match (cleans_up(&facts.job.steps), creates_cluster(facts)) {
        _ if job.abandoned.is_some() => "the cluster is left up",
        (true, _) => "the cluster is destroyed",
        (false, true) => "what exists is destroyed",
        (false, false) => "the job ends there",
    };
    let rows = [
        Some(("Asked", Sentence::default().second(job.created_at, now))),
        Some(("Started", started)),
        Some(("By", Sentence::new(job.actor.to_string()))),
        Some((
            "Cluster",
            Sentence::default().link(format!("/clusters/{}", job.cluster), job.cluster.clone()),
        )),
        job.size.map(|size| ("Size", Sentence::new(size.as_str()))),
        job.resumes.map(|resumed| ("Resumes", Sentence::default().job(resumed))),
        facts.price.as_ref().map(|price| ("Price", price_of(price))),
        Some(("If a step fails", Sentence::new(on_failure))),
    ];
    rows.into_iter().flatten().map(|(label, words)| (label.to_owned(), words)).collect()
}

#[cfg(test)]
mod tests {
    use domain::job::{Abandonment, Asked};
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, job_facts, owed};

    fn running() -> JobFacts {
        job_facts(3)
    }

    fn ended(state: JobState) -> JobFacts {
        let mut facts = running();
        facts.job.job.state = state;
        facts.job.job.finished_at = Some(at(54));
        facts.job.job.outcome = Some("Failed at step 2 (Deploy). The cluster is up.".into());
        facts
    }

    #[test]
    fn the_title_of_the_document_begins_with_the_state() {
        assert_eq!(document_title(&running()), "Running 3/5 – guide on iriversland2 – Cluster Head");
        assert_eq!(document_title(&ended(JobState::Failed)), "Failed – guide on iriversland2 – Cluster Head");
    }

    #[test]
    fn a_running_job_says_where_it_is_and_how_the_money_ends() {
        assert_eq!(
            lead(&running(), at(28)).to_string(),
            "Step 3 of 5 · <so far> · the cluster costs $0.036/h and is destroyed at the end whatever happens"
        );
    }

    #[test]
    fn a_queued_job_says_what_it_waits_for() {
        let mut queued = running();
        queued.job.job.started_at = None;
        queued.ahead = vec![126, 127];
        assert_eq!(
            lead(&queued, at(28)).to_string(),
            "Waits for job #126 and 1 more. Only one job at a time is at work on a cluster."
        );
    }

    #[test]
    fn a_job_that_waits_behind_one_that_pays_the_debt_says_so() {
        let mut queued = running();
        queued.job.job.started_at = None;
        queued.ahead = vec![126];
        queued.first_pays_debt = true;
        assert_eq!(
            lead(&queued, at(28)).to_string(),
            "Waits for job #126 (it pays the debt of the cluster). Only one job at a time is at work on a cluster."
        );
    }

    #[test]
    fn an_ended_job_says_how_long_it_took() {
        assert_eq!(lead(&ended(JobState::Succeeded), at(60)).to_string(), "Took 44 min. Ended 08:54.");
    }

    #[test]
    fn a_failed_job_says_what_still_costs_money() {
        let mut facts = ended(JobState::Failed);
        facts.owed = Some(owed(ObligationState::Open));
        let (tone, words) = notice(&facts, at(60)).unwrap();
        assert_eq!(tone, "tone-bad");
        assert!(
            words.to_string().ends_with("The cluster costs money until it is destroyed. Look at the cluster"),
            "{words}"
        );
        facts.owed = Some(owed(ObligationState::Settled));
        assert!(notice(&facts, at(60)).unwrap().1.to_string().ends_with("Nothing is owed any more."));
    }

    #[test]
    fn a_job_that_is_being_cancelled_says_by_whom_and_offers_it_no_more() {
        let mut facts = running();
        assert_eq!(notice(&facts, at(31)), None);
        facts.job.job.cancelled = Some(Asked { by: facts.job.job.actor.clone(), at: at(30) });
        assert!(
            notice(&facts, at(60))
                .unwrap()
                .1
                .to_string()
                .starts_with("Cancelling: operator asked for it at 08:30:00.")
        );
        assert!(actions(&running(), at(31)).iter().any(|action| action.path == "/jobs/128/cancel"));
        assert!(!actions(&facts, at(31)).iter().any(|action| action.path == "/jobs/128/cancel"));
    }

    #[test]
    fn a_job_whose_cluster_is_left_up_promises_no_destroy() {
        let mut facts = running();
        let by = facts.job.job.actor.clone();
        facts.job.job.abandoned = Some(Abandonment { by, at: at(30), until: at(300) });
        assert!(lead(&facts, at(31)).to_string().ends_with(" · the cluster costs $0.036/h and is left up"));
        let view = JobView::new(&facts, at(31));
        let said: Vec<_> = view.steps.iter().map(|step| step.facts.to_string()).collect();
        assert!(!said.concat().contains("Always runs"), "{said:?}");
        assert!(view.notice.unwrap().1.to_string().starts_with("The cluster is left up: operator wants it"));
        assert_eq!(view.facts.last().unwrap().1.to_string(), "the cluster is left up");
    }

    #[test]
    fn the_facts_say_what_happens_when_a_step_fails() {
        let rows = table_of_facts(&running(), at(28));
        let (label, words) = rows.last().unwrap();
        assert_eq!(
            (label.as_str(), words.to_string().as_str()),
            ("If a step fails", "the cluster is destroyed")
        );
    }

    #[test]
    fn every_state_has_an_icon_for_the_tab() {
        for state in JobState::ALL {
            let file = format!("{}/../public{}", env!("CARGO_MANIFEST_DIR"), favicon(*state));
            assert!(std::path::Path::new(&file).is_file(), "{file}");
        }
    }
}
