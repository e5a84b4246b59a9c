//! Destroys planted at CircleCI: schedules, which fire without us.
//!
//! Facts: the official OpenAPI (2022-04, 2024-03) and circleci-docs, "Scheduled pipelines". A schedule has no date and
//! no end: it is narrowed to an hour of a day of a month, would come again in a year, and has to be removed. It fires
//! once within its hour, at a minute of CircleCI's choice. Only projects of GitHub OAuth and Bitbucket Cloud have any.

use async_trait::async_trait;
use chrono::{Datelike, Timelike};
use domain::Time;
use domain::backup::{BackupDestroy, Stand};
use domain::run::ProviderKind;
use domain::step::CiTarget;
use reqwest::Url;
use serde_json::{Map, Value, json};

use super::CircleCi;
use super::answers::{Pipeline, Schedule};
use super::lookup;
use super::slug::Slug;
use crate::providers::http::{self, Failure};
use crate::providers::{BackupPlanter, Fired, ProviderError, TriggerError};

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

impl CircleCi {
    fn schedules(&self, slug: &Slug) -> Url {
        http::under(&self.api, ["project"].into_iter().chain(slug.segments()).chain(["schedule"]))
    }

    fn schedule(&self, id: &str) -> Url {
        http::under(&self.api, ["schedule", id])
    }
}

#[async_trait]
impl BackupPlanter for CircleCi {
    fn kind(&self) -> ProviderKind {
        ProviderKind::CircleCi
    }

    async fn planted(&self, target: &CiTarget, mark: &str) -> Result<Vec<String>, ProviderError> {
        let slug = Slug::parse(&target.project).map_err(ProviderError::Rejected)?;
        let schedules: Vec<Schedule> = self.pages(self.schedules(&slug), |_| true).await?;
        let carries_mark = |schedule: &Schedule| schedule.name.contains(mark);
        Ok(schedules.into_iter().filter(carries_mark).map(|schedule| schedule.id).collect())
    }

    async fn plant(&self, name: &str, stand: &Stand) -> Result<String, TriggerError> {
        let slug = Slug::parse(&stand.target.project).map_err(TriggerError::Rejected)?;
        let request = self.peer.post(self.schedules(&slug)).json(&body(name, stand));
        let planted: Schedule = self.peer.send_for(request).await?;
        Ok(planted.id)
    }

    async fn shift(&self, id: &str, name: &str, stand: &Stand) -> Result<(), ProviderError> {
        self.peer.send(self.peer.patch(self.schedule(id)).json(&body(name, stand))).await?;
        Ok(())
    }

    async fn remove(&self, id: &str) -> Result<(), ProviderError> {
        match self.peer.send(self.peer.delete(self.schedule(id))).await {
            Ok(_) => Ok(()),
            Err(Failure::Refused { status, .. }) if status == reqwest::StatusCode::NOT_FOUND => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn fired(&self, backup: &BackupDestroy) -> Result<Vec<Fired>, ProviderError> {
        let target = &backup.target;
        let slug = Slug::parse(&target.project).map_err(ProviderError::Rejected)?;
        let Some(since) = backup.fires_at else { return Ok(Vec::new()) };
        let earliest = since - crate::providers::CLOCK_ALLOWANCE;
        let mut url = self.pipelines(&slug);
        url.query_pairs_mut().append_pair("branch", &target.branch);
        let pipelines: Vec<Pipeline> = self
            .pages(url, |page: &[Pipeline]| page.iter().any(|pipeline| pipeline.created_at >= earliest))
            .await?;
        let mut fired: Vec<Fired> = pipelines
            .into_iter()
            .filter(|pipeline| pipeline.created_at >= earliest && lookup::was_scheduled(pipeline, target))
            .map(|pipeline| Fired {
                at: pipeline.created_at,
                run: self.run_ref(&slug, pipeline.id, pipeline.number),
            })
            .collect();
        fired.sort_by_key(|fired| fired.at);
        Ok(fired)
    }
}

/// Attributed to the owner of the token, like what we trigger: the scheduling system may not use restricted contexts.
fn body(name: &str, stand: &Stand) -> Value {
    let mut parameters: Map<String, Value> =
        stand.target.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    parameters.insert("branch".to_owned(), json!(stand.target.branch));
    json!({
        "name": name,
        "description": "Destroys a cluster when Cluster Head is not there to do it. Cluster Head moves and removes it.",
        "attribution-actor": "current",
        "parameters": parameters,
        "timetable": timetable(stand.fires_at),
    })
}

/// The one hour: of a day of the month, in a month.
fn timetable(hour: Time) -> Value {
    let month = MONTHS.get(hour.month0() as usize).copied().unwrap_or_default();
    json!({
        "per-hour": 1,
        "hours-of-day": [hour.hour()],
        "days-of-month": [hour.day()],
        "months": [month],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timetable_is_one_hour_of_one_day_of_one_month_in_utc() {
        let hour = Time::from_timestamp(1_795_377_600, 0).unwrap();
        assert_eq!(
            timetable(hour),
            json!({ "per-hour": 1, "hours-of-day": [hour.hour()], "days-of-month": [22], "months": ["NOV"] })
        );
    }
}
