//! What a page for strangers says.

use domain::Time;
use domain::job::Job;
use domain::receipt::Receipt;
use domain::step::{Step, StepState};
use domain::text;

use super::all_clusters::of_all_clusters;
use super::cluster_line::second_line;
use super::job_row::{short_title, step_at_work, took};
use super::money::{cost_of_job, cost_or_estimate, what_is_up};
use crate::facts::JobFacts;
use crate::shared::{Opened, SharedCluster, Thing};
use crate::view::{
    JobView, LineView, Look, Part, Sentence, SharedPast, SharedProgress, SharedStep, SharedView,
};

pub const SITE: &str = " – Cluster Head";
/// In characters.
const LONGEST_TITLE: usize = 120;
const LONGEST_MESSAGE: usize = 240;
const LONGEST_LINE: usize = 400;
/// Of the log, in all; and what is around the text of a line.
const LOG_BYTES: usize = 7_000;
const LINE_BYTES: usize = 20;

impl SharedView {
    pub fn new(opened: &Opened, now: Time) -> Self {
        let view = match &opened.thing {
            Thing::AllClusters(all) => of_all_clusters(all, opened, now),
            Thing::Cluster(cluster) => of_cluster(cluster, opened, now),
            Thing::Job(job) => of_job(job, opened, now),
            Thing::Receipt(receipt) => of_receipt(receipt, opened),
        };
        let steps = if opened.shows_steps() { view.steps } else { Vec::new() };
        discreet(Self { steps, log: log(opened), made_at: now.timestamp(), ..view }, opened)
    }
}

/// Every text that is shown goes through here: what is forgotten is told to strangers.
fn discreet(view: SharedView, opened: &Opened) -> SharedView {
    let told = |sentence: &Sentence| opened.discretion.sentence(sentence);
    let words = |words: &str| opened.text(words);
    let past = |past: SharedPast| SharedPast { words: told(&past.words), ..past };
    let step = |step: SharedStep| SharedStep {
        title: text::one_line(&opened.text(&step.title), LONGEST_TITLE),
        took: told(&step.took),
        message: step.message.map(|message| text::one_line(&opened.text(&message), LONGEST_MESSAGE)),
        ..step
    };
    let progress = |progress: SharedProgress| SharedProgress { words: words(&progress.words), ..progress };
    SharedView {
        document_title: words(&view.document_title),
        heading: words(&view.heading),
        lead: told(&view.lead),
        lines: view.lines.iter().map(told).collect(),
        progress: view.progress.map(progress),
        steps: view.steps.into_iter().map(step).collect(),
        clusters: view.clusters.into_iter().map(past).collect(),
        past: view.past.into_iter().map(past).collect(),
        facts: view.facts.into_iter().map(|(label, fact)| (label, words(&fact))).collect(),
        ..view
    }
}

/// The newest lines that a page of little weight can hold.
fn log(opened: &Opened) -> Vec<LineView> {
    let mut room = LOG_BYTES;
    let newest = opened.log().iter().rev().map(LineView::new).map(|line| {
        let text = text::one_line(&opened.text(&line.text), LONGEST_LINE);
        LineView { text, ..line }
    });
    let fits = |line: &LineView| {
        let size = line.text.len() + LINE_BYTES;
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    };
    let mut lines: Vec<LineView> = newest.take_while(fits).collect();
    lines.reverse();
    lines
}

pub fn empty() -> SharedView {
    SharedView {
        document_title: String::new(),
        favicon: "/favicon.svg",
        look: Look::default(),
        heading: String::new(),
        lead: Sentence::default(),
        lines: Vec::new(),
        progress: None,
        steps: Vec::new(),
        clusters: Vec::new(),
        past: Vec::new(),
        past_title: "Last jobs",
        facts: Vec::new(),
        log: Vec::new(),
        made_at: 0,
    }
}

fn of_job(facts: &JobFacts, opened: &Opened, now: Time) -> SharedView {
    let page = JobView::new(facts, now);
    let job = &facts.job.job;
    let outcome = page.notice.map(|(_, words)| without_links(words));
    let cost = if opened.view.shows_cost { cost_of_job(facts, now) } else { None };
    let by = opened.view.shows_names.then(|| ("By", job.actor.to_string()));
    SharedView {
        document_title: page.document_title,
        favicon: super::job::favicon(job.state),
        look: page.look,
        heading: page.heading,
        lead: page.lead,
        lines: outcome.into_iter().chain(page.usual).chain(cost).collect(),
        progress: progress(facts),
        steps: steps(facts),
        facts: by.into_iter().collect(),
        ..empty()
    }
}

fn of_cluster(shared: &SharedCluster, opened: &Opened, now: Time) -> SharedView {
    let cluster = &shared.facts.cluster;
    let look = Look::from(cluster);
    let cost = if opened.view.shows_cost { cost_or_estimate(&shared.facts, now) } else { None };
    let at_work = at_work(shared, now);
    let usual = shared.job.as_ref().and_then(|facts| JobView::new(facts, now).usual);
    let on_it = cluster.deployments.iter().map(|deployed| deployed.service.as_str()).collect::<Vec<_>>();
    SharedView {
        document_title: format!("{} – {}{SITE}", look.word, cluster.name),
        favicon: "/favicon.svg",
        look,
        heading: cluster.name.clone(),
        lead: second_line(&shared.facts, now),
        lines: at_work.into_iter().chain(usual).chain(cost).collect(),
        progress: shared.job.as_ref().and_then(progress),
        steps: shared.job.as_ref().map(steps).unwrap_or_default(),
        past: shared.past.iter().map(|job| past(job, opened, now)).collect(),
        facts: (!on_it.is_empty()).then(|| ("On it", on_it.join(", "))).into_iter().collect(),
        ..empty()
    }
}

pub fn at_work(shared: &SharedCluster, now: Time) -> Option<Sentence> {
    let page = JobView::new(shared.job.as_ref()?, now);
    Some(Sentence::default().strong(page.heading).then(": ").and(page.lead))
}

fn of_receipt(receipt: &Receipt, opened: &Opened) -> SharedView {
    let (cost, names) = (opened.view.shows_cost, opened.view.shows_names);
    let is_metered = !receipt.up_times.is_empty();
    let at = |time: Time| format!("{} UTC", time.format("%Y-%m-%d %H:%M"));
    let mut facts = vec![("Cluster", receipt.cluster.clone()), ("Written", at(receipt.made_at))];
    if is_metered {
        facts.push(("Up", text::duration(receipt.length())));
        facts.push(("Size", receipt.sizes()));
    }
    if cost && is_metered {
        let estimate = receipt.estimate().unwrap_or_default();
        facts.push(("Cost", format!("{}. {estimate}", text::dollars(receipt.cost))));
    }
    if let Some(who) = receipt.started_by.as_ref().filter(|_| names) {
        facts.push(("Started by", who.to_string()));
    }
    let up_times = receipt.up_times.iter().filter(|_| opened.shows_steps()).map(|up| {
        let length = format!("{}, up {}", up.size, text::duration(up.length(receipt.made_at)));
        let words = if cost { what_is_up(up, receipt.made_at) } else { length };
        Sentence::new(format!("From {}: {words}.", at(up.began_at)))
    });
    let jobs = receipt
        .jobs
        .iter()
        .filter(|_| opened.shows_steps())
        .map(|job| SharedPast { look: Look::from(job.state), words: Sentence::new(job.title.clone()) });
    SharedView {
        document_title: format!("Receipt {} – {}{SITE}", receipt.number, receipt.cluster),
        look: if receipt.closed.is_some() {
            Look::from(domain::obligation::ObligationState::Closed)
        } else {
            Look::from(domain::obligation::ObligationState::Settled)
        },
        heading: format!("Receipt {}", receipt.number),
        lead: Sentence::new(receipt.end()),
        lines: up_times.collect(),
        past: jobs.collect(),
        past_title: "Jobs",
        facts,
        ..empty()
    }
}

fn progress(facts: &JobFacts) -> Option<SharedProgress> {
    let steps = &facts.job.steps;
    let at_work = step_at_work(&facts.job.job, steps)?;
    if let Some(percent) = at_work.progress.and_then(super::steps::percent) {
        return Some(SharedProgress { words: format!("{}: {percent} %", at_work.title), percent });
    }
    let done = steps.iter().filter(|step| step.state.is_final()).count();
    let percent = u8::try_from(done * 100 / steps.len().max(1)).unwrap_or(100);
    Some(SharedProgress { words: format!("{done} of {} steps done", steps.len()), percent })
}

fn steps(facts: &JobFacts) -> Vec<SharedStep> {
    let current = step_at_work(&facts.job.job, &facts.job.steps).map(|step| step.position);
    let is_over = facts.job.job.state.is_final();
    facts
        .job
        .steps
        .iter()
        .map(|step| SharedStep {
            title: step.title.clone(),
            look: Look::from(step.state),
            is_current: current == Some(step.position),
            took: match usual(facts, step).filter(|_| !is_over && step.started_at.is_none()) {
                Some(usual) => Sentence::default().muted(usual),
                None => took(step.started_at, step.finished_at),
            },
            message: step.message.clone(),
        })
        .collect()
}

/// Of a step that has not begun.
fn usual(facts: &JobFacts, step: &Step) -> Option<String> {
    let range = facts.durations.usual(&step.action).filter(|_| step.state == StepState::Queued)?.range();
    Some(format!("usually {}", text::range(range)))
}

fn past(job: &Job, opened: &Opened, now: Time) -> SharedPast {
    let words = Sentence::new(short_title(job));
    let words = if opened.view.shows_names { words.then(format!(" by {}", job.actor)) } else { words };
    let words = match job.finished_at {
        Some(at) => words.then(", ").minute(at, now),
        None => words,
    };
    SharedPast { look: Look::from(job.state), words }
}

/// A link is an offer to do something here, and strangers do nothing here.
fn without_links(sentence: Sentence) -> Sentence {
    Sentence(sentence.0.into_iter().filter(|part| !matches!(part, Part::Link { .. })).collect())
}

#[cfg(test)]
mod tests {
    use domain::actor::{Actor, Channel};
    use domain::cluster::ClusterState;
    use domain::event::CheckIn;
    use domain::job::JobState;
    use domain::obligation::Closing;
    use domain::receipt::ReceiptJob;
    use domain::share::{ShareDetail, ShareView};

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step, job_facts, up_time};

    fn told(
        detail: ShareDetail,
        shows_cost: bool,
        shows_names: bool,
        change: impl FnOnce(&mut JobFacts),
    ) -> SharedView {
        let mut facts = job_facts(3);
        change(&mut facts);
        let view = ShareView { detail, shows_cost, shows_names };
        SharedView::new(&Opened::new(Thing::Job(Box::new(facts)), view, &["operator".into()]), at(33))
    }

    fn with_everything(facts: &mut JobFacts) {
        facts.up_times = vec![up_time(0, None)];
        facts.job.steps[2].message = Some("operator looks at https://ci.example/9".into());
        facts.check_ins = vec![CheckIn {
            line: 1,
            at: at(1),
            level: domain::event::Level::Info,
            position: None,
            text: "Operator said: operator answered.".into(),
        }];
        facts.job.job.outcome = Some("Cancelled by operator.".into());
        facts.job.job.state = JobState::Cancelled;
        facts.job.job.finished_at = Some(at(20));
    }

    #[test]
    fn a_stranger_sees_no_money_no_name_and_no_address_unless_somebody_chose_so() {
        let said = format!("{:?}", told(ShareDetail::StepsAndLog, false, false, with_everything));
        for hidden in ["$", " operator", "\"operator", "ci.example", "Link"] {
            assert!(!said.contains(hidden), "{hidden} in {said}");
        }
        assert!(said.contains("somebody answered."), "{said}");
        let said = format!("{:?}", told(ShareDetail::StepsAndLog, true, true, with_everything));
        assert!(said.contains("$0.") && said.contains("Cancelled by operator."), "{said}");
        assert!(!said.contains("Link"), "{said}");
    }

    #[test]
    fn each_level_of_detail_shows_more() {
        let count = |detail| {
            let view = told(detail, false, false, with_everything);
            let messages = view.steps.iter().filter(|step| step.message.is_some()).count();
            (view.steps.len(), messages, view.log.len())
        };
        assert_eq!(count(ShareDetail::Summary), (0, 0, 0));
        assert_eq!(count(ShareDetail::Steps), (5, 0, 0));
        let (steps, messages, lines) = count(ShareDetail::StepsAndLog);
        assert!(steps == 5 && messages > 0 && lines == 1);
    }

    #[test]
    fn a_running_job_says_where_it_is_and_how_far() {
        let view = told(ShareDetail::Steps, false, false, |facts| facts.job.steps[2].progress = Some(41.2));
        assert_eq!(view.document_title, "Running 3/5 – guide on iriversland2 – Cluster Head");
        assert_eq!(view.lead.to_string(), "Step 3 of 5 · <so far>");
        let progress = view.progress.unwrap();
        assert_eq!((progress.words.as_str(), progress.percent), ("Run the S3 job: 41 %", 41));
    }

    #[test]
    fn a_cluster_tells_what_is_at_work_on_it_and_what_ended_last() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.latest_job = Some(guide_at_step(3));
        let mut ended = guide_at_step(5).job;
        ended.state = JobState::Failed;
        ended.finished_at = Some(at(1));
        let shared = SharedCluster { facts, job: Some(job_facts(3)), past: vec![ended] };
        let opened = Opened::new(Thing::Cluster(Box::new(shared)), ShareView::default(), &[]);
        let view = SharedView::new(&opened, at(33));
        assert_eq!(view.heading, "iriversland2");
        assert!(view.lines[0].to_string().starts_with("guide on iriversland2: Step 3 of 5"), "{view:?}");
        assert_eq!((view.steps.len(), view.past.len()), (5, 1));
        assert!(!format!("{view:?}").contains('$'), "{view:?}");
    }
    fn receipt() -> Receipt {
        let by = |name: &str| Actor::new(name, Channel::Slack);
        let up_times = vec![up_time(0, Some(60))];
        Receipt {
            number: 7,
            cluster: "iriversland2".into(),
            obligation: 1,
            opened_at: at(0),
            made_at: at(61),
            started_by: Some(by("ana")),
            cost: Receipt::cost_of(&up_times, at(61)),
            up_times,
            jobs: vec![ReceiptJob {
                number: 9,
                title: "up (m)".into(),
                by: by("ben"),
                state: JobState::Succeeded,
            }],
            evidence: None,
            closed: Some(Closing { by: "eve".into(), because: "moved to db.internal:5432".into() }),
            leftovers: Vec::new(),
        }
    }

    #[test]
    fn a_receipt_tells_what_was_up_and_money_and_names_only_where_somebody_chose_so() {
        let told = |detail, shows_cost, shows_names| {
            let people = ["ana (Slack)", "ben (Slack)", "eve"].map(str::to_owned);
            let view = ShareView { detail, shows_cost, shows_names };
            let opened = Opened::new(Thing::Receipt(Box::new(receipt())), view, &people);
            SharedView::new(&opened, at(90))
        };
        let plain = told(ShareDetail::Steps, false, false);
        assert_eq!((plain.heading.as_str(), plain.look.word.as_str()), ("Receipt 7", "Closed by a person"));
        assert_eq!(
            plain.lead.to_string(),
            "somebody took the debt over: moved to (address not shown) Nothing here proves that it is gone."
        );
        assert_eq!(plain.lines[0].to_string(), "From 2027-01-15 08:00 UTC: m, up 1 h.");
        assert_eq!(plain.past.len(), 1);
        let said = format!("{plain:?}");
        assert!(!["$", "ana", "ben", "eve"].iter().any(|hidden| said.contains(hidden)), "{said}");
        let all = format!("{:?}", told(ShareDetail::Steps, true, true));
        assert!(["$0.04", "ana (Slack)", "eve took"].iter().all(|told| all.contains(told)), "{all}");
        let summary = told(ShareDetail::Summary, false, false);
        assert!(
            summary.lines.is_empty() && summary.past.is_empty() && summary.facts.len() == 4,
            "{summary:?}"
        );
    }
}
