//! Feeds for tools that people have: build monitors (CCTray), readers of Atom, calendars. By a share, or with the API token.

use atom_syndication::{Entry, Feed as AtomFeed, Generator, Link, Text};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::{SecondsFormat, Utc};
use domain::Time;
use domain::job::JobState;
use icalendar::{Calendar, Component, Event, EventLike};
use quick_xml::Writer;

use super::door::Door;
use super::feed::{Feed, FeedJob};
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

const CCTRAY: &str = "application/xml; charset=utf-8";
const ATOM: &str = "application/atom+xml; charset=utf-8";
const CALENDAR: &str = "text/calendar; charset=utf-8";

pub async fn cctray(_: Operator, State(web): State<Web>, headers: HeaderMap) -> Result<Response, Problem> {
    answer(CCTRAY, write_cctray(&Feed::of_all(&web, &headers).await?))
}

pub async fn atom(_: Operator, State(web): State<Web>, headers: HeaderMap) -> Result<Response, Problem> {
    answer(ATOM, Ok(write_atom(&Feed::of_all(&web, &headers).await?)))
}

pub async fn calendar(_: Operator, State(web): State<Web>, headers: HeaderMap) -> Result<Response, Problem> {
    answer(CALENDAR, Ok(write_calendar(&Feed::of_all(&web, &headers).await?)))
}

pub async fn shared_cctray(door: Door, State(web): State<Web>) -> Result<Response, Response> {
    let feed = of(&door, &web).await?;
    answer(CCTRAY, write_cctray(&feed)).map_err(IntoResponse::into_response)
}

pub async fn shared_atom(door: Door, State(web): State<Web>) -> Result<Response, Response> {
    let feed = of(&door, &web).await?;
    answer(ATOM, Ok(write_atom(&feed))).map_err(IntoResponse::into_response)
}

pub async fn shared_calendar(door: Door, State(web): State<Web>) -> Result<Response, Response> {
    let feed = of(&door, &web).await?;
    answer(CALENDAR, Ok(write_calendar(&feed))).map_err(IntoResponse::into_response)
}

async fn of(door: &Door, web: &Web) -> Result<Feed, Response> {
    let opened = door.open(web).await?;
    let feed = Feed::of_share(web, &door.share, &opened, &door.address).await;
    feed.map_err(|error| Problem::from(error).into_response())
}

fn answer(kind: &'static str, written: std::io::Result<String>) -> Result<Response, Problem> {
    let text = written.map_err(|error| Problem::internal(&error))?;
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

/// One project for each thing that is done to each cluster: what its latest ended job came to, and what is going on.
fn write_cctray(feed: &Feed) -> std::io::Result<String> {
    let mut projects: Vec<&str> = feed.latest.iter().map(|job| job.project.as_str()).collect();
    projects.sort_unstable();
    projects.dedup();
    let mut writer = Writer::new(Vec::new());
    writer.create_element("Projects").write_inner_content(|writer| {
        for project in projects {
            let of_project = || feed.latest.iter().filter(|job| job.project == project);
            let last = of_project().filter(|job| job.state.is_final()).max_by_key(|job| job.number);
            let newest = of_project().max_by_key(|job| job.number);
            let told = last.or(newest);
            let text = |of: fn(&FeedJob) -> String| told.map(of).unwrap_or_default();
            let (label, at) = (text(|job| job.number.to_string()), text(|job| machine(job.at)));
            let address = newest.map_or(feed.address.as_str(), |job| job.address.as_str());
            writer
                .create_element("Project")
                .with_attributes([
                    ("name", project),
                    ("activity", activity(of_project().map(|job| job.state))),
                    ("lastBuildStatus", last_status(last.map(|job| job.state))),
                    ("lastBuildLabel", label.as_str()),
                    ("lastBuildTime", at.as_str()),
                    ("webUrl", address),
                ])
                .write_empty()?;
        }
        Ok(())
    })?;
    String::from_utf8(writer.into_inner()).map_err(std::io::Error::other)
}

/// A job that waits for its turn is what the format calls "checking modifications": something comes, nothing runs.
fn activity(states: impl Iterator<Item = JobState> + Clone) -> &'static str {
    let is_at_work = |state| matches!(state, JobState::Running | JobState::Waiting);
    if states.clone().any(is_at_work) {
        "Building"
    } else if states.clone().any(|state| state == JobState::Queued) {
        "CheckingModifications"
    } else {
        "Sleeping"
    }
}

fn last_status(last: Option<JobState>) -> &'static str {
    match last {
        Some(JobState::Succeeded) => "Success",
        Some(JobState::Failed) => "Failure",
        Some(JobState::Cancelled) => "Exception",
        _ => "Unknown",
    }
}

fn write_atom(feed: &Feed) -> String {
    let entries = feed.jobs.iter().map(|job| Entry {
        // The address of a share holds its secret: no id is made of it.
        id: format!("urn:cluster-head:job:{}", job.number),
        title: Text::plain(job.title.clone()),
        updated: job.at.fixed_offset(),
        published: Some(job.asked_at.fixed_offset()),
        summary: Some(Text::plain(job.says.clone())).filter(|_| !job.says.is_empty()),
        links: vec![Link { href: job.address.clone(), rel: "alternate".into(), ..Link::default() }],
        ..Entry::default()
    });
    let updated = feed.jobs.iter().map(|job| job.at).max().unwrap_or(feed.now);
    AtomFeed {
        id: format!("urn:cluster-head:{}", feed.id),
        title: Text::plain(feed.title.clone()),
        updated: updated.fixed_offset(),
        generator: Some(Generator { value: "Cluster Head".into(), ..Generator::default() }),
        authors: vec![atom_syndication::Person { name: "Cluster Head".into(), ..Default::default() }],
        links: vec![
            Link { href: format!("{}/feed.atom", feed.address), rel: "self".into(), ..Link::default() },
            Link { href: feed.address.clone(), rel: "alternate".into(), ..Link::default() },
        ],
        entries: entries.collect(),
        ..AtomFeed::default()
    }
    .to_string()
}

fn write_calendar(feed: &Feed) -> String {
    let mut calendar = Calendar::new();
    calendar.name(&feed.title);
    for date in &feed.dates {
        let mut event = Event::new();
        event.uid(&format!("{}@cluster-head", date.id)).summary(&date.title).timestamp(feed.now);
        event.starts(date.begins.with_timezone(&Utc)).ends(date.ends.with_timezone(&Utc));
        calendar.push(event.done());
    }
    calendar.to_string()
}

fn machine(at: Time) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
