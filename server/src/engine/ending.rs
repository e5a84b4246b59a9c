//! Before a cluster ends by itself: people are warned, and a job that is at work for too long then is cancelled.

use chrono::Duration;
use domain::Time;
use domain::ending::{PlannedDestroy, warnings_owed};
use domain::obligation::Obligation;
use domain::text;
use store::{Button, Error, OwedDestroy};
use tracing::{info, warn};

use super::Engine;

impl Engine {
    /// Tells, once for all replicas, that the end is near; and notes when it has moved away again.
    pub(super) async fn warn_of_end(&self, owed: &OwedDestroy) -> Result<(), Error> {
        let OwedDestroy { obligation, is_busy, now } = owed;
        if !obligation.is_open() {
            return Ok(());
        }
        let planned = self.planned_destroy(obligation).await;
        let ends_at = obligation.first_end(*is_busy, planned.as_ref());
        let warnings = warnings_owed(ends_at, *now);
        if warnings == obligation.warnings {
            return Ok(());
        }
        let message = ends_at
            .filter(|_| warnings > obligation.warnings && self.providers.slack.is_some())
            .map(|ends_at| message(owed, planned.as_ref(), ends_at));
        if self.store.warn(obligation, warnings, message.as_ref()).await? && warnings > obligation.warnings {
            info!(cluster = obligation.cluster, warnings, "warned of the end");
        }
        Ok(())
    }

    /// Schedules that cannot be read keep nobody from being warned of the end of the cluster itself.
    async fn planned_destroy(&self, owed: &Obligation) -> Option<PlannedDestroy> {
        let planned = self.store.planned_destroy(owed, self.catalogue.as_ref()?).await;
        planned.unwrap_or_else(|error| {
            warn!(cluster = owed.cluster, %error, "what schedules destroy could not be read");
            None
        })
    }

    /// Cancels the job that keeps a cluster whose time is over.
    pub(super) async fn interrupt(&self, owed: &Obligation) -> Result<(), Error> {
        let over =
            owed.destroys_at.or(owed.due_since).map(|at| at.format(" at %Y-%m-%d %H:%M UTC").to_string());
        let because = format!(
            "the time of {} was over{}, and {}",
            owed.cluster,
            over.unwrap_or_default(),
            patience(owed)
        );
        if let Some(job) = self.store.interrupt(owed, &because).await? {
            info!(
                cluster = owed.cluster,
                job, "the cluster's time is over; cancelling the job at work on it"
            );
        }
        Ok(())
    }
}

/// "iriversland2 is destroyed in 30 min, at 18:30 UTC, …"
fn message(owed: &OwedDestroy, planned: Option<&PlannedDestroy>, ends_at: Time) -> (String, Vec<Button>) {
    let OwedDestroy { obligation, is_busy, now } = owed;
    let cluster = &obligation.cluster;
    let left = text::duration(Duration::minutes(((ends_at - *now).num_seconds() + 59) / 60));
    let at = ends_at.format("%H:%M UTC");
    let planned = planned.filter(|planned| planned.at == ends_at);
    let idles = Some(ends_at) == obligation.idle_end(*is_busy);
    let because = match planned {
        Some(planned) => format!(", by schedule {}", planned.schedule),
        None if idles => ", since nobody uses it".to_owned(),
        None => String::new(),
    };
    let what = if planned.is_some_and(|planned| planned.replaces) { "replaced" } else { "destroyed" };
    let patience = planned.map_or_else(|| patience(obligation), |planned| planned.patience().to_owned());
    let job = if *is_busy { format!(" A job is at work; {patience}.") } else { String::new() };
    let button = |title: &str, path: String| Button { title: title.to_owned(), path };
    let buttons = vec![
        button("Extend", format!("/clusters/{cluster}/extend")),
        button("Open", format!("/clusters/{cluster}")),
    ];
    (format!("{cluster} is {what} in {left}, at {at}{because}.{job}"), buttons)
}

/// What was said beforehand of a job at work then.
fn patience(owed: &Obligation) -> String {
    match owed.limits.grace_minutes {
        0 => "a job at work then is cancelled".to_owned(),
        grace => {
            let grace = text::duration(Duration::minutes(i64::from(grace)));
            format!("a job at work then may go on for {grace} at most")
        }
    }
}
