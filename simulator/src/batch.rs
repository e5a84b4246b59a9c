//! The batch service of the seed: one address that starts the job on the first POST and reports it on each later one.
//! Its queue lives in a Redis inside the cluster, so what it knows goes away with the cluster (design, "seed").
//!
//! Beyond the seed it knows what many services know: a body with an `idempotencyKey` starts one job for each key.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use serde_json::{Map, Value, json};

use crate::clock::Moment;
use crate::exchange::endpoint;
use crate::log::{EffectiveRun, MadeEffective};
use crate::outside::Outside;
use crate::service::{Endpoint, Refusal, Service};
use crate::spoil::OddReads;
use crate::timeline::{Course, Timeline};
use crate::twist::Twist;
use crate::world::{Cluster, World};

const QUEUE: &str = "s3-orgs-job";
/// The name of the key in a body.
const KEY: &str = "idempotencyKey";
const PICKED_UP_AFTER: Duration = Duration::from_secs(2);
const PER_ITEM: Duration = Duration::from_millis(600);
/// The part of its items that a failing job gets done.
const FAILS_AT: f64 = 0.4;

#[derive(Default)]
pub(crate) struct Queue {
    jobs: Vec<Job>,
}

struct Job {
    id: u64,
    begun: Moment,
    items: u32,
    course: Course,
    parameters: Map<String, Value>,
    odd_reads: OddReads,
}

pub(crate) fn routes(outside: &Outside) -> Router<Outside> {
    Router::new().route("/queues/{queue}", endpoint(outside, Endpoint::BatchTrigger, post(start_or_report)))
}

pub(crate) fn refuse(refusal: Refusal) -> Response {
    let (status, error) = match refusal {
        Refusal::NotFound => (StatusCode::NOT_FOUND, "Not found"),
        Refusal::ServerError => (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
        Refusal::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
        Refusal::Unauthorized => (StatusCode::UNAUTHORIZED, "Not authorized"),
        Refusal::Forbidden => (StatusCode::FORBIDDEN, "Forbidden"),
    };
    let mut answer = (status, Json(json!({ "error": error }))).into_response();
    if let Refusal::RateLimited { retry_after: Some(seconds) } = refusal {
        answer.headers_mut().insert("retry-after", HeaderValue::from(seconds));
    }
    answer
}

async fn start_or_report(
    State(outside): State<Outside>,
    Path(queue): Path<String>,
    Extension(twist): Extension<Twist>,
    body: Option<Json<Map<String, Value>>>,
) -> Response {
    let world = outside.world();
    if world.cluster != Cluster::Up {
        return no_host_behind_the_load_balancer();
    }
    let Some(Json(mut parameters)) = body else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "The body is not a JSON object" })))
            .into_response();
    };
    let token = parameters.remove("token");
    if !token.as_ref().and_then(Value::as_str).is_some_and(|token| outside.settings().accepts_token(token)) {
        return refuse(Refusal::Unauthorized);
    }
    if queue != QUEUE {
        return refuse(Refusal::NotFound);
    }

    let now = outside.now();
    let mut memory = outside.memory();
    let is_singleton = matches!(parameters.get("singleton"), Some(Value::Bool(true)))
        || parameters.get("singleton").and_then(Value::as_str) == Some("true");
    let known = match key_in(&parameters) {
        Some(key) => memory.batch.asked_for_in(&world, key),
        None => memory.batch.latest_in(&world).filter(|_| is_singleton),
    };
    let (place, is_new) = match known {
        Some(place) => (place, false),
        None => (memory.batch.start(now, outside.settings().batch_items, parameters), true),
    };
    let job = &mut memory.batch.jobs[place];
    if twist.course != Course::Succeeds {
        job.course = twist.course;
    }
    if twist.status_is_unknown {
        job.odd_reads.arm();
    }
    let made_effective = is_new.then(|| Extension(MadeEffective(job.id.to_string())));
    let report = Json(job.report(now));
    match made_effective {
        Some(made_effective) => (made_effective, report).into_response(),
        None => report.into_response(),
    }
}

fn no_host_behind_the_load_balancer() -> Response {
    let page = "<html>\n<head><title>503 Service Temporarily Unavailable</title></head>\n<body><center><h1>503 Service Temporarily Unavailable</h1></center></body>\n</html>\n";
    (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()
}

/// Under which key a body asks for its job, if it has one.
pub(crate) fn key_in(parameters: &Map<String, Value>) -> Option<&str> {
    parameters.get(KEY).and_then(Value::as_str)
}

impl Queue {
    fn start(&mut self, begun: Moment, items: u32, parameters: Map<String, Value>) -> usize {
        let id = self.jobs.len() as u64 + 1;
        let odd_reads = OddReads::default();
        self.jobs.push(Job { id, begun, items, course: Course::Succeeds, parameters, odd_reads });
        self.jobs.len() - 1
    }

    fn latest_in(&self, world: &World) -> Option<usize> {
        let latest = self.jobs.last()?;
        world.lost(latest.begun).is_none().then(|| self.jobs.len() - 1)
    }

    fn asked_for_in(&self, world: &World, key: &str) -> Option<usize> {
        let is_it = |job: &Job| key_in(&job.parameters) == Some(key) && world.lost(job.begun).is_none();
        self.jobs.iter().position(is_it)
    }

    /// A job whose cluster went away before its end is `lost`, a word that the service itself never says.
    pub fn effective_runs(&self, outside: &Outside, world: &World, now: Moment) -> Vec<EffectiveRun> {
        let run = |job: &Job| {
            let timeline = job.timeline();
            let ended = timeline.ended(now);
            let lost = world.lost(job.begun).filter(|lost| ended.is_none_or(|ended| ended > *lost));
            EffectiveRun {
                service: Service::Batch,
                id: job.id.to_string(),
                number: job.id,
                project: QUEUE.to_owned(),
                branch: None,
                parameters: job.parameters.clone(),
                message: None,
                marker: key_in(&job.parameters).map(str::to_owned),
                state: if lost.is_some() { "lost" } else { timeline.state(now) },
                created_at: outside.date(job.begun),
                ended_at: lost.or(ended).map(|at| outside.date(at)),
            }
        };
        self.jobs.iter().map(run).collect()
    }
}

impl Job {
    fn timeline(&self) -> Timeline {
        let all = PER_ITEM * self.items;
        let waiting = (Duration::ZERO, "waiting");
        let active = (PICKED_UP_AFTER.min(all), "active");
        match self.course {
            Course::Succeeds => Timeline::ending(self.begun, vec![waiting, active, (all, "completed")]),
            Course::Fails => {
                Timeline::ending(self.begun, vec![waiting, active, (all.mul_f64(FAILS_AT), "failed")])
            }
            Course::Hangs => Timeline::endless(self.begun, vec![waiting, active]),
            Course::NeverStarts => Timeline::endless(self.begun, vec![waiting]),
        }
    }

    fn report(&mut self, now: Moment) -> Value {
        let status = self.timeline().state(now);
        let mut report = json!({
            "id": self.id.to_string(),
            "status": self.odd_reads.read(status),
            "progress": self.progress(status, now),
            "attempts": if status == "waiting" { 0 } else { 1 },
            "queue": QUEUE,
        });
        if status == "failed" {
            report["jobError"] = json!("Request failed with status code 503");
        }
        report
    }

    /// Percent of the items that are done. A float that is rarely round, as dividing makes it.
    fn progress(&self, status: &str, now: Moment) -> f64 {
        let all = PER_ITEM.as_secs_f64() * f64::from(self.items);
        let done = match status {
            "waiting" => 0.0,
            "completed" => 1.0,
            "failed" => FAILS_AT,
            _ => (now.since(self.begun).as_secs_f64() / all).min(0.999),
        };
        (done * f64::from(self.items)).floor() / f64::from(self.items.max(1)) * 100.0
    }
}
