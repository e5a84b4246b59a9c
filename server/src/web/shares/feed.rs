//! What feeds tell, before it is written in the form of some tool: jobs, and what is going to happen when.

use app::shared::{self, Opened, Thing};
use axum::http::HeaderMap;
use chrono::Duration;
use domain::Time;
use domain::job::{Job, JobState};
use domain::schedule::due::KeptUp;
use domain::share::Share;
use domain::text;
use store::{Error, JobFilter};

use crate::web::state::Web;

const MOST_JOBS: i64 = 100;
/// How far ahead planned starts are told, and how many of one schedule.
const AHEAD: Duration = Duration::days(30);
const MOST_RUNS: usize = 50;

pub struct Feed {
    /// Tells feeds apart. It holds no secret.
    pub id: String,
    pub title: String,
    /// Where a reader looks closer.
    pub address: String,
    /// The newest ones.
    pub jobs: Vec<FeedJob>,
    /// The newest ones of each project, however many jobs came after them.
    pub latest: Vec<FeedJob>,
    pub dates: Vec<FeedDate>,
    pub now: Time,
}

pub struct FeedJob {
    /// "guide on iriversland2": all jobs of this name are one project to a build monitor.
    pub project: String,
    pub title: String,
    pub state: JobState,
    pub number: i64,
    /// When it ended, else when it was asked for.
    pub at: Time,
    pub asked_at: Time,
    /// How it ended, for people.
    pub says: String,
    pub address: String,
}

pub struct FeedDate {
    /// The same in each version of the feed.
    pub id: String,
    pub title: String,
    pub begins: Time,
    pub ends: Time,
}

impl Feed {
    /// Everything, for whoever is signed in.
    pub async fn of_all(web: &Web, headers: &HeaderMap) -> Result<Self, Error> {
        let origin = shared::origin(headers);
        let jobs = web.store.jobs(&JobFilter { limit: MOST_JOBS, ..JobFilter::default() }).await?;
        let jobs = jobs.iter().map(|job| {
            let says = format!("Asked for by {}. {}", job.actor, job.outcome.as_deref().unwrap_or_default());
            FeedJob::new(job, says, format!("{origin}/jobs/{}", job.number))
        });
        let latest = web.store.newest_of_each_kind(None).await?;
        let latest = latest
            .iter()
            .map(|job| FeedJob::new(job, String::new(), format!("{origin}/jobs/{}", job.number)))
            .collect();
        let clusters = web.store.clusters().await?;
        let mut dates: Vec<_> =
            clusters.iter().filter_map(|cluster| end(&cluster.name, cluster.destroys_at?)).collect();
        let now = web.store.now().await?;
        dates.extend(starts(web, None, now).await?);
        let (id, title, jobs) = ("jobs".into(), "Cluster Head".into(), jobs.collect());
        Ok(Self { id, title, address: origin, jobs, latest, dates, now })
    }

    /// What a share shows, and nothing beside it.
    pub async fn of_share(web: &Web, share: &Share, opened: &Opened, address: &str) -> Result<Self, Error> {
        let says = |job: &Job| opened.text(job.outcome.as_deref().unwrap_or_default());
        let one = |job: &Job| FeedJob::new(job, says(job), address.to_owned());
        let brief = |job: &Job| FeedJob::new(job, String::new(), address.to_owned());
        let now = web.store.now().await?;
        let (jobs, latest, dates) = match &opened.thing {
            Thing::Job(facts) => {
                let job = &facts.job.job;
                let begins = job.started_at.unwrap_or(job.created_at);
                let date = FeedDate {
                    id: format!("job-{}", job.number),
                    title: format!("{} on {}", job.title(), job.cluster),
                    begins,
                    ends: job.finished_at.unwrap_or(now).max(begins),
                };
                (vec![one(job)], vec![brief(job)], vec![date])
            }
            Thing::AllClusters(all) => {
                let at_work = all.iter().filter_map(|shared| shared.job.as_ref()).map(|facts| &facts.job.job);
                let mut jobs: Vec<_> =
                    at_work.chain(all.iter().flat_map(|shared| &shared.past)).map(one).collect();
                jobs.sort_by_key(|job| std::cmp::Reverse(job.number));
                let clusters = all.iter().map(|shared| &shared.facts.cluster);
                let mut dates: Vec<_> =
                    clusters.filter_map(|cluster| end(&cluster.name, cluster.destroys_at?)).collect();
                dates.extend(starts(web, None, now).await?);
                let latest = web.store.newest_of_each_kind(None).await?;
                (jobs, latest.iter().map(brief).collect(), dates)
            }
            Thing::Cluster(cluster) => {
                let name = &cluster.facts.cluster.name;
                let at_work = cluster.job.iter().map(|facts| &facts.job.job);
                let mut dates: Vec<_> =
                    cluster.facts.cluster.destroys_at.and_then(|at| end(name, at)).into_iter().collect();
                dates.extend(starts(web, Some(name), now).await?);
                let latest = web.store.newest_of_each_kind(Some(name)).await?;
                let jobs = at_work.chain(&cluster.past).map(one).collect();
                (jobs, latest.iter().map(brief).collect(), dates)
            }
            Thing::Receipt(receipt) => {
                let up = receipt.up_times.iter().zip(1..).map(|(up, number)| FeedDate {
                    id: format!("receipt-{}-{number}", receipt.number),
                    title: format!("{} was up", receipt.cluster),
                    begins: up.began_at,
                    ends: up.ended_at.unwrap_or(receipt.made_at),
                });
                (Vec::new(), Vec::new(), up.collect())
            }
        };
        let (id, title) = (format!("share:{}", share.id), share.label.clone());
        Ok(Self { id, title, address: address.to_owned(), jobs, latest, dates, now })
    }
}

impl FeedJob {
    fn new(job: &Job, says: String, address: String) -> Self {
        let project = format!("{} on {}", Job { size: None, ..job.clone() }.title(), job.cluster);
        let state = text::job_state(job.state).to_lowercase();
        Self {
            title: format!("#{} {} on {}: {state}", job.number, job.title(), job.cluster),
            project,
            state: job.state,
            number: job.number,
            at: job.finished_at.unwrap_or(job.created_at),
            asked_at: job.created_at,
            says: says.trim().to_owned(),
            address,
        }
    }
}

/// A moment, as calendars want one.
fn end(cluster: &str, at: Time) -> Option<FeedDate> {
    let title = format!("{cluster} is destroyed");
    Some(FeedDate { id: format!("end-{cluster}"), title, begins: at, ends: at + Duration::minutes(1) })
}

/// What schedules are going to start.
async fn starts(web: &Web, cluster: Option<&str>, now: Time) -> Result<Vec<FeedDate>, Error> {
    let freezes = web.store.freezes(now).await?;
    let owed = web.store.unsettled_obligations().await?;
    let mut dates = Vec::new();
    for schedule in web.store.schedules().await? {
        let is_meant = cluster.is_none_or(|cluster| schedule.ask.cluster == cluster);
        let runs = schedule.state(&web.catalogue) == domain::schedule::ScheduleState::On;
        let Some(timing) = schedule.timing().ok().filter(|_| is_meant && runs) else { continue };
        let coming = timing.next(now, MOST_RUNS).into_iter().take_while(|at| *at < now + AHEAD);
        let kept = owed.iter().find(|owed| owed.obligation.cluster == schedule.ask.cluster);
        let kept = kept.and_then(|owed| KeptUp::of(&owed.obligation));
        let rests = |at: &Time| schedule.rests(&web.catalogue, kept.as_ref(), *at).is_some();
        let holds = |at: &Time| freezes.iter().any(|freeze| freeze.holds(&schedule.ask.cluster, *at));
        dates.extend(coming.filter(|at| !holds(at) && !rests(at)).map(|at| FeedDate {
            id: format!("schedule-{}-{}", schedule.id, at.timestamp()),
            title: format!("{} on {} starts", schedule.ask.routine, schedule.ask.cluster),
            begins: at,
            ends: at + Duration::minutes(1),
        }));
    }
    Ok(dates)
}
