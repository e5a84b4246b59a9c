//! What somebody writes into a schedule, over the API or in the form: text, until it is a draft.

use chrono::Duration;
use domain::act::SHORTEST_STAY;
use domain::catalogue::Catalogue;
use domain::order::{Ask, AskError, Order};
use domain::schedule::cron::CronError;
use domain::schedule::timing::Timing;
use domain::schedule::zone::{UnknownZone, Zone};
use domain::schedule::{self, Draft, Missed, NameError, Overlap, Schedule};
use domain::spelling::UnknownSpelling;
use domain::stay::{Stay, StayError};
use domain::text;

use crate::ask::{AskText, AskTextError};
use crate::stay;

/// In words that may mean nothing. Empty where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DraftText {
    pub name: String,
    pub routine: String,
    pub cluster: String,
    pub size: String,
    pub service: String,
    pub lifetime: String,
    pub cron: String,
    pub zone: String,
    pub missed: String,
    pub overlap: String,
}

/// Why the words are no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("{0}.")]
    Size(UnknownSpelling),
    #[error(transparent)]
    Ask(AskError),
    #[error(transparent)]
    Lifetime(#[from] StayError),
    #[error("A cluster of this schedule can stay from {shortest} to {longest}.")]
    LifetimeRange { shortest: String, longest: String },
    #[error("The routine \"{0}\" brings nothing up, so nothing stays.")]
    LifetimeNotTaken(String),
    #[error("Say at what time of day, such as 09:00.")]
    At,
    #[error("Choose at least one day.")]
    NoDay,
    #[error(transparent)]
    Cron(#[from] CronError),
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    #[error("{0}.")]
    Missed(UnknownSpelling),
    #[error("{0}.")]
    Overlap(UnknownSpelling),
}

impl DraftError {
    /// The field of the form and of the API that it is about.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::Size(_) => "size",
            Self::Ask(error) => match error {
                AskError::UnknownRoutine { .. } => "routine",
                AskError::UnknownCluster { .. } => "cluster",
                AskError::UnknownService { .. }
                | AskError::ServiceMissing { .. }
                | AskError::ServiceNotTaken { .. } => "service",
                AskError::LifetimeNotTaken { .. } | AskError::LifetimeTooLong { .. } => "lifetime",
                AskError::SizeNotTaken { .. } | AskError::SizeNotOffered { .. } => "size",
            },
            Self::Lifetime(_) | Self::LifetimeRange { .. } | Self::LifetimeNotTaken(_) => "lifetime",
            Self::At => "at",
            Self::NoDay => "when",
            Self::Cron(_) => "cron",
            Self::Zone(_) => "zone",
            Self::Missed(_) => "missed",
            Self::Overlap(_) => "overlap",
        }
    }
}

impl DraftText {
    /// The words that would write this schedule.
    pub fn of(schedule: &Schedule) -> Self {
        let Schedule { ask, .. } = schedule;
        Self {
            name: schedule.name.clone(),
            routine: ask.routine.clone(),
            cluster: ask.cluster.clone(),
            size: ask.size.map(|size| size.to_string()).unwrap_or_default(),
            service: ask.service.clone().unwrap_or_default(),
            lifetime: schedule.lifetime_minutes.map(|minutes| format!("{minutes}min")).unwrap_or_default(),
            cron: schedule.cron.clone(),
            zone: schedule.zone.clone(),
            missed: schedule.missed.to_string(),
            overlap: schedule.overlap.to_string(),
        }
    }

    /// # Errors
    /// For the first field that means nothing.
    pub fn read(&self, catalogue: &Catalogue) -> Result<Draft, DraftError> {
        let name = schedule::name(&self.name)?;
        let ask = self.ask(catalogue)?;
        Ok(Draft {
            name,
            lifetime_minutes: self.lifetime_minutes(&ask, catalogue)?,
            ask,
            timing: Timing { cron: self.cron.parse()?, zone: self.zone()? },
            missed: word(&self.missed, Missed::CatchUp).map_err(DraftError::Missed)?,
            overlap: word(&self.overlap, Overlap::Skip).map_err(DraftError::Overlap)?,
        })
    }

    fn ask(&self, catalogue: &Catalogue) -> Result<Ask, DraftError> {
        let text = AskText {
            routine: self.routine.trim().to_owned(),
            cluster: self.cluster.trim().to_owned(),
            size: self.size.clone(),
            service: self.service.clone(),
            ..AskText::default()
        };
        let order = text.order(catalogue).map_err(|error| match error {
            AskTextError::Size(error) => DraftError::Size(error),
            AskTextError::Ask(error) => DraftError::Ask(error),
            AskTextError::Stay(error) => DraftError::Lifetime(error),
        })?;
        let Order { routine, cluster, size, service, .. } = order;
        Ok(Ask { routine, cluster, size, service, lifetime: None })
    }

    fn lifetime_minutes(&self, ask: &Ask, catalogue: &Catalogue) -> Result<Option<u32>, DraftError> {
        if self.lifetime.trim().is_empty() {
            return Ok(None);
        }
        if !catalogue.routine(&ask.routine).is_some_and(domain::routine::Routine::creates_cluster) {
            return Err(DraftError::LifetimeNotTaken(ask.routine.clone()));
        }
        let Stay::For { minutes } = Stay::read_length(&self.lifetime)? else {
            return Err(StayError::Length.into());
        };
        let longest = Duration::minutes(i64::from(stay::limits(catalogue, &ask.cluster).longest_minutes));
        if (SHORTEST_STAY.num_minutes()..=longest.num_minutes()).contains(&minutes) {
            Ok(u32::try_from(minutes).ok())
        } else {
            let (shortest, longest) = (text::duration(SHORTEST_STAY), text::duration(longest));
            Err(DraftError::LifetimeRange { shortest, longest })
        }
    }

    /// Where none is said it is UTC, as everywhere.
    fn zone(&self) -> Result<Zone, UnknownZone> {
        if self.zone.trim().is_empty() { Ok(Zone::UTC) } else { self.zone.parse() }
    }
}

fn word<T: std::str::FromStr<Err = UnknownSpelling>>(text: &str, otherwise: T) -> Result<T, UnknownSpelling> {
    if text.trim().is_empty() { Ok(otherwise) } else { text.trim().parse() }
}

#[cfg(test)]
mod tests {
    use domain::size::Size;

    use super::*;
    use crate::samples::catalogue;

    fn text() -> DraftText {
        DraftText {
            name: "weekdays".into(),
            routine: "up".into(),
            cluster: "iriversland2".into(),
            size: "m".into(),
            cron: "0 9 * * 1-5".into(),
            zone: "Europe/Berlin".into(),
            ..DraftText::default()
        }
    }

    fn error(change: impl FnOnce(&mut DraftText)) -> (&'static str, String) {
        let mut text = text();
        change(&mut text);
        let error = text.read(&catalogue()).unwrap_err();
        (error.field(), error.to_string())
    }

    #[test]
    fn what_is_not_said_has_its_usual_value() {
        let draft =
            DraftText { size: String::new(), zone: String::new(), ..text() }.read(&catalogue()).unwrap();
        assert_eq!((draft.missed, draft.overlap), (Missed::CatchUp, Overlap::Skip));
        assert_eq!((draft.timing.zone, draft.lifetime_minutes), (Zone::UTC, None));
        assert_eq!(draft.ask.size, Some(Size::L));
    }

    #[test]
    fn each_field_that_means_nothing_is_named() {
        assert_eq!(error(|text| text.name = " ".into()).0, "name");
        assert_eq!(error(|text| text.name = "x".repeat(61)).0, "name");
        assert_eq!(error(|text| text.routine = "nap".into()).0, "routine");
        assert_eq!(error(|text| text.cluster = "moon".into()).0, "cluster");
        assert_eq!(error(|text| text.size = "xl".into()).0, "size");
        assert_eq!(error(|text| text.service = "x".into()).0, "service");
        assert_eq!(error(|text| text.missed = "maybe".into()).0, "missed");
        assert_eq!(error(|text| text.overlap = "maybe".into()).0, "overlap");
        assert_eq!(
            error(|text| text.cron = "61 9 * * *".into()),
            ("cron", "minute: 61 is not between 0 and 59.".into())
        );
        let (field, message) = error(|text| text.zone = "Europe/Berln".into());
        assert!(field == "zone" && message.contains("Europe/Berlin"), "{message}");
    }

    #[test]
    fn a_lifetime_has_a_range_and_needs_a_cluster_that_is_brought_up() {
        let lasting = |lifetime: &str| DraftText { lifetime: lifetime.into(), ..text() }.read(&catalogue());
        assert_eq!(lasting("90min").unwrap().lifetime_minutes, Some(90));
        assert_eq!(
            lasting("25h").unwrap_err().to_string(),
            "A cluster of this schedule can stay from 5 min to 1 d."
        );
        assert_eq!(lasting("soon").unwrap_err().field(), "lifetime");
        let down = DraftText { routine: "down".into(), size: String::new(), lifetime: "2h".into(), ..text() };
        assert_eq!(down.read(&catalogue()).unwrap_err().field(), "lifetime");
    }
}
